import type { Theorem } from '../proof/theorem.ts'
import type { Clock } from '../search/budget.ts'
import type { SearchStatistics } from '../search/outcome.ts'
import { createTree } from '../search/tree.ts'
import { recordTree, restoreTree, TreeGrowth } from '../search/tree-record.ts'
import type { Journal, TheoremJournal, TheoremOutcome, UnitRecord } from './journal.ts'
import { liveMember, type Member } from './member.ts'
import { nextUnit, type Plan } from './plan.ts'
import { recordPolicy } from './policy-record.ts'
import { replayDomain } from './replay-domain.ts'
import type { Workplace } from './unit.ts'
import { type Recorder, runUnits } from './unit-loop.ts'
import type { OpenedTheorem, World } from './world.ts'

export type TheoremRunOptions = {
  readonly journal: Journal
  readonly world: World
  readonly plan: Plan
  /** Those of the plan, ready to work. */
  readonly members: readonly Member[]
  readonly concurrency: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onProgress?: (statistics: Readonly<SearchStatistics>) => void
  readonly onUnit?: (unit: UnitRecord) => void
  /** Ends after the first unit; the theorem then stays open. */
  readonly onlyOneUnit?: boolean
}

/** States per theorem that are recorded with their goals; a tree that outgrows this is recorded in part. */
export const RECORDED_STATES = 1000

/**
 * Does what is left to do on one theorem, unit by unit in a fixed order, and records each. All members share one
 * session and one tree. Returns the outcome, or undefined if `signal` aborted first.
 */
export async function runTheorem(position: number, options: TheoremRunOptions): Promise<TheoremOutcome | undefined> {
  const { journal, world, plan, signal } = options
  const theorem = plan.theorems[position]
  if (theorem === undefined) throw new Error(`there is no theorem ${position}`)
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
      const outcome = await work(position, theorem, known, opened, options)
      return outcome && close(outcome)
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
  opened: OpenedTheorem,
  options: TheoremRunOptions,
): Promise<TheoremOutcome | undefined> {
  const { plan, concurrency, clock, signal } = options
  const domain = replayDomain(opened.domain)
  const place: Workplace = {
    theorem,
    tree: known.tree === undefined ? createTree(domain.root) : restoreTree(known.tree, domain.root),
    domain,
    verify: opened.verify,
    proofs: new Map(known.proofs.map((proof) => [proof.key, proof])),
  }
  const recorder = journalRecorder(position, theorem, place, options)
  const { progress } = known
  const completion = await runUnits({ plan, name: theorem.name, place, progress, recorder, concurrency, clock, signal })
  if (completion === undefined) return undefined
  options.journal.writeTree(position, recordTree(place.tree, RECORDED_STATES))
  // What nobody proves may be false: that is told, and costs a moment once.
  const refuted = place.proofs.size > 0 ? undefined : await opened.refute?.(signal)
  return signal.aborted ? undefined : { kind: 'done', completion, refuted }
}

/** Every answer and every unit goes into the journal. */
function journalRecorder(
  position: number,
  theorem: Theorem,
  { tree }: Workplace,
  { journal, members, onProgress, onUnit, onlyOneUnit }: TheoremRunOptions,
): Recorder {
  const growth = new TreeGrowth(tree, RECORDED_STATES)
  return {
    policyFor: async (member, config) =>
      recordPolicy(
        await liveMember(members, config).policyFor(theorem),
        () => journal.answers(position, member),
        (batch) => journal.writeAnswers(position, member, batch),
      ),
    after({ member, firstPass, seed, lastOfTime }, { stopped, ...done }) {
      const open = !lastOfTime || stopped !== 'wallClock'
      const record: UnitRecord = { member, firstPass, seed, open, ...done, tree: growth.take() }
      journal.writeUnit(position, record)
      onUnit?.(record)
      return onlyOneUnit ? undefined : record
    },
    onProgress: (_, statistics) => onProgress?.(statistics),
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `: ${describe(error.cause)}`
  return `${error.message}${cause}`
}
