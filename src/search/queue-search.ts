import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Candidate, Policy } from '../policy/policy.ts'
import { type Budget, type Clock, type Meter, openBudget, systemClock } from './budget.ts'
import type { Domain } from './domain.ts'
import { expandAll, type Job } from './expansion.ts'
import { type Accept, newStatistics, type Progress, type SearchResult, type SearchStatistics } from './outcome.ts'
import type { SearchEdge, SearchNode, Tree } from './tree.ts'
import { verifyEdge } from './verification.ts'

/** Which nodes a search will expand, when, and how widely: its own view of a tree that others may share. */
export interface SearchQueue {
  /** Nodes that wait. */
  readonly size: number
  /** Whether a node is left out only because every known path to it is as long as the depth limit. */
  readonly cutByDepth: boolean
  /** The node that is taken next. */
  next(): SearchNode | undefined
  take(count: number): SearchNode[]
  /** Tactics of the node's next expansion. */
  width(node: SearchNode): number
  /** Those of a node's ranked tactics that this search has not run on it, marked as run. */
  untried(node: SearchNode, ranked: readonly Candidate[]): Candidate[]
  /**
   * Takes a result in; nodes that it opens or brings nearer get their place in line. Returns those that get none for
   * their depth.
   */
  add(edge: SearchEdge, logProb: number): SearchNode[]
  /** After an expansion: puts the node back in line where it has more to offer, and says whether it has. */
  widen(node: SearchNode, ranked: readonly Candidate[]): boolean
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
   * Tactics of an expansion that are run before it is asked whether one of them finished: the rest is then not run.
   * All if left out. Part of the search's meaning: an expansion that finds a proof leaves fewer edges.
   */
  readonly wave?: number
  /**
   * Tactics of the very first expansion that are run before all others, like `wave`, which it is if left out: most theorems
   * that are easy fall to the likeliest tactic, while one of those behind it may run to its limit.
   */
  readonly first?: number
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
  const context = { tree, domain, policy, accept, meter, statistics, concurrency }
  const queue = open(tree.root, meter.depth)
  for (const { outcome } of onward)
    if (outcome.kind === 'open') for (const edge of tree.edgesTo(outcome.node)) queue.add(edge, edge.logProb)

  const run = async (): Promise<SearchResult> => {
    while (true) {
      const stopped = meter.stopped()
      if (stopped === 'interrupted') return { kind: 'interrupted' }
      if (stopped === 'wallClock') return { kind: 'outOfBudget', limit: 'wallClock' }
      if (queue.size === 0) return queue.cutByDepth ? { kind: 'outOfBudget', limit: 'depth' } : { kind: 'exhausted' }
      const left = meter.expansions - statistics.expansions
      if (left < 1) return { kind: 'outOfBudget', limit: 'expansions' }

      const head = statistics.expansions === 0 ? Math.min(first, wave) : wave
      const nodes = queue.take(Math.min(batch, left))
      statistics.expansions += nodes.length
      const ranked = await Promise.all(nodes.map((node) => rank(node, queue.width(node), context)))
      const jobs: Job[] = nodes.map((node, i) => ({ node, candidates: queue.untried(node, ranked[i] ?? []) }))
      for (const part of waves(jobs, head, wave, concurrency)) {
        const answers = await expandAll(part, context)
        const finished: SearchEdge[] = []
        for (const [i, { candidates }] of part.entries())
          for (const [j, edge] of (answers[i] ?? []).entries()) {
            if (edge === undefined) continue
            const cut = queue.add(edge, Math.min(0, candidates[j]?.logProb ?? 0))
            for (const tooDeep of cut) domain.release(tooDeep.state)
            if (edge.outcome.kind === 'finished') finished.push(edge)
          }
        for (const edge of finished) {
          const proof = { tactics: [...queue.tacticsTo(edge.from), edge.tactic] }
          const verification = await verifyEdge(edge, proof, context)
          if (verification.kind === 'accepted') return { kind: 'proved', proof: verification.proof }
        }
        if (meter.stopped() !== undefined) break
      }
      for (const [i, { node }] of jobs.entries())
        if (!queue.widen(node, ranked[i] ?? []) && node.id !== 0) domain.release(node.state)
      onProgress?.({ tree, statistics, waiting: queue.size, passes: 0, best: queue.next() })
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
 * Cuts jobs into rounds of at most `size` tactics per node, `head` in the first. Within a round a node's tactics are dealt to several jobs
 * where there are fewer nodes than can be worked on at the same time; that changes no result.
 */
function* waves(jobs: readonly Job[], head: number, size: number, concurrency: number): Iterable<Job[]> {
  const share = Math.max(1, Math.floor(concurrency / jobs.length))
  const longest = Math.max(...jobs.map(({ candidates }) => candidates.length))
  for (let from = 0, to = head; from < longest; from = to, to += size) {
    const [start, end] = [from, to]
    yield jobs.flatMap(({ node, candidates }) => {
      const round = candidates.slice(start, end)
      const length = Math.ceil(round.length / share)
      return Array.from({ length: length === 0 ? 0 : Math.ceil(round.length / length) }, (_, i) => ({
        node,
        candidates: round.slice(i * length, (i + 1) * length),
      }))
    })
  }
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
