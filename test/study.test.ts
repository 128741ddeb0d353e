import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { BUILT, HEDGE } from './built.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = await mkdtemp(join(tmpdir(), 'hedge-study-'))
afterAll(() => rm(out, { recursive: true }))

async function study(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [`${BUILT.bench}/study.js`, '--program', HEDGE, '--out', out, ...args], {
    cwd: root,
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })))
}

test('the whole study runs on a small sample, and its tables come from its files', { timeout: 900_000 }, async () => {
  const run = await study('--quick')
  expect(run.code, run.err.slice(-2000)).toBe(0)
  for (const stage of ['trace', 'iterate', 'evaluate', 'train']) expect(run.err).toContain(`> hedge ${stage}`)
  const tables = await readFile(join(out, 'tables.md'), 'utf8')
  for (const title of [
    'Coverage at 4 passes',
    'The ensemble beside neff-1 alone, at equal cost',
    'The ensemble beside the floors',
    'Confidence and branching of the family',
    'Coverage over training epochs',
    'Whole-proof DCO beside step-wise DCO',
  ])
    expect(tables).toContain(title)
  expect(tables).toMatch(/Counted: 2 of 500/)
  expect(await readdir(out)).toEqual(
    expect.arrayContaining(['library-coverage.svg', 'greedy-confidence.svg', 'branching.svg', 'library.sqlite']),
  )
  const again = await study('--quick', '--tables-only')
  expect(again.out).toBe(run.out)
})
