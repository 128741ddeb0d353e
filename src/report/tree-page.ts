import { renderState } from '../proof/proof-state.ts'
import type { SearchEdge, Tree } from '../search/tree.ts'
import { plural } from './plural.ts'
import { drawView, type PictureOptions, percent } from './tree-picture.ts'
import { describeOutcome, shorten, type ViewNode, viewTree } from './tree-view.ts'
import { escapeXml } from './xml.ts'

/**
 * The search tree as one HTML file that loads nothing: the picture, and beside it the whole goals, script and tactics
 * of the place under the pointer. A click or the Enter key keeps a place until the next one.
 */
export function renderTreePage(tree: Tree, options: PictureOptions = {}): string {
  const title = options.title ?? 'Search tree'
  const view = viewTree(tree, options.maxNodes ?? 150)
  const panels = placesOf(view.root).map((place) => panel(place))
  // "<" must not end the script element early.
  const data = JSON.stringify(panels).replaceAll('<', '\\u003c')
  const proof =
    view.proof === undefined
      ? '<p>No proof was found.</p>'
      : `<h2>Proof</h2><pre>${escapeXml(view.proof.join('\n'))}</pre>`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
<main>${drawView(view, tree, title)}</main>
<button id="fit" type="button">Fit to width</button>
<aside><div id="panel">${proof}<p class="quiet">Point at a state to see its goals; click to keep it here.</p></div></aside>
<script type="application/json" id="places">${data}</script>
<script>${SCRIPT}</script>
</html>
`
}

const STYLE = `
html,body{height:100%;margin:0}
body{display:flex;background:#fcfcfa;color:#1f2933;font:13px/1.45 system-ui,sans-serif}
main{flex:1;overflow:auto}
main svg{display:block}
main.fit svg{width:100%;height:auto}
#fit{position:fixed;left:14px;bottom:22px;font:inherit;padding:4px 10px;background:#fff;border:1px solid #829ab1;border-radius:4px;cursor:pointer}
aside{width:26rem;max-width:45vw;box-sizing:border-box;padding:16px;overflow:auto;background:#fff;border-left:1px solid #d9dee4}
h2{font-size:14px;margin:16px 0 6px}
h2:first-child{margin-top:0}
pre{margin:0;padding:8px;background:#f4f5f7;border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;font:12px/1.45 "DejaVu Sans Mono",ui-monospace,Menlo,Consolas,monospace}
table{border-collapse:collapse;width:100%}
td{padding:3px 6px 3px 0;border-top:1px solid #e7eaee;vertical-align:top;overflow-wrap:anywhere}
td:first-child{font-family:"DejaVu Sans Mono",ui-monospace,Menlo,Consolas,monospace;font-size:12px;white-space:pre-wrap}
td:nth-child(2){white-space:nowrap;text-align:right}
.quiet{color:#616e7c}
.place:hover .box,.place:focus .box,.place.kept .box{stroke:#0b69c7;stroke-width:2.6}
.place:focus{outline:none}
`

/** Panels are escaped when the page is written; the script only puts them in their place. */
const SCRIPT = `
const panels = JSON.parse(document.getElementById('places').textContent)
const panel = document.getElementById('panel')
const main = document.querySelector('main')
let kept
const show = (place) => { panel.innerHTML = panels[Number(place.dataset.place)] }
for (const place of document.querySelectorAll('.place')) {
  place.setAttribute('tabindex', '0')
  place.style.cursor = 'pointer'
  const keep = () => {
    kept?.classList.remove('kept')
    kept = kept === place ? undefined : place
    kept?.classList.add('kept')
    show(place)
  }
  place.addEventListener('mouseenter', () => { if (!kept) show(place) })
  place.addEventListener('focus', () => { if (!kept) show(place) })
  place.addEventListener('click', keep)
  place.addEventListener('keydown', (event) => { if (event.key === 'Enter') keep() })
}
const toRoot = () => document.querySelector('.place').scrollIntoView({ block: 'center', inline: 'nearest' })
document.getElementById('fit').addEventListener('click', (event) => {
  event.target.textContent = main.classList.toggle('fit') ? 'Actual size' : 'Fit to width'
  toRoot()
})
toRoot()
`

/** A place and the tactics that lead to it in the picture. */
type Place = { readonly node: ViewNode; readonly script: readonly string[] }

/** In the order in which the picture numbers them: level by level, each in the order of its parents. */
function placesOf(root: ViewNode): Place[] {
  const places: Place[] = [{ node: root, script: [] }]
  for (const { node, script } of places)
    for (const child of node.children) places.push({ node: child, script: [...script, child.edge?.tactic ?? ''] })
  return places
}

function panel({ node, script }: Place): string {
  const { item } = node
  const parts: string[] = []
  if (item.kind === 'end') parts.push(`<h2>${escapeXml(describeOutcome(item.edge))}</h2>`)
  else {
    const goals = item.node.state.goals
    parts.push(`<h2>${plural(goals.length, 'goal')}</h2><pre>${escapeXml(renderState(goals))}</pre>`)
  }
  if (script.length > 0) parts.push(`<h2>Script</h2><pre>${escapeXml(script.join('\n'))}</pre>`)
  if (item.kind === 'state') {
    const edges = [...item.node.edges.values()].sort((a, b) => b.logProb - a.logProb)
    parts.push(
      edges.length === 0
        ? '<p class="quiet">Not expanded.</p>'
        : `<h2>Tactics run here</h2><table>${edges.map(row).join('')}</table>`,
    )
  }
  return parts.join('')
}

function row(edge: SearchEdge): string {
  const outcome = escapeXml(shorten(describeOutcome(edge), 400))
  return `<tr><td>${escapeXml(edge.tactic)}</td><td>${percent(edge.logProb)}</td><td>${outcome}</td></tr>`
}
