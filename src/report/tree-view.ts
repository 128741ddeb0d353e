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
  /** Tactics of this state that lead back to itself or to a state above it. */
  readonly cycles: readonly SearchEdge[]
  readonly children: readonly ViewNode[]
  /** Children left out for lack of room. */
  readonly hiddenChildren: number
}

/** What a reader has opened and closed, by the states' keys. */
export type Unfolding = {
  /** All children of these are shown, */
  readonly opened: ReadonlySet<string>
  /** and none of these. */
  readonly closed: ReadonlySet<string>
}

/**
 * At most `maxNodes` states and endings, beside what a reader has opened: the proof's path always, then whatever has the
 * highest log-probability for its length, parents before children. Children come likeliest first, after the proof's.
 */
export function viewTree(tree: Tree, maxNodes: number, unfolding?: Unfolding): TreeView {
  const proof = shortestProof(tree)
  const parents = proofEdges(tree, proof?.proof.tactics ?? [])
  const links = linkAll(tree, parents)
  const chosen = choose(tree.root, links, maxNodes)
  let shown = 0
  const above = new Set<SearchNode>()
  const build = (link: Link | undefined): ViewNode => {
    shown++
    const onProof = link === undefined ? proof !== undefined : link.onProof
    if (link !== undefined && link.target === undefined)
      return {
        item: { kind: 'end', edge: link.edge },
        edge: link.edge,
        onProof,
        failed: [],
        merged: [],
        cycles: [],
        children: [],
        hiddenChildren: 0,
      }
    const node = link?.target ?? tree.root
    const all = links.get(node) ?? []
    const { key } = node.state
    const open = unfolding?.opened.has(key) === true
    const below = unfolding?.closed.has(key) === true ? [] : all.filter((child) => open || chosen.has(child))
    const own = new Set(all.map((child) => child.edge))
    const edges = [...node.edges.values()]
    above.add(node)
    const isCycle = ({ outcome }: SearchEdge) => outcome.kind === 'open' && above.has(outcome.node)
    const elsewhere = edges.filter((edge) => edge.outcome.kind === 'open' && !own.has(edge))
    const [cycles, merged] = [elsewhere.filter(isCycle), elsewhere.filter((edge) => !isCycle(edge))]
    const children = below.map(build)
    above.delete(node)
    return {
      item: { kind: 'state', node },
      edge: link?.edge,
      onProof,
      failed: edges.filter(({ outcome }) => outcome.kind !== 'open' && outcome.kind !== 'finished'),
      merged,
      cycles,
      children,
      hiddenChildren: all.length - below.length,
    }
  }
  let total = 1
  for (const children of links.values()) total += children.length
  const root = build(undefined)
  return { root, shown, hidden: total - shown, proof: proof?.proof.tactics }
}

/** The states above one in the picture, the root first. */
export function statesAbove(tree: Tree, node: SearchNode): SearchNode[] {
  const parents = proofParents(tree, proofEdges(tree, shortestProof(tree)?.proof.tactics ?? []))
  const way: SearchNode[] = []
  for (let at: SearchNode | undefined = node; at !== undefined && at !== tree.root; ) {
    const from: SearchNode | undefined = (parents.get(at) ?? tree.reach(at).via)?.from
    if (from === undefined || way.includes(from)) break
    way.unshift(from)
    at = from
  }
  return way
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

/**
 * The labels of siblings, each at most `length` characters: where two would be cut to the same, what they share is left
 * out instead of what they differ in.
 */
export function siblingLabels(tactics: readonly string[], length: number): string[] {
  const lines = tactics.map((tactic) => tactic.replace(/\s+/g, ' ').trim())
  const cut = lines.map((line) => shorten(line, length))
  return lines.map((line, i) => {
    const alike = lines.filter((other, j) => j !== i && cut[j] === cut[i] && other !== line)
    if (alike.length === 0) return cut[i] as string
    const head = [...line].slice(0, Math.floor(length / 3)).join('')
    const from = Math.max(head.length, Math.max(...alike.map((other) => sharedLength(line, other))) - 3)
    return shorten(`${head}…${line.slice(from)}`, length)
  })
}

function sharedLength(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
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
          return 'no goals left; the verifier was not asked'
        case 'refused':
          return `refused by the verifier: ${outcome.verdict.reason}`
        default:
          return outcome.verdict satisfies never
      }
    case 'error':
      return `error: ${outcome.message}`
    case 'timeout':
      return `timeout: ${LIMITS[outcome.limit]}`
    case 'crash':
      return `crash: ${outcome.message}`
    default:
      return outcome satisfies never
  }
}

const LIMITS = {
  short: 'the short limit; not tried with the whole one',
  heartbeats: 'heartbeats',
  wallClock: 'wall clock',
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

/** The edges by which states on the proof's path are shown. */
function proofParents(tree: Tree, proof: ReadonlySet<SearchEdge>): Map<SearchNode, SearchEdge> {
  const parent = new Map<SearchNode, SearchEdge>()
  for (const edge of proof)
    if (edge.outcome.kind === 'open' && edge.outcome.node !== tree.root) parent.set(edge.outcome.node, edge)
  return parent
}

/** Every state below one parent: the one on the proof's path if it is on it, else the one on its shortest path. */
function linkAll(tree: Tree, proof: ReadonlySet<SearchEdge>): Map<SearchNode, Link[]> {
  const parent = proofParents(tree, proof)
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
