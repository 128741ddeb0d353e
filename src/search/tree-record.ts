import type { ProofState } from '../proof/proof-state.ts'
import { isGivenUp } from '../proof/tactic-result.ts'
import {
  createTree,
  type EdgeVerdict,
  type Outcome,
  type SearchEdge,
  type SearchNode,
  shortestProof,
  type Tree,
} from './tree.ts'

/** A search tree as plain data. Numbers are positions in `states`; the first state is the root. */
export type TreeRecord = {
  readonly states: readonly ProofState[]
  readonly edges: readonly RecordedEdge[]
  /** States that had no room. */
  readonly left: number
}

export type RecordedEdge = {
  readonly from: number
  readonly tactic: string
  readonly logProb: number
  /** The member that ran it first; left out where that is not known. */
  readonly by?: number
  readonly outcome:
    | { readonly kind: 'open'; readonly to: number }
    | { readonly kind: 'finished'; readonly verdict: EdgeVerdict }
    | Exclude<Outcome, { kind: 'open' } | { kind: 'finished' }>
  /** The tactic reached the short limit, and was run with the whole one. */
  readonly slow?: true | undefined
}

/** Lean's error messages can be pages long. */
const MESSAGE_LENGTH = 400

/** What a tree has gained since it was last written. Without `after` it is all of the tree, whatever was written before. */
export type TreePart = TreeRecord & {
  /** States written before; the numbers go on from there. An edge that was written before is written again where it changed. */
  readonly after?: number
}

/**
 * The tree with at most `maxStates` states: those on the shortest proof's path, and the first that were discovered.
 * Edges to states without room are left out: whoever restores the tree runs them again.
 */
export function recordTree(tree: Tree, maxStates: number): TreeRecord {
  return new TreeGrowth(tree, maxStates).take()
}

/** A tree that is written part by part. What was written stays, also where `recordTree` would leave it out by now. */
export class TreeGrowth {
  readonly #tree: Tree
  readonly #maxStates: number
  readonly #positions = new Map<SearchNode, number>()
  readonly #written = new Map<SearchEdge, SearchEdge>()

  constructor(tree: Tree, maxStates: number) {
    this.#tree = tree
    this.#maxStates = maxStates
  }

