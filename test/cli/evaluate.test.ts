import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openResults } from '../../src/results/store.ts'
import { HEDGE } from '../built.ts'
import { lastingRows } from '../results/rows.ts'
import { type Child, countPasses, startChild } from './run-child.ts'

const NAMES = ['p', 'q', 'r']
let folder: string
let set: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-evaluate-'))
  set = join(folder, 'set.json')
  await writeFile(set, JSON.stringify(NAMES.map((name) => ({ name, header: '', statement: `theorem ${name} : 4` }))))
})
afterAll(() => rm(folder, { recursive: true }))

/** The command on the jug puzzle, whose draws take time but no Lean. */
const evaluate = (out: string, ...more: string[]): Child =>
  startChild('jugs', [
    set,
    '-m',
    'a@1',
    'b@1',
    '-n',
    '16',
    '--block',
    '4',
    '-d',
    '12',
    '-o',
    join(folder, out),
    ...more,
  ])
const rows = (file: string) => {
  const database = openResults(join(folder, file), { mustExist: true })
  // A run that stopped in between has units more, which hold the same passes.
  const found = lastingRows(database, { units: false })
  database.close()
  return found
}

/** The whole program, for what its argument parser says. */
function hedge(...args: string[]) {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  return spawnSync(process.execPath, [HEDGE, ...args], { cwd: root, encoding: 'utf8' })
}

describe('hedge evaluate', { timeout: 120_000 }, () => {
  test('out of --run-budget, goes on with the same command, then has nothing left to do, and --force begins again', async () => {
    expect(await evaluate('budget.sqlite', '--run-budget', '150ms').ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the same command goes on from here'),
    })
    expect(await evaluate('budget.sqlite').ended).toMatchObject({ code: 0 })
    const done = rows('budget.sqlite')
    const again = await evaluate('budget.sqlite').ended
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/the run is complete; next: hedge report \S+budget\.sqlite/),
    })
    expect(again.stderr).toMatch(/\d of 3 theorems proved/)
    expect(again.stderr).not.toContain('this is a new run')
    const ends = () => {
      const database = openResults(join(folder, 'budget.sqlite'))
      const found = database.prepare('SELECT ended_at FROM units ORDER BY id').pluck().all()
      database.close()
      return found
    }
    const before = ends()
    expect(await evaluate('budget.sqlite', '--force').ended).toMatchObject({ code: 0 })
    expect(ends().every((end) => String(end) > String(before.at(-1)))).toBe(true)
    expect(rows('budget.sqlite')).toEqual(done)
    expect(await evaluate('budget.sqlite', '-s', '7').ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('budget.sqlite has 1 run that cannot be gone on with'),
    })
  })

  test('interrupted by Ctrl-C, ends with 130 and keeps what was done', async () => {
    const child = evaluate('interrupted.sqlite', '-n', '96')
    await child.begun
    while (countPasses(join(folder, 'interrupted.sqlite')) === 0) await wait(20)
    child.process.kill('SIGINT')
    expect(await child.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('the same command goes on') })
    expect(await evaluate('interrupted.sqlite', '-n', '96').ended).toMatchObject({ code: 0 })
    expect(await evaluate('whole.sqlite', '-n', '96').ended).toMatchObject({ code: 0 })
    expect(rows('interrupted.sqlite')).toEqual(rows('whole.sqlite'))
  })

  test('in shards, which merge into the whole', async () => {
    const shards = await Promise.all([1, 2].map((i) => evaluate(`shard${i}.sqlite`, '--shard', `${i}/2`).ended))
    for (const shard of shards)
      expect(shard).toMatchObject({ code: 0, stderr: expect.stringContaining('this shard is complete') })
    expect(await evaluate('one.sqlite').ended).toMatchObject({ code: 0 })
    const files = ['shard1.sqlite', 'shard2.sqlite'].map((name) => join(folder, name))
    expect(hedge('results', 'merge', join(folder, 'merged.sqlite'), ...files)).toMatchObject({ status: 0 })
    expect(rows('merged.sqlite')).toEqual(rows('one.sqlite'))
  })

  test('in slices, with a first turn as long as asked', async () => {
    const run = await evaluate('slices.sqlite', '--mode', 'slices', '--slice', '50ms', '-b', '2s').ended
    expect(run).toMatchObject({ code: 0 })
    const database = openResults(join(folder, 'slices.sqlite'))
    expect(Number(database.prepare('SELECT count(*) FROM units').pluck().get())).toBeGreaterThanOrEqual(NAMES.length)
    database.close()
  })

  test.each([
    ['--shard', '3/2', /1 <= i <= n/],
    ['--passes', '0', /at least 1/],
    ['--mode', 'both', /union, first-proof, slices/],
    ['--policy', 'nowhere/n8', /^hedge: .*there is no policy `nowhere\/n8`/],
    ['--policy', 'baseline@x', /^hedge: .*temperature must be a number/],
    ['--policy', 'baseline,topk=0', /^hedge: .*topk must be a number of at least 1, not 0/],
    ['--policy', 'baseline,search=depth', /^hedge: .*search must be rollouts, best-first or whole, not `depth`/],
    ['--format', 'csv', /jsonl, lean, leandojo/],
  ])('says what is wrong with %s %s', (flag, value, message) => {
    const jsonl = join(fileURLToPath(new URL('../..', import.meta.url)), 'datasets', 'core-small.jsonl')
    const members = flag === '--policy' ? [] : ['-m', 'baseline']
    const ended = hedge('evaluate', jsonl, ...members, flag, value, '-o', join(folder, 'never.sqlite'))
    expect(ended.status, ended.stderr).toBe(2)
    expect(ended.stderr).toMatch(message)
  })
})
