import type { Policy } from '../policy/policy.ts'
import { systemClock } from '../search/budget.ts'
import type { SearchStatistics } from '../search/outcome.ts'
import { strategyOf } from '../search/strategies.ts'
import { createTree } from '../search/tree.ts'
import { type RecordedEdge, recordTree, type TreeRecord } from '../search/tree-record.ts'
import type { PassRecord, ProofRecord, RefusalRecord, UnitRecord } from './journal.ts'
import type { MemberConfig } from './member.ts'
import { NO_PROGRESS, type Plan, type Unit } from './plan.ts'
import { type PolicyAnswer, replayPolicy } from './policy-record.ts'
import { replayDomain } from './replay-domain.ts'
import { RECORDED_STATES } from './theorem-run.ts'
import type { UnitOutcome, Workplace } from './unit.ts'
import { type PlannedUnit, type Recorder, runUnits } from './unit-loop.ts'
import type { OpenedTheorem } from './world.ts'

export type RecordedUnit = {
  readonly member: number
  readonly firstPass: number
  readonly open: boolean
  readonly statistics: SearchStatistics
  readonly passes: readonly PassRecord[]
}

/** What a run has on record about one theorem. */
export type RecordedTheorem = {
  /** In the order in which they were done. */
  readonly units: readonly RecordedUnit[]
  readonly proofs: readonly ProofRecord[]
  readonly refusals: readonly RefusalRecord[]
  readonly tree: TreeRecord | undefined
  readonly answers: (member: number) => readonly PolicyAnswer[]
}

export type Replay = {
  readonly units: readonly UnitRecord[]
  /** What came out otherwise than it is on record, a sentence each. */
  readonly differences: readonly string[]
  /** Units that a clock or an interruption cut short. How far they came was an accident: of these, the passes that are on record are done again, and the tree has no more than these gave. */
  readonly cut: number
}

/** Does again what is on record, unit by unit, with the recorded answers in place of the policies. */
export async function replayTheorem(
  plan: Plan,
  position: number,
  recorded: RecordedTheorem,
  opened: OpenedTheorem,
  signal: AbortSignal,
): Promise<Replay> {
  const theorem = plan.theorems[position]
  if (theorem === undefined) throw new Error(`there is no theorem ${position}`)
  const domain = replayDomain(opened.domain)
  const place: Workplace = {
    theorem,
    tree: createTree(domain.root),
    domain,
    verify: opened.verify,
    proofs: new Map(),
  }
  const progress = plan.members.map(() => NO_PROGRESS)
  const comparison = new Comparison(recorded, place)
  const alone = { concurrency: 1, clock: systemClock, signal }
  await runUnits({ plan, name: theorem.name, place, progress, recorder: comparison, ...alone })
  signal.throwIfAborted()
  return comparison.end()
}

/** Has each unit run as it is on record, and compares what comes out. */
class Comparison implements Recorder {
  readonly #recorded: RecordedTheorem
  readonly #place: Workplace
  readonly #units: UnitRecord[] = []
  readonly #differences: string[] = []
  #cut = 0
  #wasCut = false

  constructor(recorded: RecordedTheorem, place: Workplace) {
    this.#recorded = recorded
    this.#place = place
  }

