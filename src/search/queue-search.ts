import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Candidate, Policy } from '../policy/policy.ts'
import type { Proof } from '../proof/proof.ts'
import { isGivenUp } from '../proof/tactic-result.ts'
import { answerOf } from './answer-of.ts'
import { type Budget, type Clock, type Meter, openBudget, systemClock } from './budget.ts'
import type { Domain } from './domain.ts'
import { expandAll, type Job } from './expansion.ts'
import { type Accept, newStatistics, type Progress, type SearchResult, type SearchStatistics } from './outcome.ts'
import { QueueSplit } from './queue-split.ts'
import type { SearchEdge, SearchNode, Tree } from './tree.ts'
import { verifyEdge } from './verification.ts'

/** Which nodes a search will expand, when, and how widely: its own view of a tree that others may share. */
export interface SearchQueue {
  /** Nodes that wait. */
  readonly size: number
  /** Tactics that are kept until their turn comes. */
  readonly slow: number
  /** Whether a node is left out only because every known path to it is as long as the depth limit. */
  readonly cutByDepth: boolean
  /** The node that is taken next. */
  next(): SearchNode | undefined
  take(count: number): SearchNode[]
  /** Tactics of the node's next expansion. */
  width(node: SearchNode): number
  /** Those of a node's ranked tactics that this search has not run on it, marked as run; some may be kept for later. */
  untried(node: SearchNode, ranked: readonly Candidate[]): Candidate[]
  /**
   * Takes a result in; nodes that it opens or brings nearer get their place in line. Returns those that get none for
   * their depth.
   */
  add(edge: SearchEdge, logProb: number): SearchNode[]
  /** Keeps a tactic that reached the short limit until its turn comes to run with the whole one. */
  defer(node: SearchNode, candidate: Candidate): void
  /**
   * Takes at most `count` of the tactics kept whose turn it is, before the next node's. All have theirs where no node waits.
   * Some may not have been tried yet: `whole` says which limit they are to have.
   */
  deferred(count: number): { readonly jobs: readonly Job[]; readonly whole: boolean }
  /** After an expansion: puts the node back in line where it has more to offer, and says whether it has. */
  widen(node: SearchNode, ranked: readonly Candidate[]): boolean
  /** Keeps a node out of line, whatever comes, until it is given back. */
  setAside(node: SearchNode): void
  giveBack(node: SearchNode): void
  /** The tactics that lead to a node. */
  tacticsTo(node: SearchNode): readonly string[]
}

export type QueueSearchOptions = {
  /** `passes` is not looked at. */
  readonly budget: Budget
  readonly accept: Accept
  /** Nodes taken from the queue at once, 1 if left out. Part of the search's meaning: another batch, another order. */
  readonly batch?: number
  /**
   * Tactics of an expansion that are run before what they gave is looked at. All if left out. Part of the search's meaning:
   * within a wave nothing is kept behind the first tactic that finishes, in the order of nodes and of their tactics.
   */
  readonly wave?: number
  /**
   * Tactics of the very first expansion that are run before all others, like `wave`, which it is if left out: most theorems
   * that are easy fall to the likeliest tactic, while one of those behind it may run to its limit.
   */
  readonly first?: number
  /** See `Plan.shortFirst`; true if left out. */
  readonly shortFirst?: boolean
  /** Goals without metavariables in common are solved one by one; false if left out. */
  readonly split?: boolean
  /** States worked on at the same time, 1 if left out. Changes no result. */
  readonly concurrency?: number
  readonly clock?: Clock
  /** Edges to states from which it goes on, as if it had come there. */
  readonly onward?: readonly SearchEdge[]
  /** Called after every batch of expansions. */
  readonly onProgress?: (progress: Progress) => void
}

export type QueueSearchOutcome = {
  readonly result: SearchResult
  readonly tree: Tree
  readonly statistics: SearchStatistics
}

/**
 * Expands the nodes that a queue gives, until one of their tactics is a proof that is accepted. An expansion takes one node and
 * runs the tactics its policy ranks first; a batch of them ends before the next is chosen, so the tree is the same for any
 * `concurrency`.
 * @param open makes the queue, at the tree's root; it is given the most tactics from the root to a node that is expanded
 */
