import type { Proof } from '../proof/proof.ts'
import type { ProofState } from '../proof/proof-state.ts'
import { countSteps } from '../proof/steps.ts'
import { isGivenUp, type TacticResult } from '../proof/tactic-result.ts'
import { Paths, type Reach } from './paths.ts'
import { ResultCache } from './result-cache.ts'

/** A proof state. States with the same key are one node, so the "tree" is a graph with one root; it may have cycles. */
export type SearchNode = {
  /** Order of discovery, 0 for the root. */
  readonly id: number
  readonly state: ProofState
  /** Every tactic ever run here, in the order it was added. A node without edges is unexpanded. */
  readonly edges: ReadonlyMap<string, SearchEdge>
}

/** A tactic that was run on a node. */
export type SearchEdge = {
  readonly from: SearchNode
  readonly tactic: string
  /** The highest natural log-probability any policy gave it here. */
  readonly logProb: number
  /** Who ran it first, see `Tree.author`. */
  readonly by: number | undefined
  readonly outcome: Outcome
  /** The tactic reached the short limit. Its outcome says so until the whole one has been tried. */
  readonly slow: boolean
}

/** A tactic result in which the new state has become a node. */
export type Outcome =
  | { readonly kind: 'open'; readonly node: SearchNode }
  | { readonly kind: 'finished'; readonly verdict: EdgeVerdict }
  | Exclude<TacticResult, { kind: 'open' } | { kind: 'finished' }>

/** A finished edge is a candidate until the verifier has spoken; `accepted` keeps the very script that was verified. */
export type EdgeVerdict =
  | { readonly kind: 'candidate' }
  | { readonly kind: 'accepted'; readonly proof: Proof }
  /** Why, in one line. */
  | { readonly kind: 'refused'; readonly reason: string }

export type TreeCounts = { readonly nodes: number; readonly edges: number } & {
  readonly [kind in Outcome['kind']]: number
}

/**
 * What is known about one theorem. It only grows, and its edges are the exact cache of tactic results: searches that
 * share a tree never run a tactic twice on the same state.
 */
export class Tree {
  readonly root: SearchNode
  readonly cache = new ResultCache()
  /** The number of the member that works on the tree now; undefined where there are no members. */
  author: number | undefined
  /** Finished edges the verifier is looking at now. */
  readonly verifying = new Map<SearchEdge, Promise<unknown>>()
  readonly #nodes = new Map<string, MutableNode>()
  readonly #counts = { nodes: 0, edges: 0, open: 0, finished: 0, error: 0, timeout: 0, crash: 0 }
  readonly #paths: Paths

  constructor(root: ProofState) {
    this.root = this.#nodeOf(root)
    this.#paths = new Paths(this.root)
  }

  get counts(): TreeCounts {
    return this.#counts
  }

  /** In order of discovery. */
  nodes(): Iterable<SearchNode> {
    return this.#nodes.values()
  }

  node(key: string): SearchNode | undefined {
    return this.#nodes.get(key)
  }

  reach(node: SearchNode): Reach {
    const reach = this.#paths.get(node)
    if (reach === undefined) throw new Error('this node belongs to another tree')
    return reach
  }

  /**
   * Records what a tactic did. On an edge that exists already only the log-probability is raised, for the first answer
   * stands, but for one that the short limit gave. Log-probabilities above 0 are taken as 0.
   */
  add(from: SearchNode, tactic: string, logProb: number, result: TacticResult): SearchEdge {
    const node = this.#own(from)
    let edge = node.edges.get(tactic)
    const weight = Math.min(0, logProb)
    if (edge === undefined) {
      const outcome = this.#outcome(result)
      edge = { from, tactic, logProb: weight, by: this.author, outcome, slow: isGivenUp(result) }
      node.edges.set(tactic, edge)
      this.#counts.edges++
      this.#counts[edge.outcome.kind]++
      this.cache.settled(from, tactic)
    } else {
      if (isGivenUp(edge.outcome) && !isGivenUp(result)) {
        this.#counts[edge.outcome.kind]--
        edge.outcome = this.#outcome(result)
        this.#counts[edge.outcome.kind]++
        this.cache.settled(from, tactic)
      }
      if (weight > edge.logProb) edge.logProb = weight
    }
    this.#paths.add(edge, edge.logProb)
    return edge
  }

  /** Raises the log-probability of an edge that exists, and returns it. */
  propose(from: SearchNode, tactic: string, logProb: number): SearchEdge | undefined {
    const edge = this.#own(from).edges.get(tactic)
    if (edge === undefined) return undefined
    edge.logProb = Math.max(edge.logProb, Math.min(0, logProb))
    this.#paths.add(edge, edge.logProb)
    return edge
  }