  async policyFor(member: number, { name }: MemberConfig): Promise<Policy> {
    return replayPolicy(name, this.#recorded.answers(member))
  }

  before(planned: PlannedUnit): PlannedUnit | undefined {
    const recorded = this.#next
    if (recorded === undefined || recorded.member !== planned.member || recorded.firstPass !== planned.firstPass)
      return undefined
    this.#wasCut = !ranToItsEnd(planned, recorded)
    const again = { ...planned, wallClockMs: undefined, turnMs: undefined }
    if (!this.#wasCut) return again
    this.#cut++
    const { config } = planned
    const { kind, settings } = config.search
    const passes = keptOf(recorded).length
    if (strategyOf(kind).byPasses) return { ...again, passes }
    // It did as many expansions as there was time for.
    const { expansions } = recorded.statistics
    return { ...again, passes, config: { ...config, search: { kind, settings: { ...settings, expansions } } } }
  }

  after({ config, member, seed, firstPass }: PlannedUnit, outcome: UnitOutcome): RecordedUnit | undefined {
    const recorded = this.#next
    if (recorded === undefined) return undefined
    const passes = this.#wasCut && !strategyOf(config.search.kind).byPasses ? [] : outcome.passes
    if (!same(passes, this.#wasCut ? keptOf(recorded) : recorded.passes))
      this.#differences.push(`the passes of ${config.name} from pass ${firstPass} on differ`)
    const { statistics, proofs, refusals } = outcome
    const { open } = recorded
    const tree = recordTree(this.#place.tree, RECORDED_STATES)
    this.#units.push({ member, firstPass, seed, open, statistics, passes, proofs, refusals, tree })
    return recorded
  }

  /** What came of it, with units on record that the plan did not come to. */
  end(): Replay {
    const left = this.#next
    if (left !== undefined)
      this.#differences.push(
        `the plan has no unit of member ${left.member} from pass ${left.firstPass} on at this point`,
      )
    const tree = this.#units.at(-1)?.tree
    const before = this.#recorded.tree
    if (this.#differences.length === 0 && tree !== undefined && before !== undefined)
      this.#differences.push(...treeDifference(tree, before, this.#cut > 0))
    return { units: this.#units, differences: this.#differences, cut: this.#cut }
  }

  /** The unit on record that is done again next. */
  get #next(): RecordedUnit | undefined {
    return this.#recorded.units[this.#units.length]
  }
}

/** Passes up to the first that is missing. */
function keptOf({ passes, firstPass }: RecordedUnit): readonly PassRecord[] {
  return passes.filter(({ index }, i) => index === firstPass + i)
}

/** All passes are on record, or all that a first proof left. */
function ranToItsEnd(unit: Unit, { passes }: RecordedUnit): boolean {
  return passes.length >= unit.passes || (unit.stopAtFirstProof && passes.some(({ end }) => end === 'proved'))
}

/** Nothing, or the first difference. `part`: the replayed tree may be a part of the recorded one. */
function treeDifference(replayed: TreeRecord, recorded: TreeRecord, part: boolean): string[] {
  if (!part) {
    if (!same(replayed.states, recorded.states)) return ['the states of the tree differ']
    if (replayed.left !== recorded.left) return ['the size of the tree differs']
    const count = Math.max(replayed.edges.length, recorded.edges.length)
    for (let i = 0; i < count; i++)
      if (!same(withoutReason(replayed.edges[i]), withoutReason(recorded.edges[i])))
        return [`edge ${i} of the tree was ${describe(recorded.edges[i])} and is ${describe(replayed.edges[i])}`]
    return []
  }
  const known = new Set(recorded.edges.map((edge) => placeOf(recorded, edge)))
  const added = replayed.edges.find((edge) => !known.has(placeOf(replayed, edge)))
  return added === undefined ? [] : [`the tree has an edge that is not on record: ${describe(added)}`]
}

function placeOf({ states }: TreeRecord, { from, tactic, outcome }: RecordedEdge): string {
  const to = outcome.kind === 'open' ? states[outcome.to]?.key : outcome.kind
  return JSON.stringify([states[from]?.key, tactic, to])
}

/** Another day Lean may refuse the same script in other words; and older files do not say who ran an edge. */
function withoutReason(recorded: RecordedEdge | undefined): unknown {
  if (recorded === undefined) return undefined
  const { by: _, ...edge } = recorded
  if (edge.outcome.kind !== 'finished' || edge.outcome.verdict.kind !== 'refused') return edge
  return { ...edge, outcome: { ...edge.outcome, verdict: { kind: 'refused' } } }
}

/** As they would be written, so that what was read and what was computed can be compared. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function describe(edge: RecordedEdge | undefined): string {
  return edge === undefined
    ? 'missing'
    : `\`${edge.tactic}\` at state ${edge.from} (${edge.outcome.kind}, log-probability ${edge.logProb})`
}
