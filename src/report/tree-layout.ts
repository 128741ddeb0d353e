import type { ViewNode } from './tree-view.ts'

/** A place of the picture: columns are steps from the root, rows count downwards from the root's. */
export type Placed = {
  readonly node: ViewNode
  readonly parent: Placed | undefined
  readonly column: number
  readonly row: number
}

/**
 * Where each place stands: a state's first child on its own row, the others below it, as close as they go. The first
 * child is the proof's, so a proof is one straight row. In the order in which the places are read: each before its
 * children, the first child's before the second's.
 */
export function layoutTree(root: ViewNode): Placed[] {
  const rows = new Map<ViewNode, number>()
  outline(root, rows)
  const places: Placed[] = []
  const walk = (node: ViewNode, parent: Placed | undefined, above: number) => {
    const row = above + (rows.get(node) ?? 0)
    const place = { node, parent, column: parent === undefined ? 0 : parent.column + 1, row }
    places.push(place)
    for (const child of node.children) walk(child, place, row)
  }
  walk(root, undefined, 0)
  return places
}

/** What a subtree covers, column by column from its root's: the first and the last row in each. */
type Outline = { readonly top: number[]; readonly bottom: number[] }

/** @param rows how far each place stands below its parent's row; filled in */
function outline(node: ViewNode, rows: Map<ViewNode, number>): Outline {
  const all: Outline = { top: [0], bottom: [0] }
  for (const [i, child] of node.children.entries()) {
    const own = outline(child, rows)
    let shift = i === 0 ? 0 : 1
    for (const [column, top] of own.top.entries()) {
      const taken = all.bottom[column + 1]
      if (taken !== undefined) shift = Math.max(shift, taken + 1 - top)
    }
    rows.set(child, shift)
    for (const [column, top] of own.top.entries()) {
      all.top[column + 1] ??= top + shift
      all.bottom[column + 1] = (own.bottom[column] as number) + shift
    }
  }
  return all
}
