import { bullet } from './blocks.ts'
import { isFocus, isPart } from './focus.ts'
import type { SearchEdge, SearchNode } from './tree.ts'

/** How a part of a state is solved: by a tactic and what it leads to, or goal by goal. */
type Way = SearchEdge | readonly SearchNode[]

/**
 * Which goals are solved, where those of some states are solved one by one. A part is solved when no goal of it is left, when
 * a tactic leads from it to a solved one, or when all its own parts are. A whole state is never called solved: when its
 * parts are, it is `ready`, and Lean has to run their proofs on it one after another.
 */
export class Solutions {
  readonly #ways = new Map<SearchNode, Way | undefined>()
  readonly #parts = new Map<SearchNode, readonly SearchNode[]>()
  /** States that a part is of, and tactics that lead to it. */
  readonly #wholes = new Map<SearchNode, Set<SearchNode>>()
  readonly #into = new Map<SearchNode, Set<SearchEdge>>()

  /** Takes in what a tactic did. Returns the whole states that are ready by it. */
  add(edge: SearchEdge): SearchNode[] {
    if (edge.outcome.kind !== 'open' || isFocus(edge.tactic)) return []
    const to = edge.outcome.node
    if (!isPart(to.state)) return []
    if (to.state.goals.length === 0) this.#ways.set(to, undefined)
    this.#into.set(to, (this.#into.get(to) ?? new Set()).add(edge))
    return this.isSolved(to) ? this.#solve(edge.from, edge) : []
  }

  /** A state is to be solved goal by goal. Returns the whole states that are ready by it. */
  split(node: SearchNode, parts: readonly SearchNode[]): SearchNode[] {
    this.#parts.set(node, parts)
    for (const part of parts) this.#wholes.set(part, (this.#wholes.get(part) ?? new Set()).add(node))
    return this.isReady(node) ? this.#solve(node, parts) : []
  }

  /** The proofs of a whole state's goals were no proof of it: it is not solved goal by goal any more. */
  keepWhole(node: SearchNode): void {
    for (const part of this.#parts.get(node) ?? []) this.#wholes.get(part)?.delete(node)
    this.#parts.delete(node)
  }

  partsOf(node: SearchNode): readonly SearchNode[] | undefined {
    return this.#parts.get(node)
  }

  isSolved(node: SearchNode): boolean {
    return this.#ways.has(node)
  }

  /** Whether all goals of a state that is solved goal by goal are solved. */
  isReady(node: SearchNode): boolean {
    return this.#parts.get(node)?.every((part) => this.isSolved(part)) === true
  }

  /** Whether anything is still to be gained at a node: not where it only serves goals that are solved. */
  isNeeded(node: SearchNode, asked = new Set<SearchNode>()): boolean {
    if (!isPart(node.state)) return true
    if (this.isSolved(node) || asked.has(node)) return false
    asked.add(node)
    const above = [...(this.#wholes.get(node) ?? []), ...[...(this.#into.get(node) ?? [])].map(({ from }) => from)]
    return above.some((one) => this.isNeeded(one, asked))
  }

  /** The steps of a part's proof, in order, as they are run with the other goals behind it. */
  steps(node: SearchNode): SearchEdge[] {
    const way = this.#ways.get(node)
    if (way === undefined) return []
    return 'tactic' in way ? [way, ...this.steps(targetOf(way))] : way.flatMap((part) => this.steps(part))
  }

  /** The same as tactics, with a block for each goal of several. */
  script(node: SearchNode): string[] {
    const way = this.#ways.get(node)
    if (way === undefined) return []
    return 'tactic' in way ? [way.tactic, ...this.script(targetOf(way))] : way.map((part) => bullet(this.script(part)))
  }

  #solve(node: SearchNode, way: Way): SearchNode[] {
    const ready: SearchNode[] = []
    const work: [SearchNode, Way][] = [[node, way]]
    for (const [at, how] of work) {
      if (!isPart(at.state)) ready.push(at)
      else if (!this.#ways.has(at)) {
        this.#ways.set(at, how)
        for (const edge of this.#into.get(at) ?? []) work.push([edge.from, edge])
        for (const whole of this.#wholes.get(at) ?? [])
          if (this.isReady(whole)) work.push([whole, this.#parts.get(whole) as readonly SearchNode[]])
      }
    }
    return ready
  }
}

function targetOf({ outcome }: SearchEdge): SearchNode {
  if (outcome.kind !== 'open') throw new Error('only an open edge leads to a node')
  return outcome.node
}
