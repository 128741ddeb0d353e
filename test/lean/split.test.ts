import { beforeAll, expect, test } from 'vitest'
import type { Member } from '../../src/ensemble/member.ts'
import { parseMember } from '../../src/ensemble/member-spec.ts'
import type { Plan } from '../../src/ensemble/plan.ts'
import { recordedTheorem } from '../../src/ensemble/recorded-world.ts'
import { replayTheorem } from '../../src/ensemble/replay.ts'
import { schedule } from '../../src/ensemble/scheduler.ts'
import { searchInTurns, TURNS } from '../../src/ensemble/turns.ts'
import { engineWorld } from '../../src/ensemble/world.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { DEFAULT_LIMITS } from '../../src/lean/engine.ts'
import { parseGoal } from '../../src/proof/proof-state.ts'
import type { Theorem } from '../../src/proof/theorem.ts'
import { renderTreeText } from '../../src/report/tree-text.ts'
import { RunJournal } from '../../src/results/journal.ts'
import { listRuns, readRun } from '../../src/results/read-run.ts'
import { beginRun, openResults } from '../../src/results/store.ts'
import { readPlan } from '../../src/results/stored-plan.ts'
import { summarise } from '../../src/results/summary.ts'
import { systemClock } from '../../src/search/budget.ts'
import { restoreTree } from '../../src/search/tree-record.ts'
import { coinMember, member, planOf, provenance } from '../ensemble/simulated.ts'
import { tablePolicy } from '../search/toy.ts'
import { sharedEngine } from './shared-engine.ts'

let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
})

type Table = (target: string) => Readonly<Record<string, number>>

/** A member whose policy looks at the first goal's target. */
function knowing(name: string, search: string, table: Table): Member {
  const parsed = parseMember(`baseline,name=${name},${search}`)
  if (parsed.kind === 'problem') throw new Error(parsed.problem)
  const at = (text: string) => table(parseGoal(text).target)
  const policy = tablePolicy(() => ({}))
  const here = (goal: string) => tablePolicy(() => at(goal))
  return {
    ...member(name, async () => ({
      ...policy,
      rank: (state, width) => here(state.goals[0]?.text ?? '').rank(state, width),
      sample: (state, count, random) => here(state.goals[0]?.text ?? '').sample(state, count, random),
    })),
    search: parsed.config.search,
  }
}

/** Each half fails more often than not, so both in one pass hardly ever succeed. */
const HALVES: Theorem = {
  name: 'halves',
  header: '',
  statement: 'theorem halves (a b : Nat) (h : a < b) : (a ≤ b ∧ ∃ x, b < x) ∧ a + 1 ≤ b',
}
const halves: Table = (target) => {
  if (target.includes('∧')) return { constructor: 0.9, omega: 0.1 }
  if (target.startsWith('∃')) return { 'refine ⟨b + 1, ?_⟩': 0.3, 'refine ⟨b, ?_⟩': 0.4, omega: 0.3 }
  return { omega: 0.3, rfl: 0.4, 'exact Nat.le_refl _': 0.3 }
}

async function search(theorem: Theorem, one: Member) {
  const opened = await engineWorld(engine, DEFAULT_LIMITS).open(theorem, new AbortController().signal)
  if (opened.kind === 'rejected') throw new Error(opened.message)
  try {
    return await searchInTurns(theorem, opened, {
      ...{ ...TURNS, members: [one], wallClockMs: 120_000, passes: 64, depth: 12, seed: '1', concurrency: 1 },
      ...{ clock: systemClock, signal: new AbortController().signal },
    })
  } finally {
    await opened.close()
  }
}

test.each([
  'search=best-first',
  'search=rollouts',
])('halves are proved apart, and the whole script is verified (%s)', async (how) => {
  const { proved, tree } = await search(HALVES, knowing('m', `${how},split=true`, halves))
  expect(proved?.proof.tactics).toEqual(['constructor', 'constructor', 'omega', 'refine ⟨b + 1, ?_⟩', 'omega', 'omega'])
  expect(proved?.proof.source).toContain('refine ⟨b + 1, ?_⟩')
  const text = renderTreeText(tree, 60)
  expect(text).toMatch(/· goal 2 {2}→ {2}⊢ a \+ 1 ≤ b/)
  expect(text).toMatch(/omega {2}→ {2}no goals$/m)
  expect(text).toContain('* omega  →  proof verified')
})

test('a goal of two states is one node', async () => {
  const theorem = {
    name: 'three',
    header: '',
    statement: 'theorem three (p q r : Prop) (hp : p) (hq : q) (hr : r) : p ∧ q ∧ r',
  }
  const table: Table = (target): Record<string, number> =>
    target === 'p ∧ q ∧ r' ? { 'refine ⟨?_, ?_⟩': 0.5, 'refine ⟨?_, ?_, ?_⟩': 0.5 } : { rfl: 0.4, trivial: 0.3 }
  const { tree, proved } = await search(theorem, knowing('m', 'search=best-first,split=true', table))
  expect(proved).toBeDefined()
  const alone = [...tree.nodes()].filter(({ state }) => state.path.at(-1) === '· goal 1')
  expect(alone.map(({ state }) => parseGoal(state.goals[0]?.text ?? '').target)).toEqual(['p'])
  const into = [...tree.nodes()]
    .flatMap(({ edges }) => [...edges.values()])
    .filter(({ tactic }) => tactic === '· goal 1')
  expect(into.length).toBe(2)
})

