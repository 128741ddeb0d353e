import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { readManifest, roundPaths } from '../../src/iteration/round.ts'
import { runTrainCommand } from '../../src/iteration/train-command.ts'
import { HEDGE } from '../built.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'hedge-train-command-'))
afterAll(() => rm(folder, { recursive: true }))
const never = new AbortController().signal
const input = { steps: join(folder, 'steps.jsonl'), directory: folder, round: 3 }

test('a command is told its round, and how it ended is told', async () => {
  const said = join(folder, 'said')
  expect(
    await runTrainCommand(`echo "$HEDGE_STEPS $HEDGE_ROUND_FOLDER $HEDGE_ROUND" > ${said}`, input, never),
  ).toBeUndefined()
  expect(await readFile(said, 'utf8')).toBe(`${input.steps} ${folder} 3\n`)
  expect(await runTrainCommand('exit 7', input, never)).toBe('ended with exit code 7')
  expect(await runTrainCommand('kill -9 $$', input, never)).toBe('was ended by SIGKILL')
})

test('an interruption ends it with all that it has started', async () => {
  const alive = join(folder, 'alive')
  const stop = new AbortController()
  const ended = runTrainCommand(`(while true; do date +%N > ${alive}; sleep 0.05; done) & wait`, input, stop.signal)
  while (!existsSync(alive)) await wait(20)
  stop.abort()
  expect(await ended).toBeDefined()
  const last = await readFile(alive, 'utf8')
  await wait(300)
  expect(await readFile(alive, 'utf8')).toBe(last)
})

test('hedge iterate trains by it, and the same members search the next round', { timeout: 300_000 }, async () => {
  const set = join(folder, 'set.jsonl')
  const rows = [
    ['and_swap_t', '(p q : Prop) : p ∧ q → q ∧ p'],
    ['unprovable_t', '(p : Prop) : p'],
  ].map(([name, statement]) => `${JSON.stringify({ name, statement: `theorem ${name} ${statement}` })}\n`)
  await writeFile(set, rows.join(''))
  const iterate = (out: string, command: string, rounds: number) =>
    new Promise<{ code: number | null; err: string }>((resolve) => {
      const args = ['iterate', set, '-o', out, '--rounds', `${rounds}`, '-b', '3s', '-w', '1', '--share', '1']
      const child = spawn(process.execPath, [HEDGE, ...args, '--train-command', command], { cwd: root })
      let err = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text
      })
      child.once('close', (code) => resolve({ code, err }))
    })
  const out = join(folder, 'out')
  const failed = await iterate(out, 'exit 5', 1)
  expect(failed, failed.err).toMatchObject({ code: 3 })
  expect(failed.err).toContain('the training command ended with exit code 5: exit 5')
  expect(await readManifest(roundPaths(out, 0))).toBeUndefined()

  // The search is on record: only the training is done again.
  const command = 'wc -l < "$HEDGE_STEPS" > "$HEDGE_ROUND_FOLDER/seen"'
  const done = await iterate(out, command, 2)
  expect(done.code, done.err).toBe(0)
  const [first, second] = [await readManifest(roundPaths(out, 0)), await readManifest(roundPaths(out, 1))]
  expect(first).toMatchObject({ theorems: { tried: 2, proved: 1 }, policies: [], trainCommand: command })
  expect(second).toMatchObject({ theorems: { tried: 1, proved: 0 }, members: first?.members, trainCommand: command })
  for (const [round, manifest] of [first, second].entries())
    expect(Number(await readFile(join(roundPaths(out, round).directory, 'seen'), 'utf8'))).toBe(manifest?.steps.used)
})
