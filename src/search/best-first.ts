import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Candidate, Policy } from '../policy/policy.ts'
import { type Budget, type Clock, type Meter, openBudget, systemClock } from './budget.ts'
import type { Domain } from './domain.ts'
import { expandAll, type Job } from './expansion.ts'
import { Frontier } from './frontier.ts'
import { type Accept, newStatistics, type Progress, type SearchResult, type SearchStatistics } from './outcome.ts'
import { Paths, type Reach } from './paths.ts'
import type { SearchEdge, SearchNode, Tree } from './tree.ts'
import { verifyEdge } from './verification.ts'

export type BestFirstOptions = {
  /** `passes` is not looked at. */
  readonly budget: Budget
  readonly accept: Accept
  /** Tactics of a node's first expansion, 4 if left out. */
  readonly width?: number
  /** Nodes taken from the frontier at once, 1 if left out. Part of the search's meaning: another batch, another order. */
  readonly batch?: number
  /** Exponent of the length in sum(logProb) / length^alpha, 0.5 if left out. 0 is plain likelihood, 1 the mean per step. */
  readonly alpha?: number
  /**
   * Tactics of an expansion that are run before it is asked whether one of them finished: the rest is then not run.
   * All if left out. Part of the search's meaning: an expansion that finds a proof leaves fewer edges.
   */
  readonly wave?: number
  /**
   * How often one node may come back with twice the width, 3 if left out. Narrow and widened beats wide: on random
   * worlds with 16 tactics a state, 4 tactics widened 3 times prove more than 8 or 16 at once, with fewer runs.
   */
  readonly widenings?: number
  /** States worked on at the same time, 1 if left out. Changes no result. */
  readonly concurrency?: number
  readonly clock?: Clock
  /** Called after every batch of expansions. */
  readonly onProgress?: (progress: Progress) => void
}

/** The settings that proved most of MiniF2F within a minute a theorem: see `npm run bench:minif2f`. */
export const TUNED_BEST_FIRST = { width: 8, widenings: 5, alpha: 0.5, batch: 2, wave: 4 } as const

export type BestFirstOutcome = {
  readonly result: SearchResult
  readonly tree: Tree
  readonly statistics: SearchStatistics
}

/**
 * Best-first search by length-normalised log-probability, as in BFS-Prover (arXiv 2502.03438), whose alpha is the
 * default. A node's priority comes from the likeliest path to it, and is raised, never lowered, by paths found later;
 * its depth comes from the shortest. An expansion takes one node and runs the tactics its policy ranks first; a batch of them ends before the next is chosen, so the tree is the
 * same for any `concurrency`.
 *
 * A node that has used up its tactics can be widened: it comes back with the priority that its last, least likely tactic
 * gave, which bounds all it can still offer.
 */
