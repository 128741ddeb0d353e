import type { Policy } from '../policy/policy.ts'
import type { Proof } from '../proof/proof.ts'
import { createRandom, type Random } from '../proof/random.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { ScriptVerdict } from '../proof/verdict.ts'
import type { Clock } from '../search/budget.ts'
import type { Domain } from '../search/domain.ts'
import type { SearchResult, SearchStatistics } from '../search/outcome.ts'
import type { Pass } from '../search/pass.ts'
import { strategyOf } from '../search/strategies.ts'
import type { SearchEdge, Tree } from '../search/tree.ts'
import { withoutHoles } from '../search/without-holes.ts'
import type { PassEndWord, PassRecord, ProofRecord, RefusalRecord } from './journal.ts'
import type { MemberSearch } from './member.ts'
import type { Unit } from './plan.ts'

/** A theorem being worked on, shared by all members. */
export type Workplace = {
  readonly theorem: Theorem
  readonly tree: Tree
  readonly domain: Domain
  readonly verify: (proof: Proof) => Promise<ScriptVerdict>
  /** Verified proofs by key, from earlier units too. */
  readonly proofs: Map<string, ProofRecord>
}

export type UnitSettings = {
  readonly seed: string
  readonly depth: number
  readonly block: number
  /** States worked on at the same time. */
  readonly concurrency: number
  /** See `Plan.shortFirst`. */
  readonly shortFirst: boolean
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Members that write whole proofs, by number. */
  readonly whole: readonly number[]
  readonly onProgress?: ((statistics: Readonly<SearchStatistics>) => void) | undefined
}

export type UnitOutcome = {
  readonly passes: readonly PassRecord[]
  readonly proofs: readonly ProofRecord[]
  readonly refusals: readonly RefusalRecord[]
  readonly statistics: SearchStatistics
  /** Why it stopped before its passes were done, if it did. */
  readonly stopped: 'wallClock' | 'interrupted' | undefined
}

/** Runs one unit of a member's work. Passes the budget cut off are left out. */
export async function runUnit(
  place: Workplace,
  search: MemberSearch,
  policy: Policy,
  unit: Unit,
  settings: UnitSettings,
): Promise<UnitOutcome> {
  const { tree } = place
  const domain = withoutHoles(place.domain)
  /** In the order in which they were asked about, whichever answer came first. */
  const judged: (ProofRecord | RefusalRecord)[] = []
  let turns = 0
  const accept = async (proof: Proof): Promise<ScriptVerdict> => {
    const key = proofKey(tree, proof.tactics)
    if (key === undefined) throw new Error('a finished script is not in the tree')
    // Recorded by an earlier run of this evaluation, whose tree is gone.
    const known = place.proofs.get(key)
    if (known !== undefined) return { kind: 'verified', ...known }
    const turn = turns++
    const verdict = await place.verify(proof)
    const { kind, ...rest } = verdict
    const record = { key, tactics: proof.tactics, ...rest }
    judged[turn] = record
    if (!('reason' in record)) place.proofs.set(key, record)
    return verdict
  }
  const { depth, concurrency, shortFirst, clock, signal, block } = settings
  const budget = { depth, wallClockMs: unit.wallClockMs, turnMs: unit.turnMs, signal }
  const { kind, settings: choice } = search
  const strategy = strategyOf(kind)
  tree.author = unit.member
  const { result, statistics, passes } = await strategy.run(tree, domain, policy, choice, {
    accept,
    theorem: place.theorem,
    onward: unit.stopAtFirstProof ? reachedBy(tree, settings.whole) : [],
    concurrency,
    shortFirst,
    clock,
    block,
    budget: { ...budget, ...(strategy.byPasses && { passes: unit.passes }) },
    random: shifted(createRandom(settings.seed), unit.firstPass),
    stopAtFirstProof: unit.stopAtFirstProof,
    onProgress: (progress) => settings.onProgress?.(progress.statistics),
  })
  const ended = strategy.byPasses
    ? passes.flatMap((pass) => recordPass(tree, pass, unit.firstPass))
    : recordSearch(tree, result)
  const whole = ended.length === (strategy.byPasses ? unit.passes : 1)
  return {
    passes: worthKeeping(ended, unit),
    // Holes, where no answer came, are passed over.
    proofs: judged.flatMap((record) => ('reason' in record ? [] : [record])),
    refusals: judged.flatMap((record) => ('reason' in record ? [record] : [])),
    statistics,
    stopped: whole ? undefined : stop(result, signal),
  }
}

