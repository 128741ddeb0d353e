import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { HEDGE } from '../built.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const hedge = (...args: string[]) =>
  spawnSync(process.execPath, [HEDGE, ...args], { cwd: root, encoding: 'utf8', input: '' })

test.each([
  ['prove', 'nowhere.lean:t', 'there is no file nowhere.lean'],
  ['prove', '--no-such-flag', "unknown option '--no-such-flag'"],
  ['report', 'nowhere.sqlite', 'there is no file nowhere.sqlite'],
  ['verify', 'nowhere.lean', "required option '--statement <lean>' not specified"],
  ['fill', 'nowhere.txt', '"nowhere.txt" is no .lean file'],
])('%s %s fails as JSON on stdout where JSON is asked for, and as a sentence on stderr', (command, what, message) => {
  const { status, stdout, stderr } = hedge(command, what, '--json')
  expect(JSON.parse(stdout)).toEqual({ error: { message: expect.stringContaining(message), exitCode: 2 } })
  expect(stderr).toContain(message)
  expect(status).toBe(2)
  expect(hedge(command, what).stdout).toBe('')
})

test.each([
  [['dataset', 'library', '-o', '/proc/none/x'], /It cannot be written/],
  [['dataset', 'core', 'x.jsonl', '-o', 'nowhere/x.jsonl'], /there is no such folder/],
  [['trace', 'x.lean', '-o', 'nowhere/x.jsonl'], /there is no such folder/],
  [['train', '--data', 'x.jsonl', '-o', '/proc/none/x'], /It cannot be written/],
  [['prove', 'theorem t : True', '-o', 'nowhere/t.lean'], /there is no such folder/],
  [['prove', 'theorem t : True', '--budget', '60000'], /needs its unit: 60000s or 60000ms/],
  [['prove', '--policy', 'neff-8', 'theorem t : True'], /write the theorem before --policy/],
  [['report', 'x.sqlite', '--json', '--html'], /--html and --json are two reports/],
  [['doctor', '--lean', 'nowhere'], /^$/],
])('%j is told before any work', (args, message) => {
  const { status, stdout, stderr } = hedge(...args)
  expect(stderr).toMatch(message)
  if (args[0] === 'doctor') expect(stdout).toContain('BAD   project: there is no folder nowhere')
  expect(status).toBe(args[0] === 'doctor' ? 3 : 2)
})

test('who reads no further sees no stack trace', () => {
  const { stdout, stderr } = spawnSync(
    'bash',
    [
      '-c',
      `"${process.execPath}" ${HEDGE} prove --help | head -1; "${process.execPath}" ${HEDGE} prove nowhere.lean 2>&1 >/dev/null | head -0; echo end`,
    ],
    { cwd: root, encoding: 'utf8' },
  )
  expect(stdout).toBe('Usage: hedge prove [options] [what]\nend\n')
  expect(stderr).toBe('')
})
