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

/**
 * The tree with at most `maxStates` states: those on the shortest proof's path, and the first that were discovered.
 * Edges to states without room are left out: whoever restores the tree runs them again.
 */
export function recordTree(tree: Tree, maxStates: number): TreeRecord {
  const kept = keptNodes(tree, maxStates)
  const positions = new Map<SearchNode, number>([[tree.root, 0]])
  const order = [tree.root]
  const edges: RecordedEdge[] = []
  // Breadth first over what is kept: a state's position is known before any edge out of it.
  for (const node of order)
    for (const edge of node.edges.values()) {
      const { outcome } = edge
      if (outcome.kind === 'open') {
        if (!kept.has(outcome.node)) continue
        let to = positions.get(outcome.node)
        if (to === undefined) {
          to = order.push(outcome.node) - 1
          positions.set(outcome.node, to)
        }
        edges.push(record(edge, positions, { kind: 'open', to }))
      } else if ('message' in outcome) {
        edges.push(record(edge, positions, { ...outcome, message: outcome.message.slice(0, MESSAGE_LENGTH) }))
      } else edges.push(record(edge, positions, outcome))
    }
  return { states: order.map((node) => node.state), edges, left: tree.counts.nodes - order.length }
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

function record(
  { from, tactic, logProb, by, slow, outcome: now }: SearchEdge,
  positions: ReadonlyMap<SearchNode, number>,
  outcome: RecordedEdge['outcome'],
): RecordedEdge {
  // JSON has no infinity.
  const likelihood = Math.max(logProb, -Number.MAX_VALUE)
  const edge = { from: positions.get(from) ?? 0, tactic, logProb: likelihood, ...(by !== undefined && { by }), outcome }
  return slow && !isGivenUp(now) ? { ...edge, slow } : edge
}

function keptNodes(tree: Tree, maxStates: number): ReadonlySet<SearchNode> {
  const kept = new Set<SearchNode>([tree.root])
  let at: SearchNode | undefined = tree.root
  for (const tactic of shortestProof(tree)?.proof.tactics ?? []) {
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
