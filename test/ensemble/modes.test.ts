import { describe, expect, test } from 'vitest'
import { NO_PROGRESS, nextUnit } from '../../src/ensemble/plan.ts'
import { schedule } from '../../src/ensemble/scheduler.ts'
import { createRandom } from '../../src/proof/random.ts'
import { passAtK } from '../../src/results/coverage.ts'
import { beginRun, openResults } from '../../src/results/store.ts'
import { handClock } from '../search/toy.ts'
import { coinMember, coinWorld, type LivePlan, planOf, provenance, theorems } from './simulated.ts'

const COUNT = 400
/** Success probabilities of members on theorems: some theorems are easy, many hard, and members differ. */
const P = [0, 1, 2].map((m) => {
  const random = createRandom(`difficulty ${m}`)
  return Array.from({ length: COUNT }, () => 0.6 * random.next() ** 4)
})
const p = (m: number) => (theorem: string) => P[m]?.[Number(theorem.slice(1))] ?? 0
const members = [0, 1, 2].map((m) => coinMember(`m${m}`, p(m)))

/** Passes (theorem, member, pass, ending) of a run of `plan`. */
async function run(plan: LivePlan, options: { clock?: ReturnType<typeof handClock>; workers?: number } = {}) {
  const database = openResults(':memory:')
  const journal = beginRun(database, plan, provenance)
  const { workers = 2, clock } = options
  const result = await schedule({
    plan,
    members: plan.members,
    world: coinWorld,
    journal,
    positions: journal.open(false),
    workers,
    ...(clock === undefined ? {} : { clock }),
  })
  expect(result).toEqual({ kind: 'complete' })
  const rows = database
    .prepare(
      `SELECT theorems.position AS theorem, members.position AS member, pass, ending FROM passes
       JOIN theorems ON theorems.id = theorem_id JOIN members ON members.id = member_id ORDER BY 1, 2, 3`,
    )
    .all() as { theorem: number; member: number; pass: number; ending: string }[]
  const completions = database.prepare('SELECT completion FROM theorems ORDER BY position').pluck().all()
  return { rows, completions, journal }
}

/** Five standard deviations of a mean of COUNT numbers in [0, 1] with these expectations. */
function sampling(expected: readonly number[]): number {
  return (5 * Math.sqrt(expected.reduce((sum, q) => sum + q * (1 - q), 0))) / expected.length
}
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
const fails = (m: number, i: number, k: number) => (1 - (P[m]?.[i] ?? 0)) ** k

describe('union', () => {
  test('runs every pass of every member, and covers what the probabilities say', async () => {
    const N = 16
    const { rows, completions } = await run(
      planOf({ theorems: theorems(COUNT), members, passes: N, block: 6, matched: true }),
    )
    // The first member has as many passes as all three together.
    expect(rows.length).toBe(COUNT * N * (3 + 1 + 1))
    expect(new Set(completions)).toEqual(new Set(['complete']))
    const count = (m: number, i: number, k: number) =>
      rows.filter((row) => row.theorem === i && row.member === m && row.pass < k && row.ending === 'proved').length
    for (const m of [0, 1, 2])
      for (const k of [1, 4, N]) {
        const measured = mean(theorems(COUNT).map((_, i) => passAtK(N, count(m, i, N), k)))
        const exact = theorems(COUNT).map((_, i) => 1 - fails(m, i, k))
        expect(Math.abs(measured - mean(exact))).toBeLessThan(sampling(exact))
      }
    const union = mean(theorems(COUNT).map((_, i) => ([0, 1, 2].some((m) => count(m, i, N) > 0) ? 1 : 0)))
    const exact = theorems(COUNT).map((_, i) => 1 - fails(0, i, N) * fails(1, i, N) * fails(2, i, N))
    expect(Math.abs(union - mean(exact))).toBeLessThan(sampling(exact))
    const alone = mean(theorems(COUNT).map((_, i) => (count(0, i, 3 * N) > 0 ? 1 : 0)))
    const exactAlone = theorems(COUNT).map((_, i) => 1 - fails(0, i, 3 * N))
    expect(Math.abs(alone - mean(exactAlone))).toBeLessThan(sampling(exactAlone))
  })

  test('draws a member the same whatever ensemble it is in, and members independently', async () => {
    const plan = planOf({ theorems: theorems(30), members, passes: 12 })
    const { rows } = await run(plan)
    const alone = await run({ ...plan, members: members.slice(1, 2) })
    expect(alone.rows.map(({ ending }) => ending)).toEqual(
      rows.filter((row) => row.member === 1).map(({ ending }) => ending),
    )
    const twins = [coinMember('a', () => 0.5), coinMember('b', () => 0.5)]
    const pair = await run({ ...plan, members: twins })
    const [a, b] = [0, 1].map((m) => pair.rows.filter((row) => row.member === m).map(({ ending }) => ending))
    const agree = (a ?? []).filter((ending, i) => ending === b?.[i]).length / (a?.length ?? 1)
    expect(Math.abs(agree - 0.5)).toBeLessThan(5 * 0.5 * Math.sqrt(1 / 360))
  })
})

