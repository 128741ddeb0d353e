import type { Candidate, Policy } from '../policy/policy.ts'
import type { Domain } from './domain.ts'
import type { Job } from './expansion.ts'
import { isFocus } from './focus.ts'
import { Frontier } from './frontier.ts'
import { Paths, type Reach } from './paths.ts'
import { type QueueSearchOptions, type QueueSearchOutcome, type SearchQueue, searchByQueue } from './queue-search.ts'
import type { SearchEdge, SearchNode, Tree } from './tree.ts'

/** How a best-first search chooses. */
export type BestFirstChoice = {
  /** Tactics of a node's first expansion, 4 if left out. */
  readonly width?: number
  /** Exponent of the length in sum(logProb) / length^alpha, 0.5 if left out. 0 is plain likelihood, 1 the mean per step. */
  readonly alpha?: number
  /**
   * How often one node may come back with twice the width, 3 if left out. Narrow and widened beats wide: on random
   * worlds with 16 tactics a state, 4 tactics widened 3 times prove more than 8 or 16 at once, with fewer runs.
   */
  readonly widenings?: number
}
export type BestFirstOptions = QueueSearchOptions & BestFirstChoice

/** The settings that proved most of MiniF2F within a minute a theorem: see `npm run bench:minif2f`. */
export const TUNED_BEST_FIRST = { width: 8, widenings: 5, alpha: 0.5, batch: 2, wave: 4, first: 1 } as const

/**
 * Best-first search by length-normalised log-probability, as in BFS-Prover (arXiv 2502.03438), whose alpha is the
 * default. A node's priority comes from the likeliest path to it, and is raised, never lowered, by paths found later;
 * its depth comes from the shortest.
 *
 * A node that has used up its tactics can be widened: it comes back with the priority that its last, least likely tactic
 * gave, which bounds all it can still offer.
 */
export function searchBestFirst(
  tree: Tree,
  domain: Domain,
  policy: Policy,
  options: BestFirstOptions,
): Promise<QueueSearchOutcome> {
  return searchByQueue(tree, domain, policy, (root, depth) => new BestFirstQueue(root, depth, options), options)
}

/** A tactic that reached the short limit costs some twenty others, so its turn is that of one a twentieth as likely. */
const PRICE_OF_SLOW = Math.log(20)

/** `isSure`: it has reached the short limit here, and not only on the way here. */
type Slow = { readonly node: SearchNode; readonly candidate: Candidate; readonly isSure: boolean }

/** What this search has done at a node it has expanded. */
type Tried = {
  readonly tactics: Set<string>
  /** The lowest log-probability among them. */
  worst: number
  widened: number
  /** Whether it is back in line. */
  waiting: boolean
}

class BestFirstQueue implements SearchQueue {
  readonly #paths: Paths
  readonly #frontier = new Frontier()
  readonly #depth: number
  readonly #alpha: number
  readonly #firstWidth: number
  readonly #widenings: number
  readonly #tried = new Map<SearchNode, Tried>()
  readonly #cut = new Set<SearchNode>()
  readonly #aside = new Set<SearchNode>()
  /** In the order in which they came. */
  readonly #slow: Slow[] = []
  /** Tactics that have reached the short limit, by node. */
  readonly #slowAt = new Map<SearchNode, Set<string>>()

  constructor(root: SearchNode, depth: number, options: BestFirstChoice) {
    const { alpha = 0.5, width = 4, widenings = 3 } = options
    if (!(alpha >= 0)) throw new RangeError(`alpha must be a number >= 0, not ${alpha}`)
    if (!(width >= 1)) throw new RangeError(`width must be at least 1, not ${width}`)
    // Taking a goal by itself makes no path longer, and so no goal likelier than its state.
    this.#paths = new Paths(root, ({ tactic }) => (isFocus(tactic) ? 0 : 1))
    this.#depth = depth
    this.#alpha = alpha
    this.#firstWidth = width
    this.#widenings = widenings
    this.#offer(root)
  }

