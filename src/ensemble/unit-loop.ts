import type { Policy } from '../policy/policy.ts'
import type { Clock } from '../search/budget.ts'
import { newStatistics, type SearchStatistics } from '../search/outcome.ts'
import type { UnitRecord } from './journal.ts'
import type { MemberConfig } from './member.ts'
import { type Completion, type MemberProgress, nextUnit, type Plan, type Unit } from './plan.ts'
import { runUnit, type UnitOutcome, type Workplace } from './unit.ts'

/** A unit, whose it is, and what its passes draw from. */
export type PlannedUnit = Unit & { readonly config: MemberConfig; readonly seed: string }

/** A policy of a member; `flush` is called at each unit's end, also where it failed. */
export type LoopPolicy = Policy & { flush?(): void }

/** What counts for a member's progress. */
export type Done = Pick<UnitRecord, 'passes' | 'open' | 'statistics'>

/** What becomes of the units: a journal keeps them, a replay compares them, a search for one proof looks at them. */
export type Recorder = {
  /** Asked once for each member that gets a turn. */
  policyFor(member: number, config: MemberConfig): Promise<LoopPolicy>
  /** The unit as it is to be run, or undefined to end the loop; left out where it is run as it is planned. */
  before?(planned: PlannedUnit): PlannedUnit | undefined
  /** Keeps what a unit gave, and says what counts of it; undefined ends the loop. */
  after(planned: PlannedUnit, outcome: UnitOutcome): Done | undefined
  onProgress?(config: MemberConfig, statistics: Readonly<SearchStatistics>): void
}

export type LoopOptions = {
  readonly plan: Omit<Plan, 'theorems'>
  /** The theorem's name, which the seeds are made of. */
  readonly name: string
  readonly place: Workplace
  /** By member. */
  readonly progress: readonly MemberProgress[]
  readonly recorder: Recorder
  readonly concurrency: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * A theorem's work, unit by unit, as the plan has it: what is next, its run, and the member's progress. Returns why
 * nothing is left to do; undefined where `signal` aborted or the recorder ended it.
 */
export async function runUnits(options: LoopOptions): Promise<Completion | undefined> {
  const { plan, name, place, recorder, concurrency, clock, signal } = options
  const policies = new Map<number, LoopPolicy>()
  const whole = plan.members.flatMap(({ search }, i) => (search.kind === 'whole' ? [i] : []))
  const progress = [...options.progress]
  for (;;) {
    const next = nextUnit(plan, progress)
    if (typeof next === 'string') return next
    if (signal.aborted) return undefined
    const config = plan.members[next.member]
    const before = progress[next.member]
    if (config === undefined || before === undefined) throw new Error(`there is no member ${next.member}`)
    const planned = { ...next, config, seed: unitSeed(plan.seed, config, name) }
    const unit = recorder.before === undefined ? planned : recorder.before(planned)
    if (unit === undefined) return undefined
    const policy = policies.get(unit.member) ?? (await recorder.policyFor(unit.member, config))
    policies.set(unit.member, policy)
    const { depth, block, shortFirst } = plan
    const settings = { seed: unit.seed, depth, block, shortFirst, concurrency, clock, signal, whole }
    const onProgress = (statistics: Readonly<SearchStatistics>) => recorder.onProgress?.(config, statistics)
    // A budget of no time at all may be left; then nothing is run, and the member's work is over.
    const over = unit.wallClockMs !== undefined && unit.wallClockMs <= 0
    const outcome: UnitOutcome = over
      ? { passes: [], proofs: [], refusals: [], statistics: newStatistics(), stopped: 'wallClock' }
      : await runUnit(place, unit.config.search, policy, unit, { ...settings, onProgress }).finally(() =>
          policy.flush?.(),
        )
    const done = recorder.after(planned, outcome)
    if (done === undefined) return undefined
    progress[next.member] = advance(before, done)
  }
}

/**
 * What a member's passes on a theorem draw from. Members draw independently, as the ensemble's pass@k requires; a member
 * draws the same whatever ensemble it is in.
 */
export function unitSeed(run: string, member: MemberConfig, theorem: string): string {
  return `${run}/${member.name}/${member.seed}/${theorem}`
}

/** A member's progress after one more unit. */
export function advance(before: MemberProgress, unit: Done): MemberProgress {
  let passes = before.passes
  for (const { index } of unit.passes) if (index === passes) passes++
  return {
    passes,
    turns: before.turns + 1,
    elapsedMs: before.elapsedMs + unit.statistics.totalMs - unit.statistics.verifierMs,
    proved: before.proved || unit.passes.some((pass) => pass.end === 'proved'),
    closed: before.closed || !unit.open,
  }
}
