import { systemClock } from '../search/budget.ts'
import type { SearchStatistics } from '../search/outcome.ts'
import { strategyOf } from '../search/strategies.ts'
import { createTree } from '../search/tree.ts'
import { type RecordedEdge, recordTree, type TreeRecord } from '../search/tree-record.ts'
import type { PassRecord, ProofRecord, RefusalRecord, UnitRecord } from './journal.ts'
import { type MemberProgress, NO_PROGRESS, nextUnit, type Plan, type Unit } from './plan.ts'
import { type PolicyAnswer, replayPolicy } from './policy-record.ts'
import { replayDomain } from './replay-domain.ts'
import { advance, RECORDED_STATES, unitSeed } from './theorem-run.ts'
import { runUnit, type Workplace } from './unit.ts'
import type { Opened } from './world.ts'

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
  opened: Extract<Opened, { kind: 'opened' }>,
  signal: AbortSignal,
): Promise<Replay> {
  const theorem = plan.theorems[position]
  if (theorem === undefined) throw new Error(`there is no theorem ${position}`)
  const domain = replayDomain(opened.domain)
  const place: Workplace = { tree: createTree(domain.root), domain, verify: opened.verify, proofs: new Map() }
  const policies = plan.members.map(({ name }, member) => replayPolicy(name, recorded.answers(member)))
  const progress: MemberProgress[] = plan.members.map(() => NO_PROGRESS)
  const units: UnitRecord[] = []
  const differences: string[] = []
  let cut = 0
  for (const before of recorded.units) {
    const unit = nextUnit(plan, progress)
    if (typeof unit === 'string' || unit.member !== before.member || unit.firstPass !== before.firstPass) {
      differences.push(`the plan has no unit of member ${before.member} from pass ${before.firstPass} on at this point`)
      break
    }
    const member = plan.members[unit.member]
    const policy = policies[unit.member]
    if (member === undefined || policy === undefined) throw new Error(`there is no member ${unit.member}`)
    const wasCut = !ranToItsEnd(unit, before)
    if (wasCut) cut++
    const seed = unitSeed(plan.seed, member, theorem.name)
    const settings = { seed, depth: plan.depth, block: plan.block, concurrency: 1, clock: systemClock, signal }
    const kept = before.passes.filter(({ index }, i) => index === unit.firstPass + i)
    const again = {
      ...unit,
      wallClockMs: undefined,
      turnMs: undefined,
      passes: wasCut ? kept.length : unit.passes,
    }
    const { kind, settings: choice } = member.search
    const { byPasses } = strategyOf(kind)
    // It did as many expansions as there was time for.
    const limited =
      wasCut && !byPasses
        ? { ...member, search: { kind, settings: { ...choice, expansions: before.statistics.expansions } } }
        : member
    const outcome = await runUnit(place, limited, policy, again, settings)
    const passes = wasCut && !byPasses ? [] : outcome.passes
    if (!same(passes, wasCut ? kept : before.passes))
      differences.push(`the passes of ${member.name} from pass ${unit.firstPass} on differ`)
    const { statistics, proofs, refusals } = outcome
    const { firstPass, open } = before
    const tree = recordTree(place.tree, RECORDED_STATES)
    units.push({ member: unit.member, firstPass, seed, open, statistics, passes, proofs, refusals, tree })
    progress[unit.member] = advance(progress[unit.member] as MemberProgress, before)
  }
  const tree = units.at(-1)?.tree
  if (differences.length === 0 && tree !== undefined && recorded.tree !== undefined)
    differences.push(...treeDifference(tree, recorded.tree, cut > 0))
  return { units, differences, cut }
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

/** Another day Lean may refuse the same script in other words. */
function withoutReason(edge: RecordedEdge | undefined): unknown {
  if (edge?.outcome.kind !== 'finished' || edge.outcome.verdict.kind !== 'refused') return edge
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
