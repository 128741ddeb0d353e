import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { schedule } from '../../src/ensemble/scheduler.ts'
import type { World } from '../../src/ensemble/world.ts'
import { mergeResults } from '../../src/results/merge.ts'
import { listRuns, readRun } from '../../src/results/read-run.ts'
import { SchemaError } from '../../src/results/schema.ts'
import { beginRun, openResults } from '../../src/results/store.ts'
import { readTree } from '../../src/results/trees.ts'
import { coinMember, coinWorld, type LivePlan, planOf, provenance, theorems } from '../ensemble/simulated.ts'
import { cleverJugs, handClock, jugs, toyDomain } from '../search/toy.ts'
import { lastingRows } from './rows.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-results-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const members = [coinMember('a', () => 0.2), coinMember('b', () => 0.05)]
const plan = planOf({ theorems: theorems(12), members, passes: 10, block: 4 })

async function run(
  database: Database,
  which: LivePlan,
  options: { world?: World; signal?: AbortSignal; positions?: (all: number[]) => number[]; retry?: boolean } = {},
) {
  const journal = beginRun(database, which, provenance)
  const { world = coinWorld, signal, positions = (all) => all, retry = false } = options
  return schedule({
    plan: which,
    members: which.members,
    world,
    journal,
    positions: positions(journal.open(retry)),
    workers: 2,
    signal,
  })
}

describe('a results file', () => {
  test('holds every pass once, and each leads to all it rests on', async () => {
    const database = openResults(join(folder, 'run.sqlite'))
    await run(database, plan)
    const rows = database.prepare('SELECT * FROM passes_in_full').all() as Record<string, unknown>[]
    expect(rows.length).toBe(12 * 2 * 10)
    for (const row of rows)
      expect(row).toMatchObject({ dataset_hash: 'none', lean_version: 'none', commit_hash: 'test', run_seed: 'test' })
    expect(rows[0]?.seed).toBe('test/a/0/t0')
    const proved = rows.filter((row) => row.ending === 'proved')
    expect(proved.length).toBeGreaterThan(10)
    for (const row of proved) expect(row.proof_source).toBe(`-- ${row.theorem}: win`)
    // Passes that share a last step share the proof.
    expect(database.prepare('SELECT count(*) FROM proofs').pluck().get()).toBe(
      new Set(proved.map((row) => row.theorem)).size,
    )
    database.close()
  })

  test('of a run that is done has nothing open, and force begins again', async () => {
    const database = openResults(join(folder, 'run.sqlite'))
    await run(database, plan)
    const first = lastingRows(database)
    expect(beginRun(database, plan, provenance).open(false)).toEqual([])
    await run(database, plan)
    expect(lastingRows(database)).toEqual(first)
    expect(beginRun(database, plan, provenance, true).open(false).length).toBe(12)
    expect(database.prepare('SELECT count(*) FROM passes').pluck().get()).toBe(0)
    await run(database, plan)
    expect(lastingRows(database)).toEqual(first)
    database.close()
  })

  test('tells runs apart that differ in anything that matters', () => {
    const database = openResults(join(folder, 'run.sqlite'))
    const ids = [
      beginRun(database, plan, provenance),
      beginRun(database, { ...plan, seed: 'other' }, provenance),
      beginRun(database, { ...plan, passes: 11 }, provenance),
      beginRun(database, { ...plan, members: members.slice(1) }, provenance),
      beginRun(database, plan, { ...provenance, leanVersion: '4.99' }),
      beginRun(database, plan, { ...provenance, settings: { heartbeats: 1 } }),
    ].map((journal) => journal.run)
    expect(new Set(ids).size).toBe(6)
    // The commit is on the units; a later version of the program may finish a run.
    expect(beginRun(database, plan, { ...provenance, commit: 'later' }).run).toBe(ids[0])
    database.close()
  })

  test('is refused where it is none, or of a later version', async () => {
    const path = join(folder, 'run.sqlite')
    openResults(path).close()
    const raw = new Sqlite(path)
    raw.pragma('user_version = 99')
    raw.close()
    expect(() => openResults(path)).toThrow(SchemaError)
    const foreign = new Sqlite(join(folder, 'foreign.sqlite'))
    foreign.exec('CREATE TABLE something (x)')
    foreign.close()
    const before = await readFile(join(folder, 'foreign.sqlite'))
    expect(() => openResults(join(folder, 'foreign.sqlite'))).toThrow(/foreign.sqlite: .*something else/)
    expect(await readFile(join(folder, 'foreign.sqlite'))).toEqual(before)
    // Other programs count versions from 1 as well.
    const numbered = new Sqlite(join(folder, 'foreign.sqlite'))
    numbered.pragma('user_version = 1')
    numbered.close()
    expect(() => openResults(join(folder, 'foreign.sqlite'))).toThrow(/something else/)
    await writeFile(join(folder, 'empty.sqlite'), '')
    expect(() => openResults(join(folder, 'empty.sqlite'), { mustExist: true })).toThrow(/empty/)
    expect(await readFile(join(folder, 'empty.sqlite'), 'utf8')).toBe('')
    expect(() => openResults(join(folder, 'absent.sqlite'), { mustExist: true })).toThrow(SchemaError)
  })
})

