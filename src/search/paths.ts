import type { SearchEdge, SearchNode } from './tree.ts'

/** How a node is reached. The two paths may differ: the shortest is the better proof, the likeliest ranks the node. */
export type Reach = {
  /** Tactics on the shortest known path. */
  readonly depth: number
  /** Last edge of that path; only the root has none. */
  readonly via: SearchEdge | undefined
  /** Sum of the natural log-probabilities along the likeliest known path. */
  readonly logProb: number
  /** Tactics on the likeliest path. */
  readonly length: number
  readonly likeliest: SearchEdge | undefined
}

/**
 * Shortest and likeliest paths from one root over a growing graph of open edges. A tree keeps one over all its edges; a
 * search that shares a tree keeps its own, with the log-probabilities of its own policy, so that what others find
 * cannot change its order.
 */
export class Paths {
  readonly #reach = new Map<SearchNode, Reach>()
  readonly #out = new Map<SearchNode, Map<SearchEdge, number>>()

  readonly #steps: (edge: SearchEdge) => number

  /** @param steps how much an edge adds to the length of a likeliest path */
  constructor(root: SearchNode, steps: (edge: SearchEdge) => number = () => 1) {
    this.#steps = steps
    this.#reach.set(root, { depth: 0, via: undefined, logProb: 0, length: 0, likeliest: undefined })
  }

  get(node: SearchNode): Reach | undefined {
    return this.#reach.get(node)
  }

  /**
   * Adds an edge out of a reached node, or raises its log-probability, and passes the gain on to all that lies behind.
   * Returns the nodes whose reach changed, the edge's own target first. Edges that are not open change nothing.
   */
  add(edge: SearchEdge, logProb: number): SearchNode[] {
    if (edge.outcome.kind !== 'open') return []
    if (!this.#reach.has(edge.from)) throw new Error('an edge out of a node that is not reached')
    const out = this.#out.get(edge.from) ?? new Map<SearchEdge, number>()
    this.#out.set(edge.from, out)
    const known = out.get(edge)
    if (known !== undefined && known >= logProb) return []
    out.set(edge, logProb)

    const changed = new Set<SearchNode>()
    const work: [SearchEdge, number][] = [[edge, logProb]]
    for (let at = 0; at < work.length; at++) {
      const [next, weight] = work[at] as [SearchEdge, number]
      const target = this.#relax(next, weight)
      if (target === undefined) continue
      changed.add(target)
      for (const entry of this.#out.get(target) ?? []) work.push(entry)
    }
    return [...changed]
  }

  /** The tactics of the shortest known path to a node. */
  tacticsTo(node: SearchNode): string[] {
    const tactics: string[] = []
    for (let edge = this.#known(node).via; edge !== undefined; edge = this.#known(edge.from).via)
      tactics.push(edge.tactic)
    return tactics.reverse()
  }

  /** Returns the edge's target if its reach changed. */
  #relax(edge: SearchEdge, weight: number): SearchNode | undefined {
    if (edge.outcome.kind !== 'open') return undefined
    const target = edge.outcome.node
    const from = this.#known(edge.from)
    const old = this.#reach.get(target)
    const depth = from.depth + 1
    const logProb = from.logProb + weight
    const length = from.length + this.#steps(edge)
    if (old === undefined) {
      this.#reach.set(target, { depth, via: edge, logProb, length, likeliest: edge })
      return target
    }
    // Strict gains only: with weights <= 0 this ends, and a cycle can never become part of a best path.
    const shorter = depth < old.depth
    const likelier = logProb > old.logProb
    // The likeliest path may have grown by a gain too small to show in the sum.
    const stale = old.likeliest === edge && length !== old.length
    if (!shorter && !likelier && !stale) return undefined
    this.#reach.set(target, {
      ...(shorter ? { depth, via: edge } : { depth: old.depth, via: old.via }),
      ...(likelier || stale
        ? { logProb, length, likeliest: edge }
        : { logProb: old.logProb, length: old.length, likeliest: old.likeliest }),
    })
    return target
  }

  #known(node: SearchNode): Reach {
    const reach = this.#reach.get(node)
    if (reach === undefined) throw new Error('this node is not reached')
    return reach
  }
}
