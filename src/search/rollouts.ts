import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Candidate, Policy } from '../policy/policy.ts'
import type { Proof } from '../proof/proof.ts'
import type { Random } from '../proof/random.ts'
import { type Budget, type Clock, type Limit, type Meter, openBudget, systemClock } from './budget.ts'
import type { Domain } from './domain.ts'
import { expandAll, type Job, mapLimited } from './expansion.ts'
import { type Accept, newStatistics, type Progress, type SearchResult, type SearchStatistics } from './outcome.ts'
import { finish, type LivePass, type Pass, startPass } from './pass.ts'
import { arriveAll } from './rollout-split.ts'
import { Split } from './split.ts'
import type { SearchEdge, SearchNode, Tree } from './tree.ts'
import { verifyEdge } from './verification.ts'

/** Finished scripts before the verifier at the same time: its processes work one behind another. */
const PROOFS_AT_ONCE = 4

export type RolloutOptions = {
  /** `depth` ends one pass. One of `passes`, `wallClockMs` and `signal` must be there to end the search. */
  readonly budget: Budget
  /** Pass i draws from `random.fork(i)` alone. */
  readonly random: Random
  readonly accept: Accept
  /** False runs all passes, which unbiased coverage estimates need. */
  readonly stopAtFirstProof: boolean
  /** Passes under way at the same time, 32 if left out. Changes no pass, only which of them share a call. */
  readonly block?: number
  /** States worked on at the same time, 1 if left out. */
  readonly concurrency?: number
  /** See `Plan.shortFirst`; true if left out. */
  readonly shortFirst?: boolean
  /** Goals without metavariables in common are solved one by one; false if left out. */
  readonly split?: boolean
  readonly clock?: Clock
  /** Edges to states from which every other pass goes on; from the first state where there are none. */
  readonly onward?: readonly SearchEdge[]
  /** Called after every step of the passes under way. */
  readonly onProgress?: (progress: Progress) => void
}

export type RolloutOutcome = {
  readonly result: SearchResult
  readonly tree: Tree
  readonly statistics: SearchStatistics
  /** By index. Passes that were never started are not listed. */
  readonly passes: readonly Pass[]
  /** The verified scripts, one for each finishing (state, tactic), in the order in which they were found. */
  readonly proofs: readonly Proof[]
}

/**
 * Sampled roll-outs (paper 5.3, App. B): each pass samples one tactic per step from the first state on, and ends at a
 * proof, an invalid tactic or the depth limit. A tactic that leads back to a state the pass has been at costs the pass a
 * step of its depth and nothing else: it goes on from there, as the paper's passes do, and nothing is run twice.
 *
 * Passes move in step, `block` at a time, and a new one starts when one ends. A pass depends on its own random stream
 * and on exact tactic results only, so neither `block` nor `concurrency` nor other searches on the same tree change how
 * it ends; they do change which passes are unfinished when the search stops early.
 *
 * With `split`, a pass that comes to a state whose goals can be solved one by one goes on with the first of them that is not
 * solved yet, by itself or by anybody before it on this tree, and then with the next: what solved a goal before is not
 * drawn again. When all are solved, their tactics are run on the state one after another, and what finishes is verified. So
 * how such a pass ends depends on what was searched before it.
 *
 * An expansion is a state at which this search samples for the first time.
 */