test('a run that was interrupted again and again ends like one that was not', async () => {
  const jugMembers = ['a', 'b'].map((name) => ({ ...coinMember(name, () => 0), policyFor: async () => cleverJugs }))
  const jugPlan = planOf({ theorems: theorems(6), members: jugMembers, passes: 60, block: 10, depth: 20 })
  const world: World = {
    async open() {
      return {
        kind: 'opened',
        domain: toyDomain('0,0', jugs),
        verify: async ({ tactics }) =>
          tactics.length < 14
            ? { kind: 'verified', source: tactics.join('; '), axioms: [] }
            : { kind: 'rejected', reason: `${tactics.length} are too many`, messages: ['one', 'two'] },
        close: async () => {},
      }
    },
  }
  const whole = openResults(':memory:')
  await run(whole, jugPlan, { world })
  const expected = lastingRows(whole, { units: false })
  const proofs = whole.prepare('SELECT count(*) FROM proofs').pluck().get()
  expect(proofs).toBeGreaterThan(0)

  const cut = openResults(':memory:')
  const parts = () => Number(cut.prepare('SELECT count(*) FROM tree_parts').pluck().get())
  const trees = (database: Database) =>
    database
      .prepare('SELECT id FROM theorems ORDER BY position')
      .pluck()
      .all()
      .map((id) =>
        readTree(database, Number(id))
          ?.states.map(({ key }) => key)
          .sort(),
      )
  let [interruptions, mostParts] = [0, 0]
  for (let after = 1; ; after++) {
    const controller = new AbortController()
    let units = 0
    const journal = beginRun(cut, jugPlan, provenance)
    const result = await schedule({
      plan: jugPlan,
      members: jugMembers,
      world,
      journal,
      positions: journal.open(false),
      workers: 2,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === 'unit' && ++units === 1 + (after % 3)) controller.abort()
      },
    })
    if (result.kind === 'complete') break
    expect(result).toEqual({ kind: 'interrupted' })
    interruptions++
    mostParts = Math.max(mostParts, parts())
  }
  // Of a tree that is still open, only what was new is written; at the end it is whole.
  expect(mostParts).toBeGreaterThan(0)
  expect(parts()).toBe(0)
  expect(trees(cut)).toEqual(trees(whole))
  expect(interruptions).toBeGreaterThan(5)
  // The passes before the first that was cut off are kept, so blocks of passes are other ones; the passes are not.
  expect(lastingRows(cut, { units: false })).toEqual(expected)
})

describe('errors', () => {
  const failing = (failures: Map<string, string>): World => ({
    open: async (theorem, signal) => {
      const failure = failures.get(theorem.name)
      if (failure === 'statement') return { kind: 'rejected', message: 'the statement does not elaborate: unknown x' }
      if (failure === 'engine') throw new Error('Lean does not start', { cause: new Error('no memory') })
      return coinWorld.open(theorem, signal)
    },
  })

  test('are outcomes of their own, and are tried again when told to', async () => {
    const database = openResults(':memory:')
    const failures = new Map([
      ['t3', 'statement'],
      ['t7', 'engine'],
    ])
    expect(await run(database, plan, { world: failing(failures) })).toEqual({ kind: 'complete' })
    const outcomes = () =>
      database.prepare("SELECT name, outcome, message FROM theorems WHERE outcome <> 'done' ORDER BY position").all()
    expect(outcomes()).toEqual([
      { name: 't3', outcome: 'statementError', message: 'the statement does not elaborate: unknown x' },
      { name: 't7', outcome: 'engineError', message: 'Lean does not start: no memory' },
    ])
    await run(database, plan)
    expect(outcomes().length).toBe(2)
    await run(database, plan, { retry: true })
    expect(outcomes()).toEqual([])
    const fresh = openResults(':memory:')
    await run(fresh, plan)
    expect(lastingRows(database)).toEqual(lastingRows(fresh))
  })

  test('in a row stop the run', async () => {
    const database = openResults(':memory:')
    const failures = new Map(theorems(12).map(({ name }) => [name, 'engine']))
    const result = await run(database, plan, { world: failing(failures) })
    expect(result).toMatchObject({ kind: 'broken', message: expect.stringContaining('Lean does not start') })
    expect(beginRun(database, plan, provenance).open(false).length).toBeGreaterThan(3)
  })
})

test('shards merge into what one process would have written', async () => {
  const whole = openResults(':memory:')
  await run(whole, plan)
  const shards = await Promise.all(
    [0, 1, 2].map(async (shard) => {
      const database = openResults(join(folder, `${shard}.sqlite`))
      await run(database, plan, { positions: (all) => all.filter((position) => position % 3 === shard) })
      return database
    }),
  )
  const merged = openResults(':memory:')
  for (const shard of shards) expect(mergeResults(merged, shard).passes).toBe(4 * 20)
  expect(lastingRows(merged)).toEqual(lastingRows(whole))
  for (const shard of shards)
    expect(mergeResults(merged, shard)).toEqual({ runs: 0, theorems: 0, passes: 0, proofs: 0 })
  expect(lastingRows(merged)).toEqual(lastingRows(whole))
  expect(merged.pragma('foreign_key_check')).toEqual([])
  for (const shard of shards) shard.close()
})

test('what the matched member does beyond the common time is told apart from its ordinary passes', async () => {
  const clock = handClock()
  const slow = ['a', 'b', 'c'].map((name) =>
    coinMember(
      name,
      () => 0.1,
      () => clock.advance(10),
    ),
  )
  const timed = planOf({ theorems: theorems(4), members: slow, passes: 20, block: 1, matched: true, wallClockMs: 100 })
  const database = openResults(join(folder, 'run.sqlite'))
  const journal = beginRun(database, timed, provenance)
  await schedule({
    plan: timed,
    members: slow,
    world: coinWorld,
    journal,
    positions: journal.open(false),
    workers: 0,
    clock,
  })
  const [row] = listRuns(database)
  if (row === undefined) throw new Error('there is no run')
  for (const { counts, ordinary, completion } of readRun(database, row).theorems) {
    expect(completion).toBe('wallClock')
    expect(ordinary.map(({ n }) => n)).toEqual([9, 9, 9])
    expect(counts.map(({ n }) => n)).toEqual([28, 9, 9])
  }
  database.close()
})