test('goals that share a metavariable stay together, and are proved', async () => {
  const theorem = { name: 'shared', header: '', statement: 'theorem shared (b : Nat) : ∃ x, b < x ∧ x < b + 2' }
  const table: Table = (target): Record<string, number> => {
    if (target.startsWith('∃')) return { 'apply Exists.intro': 1 }
    if (target.includes('∧')) return { constructor: 1 }
    return target.includes('?w') ? { 'exact Nat.lt_succ_self b': 1 } : { omega: 1 }
  }
  const { tree, proved } = await search(theorem, knowing('m', 'search=best-first,split=true', table))
  expect(proved?.proof.tactics).toEqual(['apply Exists.intro', 'constructor', 'exact Nat.lt_succ_self b', 'omega'])
  for (const { state, edges } of tree.nodes())
    if (state.goals.some(({ text }) => text.includes('?w')))
      expect([...edges.keys()].filter((tactic) => tactic.startsWith('· goal'))).toEqual([])
})

test('metavariables that Lean does not print are seen', async () => {
  const theorem = { name: 'hidden', header: '', statement: 'theorem hidden : True' }
  const opened = await engineWorld(engine, DEFAULT_LIMITS).open(theorem, new AbortController().signal)
  if (opened.kind === 'rejected') throw new Error(opened.message)
  const { domain } = opened
  const hidden = 'refine (fun (_ : ([] : List (?α : Type)) = [] ∧ True) => trivial) ⟨?_, ?_⟩'
  const plain = 'refine (fun (_ : ([] : List Nat) = [] ∧ True) => trivial) ⟨?_, ?_⟩'
  const results = await domain.runTactics(domain.root, [hidden, plain])
  const apart = []
  for (const result of results) {
    if (result.kind !== 'open') throw new Error(JSON.stringify(result))
    expect(result.state.goals.some(({ text }) => text.endsWith('⊢ [] = []'))).toBe(true)
    expect(result.state.goals.some(({ text }) => text.includes('?'))).toBe(false)
    const [first] = await domain.runTactics(result.state, ['· goal 1'])
    apart.push(first?.kind === 'error' ? first.message : first?.kind)
  }
  expect(apart).toEqual(['the goals hold metavariables', 'open'])
  await opened.close()
})

test('a run goes on after a kill as if there had been none, and is done again from its file, with Lean and without', async () => {
  const search = 'search=rollouts,split=true'
  const members = [knowing('m', search, halves), knowing('n', 'search=best-first,split=true', halves)]
  const plan = planOf({ theorems: [HALVES], members, mode: 'union', passes: 48, block: 8, depth: 12 })
  const world = engineWorld(engine, DEFAULT_LIMITS)
  const run = async (kill: boolean) => {
    const database = openResults(':memory:')
    let journal = beginRun(database, plan, provenance)
    const options = { plan, members, world, positions: [0], workers: 1 }
    if (kill) {
      const controller = new AbortController()
      await schedule({
        ...options,
        journal,
        signal: controller.signal,
        onEvent: ({ kind }) => kind === 'unit' && controller.abort(),
      })
      journal = new RunJournal(database, listRuns(database)[0]?.id ?? 0, 'test')
    }
    expect(await schedule({ ...options, journal })).toEqual({ kind: 'complete' })
    return database
  }
  const passes = 'SELECT member_id, pass, ending, depth, tactics FROM passes ORDER BY member_id, pass'
  const [whole, cut] = [await run(false), await run(true)]
  const rows = whole.prepare(passes).all() as { ending: string }[]
  expect(cut.prepare(passes).all()).toEqual(rows)
  expect(rows.filter(({ ending }) => ending === 'proved').length).toBeGreaterThan(2)
  expect(whole.prepare('SELECT sum(cache_hits) FROM units').pluck().get()).toBeGreaterThan(0)

  const [row] = listRuns(whole)
  if (row === undefined) throw new Error('no run')
  const stored: Plan = readPlan(whole, row).plan
  expect(stored.members.map(({ search }) => search.settings.split)).toEqual([1, 1])
  // Passes that go on from what others solved are no independent draws, of which one could take any k.
  const results = readRun(whole, row)
  const first = results.theorems[0]?.counts[0]?.first ?? Number.NaN
  const { coverage } = summarise(results).members[0] ?? { coverage: [] }
  expect(coverage.map(({ rate }) => rate.value)).toEqual(coverage.map(({ k }) => (k > first ? 1 : 0)))

  const recorded = new RunJournal(whole, row.id, '').recorded(0)
  if (recorded.tree === undefined) throw new Error('no tree')
  const again = await world.open(HALVES, new AbortController().signal)
  if (again.kind === 'rejected') throw new Error(again.message)
  for (const opened of [recordedTheorem(recorded.tree, recorded.proofs, recorded.refusals), again]) {
    const { differences, cut } = await replayTheorem(stored, 0, recorded, opened, new AbortController().signal)
    expect({ differences, cut }).toEqual({ differences: [], cut: 0 })
    await opened.close()
  }
  const root = recorded.tree.states[0]
  if (root === undefined) throw new Error('no root')
  expect(renderTreeText(restoreTree(recorded.tree, root), 60)).toContain('· goal 2')
  for (const database of [whole, cut]) database.close()
})

test('a member without the choice has no such setting on record', () => {
  expect(coinMember('c', () => 1).search.settings).toEqual({})
  for (const kind of ['rollouts', 'best-first']) {
    const parsed = parseMember(`baseline,search=${kind}`)
    expect(parsed.kind === 'member' && 'split' in parsed.config.search.settings).toBe(false)
  }
  expect(parseMember('baseline,split=maybe')).toEqual({
    kind: 'problem',
    problem: 'member `baseline,split=maybe`: split is out of range',
  })
})