  get size(): number {
    return this.#frontier.size
  }

  get slow(): number {
    return this.#slow.length
  }

  get cutByDepth(): boolean {
    return this.#cut.size > 0
  }

  next(): SearchNode | undefined {
    return this.#frontier.peek()
  }

  tacticsTo(node: SearchNode): readonly string[] {
    return this.#paths.tacticsTo(node)
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

  untried(node: SearchNode, ranked: readonly Candidate[]): Candidate[] {
    const tried = this.#tried.get(node) ?? { tactics: new Set<string>(), worst: 0, widened: 0, waiting: false }
    this.#tried.set(node, tried)
    tried.waiting = false
    const fresh = ranked.filter(({ tactic, logProb }) => {
      if (tried.tactics.has(tactic)) return false
      tried.tactics.add(tactic)
      tried.worst = Math.min(tried.worst, logProb)
      return true
    })
    // What took long before the last steps will again; it can wait.
    const doubtful = fresh.filter(({ tactic }) => this.#wasSlow(node, tactic))
    for (const candidate of doubtful) this.#slow.push({ node, candidate, isSure: false })
    return fresh.filter((candidate) => !doubtful.includes(candidate))
  }

  add(edge: SearchEdge, logProb: number): SearchNode[] {
    return this.#paths.add(edge, logProb).filter((node) => {
      const tried = this.#tried.get(node)
      if (tried === undefined) return !this.#offer(node)
      if (tried.waiting) this.#offer(node, tried.worst)
      return false
    })
  }

  defer(node: SearchNode, candidate: Candidate): void {
    this.#slow.push({ node, candidate, isSure: true })
    this.#slowAt.set(node, (this.#slowAt.get(node) ?? new Set()).add(candidate.tactic))
  }

  deferred(count: number): { jobs: Job[]; whole: boolean } {
    const turn = ({ node, candidate }: Slow): number =>
      priority(this.#reachOf(node), this.#alpha, candidate.logProb - PRICE_OF_SLOW)
    const due = this.#slow
      .filter((one) => this.#frontier.size === 0 || turn(one) > this.#frontier.highest)
      .sort((a, b) => turn(b) - turn(a))
    const whole = due[0]?.isSure === true
    const taken = due.filter(({ isSure }) => isSure === whole).slice(0, count)
    for (const one of taken) this.#slow.splice(this.#slow.indexOf(one), 1)
    return { whole, jobs: taken.map(({ node, candidate }) => ({ node, candidates: [candidate] })) }
  }

  setAside(node: SearchNode): void {
    this.#aside.add(node)
  }

  giveBack(node: SearchNode): void {
    this.#aside.delete(node)
    const tried = this.#tried.get(node)
    if (tried === undefined || tried.waiting) this.#offer(node, tried?.worst)
  }

  /** Whether a tactic has reached the short limit on the likeliest way to a node. */
  #wasSlow(node: SearchNode, tactic: string): boolean {
    for (let edge = this.#reachOf(node).likeliest; edge !== undefined; edge = this.#reachOf(edge.from).likeliest)
      if (this.#slowAt.get(edge.from)?.has(tactic)) return true
    return false
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
    if (this.#aside.has(node)) return true
    const reach = this.#reachOf(node)
    if (reach.depth >= this.#depth) {
      this.#cut.add(node)
      return false
    }
    this.#cut.delete(node)
    this.#frontier.offer(node, priority(reach, this.#alpha, worst))
    return true
  }

  #reachOf(node: SearchNode): Reach {
    const reach = this.#paths.get(node)
    if (reach === undefined) throw new Error('an unreached node cannot be expanded')
    return reach
  }
}

/** sum(logProb) / length^alpha of the likeliest path, lengthened by one step where `worst` is given. */
function priority({ logProb, length }: Reach, alpha: number, worst?: number): number {
  const sum = logProb + (worst ?? 0)
  const steps = length + (worst === undefined ? 0 : 1)
  return sum / Math.max(1, steps) ** alpha
}
