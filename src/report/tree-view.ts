import { parseGoal } from '../proof/proof-state.ts'
import { type SearchEdge, type SearchNode, shortestProof, type Tree } from '../search/tree.ts'

/** The part of a search tree that is shown: the graph as a tree, each state under its best parent. */
export type TreeView = {
  readonly root: ViewNode
  readonly shown: number
  /** States and endings that had no room. */
  readonly hidden: number
  readonly proof: readonly string[] | undefined
}

export type ViewNode = {
  /** A state, or the place where a tactic left no goal. */
  readonly item:
    | { readonly kind: 'state'; readonly node: SearchNode }
    | { readonly kind: 'end'; readonly edge: SearchEdge }
  /** The tactic that leads here; only the root has none. */
  readonly edge: SearchEdge | undefined
  readonly onProof: boolean
  /** Tactics of this state that failed, in the order they were run. */
  readonly failed: readonly SearchEdge[]
  /** Tactics of this state that lead to states which stand elsewhere in the picture. */
  readonly merged: readonly SearchEdge[]
  readonly children: readonly ViewNode[]
  /** Children left out for lack of room. */
  readonly hiddenChildren: number
}

/**
 * At most `maxNodes` states and endings: the proof's path always, then whatever has the highest log-probability for its
 * length, parents before children. Children come likeliest first,
 * after the proof's.
 */
export function viewTree(tree: Tree, maxNodes: number): TreeView {
  const proof = shortestProof(tree)
  const parents = proofEdges(tree, proof?.proof.tactics ?? [])
  const links = linkAll(tree, parents)
  const chosen = choose(tree.root, links, maxNodes)
  const build = (link: Link | undefined): ViewNode => {
    const onProof = link === undefined ? proof !== undefined : link.onProof
    if (link !== undefined && link.target === undefined)
      return {
        item: { kind: 'end', edge: link.edge },
        edge: link.edge,
        onProof,
        failed: [],
        merged: [],
        children: [],
        hiddenChildren: 0,
      }
    const node = link?.target ?? tree.root
    const all = links.get(node) ?? []
    const shown = all.filter((child) => chosen.has(child))
    const own = new Set(all.map((child) => child.edge))
    const edges = [...node.edges.values()]
    return {
      item: { kind: 'state', node },
      edge: link?.edge,
      onProof,
      failed: edges.filter(({ outcome }) => outcome.kind !== 'open' && outcome.kind !== 'finished'),
      merged: edges.filter((edge) => edge.outcome.kind === 'open' && !own.has(edge)),
      children: shown.map(build),
      hiddenChildren: all.length - shown.length,
    }
  }
  let total = 1
  for (const children of links.values()) total += children.length
  const shown = chosen.size + 1
  return { root: build(undefined), shown, hidden: total - shown, proof: proof?.proof.tactics }
}

/** A state's first target on one line, cut to `length` characters. */
export function stateLabel(node: SearchNode, length: number): string {
  const goal = node.state.goals[0]
  return goal === undefined ? 'no goals' : shorten(`⊢ ${parseGoal(goal.text).target}`, length)
}

/** One line, cut to `length` characters (code points) with an ellipsis. */
export function shorten(text: string, length: number): string {
  const characters = [...text.replace(/\s+/g, ' ').trim()]
  return characters.length <= length ? characters.join('') : `${characters.slice(0, length - 1).join('')}…`
}

/** What a tactic did, in a few words. */
export function describeOutcome({ outcome }: SearchEdge): string {
  switch (outcome.kind) {
    case 'open':
      return 'goals left'
    case 'finished':
      switch (outcome.verdict.kind) {
        case 'accepted':
          return 'proof verified'
        case 'candidate':
          return 'no goals, not verified'
        case 'refused':
          return `refused by the verifier: ${outcome.verdict.reason}`
        default:
          return outcome.verdict satisfies never
      }
    case 'error':
      return `error: ${outcome.message}`
    case 'timeout':
      return `timeout: ${outcome.limit === 'heartbeats' ? 'heartbeats' : 'wall clock'}`
    case 'crash':
      return `crash: ${outcome.message}`
    default:
      return outcome satisfies never
  }
}

/** A place in the picture below some state; `target` is undefined where a tactic left no goal. */
type Link = { readonly edge: SearchEdge; readonly target: SearchNode | undefined; readonly onProof: boolean }

/** The edges of a script, as far as the tree knows them. */
function proofEdges(tree: Tree, tactics: readonly string[]): ReadonlySet<SearchEdge> {
  const edges = new Set<SearchEdge>()
  let node: SearchNode | undefined = tree.root
  for (const tactic of tactics) {
    const edge: SearchEdge | undefined = node?.edges.get(tactic)
    if (edge === undefined) break
    edges.add(edge)
    node = edge.outcome.kind === 'open' ? edge.outcome.node : undefined
  }
  return edges
}

/** Every state below one parent: the one on the proof's path if it is on it, else the one on its shortest path. */
function linkAll(tree: Tree, proof: ReadonlySet<SearchEdge>): Map<SearchNode, Link[]> {
  const parent = new Map<SearchNode, SearchEdge>()
  for (const edge of proof)
    if (edge.outcome.kind === 'open' && edge.outcome.node !== tree.root) parent.set(edge.outcome.node, edge)
  const links = new Map<SearchNode, Link[]>()
  const link = (edge: SearchEdge, target: SearchNode | undefined) => {
    const list = links.get(edge.from) ?? []
    links.set(edge.from, list)
    list.push({ edge, target, onProof: proof.has(edge) })
  }
  for (const node of tree.nodes()) {
    const edge = parent.get(node) ?? tree.reach(node).via
    if (edge !== undefined) link(edge, node)
    for (const own of node.edges.values()) if (own.outcome.kind === 'finished') link(own, undefined)
  }
  for (const list of links.values())
    list.sort((a, b) => Number(b.onProof) - Number(a.onProof) || b.edge.logProb - a.edge.logProb)
  return links
}

/** Takes the best place below what is chosen already, until there are enough. */
function choose(root: SearchNode, links: ReadonlyMap<SearchNode, Link[]>, maxNodes: number): ReadonlySet<Link> {
  type Place = { readonly link: Link; readonly logProb: number; readonly length: number }
  const score = ({ link, logProb, length }: Place) =>
    link.onProof ? Number.POSITIVE_INFINITY : logProb / Math.sqrt(length)
  const chosen = new Set<Link>()
  const open: Place[] = []
  const offer = (node: SearchNode, logProb: number, length: number) => {
    for (const link of links.get(node) ?? [])
      open.push({ link, logProb: logProb + link.edge.logProb, length: length + 1 })
  }
  offer(root, 0, 0)
  while (open.length > 0) {
    const best = open.reduce((top, place) => (score(place) > score(top) ? place : top))
    if (chosen.size + 1 >= maxNodes && !best.link.onProof) break
    open.splice(open.indexOf(best), 1)
    chosen.add(best.link)
    if (best.link.target !== undefined) offer(best.link.target, best.logProb, best.length)
  }
  return chosen
}
