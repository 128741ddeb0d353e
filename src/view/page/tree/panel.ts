import { renderState } from '../../../proof/proof-state.ts'
import { plural } from '../../../report/plural.ts'
import { percent } from '../../../report/tree-places.ts'
import { describeOutcome, stateLabel, type ViewNode } from '../../../report/tree-view.ts'
import type { SearchEdge } from '../../../search/tree.ts'
import { h } from '../dom.ts'

export type PanelPlace = {
  readonly node: ViewNode
  /** The tactics that lead here in the picture. */
  readonly script: readonly string[]
}

/** All about one place: goals, script, and what was tried there. Failed tactics are shown when they are asked for. */
export function placePanel(
  { node, script }: PanelPlace,
  failuresOpen: boolean,
  onFailures: (isOpen: boolean) => void,
  goTo: (key: string) => void,
): HTMLElement[] {
  const { item } = node
  const parts: HTMLElement[] = []
  if (item.kind === 'end') {
    parts.push(h('h3', { text: describeOutcome(item.edge).split(':')[0] ?? '' }))
    if (item.edge.outcome.kind === 'finished' && item.edge.outcome.verdict.kind === 'refused')
      parts.push(h('pre', { class: 'refusal', text: item.edge.outcome.verdict.reason }))
  } else {
    const { goals } = item.node.state
    parts.push(
      h('h3', { text: goals.length === 0 ? 'No goals' : plural(goals.length, 'goal') }),
      h('pre', { tabindex: 0, text: renderState(goals) }),
    )
  }
  parts.push(
    h('h3', { text: 'Script' }),
    script.length > 0
      ? h('pre', { tabindex: 0, text: script.join('\n') })
      : h('p', { class: 'note', text: 'The beginning: no tactic has been run.' }),
  )
  if (item.kind !== 'state') return parts
  const edges = [...item.node.edges.values()].sort((a, b) => b.logProb - a.logProb)
  const isFailed = ({ outcome }: SearchEdge) => outcome.kind !== 'open' && outcome.kind !== 'finished'
  const failed = edges.filter(isFailed)
  const worked = edges.filter((edge) => !isFailed(edge))
  if (edges.length === 0) parts.push(h('p', { class: 'note', text: 'Not expanded: no tactic was run here.' }))
  const cycles = new Set(node.cycles)
  if (worked.length > 0)
    parts.push(
      h('h3', { text: `${plural(worked.length, 'tactic')} that worked` }),
      tacticTable(worked, (edge) => target(edge, cycles.has(edge), goTo)),
    )
  if (failed.length > 0) {
    const details = h(
      'details',
      failuresOpen ? { open: true } : {},
      h('summary', { text: `${plural(failed.length, 'tactic')} that failed` }),
    )
    // Filled when it is opened: there may be hundreds.
    const fill = () => {
      if (details.open && details.childElementCount === 1)
        details.append(tacticTable(failed, (edge) => h('span', { class: 'lines', text: describeOutcome(edge) })))
    }
    details.addEventListener('toggle', () => {
      onFailures(details.open)
      fill()
    })
    fill()
    parts.push(details)
  }
  return parts
}

function tacticTable(edges: readonly SearchEdge[], outcome: (edge: SearchEdge) => Node): HTMLElement {
  return h(
    'table',
    { class: 'tactics' },
    h(
      'thead',
      { class: 'unseen' },
      h('tr', {}, ...['tactic and outcome', 'probability'].map((text) => h('th', { scope: 'col', text }))),
    ),
    h(
      'tbody',
      {},
      ...edges.map((edge) =>
        h(
          'tr',
          {},
          h('td', {}, h('code', { text: edge.tactic }), h('div', { class: 'outcome-line' }, outcome(edge))),
          h('td', { text: percent(edge.logProb) }),
        ),
      ),
    ),
  )
}

/** Where a tactic leads, to be gone to. */
function target(edge: SearchEdge, isCycle: boolean, goTo: (key: string) => void): Node {
  const { outcome } = edge
  if (outcome.kind !== 'open') return h('span', { class: 'lines', text: describeOutcome(edge) })
  const { node } = outcome
  const onclick = () => goTo(node.state.key)
  return h(
    'span',
    {},
    isCycle && h('span', { class: 'cycle', text: '↺ back to ' }),
    h('button', { type: 'button', class: 'link-like', text: stateLabel(node, 48), onclick }),
  )
}
