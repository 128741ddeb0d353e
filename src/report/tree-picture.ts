import type { Tree } from '../search/tree.ts'
import { plural } from './plural.ts'
import { layoutTree, type Placed } from './tree-layout.ts'
import {
  BEND,
  BOX,
  boxWidth,
  COLUMN,
  LEGEND,
  linkPath,
  percent,
  placeKind,
  placeLabel,
  placeRemarks,
  ROW,
  tacticLabels,
  treeFacts,
} from './tree-places.ts'
import { describeOutcome, shorten, type TreeView, type ViewNode, viewTree } from './tree-view.ts'
import { escapeXml } from './xml.ts'

export type PictureOptions = {
  /** Written above the tree, e.g. the theorem's name. */
  readonly title?: string
  /** States and endings shown at most, 150 if left out; the proof's path is always shown. */
  readonly maxNodes?: number
}

const MARGIN = 24
const HEADER = 84
const LISTED_FAILURES = 12
const LEGEND_CHARACTER = 6.7

/** The search tree as a standalone SVG document, light or dark as its reader is: root at the left, the proof one green row. */
export function renderTreeSvg(tree: Tree, options: PictureOptions = {}): string {
  const view = viewTree(tree, options.maxNodes ?? 150)
  const title = options.title ?? 'Search tree'
  const places = layoutTree(view.root)
  const labels = tacticLabels(places)
  const right = Math.max(...places.map((place) => place.column * COLUMN + boxWidth(place.node)))
  const bottom = Math.max(...places.map((place) => place.row)) * ROW
  const legend = legendItems()
  const width = Math.max(760, right, legend.width) + 2 * MARGIN
  const height = bottom + BOX.height + HEADER + 2 * MARGIN
  // The proof's links last: they lie on top.
  const links = [...places].sort((a, b) => Number(a.node.onProof) - Number(b.node.onProof))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">
<style>${STYLE}</style>
<rect class="paper" width="100%" height="100%"/>
<g transform="translate(${MARGIN} ${MARGIN + 10})">
<text class="title">${escapeXml(shorten(title, 70))}</text>
<text class="note" y="22">${escapeXml(treeFacts(tree) + hiddenText(view))}</text>
<g transform="translate(0 46)">${legend.items.join('')}</g>
</g>
<g transform="translate(${MARGIN} ${HEADER + MARGIN + BOX.height / 2})">
${links.map((place) => drawLink(place, labels.get(place.node) ?? '')).join('\n')}
${places.map(drawPlace).join('\n')}
</g>
</svg>
`
}

const LIGHT =
  '--paper:#fcfcfa;--ink:#1f2933;--quiet:#52606d;--line:#bcc4ce;--green:#1a7f37;--green-ink:#116329;--box:#ffffff;--edge:#829ab1;--wait:#fffaf0;--wait-edge:#c99a2e;--dead:#f1f1ee;--dead-edge:#b8bcc2;--good:#f0fbf3;--bad:#fdeeee;--bad-edge:#b42318;--on-green:#ffffff'
const DARK =
  '--paper:#14181d;--ink:#e4e7eb;--quiet:#a3b0bd;--line:#4a5562;--green:#2ea043;--green-ink:#7ee2a0;--box:#1d232b;--edge:#6b7f95;--wait:#2b2517;--wait-edge:#c99a2e;--dead:#191d22;--dead-edge:#48515c;--good:#14301e;--bad:#3a1a1a;--bad-edge:#f0776c;--on-green:#ffffff'
const STYLE = `
svg{${LIGHT}}
@media(prefers-color-scheme:dark){svg{${DARK}}}
.paper{fill:var(--paper)}
text{font-family:"DejaVu Sans Mono",ui-monospace,Menlo,Consolas,monospace;font-size:11px;fill:var(--ink)}
.title{font-size:16px;font-weight:bold}
.note,.legend{font-size:11px;fill:var(--quiet)}
.link{fill:none;stroke:var(--line);stroke-width:1.4}
.link.proof{stroke:var(--green);stroke-width:3}
.tactic{font-size:10.5px}
.tactic.proof{fill:var(--green-ink);font-weight:bold}
.small{font-size:9.5px;fill:var(--quiet)}
.box{fill:var(--box);stroke:var(--edge);stroke-width:1.2}
.box.frontier{fill:var(--wait);stroke:var(--wait-edge);stroke-dasharray:4 3}
.box.dead{fill:var(--dead);stroke:var(--dead-edge)}
.box.proof{fill:var(--good);stroke:var(--green);stroke-width:2}
.box.accepted{fill:#1a7f37;stroke:#1a7f37}
.box.candidate{stroke:var(--green);stroke-dasharray:4 3}
.box.refused{fill:var(--bad);stroke:var(--bad-edge)}
.on-accepted{fill:var(--on-green);font-weight:bold}
`.replaceAll('\n', '')

/** One beside the other, and how wide that is. */
function legendItems(): { readonly items: string[]; readonly width: number } {
  let x = 0
  const items = LEGEND.map(([kind, label]) => {
    const item = `<g transform="translate(${Math.round(x)} 0)"><rect class="box ${kind}" y="-9" width="18" height="11" rx="3"/><text class="legend" x="24">${label}</text></g>`
    x += 24 + label.length * LEGEND_CHARACTER + 18
    return item
  })
  return { items, width: Math.ceil(x) }
}

function hiddenText({ shown, hidden }: TreeView): string {
  return hidden > 0 ? ` · ${plural(shown, 'place')} shown, ${hidden} less likely ones not shown` : ''
}

function drawLink(place: Placed, label: string): string {
  const { node, column, row } = place
  if (node.edge === undefined) return ''
  const proof = node.onProof ? ' proof' : ''
  const x = column * COLUMN - (COLUMN - BOX.width) + BEND + 4
  const { tactic, logProb } = node.edge
  return `<g><title>${escapeXml(tactic)}\n${percent(logProb)}</title><path class="link${proof}" d="${linkPath(place)}"/><text class="tactic${proof}" x="${x}" y="${row * ROW - 5}">${escapeXml(label)}</text></g>`
}

function drawPlace({ node, column, row }: Placed): string {
  const kind = placeKind(node)
  const small = placeRemarks(node)
  const text = kind === 'accepted' ? ' class="on-accepted"' : ''
  const second = small === '' ? '' : `<text class="small" x="8" y="12">${escapeXml(small)}</text>`
  return `<g class="place" transform="translate(${column * COLUMN} ${row * ROW})"><title>${escapeXml(tooltip(node))}</title><rect class="box ${kind}" y="${-BOX.height / 2}" width="${boxWidth(node)}" height="${BOX.height}" rx="6"/><text${text} x="8" y="${small === '' ? 4 : -3}">${escapeXml(placeLabel(node))}</text>${second}</g>`
}

function tooltip({ item, failed, merged, cycles }: ViewNode): string {
  if (item.kind === 'end') return describeOutcome(item.edge)
  const lines = item.node.state.goals.map((goal) => goal.text)
  if (item.node.edges.size === 0) lines.push('not expanded')
  if (merged.length > 0) lines.push(`${plural(merged.length, 'tactic')} to states shown elsewhere`)
  if (cycles.length > 0) lines.push(`${plural(cycles.length, 'tactic')} back to this state or one above it`)
  if (failed.length > 0) {
    const listed = failed
      .slice(0, LISTED_FAILURES)
      .map((edge) => `  ${shorten(edge.tactic, 60)}: ${shorten(describeOutcome(edge), 80)}`)
    if (failed.length > LISTED_FAILURES) listed.push(`  and ${failed.length - LISTED_FAILURES} more`)
    lines.push(`${plural(failed.length, 'failed tactic')}:\n${listed.join('\n')}`)
  }
  return lines.join('\n\n')
}
