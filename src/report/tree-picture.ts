import { type HierarchyPointNode, hierarchy, tree as tidyTree } from 'd3-hierarchy'
import type { Tree } from '../search/tree.ts'
import { plural } from './plural.ts'
import { describeOutcome, shorten, stateLabel, type TreeView, type ViewNode, viewTree } from './tree-view.ts'
import { escapeXml } from './xml.ts'

export type PictureOptions = {
  /** Written above the tree, e.g. the theorem's name. */
  readonly title?: string
  /** States and endings shown at most, 150 if left out; the proof's path is always shown. */
  readonly maxNodes?: number
}

/** All lengths in user units (CSS pixels). */
const BOX = { width: 240, height: 36, end: 132 }
const ROW = 46
const COLUMN = BOX.width + 200
const MARGIN = 24
const HEADER = 84
/** Monospace glyphs are 0.6 em wide: 11px text takes 6.6 a character, 10.5px text 6.3. */
const STATE_CHARACTERS = Math.floor((BOX.width - 16) / 6.6)
const TACTIC_CHARACTERS = Math.floor((COLUMN - BOX.width - 46) / 6.3)
const LISTED_FAILURES = 12

/** The search tree as a standalone SVG document: root at the left, the proof's path in green. */
export function renderTreeSvg(tree: Tree, options: PictureOptions = {}): string {
  return drawView(viewTree(tree, options.maxNodes ?? 150), tree, options.title ?? 'Search tree')
}

