import type { Tree } from '../search/tree.ts'
import { plural } from './plural.ts'
import type { Placed } from './tree-layout.ts'
import { siblingLabels, stateLabel, type ViewNode } from './tree-view.ts'

/** All lengths in CSS pixels. */
export const BOX = { width: 216, height: 36, end: 136 }
export const ROW = 46
export const COLUMN = BOX.width + 176
/** From a box to the vertical part of its links. */
export const BEND = 26
/** Monospace glyphs are 0.6 em wide: 11px text takes 6.6 a character, 10.5px text 6.3. */
const STATE_CHARACTERS = Math.floor((BOX.width - 16) / 6.6)
const TACTIC_CHARACTERS = Math.floor((COLUMN - BOX.width - 38) / 6.3)

export type PlaceKind =
  | 'proof'
  | 'expanded'
  | 'frontier'
  | 'dead'
  /** Places where no goal is left: verified, not put before the verifier, refused by it. */
  | 'accepted'
  | 'candidate'
  | 'refused'

export const LEGEND: readonly (readonly [kind: PlaceKind, label: string])[] = [
  ['proof', 'on the proof'],
  ['expanded', 'expanded'],
  ['frontier', 'not expanded'],
  ['dead', 'all tactics failed'],
  ['accepted', 'verified'],
  ['candidate', 'no goals left, verifier not asked'],
  ['refused', 'refused by the verifier'],
]

const ENDINGS = { accepted: '✓ proof verified', candidate: '○ no goals left', refused: '✗ refused' } as const

export function placeKind({ item, onProof, children, merged, cycles, hiddenChildren }: ViewNode): PlaceKind {
  if (item.kind === 'end') return item.edge.outcome.kind === 'finished' ? item.edge.outcome.verdict.kind : 'candidate'
  if (onProof) return 'proof'
  if (item.node.edges.size === 0) return 'frontier'
  return children.length + merged.length + cycles.length + hiddenChildren === 0 ? 'dead' : 'expanded'
}

/** The line of a box. */
export function placeLabel(node: ViewNode): string {
  if (node.item.kind === 'state') return stateLabel(node.item.node, STATE_CHARACTERS)
  const kind = placeKind(node)
  return kind === 'accepted' || kind === 'candidate' || kind === 'refused' ? ENDINGS[kind] : ''
}

/** The small line of a box; empty where no goal is left. What is folded away is told where the box has no handle. */
export function placeRemarks({ item, failed, merged, cycles, hiddenChildren }: ViewNode, hasHandle = false): string {
  if (item.kind === 'end') return ''
  const parts = [plural(item.node.state.goals.length, 'goal')]
  if (failed.length > 0) parts.push(`${failed.length} failed`)
  if (merged.length > 0) parts.push(`${merged.length} merged`)
  if (cycles.length > 0) parts.push(`↺ ${cycles.length}`)
  if (hiddenChildren > 0 && !hasHandle) parts.push(`+${hiddenChildren} hidden`)
  return parts.join(' · ')
}

/** The tactics of all places but the root, as they stand on their links: those of siblings differ. */
export function tacticLabels(places: readonly Placed[]): Map<ViewNode, string> {
  const labels = new Map<ViewNode, string>()
  for (const { node } of places) {
    const texts = siblingLabels(
      node.children.map((child) => child.edge?.tactic ?? ''),
      TACTIC_CHARACTERS,
    )
    for (const [i, child] of node.children.entries()) labels.set(child, texts[i] ?? '')
  }
  return labels
}

export const boxWidth = ({ item }: ViewNode): number => (item.kind === 'state' ? BOX.width : BOX.end)

/** A bend close to the parent, then a straight piece that carries the tactic. Empty for the root. */
export function linkPath({ node, parent, column, row }: Placed): string {
  if (parent === undefined || node.edge === undefined) return ''
  const from = parent.column * COLUMN + BOX.width
  const to = column * COLUMN
  if (row === parent.row) return `M${from} ${row * ROW}H${to}`
  const [bend, middle] = [from + BEND, from + BEND / 2]
  return `M${from} ${parent.row * ROW}C${middle} ${parent.row * ROW} ${middle} ${row * ROW} ${bend} ${row * ROW}H${to}`
}

/** What was tried, in one line. */
export function treeFacts(tree: Tree): string {
  const { nodes, edges, open, finished, error, timeout, crash } = tree.counts
  const failed = error + timeout + crash
  return `${plural(nodes, 'state')}, ${plural(edges, 'tactic')} run: ${open} left goals, ${finished} finished, ${failed} failed`
}

/** A natural log-probability as a percentage. */
export function percent(logProb: number): string {
  const value = 100 * Math.exp(logProb)
  return `${value >= 10 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(1) : value.toExponential(0)} %`
}