export async function searchRollouts(
  tree: Tree,
  domain: Domain,
  policy: Policy,
  options: RolloutOptions,
): Promise<RolloutOutcome> {
  const { random, accept, stopAtFirstProof, block = 32, concurrency = 1, clock = systemClock, onProgress } = options
  const { onward = [], shortFirst = true, split = false } = options
  if (tree.root.state.key !== domain.root.key) throw new Error('the tree belongs to another theorem')
  if (!(block >= 1)) throw new RangeError(`block must be at least 1, not ${block}`)
  const { passes: most, wallClockMs, signal } = options.budget
  if (most === undefined && wallClockMs === undefined && signal === undefined)
    throw new RangeError('budget: roll-outs without passes, wallClockMs or signal would never end')
  const meter = openBudget(options.budget, clock)
  const statistics = newStatistics()
  const how = { stopAtFirstProof, shortFirst, untilFinished: stopAtFirstProof && shortFirst }
  const work = { tree, domain, policy, accept, meter, statistics, concurrency, ...how }
  const context = { ...work, split: split ? new Split(work) : undefined }
  const passes: Pass[] = []
  const proofs = new Set<Proof>()
  const visits = new Map<SearchNode, number>()
  let live: LivePass[] = []
  let started = 0
  let limit: Limit | undefined

  try {
    while (limit === undefined && meter.stopped() === undefined && !(stopAtFirstProof && proofs.size > 0)) {
      for (; live.length < block && started < meter.passes; started++)
        live.push(startPass(started, tree, random, onward))
      if (live.length === 0) limit = 'passes'
      else {
        const admitted = live.filter((pass) => admit(pass.node, visits, meter, statistics))
        if (admitted.length < live.length) limit = 'expansions'
        await stepAll(admitted, context, proofs)
        const ended = live.filter((pass) => pass.end !== undefined)
        live = live.filter((pass) => pass.end === undefined)
        for (const pass of ended) passes.push(finish(pass))
        releaseLeft(ended, live, visits, domain)
        onProgress?.({ tree, statistics, waiting: live.length, passes: passes.length, best: deepest(live) })
        // With everything cached no step would ever leave the microtask queue, and timers and signals would starve.
        await nextTurn()
      }
    }
    for (const pass of live) passes.push(finish(pass))
    passes.sort((a, b) => a.index - b.index)
    statistics.totalMs = meter.elapsedMs()
    return { result: conclude(proofs, limit, meter), tree, statistics, passes, proofs: [...proofs] }
  } finally {
    meter.close()
  }
}

type StepContext = {
  readonly tree: Tree
  readonly domain: Domain
  readonly policy: Policy
  readonly accept: Accept
  readonly stopAtFirstProof: boolean
  readonly shortFirst: boolean
  readonly untilFinished: boolean
  readonly meter: Meter
  readonly statistics: SearchStatistics
  readonly concurrency: number
  readonly split: Split | undefined
}

/**
 * One tactic for each pass: draws, runs what is new state by state, then moves the passes in order of their index. Tactics
 * that reached the short limit are run with the whole one when the others are done, if a proof is still wanted then.
 */
async function stepAll(passes: readonly LivePass[], context: StepContext, proofs: Set<Proof>): Promise<void> {
  const drawn = await Promise.all(passes.map(async (pass) => pass.drawn ?? (await draw(pass, context))))
  for (const [i, pass] of passes.entries()) pass.drawn = drawn[i]
  const slow = await moveAll(
    passes.filter((pass) => pass.drawn !== undefined),
    false,
    context,
    proofs,
  )
  if (slow.length > 0 && !(context.stopAtFirstProof && proofs.size > 0)) await moveAll(slow, true, context, proofs)
}

/** Runs what passes have drawn, and moves them. Returns those whose tactic reached the short limit. */
async function moveAll(
  passes: readonly LivePass[],
  whole: boolean,
  context: StepContext,
  proofs: Set<Proof>,
): Promise<LivePass[]> {
  const groups = new Map<SearchNode, { pass: LivePass; candidate: Candidate }[]>()
  for (const pass of passes) {
    const candidate = pass.drawn
    if (candidate === undefined) continue
    const group = groups.get(pass.node) ?? []
    groups.set(pass.node, group)
    group.push({ pass, candidate })
  }
  const jobs: Job[] = [...groups].map(([node, group]) => ({ node, candidates: group.map((one) => one.candidate) }))
  const answers = await expandAll(jobs, context, whole)
  const moves: Move[] = []
  const slow: LivePass[] = []
  for (const [i, group] of [...groups.values()].entries())
    for (const [j, { pass }] of group.entries()) {
      const edge = answers[i]?.[j]
      if (edge === undefined) continue
      if (!whole && edge.slow) slow.push(pass)
      else moves.push({ pass, edge })
    }
  moves.sort((a, b) => a.pass.index - b.pass.index)
  // Where every proof is judged, those of a step are judged side by side.
  if (!context.stopAtFirstProof) await verifyAll(moves, context)
  for (const { pass, edge } of moves) await move(pass, edge, context, proofs)
  if (context.split !== undefined)
    await arriveAll(
      moves.map(({ pass }) => pass),
      context.split,
      proofs,
      context.stopAtFirstProof,
    )
  return slow
}

type Move = { readonly pass: LivePass; readonly edge: SearchEdge }