test('first-proof covers the same, with fewer passes, and stops there', async () => {
  const N = 16
  const { rows, completions } = await run(
    planOf({ theorems: theorems(COUNT), members, mode: 'first-proof', passes: N, block: 4 }),
  )
  const solved = theorems(COUNT).map((_, i) => rows.some((row) => row.theorem === i && row.ending === 'proved'))
  const exact = theorems(COUNT).map((_, i) => 1 - fails(0, i, N) * fails(1, i, N) * fails(2, i, N))
  expect(Math.abs(mean(solved.map(Number)) - mean(exact))).toBeLessThan(sampling(exact))
  for (const [i, completion] of completions.entries()) {
    const passes = rows.filter((row) => row.theorem === i)
    expect(completion).toBe(solved[i] ? 'firstProof' : 'complete')
    // One member proves it; an unsolved theorem has had everybody's passes.
    expect(new Set(passes.filter((row) => row.ending === 'proved').map((row) => row.member)).size).toBe(
      solved[i] ? 1 : 0,
    )
    if (!solved[i]) expect(passes.length).toBe(3 * N)
  }
})

describe('slices', () => {
  test('members take turns that double, under one wall clock', async () => {
    const clock = handClock()
    const spend = () => clock.advance(10)
    const slow = [0, 1, 2].map((m) => coinMember(`m${m}`, p(m), spend))
    const shape = { mode: 'slices', passes: 1000, block: 1, wallClockMs: 2000, sliceMs: 100 } as const
    // How many passes each member gets where nobody proves anything.
    const hopeless = [0, 1, 2].map((m) => coinMember(`m${m}`, () => 0, spend))
    const dry = await run(planOf({ ...shape, theorems: theorems(1), members: hopeless }), { clock, workers: 0 })
    const turns = [0, 1, 2].map((m) => dry.rows.filter((row) => row.member === m).length)
    // Time for 10 passes each, then 20, then 40 and, for the last member, 30. The pass under way at the end of a turn is
    // whole; that of the wall clock is no pass.
    expect(turns).toEqual([70, 70, 59])
    expect(dry.completions).toEqual(['wallClock'])

    const { rows } = await run(planOf({ ...shape, theorems: theorems(COUNT), members: slow }), { clock, workers: 0 })
    const solved = theorems(COUNT).map((_, i) => rows.some((row) => row.theorem === i && row.ending === 'proved'))
    const exact = theorems(COUNT).map((_, i) => 1 - [0, 1, 2].reduce((all, m) => all * fails(m, i, turns[m] ?? 0), 1))
    expect(Math.abs(mean(solved.map(Number)) - mean(exact))).toBeLessThan(sampling(exact))
  })
})