  /** What is new since the last time; all of it the first time. */
  take(): TreePart {
    const { root, counts } = this.#tree
    const after = this.#positions.size
    const kept = keptNodes(this.#tree, this.#maxStates)
    const states: ProofState[] = []
    const positionOf = (node: SearchNode): number => {
      const known = this.#positions.get(node)
      if (known !== undefined) return known
      states.push(node.state)
      this.#positions.set(node, after + states.length - 1)
      return after + states.length - 1
    }
    positionOf(root)
    const order = [root]
    const seen = new Set(order)
    const edges: RecordedEdge[] = []
    // Breadth first over what is kept: a state's position is known before any edge out of it.
    for (const node of order)
      for (const edge of node.edges.values()) {
        const { outcome } = edge
        if (outcome.kind === 'open') {
          const to = outcome.node
          if (!kept.has(to) && !this.#positions.has(to)) continue
          if (!seen.has(to)) {
            seen.add(to)
            order.push(to)
          }
          positionOf(to)
        }
        if (sameEdge(edge, this.#written.get(edge))) continue
        this.#written.set(edge, { ...edge })
        edges.push(record(edge, this.#positions))
      }
    const left = counts.nodes - this.#positions.size
    return { states, edges, left, ...(after > 0 && { after }) }
  }
}

/** A tree put together from its parts, in the order in which they were written. */
export class GrownTree {
  #states: ProofState[] = []
  /** By the state it starts at, then by tactic: one that is written again keeps its place. */
  #edges: Map<string, RecordedEdge>[] = []
  #left = 0

  add({ states, edges, left, after }: TreePart): void {
    if (after === undefined) [this.#states, this.#edges] = [[], []]
    else if (after !== this.#states.length)
      throw new Error(`a part of a tree follows ${after} states, where there are ${this.#states.length}`)
    this.#states.push(...states)
    this.#left = left
    for (const edge of edges) {
      this.#edges[edge.from] ??= new Map()
      this.#edges[edge.from]?.set(edge.tactic, edge)
    }
  }

  /** As `recordTree` would write it. */
  record(): TreeRecord {
    const numbers = new Map([[0, 0]])
    const order = [0]
    const edges: RecordedEdge[] = []
    for (const from of order)
      for (const edge of this.#edges[from]?.values() ?? []) {
        const { outcome } = edge
        if (outcome.kind !== 'open') {
          edges.push({ ...edge, from: numbers.get(from) as number })
          continue
        }
        let to = numbers.get(outcome.to)
        if (to === undefined) {
          to = order.push(outcome.to) - 1
          numbers.set(outcome.to, to)
        }
        edges.push({ ...edge, from: numbers.get(from) as number, outcome: { kind: 'open', to } })
      }
    return { states: order.map((i) => this.#states[i] as ProofState), edges, left: this.#left }
  }
}

/** Builds the tree again below `root`, the same first state in another session; its other states know only their paths. */
export function restoreTree(treeRecord: TreeRecord, root: ProofState): Tree {
  const tree = createTree(root)
  grow(tree, treeRecord)
  return tree
}

/**
 * What two records of one theorem know together: what a search on the first one's tree would have made of it, if it had
 * found what the other says.
 */
export function mergeTrees(one: TreeRecord, other: TreeRecord, maxStates: number): TreeRecord {
  const tree = restoreTree(one, one.states[0] as ProofState)
  grow(tree, { ...other, states: asFoundOn(tree, other) })
  const merged = recordTree(tree, maxStates)
  return { ...merged, left: merged.left + one.left }
}

/** The states of a record, each with the path by which it would have been found from what the tree knows. */
function asFoundOn(tree: Tree, { states }: TreeRecord): ProofState[] {
  const byPath = new Map(states.map((state) => [JSON.stringify(state.path), state]))
  const paths = new Map<ProofState, readonly string[]>()
  const pathOf = (state: ProofState): readonly string[] => {
    const known = tree.node(state.key)?.state.path ?? paths.get(state)
    if (known !== undefined) return known
    const parent = state.path.length === 0 ? undefined : byPath.get(JSON.stringify(state.path.slice(0, -1)))
    const path = parent === undefined ? state.path : [...pathOf(parent), ...state.path.slice(-1)]
    paths.set(state, path)
    return path
  }
  return states.map((state) => ({ ...state, path: pathOf(state) }))
}

function grow(tree: Tree, { states, edges }: TreeRecord): void {
  const { root } = tree
  if (states[0]?.key !== root.state.key) throw new Error('the recorded tree belongs to another theorem')
  const node = (position: number): SearchNode => {
    const found = position === 0 ? root : tree.node(states[position]?.key ?? '')
    if (found === undefined)
      throw new Error(`the recorded tree has an edge out of state ${position} before one into it`)
    return found
  }
  for (const { from, tactic, logProb, by, outcome, slow } of edges) {
    tree.author = by
    if (slow === true) tree.add(node(from), tactic, logProb, { kind: 'timeout', limit: 'short' })
    switch (outcome.kind) {
      case 'open': {
        const state = outcome.to === 0 ? root.state : states[outcome.to]
        if (state === undefined) throw new Error(`the recorded tree has no state ${outcome.to}`)
        tree.add(node(from), tactic, logProb, { kind: 'open', state })
        break
      }
      case 'finished': {
        const edge = tree.add(node(from), tactic, logProb, { kind: 'finished' })
        const isOpen = edge.outcome.kind === 'finished' && edge.outcome.verdict.kind === 'candidate'
        if (isOpen && outcome.verdict.kind !== 'candidate') tree.judge(edge, outcome.verdict)
        break
      }
      case 'error':
      case 'timeout':
      case 'crash':
        tree.add(node(from), tactic, logProb, outcome)
        break
      default:
        outcome satisfies never
    }
  }
  tree.author = undefined
}

function sameEdge(edge: SearchEdge, written: SearchEdge | undefined): boolean {
  return written?.outcome === edge.outcome && written.logProb === edge.logProb && written.slow === edge.slow
}

function record(
  { from, tactic, logProb, by, slow, outcome }: SearchEdge,
  positions: ReadonlyMap<SearchNode, number>,
): RecordedEdge {
  const position = (node: SearchNode) => positions.get(node) as number
  // JSON has no infinity.
  const likelihood = Math.max(logProb, -Number.MAX_VALUE)
  const edge = {
    from: position(from),
    tactic,
    logProb: likelihood,
    ...(by !== undefined && { by }),
    outcome: recordedOutcome(outcome, position),
  }
  return slow && !isGivenUp(outcome) ? { ...edge, slow } : edge
}

function recordedOutcome(outcome: Outcome, position: (node: SearchNode) => number): RecordedEdge['outcome'] {
  if (outcome.kind === 'open') return { kind: 'open', to: position(outcome.node) }
  return 'message' in outcome ? { ...outcome, message: outcome.message.slice(0, MESSAGE_LENGTH) } : outcome
}

function keptNodes(tree: Tree, maxStates: number): ReadonlySet<SearchNode> {
  const kept = new Set<SearchNode>([tree.root])
  let at: SearchNode | undefined = tree.root
  // Where nothing finished there is no proof to be looked for.
  const proof = tree.counts.finished === 0 ? undefined : shortestProof(tree)?.proof
  for (const tactic of proof?.tactics ?? []) {
    const outcome: Outcome | undefined = at?.edges.get(tactic)?.outcome
    at = outcome?.kind === 'open' ? outcome.node : undefined
    if (at !== undefined) kept.add(at)
  }
  for (const node of tree.nodes()) {
    if (kept.size >= maxStates) break
    kept.add(node)
  }
  return kept
}