  /** Writes the verifier's answer on a finished edge. */
  judge(edge: SearchEdge, verdict: EdgeVerdict): void {
    const own = this.#own(edge.from).edges.get(edge.tactic)
    if (own === undefined || own !== edge || own.outcome.kind !== 'finished')
      throw new Error('only a finished edge of this tree has a verdict')
    own.outcome = { kind: 'finished', verdict }
  }

  /** The tactics of the shortest known path to a node. */
  tacticsTo(node: SearchNode): string[] {
    return this.#paths.tacticsTo(node)
  }

  /** The edges of that path, in order. */
  edgesTo(node: SearchNode): SearchEdge[] {
    const edges: SearchEdge[] = []
    for (let { via } = this.reach(node); via !== undefined; via = this.reach(via.from).via) edges.push(via)
    return edges.reverse()
  }

  #outcome(result: TacticResult): Outcome {
    switch (result.kind) {
      case 'open':
        return { kind: 'open', node: this.#nodeOf(result.state) }
      case 'finished':
        return { kind: 'finished', verdict: { kind: 'candidate' } }
      case 'error':
      case 'timeout':
      case 'crash':
        return result
      default:
        return result satisfies never
    }
  }

  #nodeOf(state: ProofState): MutableNode {
    let node = this.#nodes.get(state.key)
    if (node === undefined) {
      node = { id: this.#nodes.size, state, edges: new Map() }
      this.#nodes.set(state.key, node)
      this.#counts.nodes++
    }
    return node
  }

  #own(node: SearchNode): MutableNode {
    const own = this.#nodes.get(node.state.key)
    if (own === undefined || own !== node) throw new Error('this node belongs to another tree')
    return own
  }
}

type MutableEdge = { -readonly [K in keyof SearchEdge]: SearchEdge[K] }
type MutableNode = Omit<SearchNode, 'edges'> & { readonly edges: Map<string, MutableEdge> }

/** Who first ran each step of a script, see `Tree.author`; undefined where that is not known. */
export function authorsOf(tree: Tree, tactics: readonly string[]): (number | undefined)[] {
  let node: SearchNode | undefined = tree.root
  return tactics.map((tactic) => {
    const edge: SearchEdge | undefined = node?.edges.get(tactic)
    node = edge?.outcome.kind === 'open' ? edge.outcome.node : undefined
    return edge?.by
  })
}

/** Whether a script has fewer steps than another, or as many of less text. Of any two that differ one is the shorter. */
export function isShorter(script: readonly string[], other: readonly string[]): boolean {
  const steps = countSteps(script) - countSteps(other)
  if (steps !== 0) return steps < 0
  const [text, others] = [script.join('\n'), other.join('\n')]
  return text.length !== others.length ? text.length < others.length : text < others
}

/** The edge that a script ends with, where the tree has every tactic of it. */
export function lastEdge(tree: Tree, tactics: readonly string[]): SearchEdge | undefined {
  let edge: SearchEdge | undefined
  for (const [i, tactic] of tactics.entries()) {
    const from = i === 0 ? tree.root : edge?.outcome.kind === 'open' ? edge.outcome.node : undefined
    edge = from?.edges.get(tactic)
  }
  return edge
}

export function createTree(root: ProofState): Tree {
  return new Tree(root)
}

/**
 * The shortest script that finishes, among accepted edges if there are any, else among those nobody refused.
 * Undefined if no tactic finished. An accepted script is given as it was verified.
 */
export function shortestProof(tree: Tree): { readonly proof: Proof; readonly edge: SearchEdge } | undefined {
  let best: { proof: Proof; edge: SearchEdge; accepted: boolean } | undefined
  for (const node of tree.nodes())
    for (const edge of node.edges.values()) {
      if (edge.outcome.kind !== 'finished' || edge.outcome.verdict.kind === 'refused') continue
      const verdict = edge.outcome.verdict
      const accepted = verdict.kind === 'accepted'
      const proof = accepted ? verdict.proof : { tactics: [...tree.tacticsTo(node), edge.tactic] }
      const better =
        best === undefined ||
        (accepted && !best.accepted) ||
        (accepted === best.accepted && isShorter(proof.tactics, best.proof.tactics))
      if (better) best = { proof, edge, accepted }
    }
  return best === undefined ? undefined : { proof: best.proof, edge: best.edge }
}
