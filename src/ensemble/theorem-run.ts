import type { Theorem } from '../proof/theorem.ts'
import type { Clock } from '../search/budget.ts'
import { newStatistics, type SearchStatistics } from '../search/outcome.ts'
import { createTree } from '../search/tree.ts'
import { recordTree, restoreTree } from '../search/tree-record.ts'
import type { Journal, TheoremJournal, TheoremOutcome, UnitRecord } from './journal.ts'
import type { MemberConfig } from './member.ts'
import { type MemberProgress, nextUnit, type Plan } from './plan.ts'
import { type RecordedPolicy, recordPolicy } from './policy-record.ts'
import { replayDomain } from './replay-domain.ts'
import { runUnit, type Workplace } from './unit.ts'
import type { World } from './world.ts'

export type TheoremRunOptions = {
  readonly journal: Journal
  readonly world: World
  readonly plan: Plan
  readonly concurrency: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onProgress?: (statistics: Readonly<SearchStatistics>) => void
  readonly onUnit?: (unit: UnitRecord) => void
}

/** States per theorem that are recorded with their goals; a tree that outgrows this is recorded in part. */
export const RECORDED_STATES = 1000

/**
 * Does what is left to do on one theorem, unit by unit in a fixed order, and records each. All members share one
 * session and one tree. Returns the outcome, or undefined if `signal` aborted first.
 */
export async function runTheorem(position: number, options: TheoremRunOptions): Promise<TheoremOutcome | undefined> {
  const { journal, world, plan, signal } = options
  const theorem = plan.theorems[position] as Theorem
  const known = journal.read(position)
  const close = (outcome: TheoremOutcome): TheoremOutcome => {
    journal.close(position, outcome)
    return outcome
  }
  try {
    const first = nextUnit(plan, known.progress)
    if (typeof first === 'string') return close({ kind: 'done', completion: first })
    const opened = await world.open(theorem, signal)
    if (opened.kind === 'rejected') return close({ kind: 'statementError', message: opened.message })
    try {
      return await work(position, theorem, known, opened, options, close)
    } finally {
      await opened.close()
    }
  } catch (error) {
    if (signal.aborted) return undefined
    return close({ kind: 'engineError', message: describe(error) })
  }
}

async function work(
  position: number,
  theorem: Theorem,
  known: TheoremJournal,
  opened: Extract<Awaited<ReturnType<World['open']>>, { kind: 'opened' }>,
  options: TheoremRunOptions,
  close: (outcome: TheoremOutcome) => TheoremOutcome,
): Promise<TheoremOutcome | undefined> {
  const { journal, plan, concurrency, clock, signal, onProgress, onUnit } = options
  const domain = replayDomain(opened.domain)
  const place: Workplace = {
    tree: known.tree === undefined ? createTree(domain.root) : restoreTree(known.tree, domain.root),
    domain,
    verify: opened.verify,
    proofs: new Map(known.proofs.map((proof) => [proof.key, proof])),
  }
  const policies: (RecordedPolicy | undefined)[] = []
  const progress: MemberProgress[] = [...known.progress]
  for (;;) {
    const unit = nextUnit(plan, progress)
    if (typeof unit === 'string') {
      // What nobody proves may be false: that is told, and costs a moment once.
      const refuted = place.proofs.size > 0 ? undefined : await opened.refute?.(signal)
      if (signal.aborted) return undefined
      return close({ kind: 'done', completion: unit, refuted })
    }
    const member = plan.members[unit.member]
    const before = progress[unit.member]
    if (member === undefined || before === undefined) throw new Error(`there is no member ${unit.member}`)
    if (signal.aborted) return undefined
    policies[unit.member] ??= recordPolicy(
      await member.policyFor(theorem),
      () => journal.answers(position, unit.member),
      (batch) => journal.writeAnswers(position, unit.member, batch),
    )
    const policy = policies[unit.member] as RecordedPolicy
    const seed = unitSeed(plan.seed, member, theorem.name)
    const settings = { seed, depth: plan.depth, block: plan.block, concurrency, clock, signal, onProgress }
    // A budget of no time at all may be left; then nothing is run, and the member's work is over.
    const over = unit.wallClockMs !== undefined && unit.wallClockMs <= 0
    const outcome = over
      ? { passes: [], proofs: [], refusals: [], statistics: newStatistics(), stopped: 'wallClock' as const }
      : await runUnit(place, member, policy, unit, settings).finally(() => policy.flush())
    const open = !unit.lastOfTime || outcome.stopped !== 'wallClock'
    const record: UnitRecord = {
      member: unit.member,
      firstPass: unit.firstPass,
      seed,
      open,
      statistics: outcome.statistics,
      passes: outcome.passes,
      proofs: outcome.proofs,
      refusals: outcome.refusals,
      tree: recordTree(place.tree, RECORDED_STATES),
    }
    journal.writeUnit(position, record)
    onUnit?.(record)
    progress[unit.member] = advance(before, record)
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
export function advance(
  before: MemberProgress,
  unit: Pick<UnitRecord, 'passes' | 'open' | 'statistics'>,
): MemberProgress {
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

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `: ${describe(error.cause)}`
  return `${error.message}${cause}`
}