/**
 * Edges that members opened and that lead to states nobody else had come to. Where members share a theorem until its first proof,
 * the others go on from there; where each is to be measured alone, nobody does.
 */
function reachedBy(tree: Tree, members: readonly number[]): SearchEdge[] {
  if (members.length === 0) return []
  return [...tree.nodes()].flatMap((node) => {
    const { via } = tree.reach(node)
    return via?.by !== undefined && members.includes(via.by) ? [via] : []
  })
}

/** Names a script's last step: the state it is taken at, and its tactic. Undefined if the script is not in the tree. */
export function proofKey(tree: Tree, tactics: readonly string[]): string | undefined {
  let node = tree.root
  for (const tactic of tactics.slice(0, -1)) {
    const outcome = node.edges.get(tactic)?.outcome
    if (outcome?.kind !== 'open') return undefined
    node = outcome.node
  }
  const last = tactics.at(-1)
  if (last === undefined || node.edges.get(last)?.outcome.kind !== 'finished') return undefined
  return `${node.state.key} ${last}`
}

/** Pass i of a search draws what pass i + offset of the whole evaluation draws. */
function shifted(random: Random, offset: number): Random {
  return { next: () => random.next(), fork: (label) => random.fork(typeof label === 'number' ? label + offset : label) }
}

/**
 * Passes of a search that was cut short end in any order. Those before the first that did not end are kept, so that
 * "how many" says "which"; the others have to be run again, and cost little, for their tactics are known. A proof is
 * never lost, so its pass is kept wherever it stands.
 */
function worthKeeping(ended: readonly PassRecord[], unit: Unit): PassRecord[] {
  return ended.filter((pass, i) => pass.index === unit.firstPass + i || pass.end === 'proved')
}

function recordPass(tree: Tree, pass: Pass, offset: number): PassRecord[] {
  const end = passEnd(pass)
  if (end === undefined) return []
  const proof = end === 'proved' ? proofKey(tree, pass.tactics) : undefined
  return [{ index: pass.index + offset, end, depth: pass.depth, tactics: pass.tactics, proof }]
}

function passEnd({ end }: Pass): PassEndWord | undefined {
  switch (end.kind) {
    case 'unfinished':
      return undefined
    case 'invalid':
      return end.result
    case 'proved':
    case 'refused':
    case 'depthLimit':
    case 'noTactic':
      return end.kind
    default:
      return end satisfies never
  }
}

const fruitless = (end: PassEndWord): PassRecord => ({ index: 0, end, depth: 0, tactics: [], proof: undefined })

/** A search as one pass; none where time ran out, and it has not come to an end of its own. */
function recordSearch(tree: Tree, result: SearchResult): PassRecord[] {
  switch (result.kind) {
    case 'proved': {
      const { tactics } = result.proof
      return [{ index: 0, end: 'proved', depth: tactics.length, tactics, proof: proofKey(tree, tactics) }]
    }
    case 'exhausted':
      return [fruitless('exhausted')]
    case 'outOfBudget':
      if (result.limit === 'wallClock') return []
      return [fruitless(result.limit === 'depth' ? 'depthLimit' : 'expansions')]
    case 'interrupted':
      return []
    default:
      return result satisfies never
  }
}

function stop(result: SearchResult, signal: AbortSignal): 'wallClock' | 'interrupted' | undefined {
  if (signal.aborted) return 'interrupted'
  return result.kind === 'outOfBudget' && result.limit === 'wallClock' ? 'wallClock' : undefined
}
