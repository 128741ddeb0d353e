import type { Tree } from '../search/tree.ts'
import { plural } from './plural.ts'
import { describeOutcome, shorten, stateLabel, type ViewNode, viewTree } from './tree-view.ts'

/**
 * The search tree for a terminal, one line for each state and ending, `*` marking the proof. At most `maxLines` lines,
 * unless the proof alone is longer; then the last line says how many places are not shown.
 */
export function renderTreeText(tree: Tree, maxLines: number): string {
  const whole = viewTree(tree, Math.max(1, maxLines))
  const view = whole.hidden === 0 ? whole : viewTree(tree, Math.max(1, maxLines - 1))
  const lines: string[] = []
  const walk = (node: ViewNode, first: string, rest: string) => {
    lines.push(`${first}${line(node)}`)
    for (const [i, child] of node.children.entries()) {
      const last = i === node.children.length - 1
      walk(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`)
    }
  }
  walk(view.root, '', '')
  if (view.hidden > 0) lines.push(`… ${view.hidden} more not shown`)
  return lines.join('\n')
}

function line({ item, edge, onProof, failed, merged, cycles, hiddenChildren }: ViewNode): string {
  const mark = onProof ? '* ' : ''
  const tactic = edge === undefined ? '' : `${shorten(edge.tactic, 60)}  →  `
  if (item.kind === 'end') return `${mark}${tactic}${describeOutcome(item.edge)}`
  const remarks: string[] = []
  const goals = item.node.state.goals.length
  if (goals > 1) remarks.push(`${goals} goals`)
  if (goals > 0 && item.node.edges.size === 0) remarks.push('not expanded')
  if (failed.length > 0) remarks.push(`${failed.length} failed`)
  if (merged.length > 0) remarks.push(`${merged.length} merged`)
  if (cycles.length > 0) remarks.push(plural(cycles.length, 'cycle'))
  if (hiddenChildren > 0) remarks.push(`${hiddenChildren} hidden`)
  return `${mark}${tactic}${stateLabel(item.node, 72)}${remarks.length > 0 ? `  (${remarks.join(', ')})` : ''}`
}