/** Each place is a group of class `place` with its number, in drawing order, as `data-place`. */
export function drawView(view: TreeView, tree: Tree, title: string): string {
  const root = hierarchy(view.root, (node) => node.children)
  const placed = tidyTree<ViewNode>()
    .nodeSize([ROW, COLUMN])
    .separation((a, b) => (a.parent === b.parent ? 1 : 1.25))(root)
  const places = placed.descendants()
  const top = Math.min(...places.map((place) => place.x))
  const bottom = Math.max(...places.map((place) => place.x))
  const right = Math.max(...places.map((place) => place.y + boxWidth(place.data)))
  const width = Math.max(760, right + 2 * MARGIN)
  const height = bottom - top + BOX.height + HEADER + 2 * MARGIN
  const move = `translate(${MARGIN} ${round(HEADER + MARGIN + BOX.height / 2 - top)})`

  // The proof's links last: they lie on top.
  const links = placed.links().sort((a, b) => Number(a.target.data.onProof) - Number(b.target.data.onProof))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-label="${escapeXml(title)}">
<style>${STYLE}</style>
<rect class="paper" width="100%" height="100%"/>
${header(view, tree, title)}
<g transform="${move}">
${links.map(({ source, target }) => drawLink(source, target)).join('\n')}
${places.map((place, i) => drawPlace(place, i)).join('\n')}
</g>
</svg>
`
}

const STYLE = `
.paper{fill:#fcfcfa}
text{font-family:"DejaVu Sans Mono",ui-monospace,Menlo,Consolas,monospace;font-size:11px;fill:#1f2933}
.title{font-size:16px;font-weight:bold}
.note,.legend{font-size:11px;fill:#52606d}
.link{fill:none;stroke:#bcc4ce;stroke-width:1.4}
.link.proof{stroke:#1a7f37;stroke-width:3}
.tactic{font-size:10.5px;fill:#3e4c59}
.tactic.proof{fill:#116329;font-weight:bold}
.small{font-size:9.5px;fill:#616e7c}
.box{fill:#ffffff;stroke:#829ab1;stroke-width:1.2}
.box.frontier{fill:#fffaf0;stroke:#c99a2e;stroke-dasharray:4 3}
.box.dead{fill:#f4f4f2;stroke:#b8bcc2}
.box.proof{fill:#f0fbf3;stroke:#1a7f37;stroke-width:2}
.box.accepted{fill:#1a7f37;stroke:#1a7f37}
.box.candidate{fill:#ffffff;stroke:#1a7f37;stroke-dasharray:4 3}
.box.refused{fill:#fdeeee;stroke:#b42318}
.on-accepted{fill:#ffffff;font-weight:bold}
.place{cursor:default}
`.replaceAll('\n', '')

function header(view: TreeView, tree: Tree, title: string): string {
  const { nodes, edges, open, finished, error, timeout, crash } = tree.counts
  const failed = error + timeout + crash
  const facts = `${plural(nodes, 'state')}, ${plural(edges, 'tactic')} run: ${open} left goals, ${finished} finished, ${failed} failed`
  const rest = view.hidden > 0 ? ` · ${view.shown} places shown, ${view.hidden} less likely ones not shown` : ''
  const legend: [string, string][] = [
    ['proof', 'on the proof'],
    ['', 'expanded'],
    ['frontier', 'not expanded'],
    ['dead', 'all tactics failed'],
    ['accepted', 'verified'],
    ['candidate', 'not verified'],
    ['refused', 'refused'],
  ]
  let x = 0
  const items = legend.map(([kind, label]) => {
    const item = `<g transform="translate(${x} 0)"><rect class="box ${kind}" y="-9" width="18" height="11" rx="3"/><text class="legend" x="24">${label}</text></g>`
    x += 24 + label.length * 6.6 + 18
    return item
  })
  return `<g transform="translate(${MARGIN} ${MARGIN + 10})">
<text class="title">${escapeXml(shorten(title, 70))}</text>
<text class="note" y="22">${escapeXml(facts + rest)}</text>
<g transform="translate(0 46)">${items.join('')}</g>
</g>`
}

/** A bend close to the parent, then a straight piece that carries the tactic. */
function drawLink(source: HierarchyPointNode<ViewNode>, target: HierarchyPointNode<ViewNode>): string {
  const edge = target.data.edge
  if (edge === undefined) return ''
  const from = source.y + BOX.width
  const bend = from + 34
  const proof = target.data.onProof ? ' proof' : ''
  const middle = (from + bend) / 2
  const path = `M${from} ${round(source.x)}C${middle} ${round(source.x)} ${middle} ${round(target.x)} ${bend} ${round(target.x)}H${target.y}`
  const label = shorten(edge.tactic, TACTIC_CHARACTERS)
  return `<g><title>${escapeXml(edge.tactic)}\n${percent(edge.logProb)}</title><path class="link${proof}" d="${path}"/><text class="tactic${proof}" x="${bend + 4}" y="${round(target.x - 5)}">${escapeXml(label)}</text></g>`
}

function drawPlace({ x, y, data }: HierarchyPointNode<ViewNode>, place: number): string {
  const kind = placeKind(data)
  const label = data.item.kind === 'state' ? stateLabel(data.item.node, STATE_CHARACTERS) : ENDINGS[kind]
  const small = data.item.kind === 'state' ? remarks(data, data.item.node.state.goals.length) : ''
  const text = kind === 'accepted' ? ' class="on-accepted"' : ''
  const second = small === '' ? '' : `<text class="small" x="8" y="12">${escapeXml(small)}</text>`
  return `<g class="place" data-place="${place}" transform="translate(${y} ${round(x)})"><title>${escapeXml(tooltip(data))}</title><rect class="box ${kind}" y="${-BOX.height / 2}" width="${boxWidth(data)}" height="${BOX.height}" rx="6"/><text${text} x="8" y="${small === '' ? 4 : -3}">${escapeXml(label ?? '')}</text>${second}</g>`
}

const ENDINGS: Readonly<Record<string, string>> = {
  accepted: '✓ proof verified',
  candidate: '? not verified',
  refused: '✗ refused',
}

function placeKind({ item, onProof, children, merged, hiddenChildren }: ViewNode): string {
  if (item.kind === 'end') return item.edge.outcome.kind === 'finished' ? item.edge.outcome.verdict.kind : ''
  if (onProof) return 'proof'
  if (item.node.edges.size === 0) return 'frontier'
  return children.length + merged.length + hiddenChildren === 0 ? 'dead' : 'expanded'
}

/** The small line of a box. */
function remarks({ failed, merged, hiddenChildren }: ViewNode, goals: number): string {
  const parts = [plural(goals, 'goal')]
  if (failed.length > 0) parts.push(`${failed.length} failed`)
  if (merged.length > 0) parts.push(`${merged.length} merged`)
  if (hiddenChildren > 0) parts.push(`+${hiddenChildren} hidden`)
  return parts.join(' · ')
}

function tooltip({ item, failed, merged }: ViewNode): string {
  if (item.kind === 'end') return describeOutcome(item.edge)
  const lines = item.node.state.goals.map((goal) => goal.text)
  if (item.node.edges.size === 0) lines.push('not expanded')
  if (merged.length > 0) lines.push(`${plural(merged.length, 'tactic')} to states shown elsewhere`)
  if (failed.length > 0) {
    const listed = failed
      .slice(0, LISTED_FAILURES)
      .map((edge) => `  ${shorten(edge.tactic, 60)}: ${shorten(describeOutcome(edge), 80)}`)
    if (failed.length > LISTED_FAILURES) listed.push(`  and ${failed.length - LISTED_FAILURES} more`)
    lines.push(`${plural(failed.length, 'failed tactic')}:\n${listed.join('\n')}`)
  }
  return lines.join('\n\n')
}

function boxWidth({ item }: ViewNode): number {
  return item.kind === 'state' ? BOX.width : BOX.end
}

/** A natural log-probability as a percentage. */
export function percent(logProb: number): string {
  const value = 100 * Math.exp(logProb)
  return `${value >= 10 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(1) : value.toExponential(0)} %`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
