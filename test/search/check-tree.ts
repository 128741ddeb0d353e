import type { SearchEdge, SearchNode, Tree } from '../../src/search/tree.ts'

/** Sums along different paths may differ in the last bits. */
const TOLERANCE = 1e-9

/**
 * Checks what a tree promises, from scratch: reachability, depths, likeliest paths, unique states and edges, counts.
 * Throws an Error that names the first broken promise.
 */
export function checkTree(tree: Tree): void {
  const nodes = [...tree.nodes()]
  const depths = depthsFrom(tree.root)
  const logProbs = logProbsFrom(tree.root, nodes)
  const counts: Record<string, number> = { nodes: 0, edges: 0, open: 0, finished: 0, error: 0, timeout: 0, crash: 0 }

  expect(nodes[0] === tree.root, 'the root is the first node')
  for (const [i, node] of nodes.entries()) {
    const name = `node ${node.id}`
    counts.nodes = (counts.nodes ?? 0) + 1
    expect(node.id === i, `${name} is number ${i}`)
    expect(tree.node(node.state.key) === node, `${name} is the only one with its key`)

    const reach = tree.reach(node)
    expect(reach.depth === depths.get(node), `${name}: depth ${reach.depth}, should be ${depths.get(node)}`)
    const best = logProbs.get(node) ?? Number.NaN
    expect(near(reach.logProb, best), `${name}: log-probability ${reach.logProb}, should be ${best}`)
    checkPath(tree, node)

    for (const [tactic, edge] of node.edges) {
      counts.edges = (counts.edges ?? 0) + 1
      counts[edge.outcome.kind] = (counts[edge.outcome.kind] ?? 0) + 1
      expect(edge.from === node && edge.tactic === tactic, `${name}: edge ${tactic} is filed where it belongs`)
      expect(edge.logProb <= 0, `${name}: edge ${tactic} has log-probability ${edge.logProb}`)
      if (edge.outcome.kind === 'open') {
        const target = edge.outcome.node
        expect(tree.node(target.state.key) === target, `${name}: edge ${tactic} leads to a node of this tree`)
      }
    }
  }
  for (const [kind, count] of Object.entries(tree.counts))
    expect(count === counts[kind], `counts.${kind} is ${count}, should be ${counts[kind]}`)
}

/** Both recorded paths of a node end at the root, and have the recorded length and log-probability. */
function checkPath(tree: Tree, node: SearchNode): void {
  const walk = (step: (at: SearchNode) => SearchEdge | undefined) => {
    const edges: SearchEdge[] = []
    for (let edge = step(node); edge !== undefined; edge = step(edge.from)) {
      expect(edge.from.edges.get(edge.tactic) === edge, `node ${node.id}: its path uses edges of the tree`)
      edges.push(edge)
      expect(edges.length <= tree.counts.nodes, `node ${node.id}: its path has no cycle`)
    }
    const last = edges.at(-1)
    expect((last?.from ?? node) === tree.root, `node ${node.id}: its path starts at the root`)
    return edges
  }
  const reach = tree.reach(node)
  const shortest = walk((at) => tree.reach(at).via)
  const likeliest = walk((at) => tree.reach(at).likeliest)
  expect(shortest.length === reach.depth, `node ${node.id}: its shortest path has ${shortest.length} steps`)
  expect(likeliest.length === reach.length, `node ${node.id}: its likeliest path has ${likeliest.length} steps`)
  const sum = likeliest.reduce((total, edge) => total + edge.logProb, 0)
  expect(near(sum, reach.logProb), `node ${node.id}: its likeliest path sums to ${sum}, not ${reach.logProb}`)
}

function depthsFrom(root: SearchNode): Map<SearchNode, number> {
  const depths = new Map([[root, 0]])
  // A map is walked in insertion order, additions included: breadth first.
  for (const [node, depth] of depths)
    for (const { outcome } of node.edges.values())
      if (outcome.kind === 'open' && !depths.has(outcome.node)) depths.set(outcome.node, depth + 1)
  return depths
}

/** Bellman-Ford. */
function logProbsFrom(root: SearchNode, nodes: readonly SearchNode[]): Map<SearchNode, number> {
  const best = new Map([[root, 0]])
  for (let changed = true; changed; ) {
    changed = false
    for (const node of nodes) {
      const from = best.get(node)
      if (from === undefined) continue
      for (const { outcome, logProb } of node.edges.values()) {
        if (outcome.kind !== 'open' || from + logProb <= (best.get(outcome.node) ?? Number.NEGATIVE_INFINITY)) continue
        best.set(outcome.node, from + logProb)
        changed = true
      }
    }
  }
  return best
}

function near(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a))
}

function expect(holds: boolean, promise: string): void {
  if (!holds) throw new Error(`broken tree: ${promise}`)
}