export async function searchBestFirst(
  tree: Tree,
  domain: Domain,
  policy: Policy,
  options: BestFirstOptions,
): Promise<BestFirstOutcome> {
  const {
    accept,
    batch = 1,
    wave = Number.POSITIVE_INFINITY,
    concurrency = 1,
    clock = systemClock,
    onProgress,
  } = options
  if (tree.root.state.key !== domain.root.key) throw new Error('the tree belongs to another theorem')
  if (!(batch >= 1)) throw new RangeError(`batch must be at least 1, not ${batch}`)
  if (!(wave >= 1)) throw new RangeError(`wave must be at least 1, not ${wave}`)
  const meter = openBudget(options.budget, clock)
  const statistics = newStatistics()
  const context = { tree, domain, policy, accept, meter, statistics, concurrency }
  const queue = new Queue(tree.root, meter.depth, options)

  const run = async (): Promise<SearchResult> => {
    while (true) {
      const stopped = meter.stopped()
      if (stopped === 'interrupted') return { kind: 'interrupted' }
      if (stopped === 'wallClock') return { kind: 'outOfBudget', limit: 'wallClock' }
      if (queue.size === 0) return queue.cutByDepth ? { kind: 'outOfBudget', limit: 'depth' } : { kind: 'exhausted' }
      const left = meter.expansions - statistics.expansions
      if (left < 1) return { kind: 'outOfBudget', limit: 'expansions' }

      const nodes = queue.take(Math.min(batch, left))
      statistics.expansions += nodes.length
      const ranked = await Promise.all(nodes.map((node) => rank(node, queue.width(node), context)))
      const jobs: Job[] = nodes.map((node, i) => ({ node, candidates: queue.untried(node, ranked[i] ?? []) }))
      for (const part of waves(jobs, wave, concurrency)) {
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
          const proof = { tactics: [...queue.paths.tacticsTo(edge.from), edge.tactic] }
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
 * Cuts jobs into rounds of at most `size` tactics per node. Within a round a node's tactics are dealt to several jobs
 * where there are fewer nodes than can be worked on at the same time; that changes no result.
 */
function* waves(jobs: readonly Job[], size: number, concurrency: number): Iterable<Job[]> {
  const share = Math.max(1, Math.floor(concurrency / jobs.length))
  const longest = Math.max(...jobs.map(({ candidates }) => candidates.length))
  for (let from = 0; from < longest; from += size)
    yield jobs.flatMap(({ node, candidates }) => {
      const round = candidates.slice(from, from + size)
      const length = Math.ceil(round.length / share)
      return Array.from({ length: length === 0 ? 0 : Math.ceil(round.length / length) }, (_, i) => ({
        node,
        candidates: round.slice(i * length, (i + 1) * length),
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

/** What this search has done at a node it has expanded. */
type Tried = {
  readonly tactics: Set<string>
  /** The lowest log-probability among them. */
  worst: number
  widened: number
  /** Whether it is back in line. */
  waiting: boolean
}

/** Which nodes this search will expand, when, and how widely: its own view of a tree that others may share. */
class Queue {
  readonly paths: Paths
  readonly #frontier = new Frontier()
  readonly #depth: number
  readonly #alpha: number
  readonly #firstWidth: number
  readonly #widenings: number
  readonly #tried = new Map<SearchNode, Tried>()
  readonly #cut = new Set<SearchNode>()

  constructor(root: SearchNode, depth: number, options: BestFirstOptions) {
    const { alpha = 0.5, width = 4, widenings = 3 } = options
    if (!(alpha >= 0)) throw new RangeError(`alpha must be a number >= 0, not ${alpha}`)
    if (!(width >= 1)) throw new RangeError(`width must be at least 1, not ${width}`)
    this.paths = new Paths(root)
    this.#depth = depth
    this.#alpha = alpha
    this.#firstWidth = width
    this.#widenings = widenings
    this.#offer(root)
  }

  get size(): number {
    return this.#frontier.size
  }

  /** Whether a node is left out only because every known path to it is as long as the depth limit. */
  get cutByDepth(): boolean {
    return this.#cut.size > 0
  }

  next(): SearchNode | undefined {
    return this.#frontier.peek()
  }

  take(count: number): SearchNode[] {
    const nodes: SearchNode[] = []
    while (nodes.length < count) {
      const node = this.#frontier.take()
      if (node === undefined) break
      nodes.push(node)
    }
    return nodes
  }

  width(node: SearchNode): number {
    return this.#firstWidth * 2 ** (this.#tried.get(node)?.widened ?? 0)
  }

  /** Those of a node's ranked tactics that this search has not run on it, marked as run. */
  untried(node: SearchNode, ranked: readonly Candidate[]): Candidate[] {
    const tried = this.#tried.get(node) ?? { tactics: new Set<string>(), worst: 0, widened: 0, waiting: false }
    this.#tried.set(node, tried)
    tried.waiting = false
    return ranked.filter(({ tactic, logProb }) => {
      if (tried.tactics.has(tactic)) return false
      tried.tactics.add(tactic)
      tried.worst = Math.min(tried.worst, logProb)
      return true
    })
  }

  /**
   * Takes a result in; nodes that it opens or brings nearer get their place in line. Returns those that get none for
   * their depth.
   */
  add(edge: SearchEdge, logProb: number): SearchNode[] {
    return this.paths.add(edge, logProb).filter((node) => {
      const tried = this.#tried.get(node)
      if (tried === undefined) return !this.#offer(node)
      if (tried.waiting) this.#offer(node, tried.worst)
      return false
    })
  }

  /** Puts an expanded node back in line with twice the width; false if it has nothing more to offer. */
  widen(node: SearchNode, ranked: readonly Candidate[]): boolean {
    const tried = this.#tried.get(node)
    if (tried === undefined) return false
    // Fewer tactics than asked for: the policy has no more.
    tried.widened = ranked.length < this.width(node) ? Number.POSITIVE_INFINITY : tried.widened + 1
    tried.waiting = tried.widened <= this.#widenings && this.#offer(node, tried.worst)
    return tried.waiting
  }

  /** False if the depth limit keeps the node out. */
  #offer(node: SearchNode, worst?: number): boolean {
    const reach = this.paths.get(node)
    if (reach === undefined) throw new Error('an unreached node cannot be expanded')
    if (reach.depth >= this.#depth) {
      this.#cut.add(node)
      return false
    }
    this.#cut.delete(node)
    this.#frontier.offer(node, priority(reach, this.#alpha, worst))
    return true
  }
}

/** sum(logProb) / length^alpha of the likeliest path, lengthened by one step where `worst` is given. */
function priority({ logProb, length }: Reach, alpha: number, worst?: number): number {
  const sum = logProb + (worst ?? 0)
  const steps = length + (worst === undefined ? 0 : 1)
  return sum / Math.max(1, steps) ** alpha
}