describe('the next unit', () => {
  const plan = planOf({ theorems: theorems(1), members, passes: 20, block: 8 })

  test('belongs to the member with the fewest passes', () => {
    const progress = [16, 8, 8].map((passes) => ({ ...NO_PROGRESS, passes }))
    expect(nextUnit(plan, progress)).toMatchObject({ member: 1, firstPass: 8, passes: 8, stopAtFirstProof: false })
    expect(
      nextUnit(
        plan,
        [16, 20, 20].map((passes) => ({ ...NO_PROGRESS, passes })),
      ),
    ).toMatchObject({ member: 0, passes: 4 })
  })

  test('finishes a block that was cut', () => {
    const progress = [11, 8, 8].map((passes) => ({ ...NO_PROGRESS, passes }))
    expect(nextUnit(plan, progress)).toMatchObject({ member: 0, firstPass: 11, passes: 5 })
  })

  test('of a union has a wall clock of its own; other modes share one', () => {
    const progress = [
      { ...NO_PROGRESS, passes: 8, elapsedMs: 900 },
      { ...NO_PROGRESS, passes: 4, elapsedMs: 300 },
      { ...NO_PROGRESS, passes: 4, elapsedMs: 0 },
    ]
    expect(nextUnit({ ...plan, wallClockMs: 1000 }, progress)).toMatchObject({ member: 1, wallClockMs: 700 })
    expect(nextUnit({ ...plan, wallClockMs: 2000, mode: 'first-proof' }, progress)).toMatchObject({ wallClockMs: 800 })
    expect(nextUnit({ ...plan, wallClockMs: 1000, mode: 'first-proof' }, progress)).toBe('wallClock')
  })

  test('of a union may have a clock that all members use up together', () => {
    const shared = { ...plan, theoremMs: 1500 }
    const spent = (ms: readonly number[]) =>
      ms.map((elapsedMs, i) => ({ ...NO_PROGRESS, passes: i === 1 ? 0 : 8, elapsedMs }))
    expect(nextUnit(shared, spent([900, 0, 300]))).toMatchObject({ member: 1, wallClockMs: 300, lastOfTime: true })
    expect(nextUnit({ ...shared, wallClockMs: 200 }, spent([900, 0, 300]))).toMatchObject({ wallClockMs: 200 })
    expect(nextUnit(shared, spent([900, 200, 400]))).toBe('wallClock')
    const done = [20, 20, 20].map((passes) => ({ ...NO_PROGRESS, passes, elapsedMs: 600 }))
    expect(nextUnit(shared, done)).toBe('complete')
  })

  test('gives the matched member its extra passes and time last, beside what all members have', () => {
    const timed = { ...plan, matched: true, wallClockMs: 1000 }
    const at = (first: { passes: number; elapsedMs: number }, others: number) =>
      nextUnit(timed, [{ ...NO_PROGRESS, ...first }, ...[1, 2].map(() => ({ ...NO_PROGRESS, passes: others }))])
    // A block ends with the ordinary passes, and the ordinary time.
    expect(at({ passes: 16, elapsedMs: 700 }, 16)).toMatchObject({ member: 0, passes: 4, wallClockMs: 300 })
    expect(at({ passes: 16, elapsedMs: 700 }, 16)).toMatchObject({ lastOfTime: false })
    expect(at({ passes: 3, elapsedMs: 1000 }, 16)).toMatchObject({ member: 1, passes: 4, lastOfTime: true })
    const beyond = { member: 0, wallClockMs: 2000, lastOfTime: true }
    expect(at({ passes: 3, elapsedMs: 1000 }, 20)).toMatchObject({ ...beyond, firstPass: 3, passes: 5 })
    expect(at({ passes: 20, elapsedMs: 1000 }, 20)).toMatchObject({ ...beyond, firstPass: 20, passes: 4 })
  })

  test('is none after the last pass, or when every member is out of time', () => {
    expect(
      nextUnit(
        plan,
        [20, 20, 20].map((passes) => ({ ...NO_PROGRESS, passes })),
      ),
    ).toBe('complete')
    expect(
      nextUnit(
        plan,
        [20, 20, 7].map((passes) => ({ ...NO_PROGRESS, passes, closed: passes === 7 })),
      ),
    ).toBe('wallClock')
  })
})