export async function searchByQueue(
  tree: Tree,
  domain: Domain,
  policy: Policy,
  open: (root: SearchNode, depth: number) => SearchQueue,
  options: QueueSearchOptions,
): Promise<QueueSearchOutcome> {
  const {
    accept,
    batch = 1,
    wave = Number.POSITIVE_INFINITY,
    first = wave,
    shortFirst = true,
    split = false,
    concurrency = 1,
    clock = systemClock,
    onward = [],
    onProgress,
  } = options
  if (tree.root.state.key !== domain.root.key) throw new Error('the tree belongs to another theorem')
  if (!(batch >= 1)) throw new RangeError(`batch must be at least 1, not ${batch}`)
  if (!(wave >= 1)) throw new RangeError(`wave must be at least 1, not ${wave}`)
  if (!(first >= 1)) throw new RangeError(`first must be at least 1, not ${first}`)
  const meter = openBudget(options.budget, clock)
  const statistics = newStatistics()
  const how = { shortFirst, untilFinished: shortFirst }
  const context = { tree, domain, policy, accept, meter, statistics, concurrency, ...how }
  const queue = open(tree.root, meter.depth)
  const parts = split ? new QueueSplit(queue, context) : undefined
  for (const { outcome } of onward)
    if (outcome.kind === 'open') for (const edge of tree.edgesTo(outcome.node)) queue.add(edge, edge.logProb)

  /** Runs a wave of tactics and takes in what they gave: those that are done, and the proof among it that was accepted. */
  const runWave = async (jobs: readonly Job[], whole: boolean) => {
    const answers = await expandAll(jobs, context, whole)
    await parts?.open(answers.flatMap((edges) => edges ?? []))
    const done = new Set<Candidate>()
    const finished: SearchEdge[] = []
    for (const [i, { node, candidates }] of jobs.entries())
      for (const [j, candidate] of candidates.entries()) {
        const edge = answers[i]?.[j]
        const answer = edge && answerOf(edge, !whole)
        if (edge === undefined || answer === undefined) continue
        done.add(candidate)
        if (isGivenUp(answer)) queue.defer(node, candidate)
        else for (const tooDeep of queue.add(edge, Math.min(0, candidate.logProb))) domain.release(tooDeep.state)
        parts?.add(edge)
        if (answer.kind === 'finished') finished.push(edge)
      }
    const merged = await parts?.merge()
    if (merged !== undefined) return { done, proof: merged }
    for (const edge of finished) {
      const proof = { tactics: [...queue.tacticsTo(edge.from), edge.tactic] }
      const verification = await verifyEdge(edge, proof, context)
      if (verification.kind === 'accepted') return { done, proof: verification.proof }
    }
    return { done, proof: undefined }
  }
  /** Runs all that time is left for, wave by wave, up to the first proof that is accepted. */
  const runAll = async (jobs: readonly Job[], whole: boolean, head = wave): Promise<Proof | undefined> => {
    let left = jobs
    for (let size = head; left.some(({ candidates }) => candidates.length > 0); size = wave) {
      if (meter.stopped() !== undefined) break
      const { done, proof } = await runWave(nextWave(left, size, concurrency), whole)
      if (proof !== undefined) return proof
      left = left.map(({ node, candidates }) => ({ node, candidates: candidates.filter((one) => !done.has(one)) }))
      left = parts?.needed(left) ?? left
    }
    return undefined
  }
  const show = () => onProgress?.({ tree, statistics, waiting: queue.size, passes: 0, best: queue.next() })

  const run = async (): Promise<SearchResult> => {
    while (true) {
      const stopped = meter.stopped()
      if (stopped === 'interrupted') return { kind: 'interrupted' }
      if (stopped === 'wallClock') return { kind: 'outOfBudget', limit: 'wallClock' }
      parts?.revive()
      if (queue.size + queue.slow === 0 && parts?.giveUp() !== true)
        return queue.cutByDepth ? { kind: 'outOfBudget', limit: 'depth' } : { kind: 'exhausted' }
      const left = meter.expansions - statistics.expansions
      if (left < 1) return { kind: 'outOfBudget', limit: 'expansions' }

      const slow = queue.deferred(batch)
      if (slow.jobs.length > 0) {
        const proof = await runAll(parts?.needed(slow.jobs) ?? slow.jobs, slow.whole)
        if (proof !== undefined) return { kind: 'proved', proof }
        show()
        await nextTurn()
        continue
      }
      const head = statistics.expansions === 0 ? Math.min(first, wave) : wave
      const taken = queue.take(Math.min(batch, left))
      const nodes = parts?.neededNodes(taken) ?? taken
      statistics.expansions += nodes.length
      const ranked = await Promise.all(nodes.map((node) => rank(node, queue.width(node), context)))
      const jobs = nodes.map((node, i): Job => ({ node, candidates: queue.untried(node, ranked[i] ?? []) }))
      const proof = await runAll(jobs, false, head)
      if (proof !== undefined) return { kind: 'proved', proof }
      for (const [i, node] of nodes.entries())
        if (!queue.widen(node, ranked[i] ?? []) && node.id !== 0) domain.release(node.state)
      show()
      // With everything cached no batch would ever leave the microtask queue, and timers and signals would starve.
      await nextTurn()
    }
  }

  try {
    const result = await run()
    statistics.totalMs = meter.elapsedMs()
    return { result, tree, statistics }
  } finally {
    meter.close()
  }
}

/**
 * At most `size` of each node's tactics that are left. They are dealt to several jobs where there are fewer nodes than can
 * be worked on at the same time; that changes no result.
 */
function nextWave(left: readonly Job[], size: number, concurrency: number): Job[] {
  const share = Math.max(1, Math.floor(concurrency / left.length))
  return left.flatMap(({ node, candidates }) => {
    const wave = candidates.slice(0, size)
    const length = Math.max(1, Math.ceil(wave.length / share))
    return Array.from({ length: Math.ceil(wave.length / length) }, (_, i) => ({
      node,
      candidates: wave.slice(i * length, (i + 1) * length),
    }))
  })
}

async function rank(
  node: SearchNode,
  width: number,
  { policy, meter, statistics }: { policy: Policy; meter: Meter; statistics: SearchStatistics },
): Promise<readonly Candidate[]> {
  const start = meter.now()
  try {
    return await policy.rank(node.state, width, meter.signal)
  } catch (error) {
    if (meter.signal.aborted) return []
    throw error
  } finally {
    statistics.policyMs += meter.now() - start
  }
}