/** Has the verifier look at what a step finished, each edge once, by the script of the first pass that came to it. */
async function verifyAll(moves: readonly Move[], context: StepContext): Promise<void> {
  const { meter, statistics } = context
  const finished = new Map<SearchEdge, Move>()
  for (const move of moves) {
    const { outcome } = move.edge
    if (outcome.kind === 'finished' && outcome.verdict.kind === 'candidate' && !finished.has(move.edge))
      finished.set(move.edge, move)
  }
  const [before, start] = [statistics.verifierMs, meter.now()]
  await mapLimited([...finished.values()], PROOFS_AT_ONCE, ({ pass, edge }) =>
    verifyEdge(edge, { tactics: [...pass.tactics, edge.tactic] }, context),
  )
  // Time that several wait for is one time.
  statistics.verifierMs = before + meter.now() - start
}

/** The pass's next tactic; undefined if it ends here or the budget does. */
async function draw(pass: LivePass, { policy, meter, statistics }: StepContext): Promise<Candidate | undefined> {
  if (pass.depth >= meter.depth) {
    pass.end = { kind: 'depthLimit' }
    return undefined
  }
  const start = meter.now()
  try {
    // A draw is known by its stream and its state, so a second one at a state needs a stream of its own.
    const random = pass.isBack ? pass.random.fork(`step ${pass.depth}`) : pass.random
    const [candidate] = await policy.sample(pass.node.state, 1, random, meter.signal)
    if (candidate === undefined) pass.end = { kind: 'noTactic' }
    return candidate
  } catch (error) {
    if (meter.signal.aborted) return undefined
    throw error
  } finally {
    statistics.policyMs += meter.now() - start
  }
}

async function move(pass: LivePass, edge: SearchEdge, context: StepContext, proofs: Set<Proof>): Promise<void> {
  const outcome = edge.outcome
  pass.tactics.push(edge.tactic)
  pass.drawn = undefined
  switch (outcome.kind) {
    case 'open':
      context.split?.solutions.add(edge)
      pass.depth++
      if (pass.depth >= context.meter.depth) pass.end = { kind: 'depthLimit' }
      pass.isBack = pass.visited.has(outcome.node)
      pass.visited.add(outcome.node)
      pass.node = outcome.node
      return
    case 'finished': {
      pass.depth++
      // One proof is enough: the others of this step are not worth the verifier's time.
      if (context.stopAtFirstProof && proofs.size > 0 && outcome.verdict.kind === 'candidate') return
      const verification = await verifyEdge(edge, { tactics: [...pass.tactics] }, context)
      if (verification.kind === 'accepted') proofs.add(verification.proof)
      pass.end =
        verification.kind === 'accepted'
          ? { kind: 'proved' }
          : { kind: verification.kind === 'refused' ? 'refused' : 'unfinished' }
      return
    }
    case 'error':
    case 'timeout':
    case 'crash':
      pass.end = { kind: 'invalid', result: outcome.kind }
      return
    default:
      outcome satisfies never
  }
}

/** Whether the budget lets this search sample at a node; counts the node when it is new to the search. */
function admit(node: SearchNode, visits: Map<SearchNode, number>, meter: Meter, statistics: SearchStatistics): boolean {
  const before = visits.get(node)
  if (before === undefined) {
    if (statistics.expansions >= meter.expansions) return false
    statistics.expansions++
  }
  visits.set(node, (before ?? 0) + 1)
  return true
}

/**
 * States seen by one pass only are unlikely to be seen again: released when that pass has ended. What several passes
 * came through is kept.
 */
function releaseLeft(
  ended: readonly LivePass[],
  live: readonly LivePass[],
  visits: ReadonlyMap<SearchNode, number>,
  domain: Domain,
): void {
  const standing = new Set(live.map((pass) => pass.node))
  for (const pass of ended)
    for (const node of pass.visited)
      if (node.id !== 0 && (visits.get(node) ?? 0) <= 1 && !standing.has(node)) domain.release(node.state)
}

function deepest(live: readonly LivePass[]): SearchNode | undefined {
  let best: LivePass | undefined
  for (const pass of live) if (best === undefined || pass.depth > best.depth) best = pass
  return best?.node
}

export function conclude(proofs: ReadonlySet<Proof>, limit: Limit | undefined, meter: Meter): SearchResult {
  let shortest: Proof | undefined
  for (const proof of proofs)
    if (shortest === undefined || proof.tactics.length < shortest.tactics.length) shortest = proof
  if (shortest !== undefined) return { kind: 'proved', proof: shortest }
  const stopped = meter.stopped()
  if (limit !== undefined) return { kind: 'outOfBudget', limit }
  return stopped === 'interrupted' ? { kind: 'interrupted' } : { kind: 'outOfBudget', limit: 'wallClock' }
}
