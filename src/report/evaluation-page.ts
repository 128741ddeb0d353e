import { deflateSync } from 'node:zlib'
import type { TheoremResult } from '../results/read-run.ts'
import type { Summary } from '../results/summary.ts'
import type { Plot } from './evaluation-plots.ts'
import { evaluationFacts, evaluationTables, evaluationWarnings, percent } from './evaluation-tables.ts'
import { tableHtml } from './table.ts'
import { escapeXml } from './xml.ts'

export type PageTheorem = {
  readonly theorem: TheoremResult
  /** Names of the members that prove it. */
  readonly provedBy: readonly string[]
  /** The page of its search tree; undefined where none is on record. */
  readonly treePage: string | undefined
}

/** The report as one HTML file that loads nothing. Search trees lie in it compressed, and are unpacked when looked at. */
export function evaluationPage(summary: Summary, plots: readonly Plot[], theorems: readonly PageTheorem[]): string {
  const data = theorems.map(({ theorem, provedBy, treePage }) => ({
    name: theorem.name,
    outcome: outcomeText(theorem),
    message: theorem.message ?? '',
    provedBy,
    steps: theorem.proof?.tactics.length ?? null,
    passes: theorem.counts.reduce((sum, { n }) => sum + n, 0),
    statement: theorem.statement,
    proof: theorem.proof?.source ?? null,
    tree: treePage === undefined ? null : deflateSync(treePage, { level: 9 }).toString('base64'),
  }))
  // "<" must not end the script element early.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c')
  const best = summary.members.length > 1 ? summary.ensemble.coverage.at(-1) : summary.members[0]?.coverage.at(-1)
  const { counts } = summary
  const tiles: [string, string][] = [
    [
      percent(best?.rate.value ?? Number.NaN),
      summary.members.length > 1
        ? `ensemble coverage at ${summary.passes} passes`
        : `coverage at ${summary.passes} passes`,
    ],
    [`${counts.proved}`, `of ${counts.done} theorems have a verified proof`],
    [`${summary.members.length}`, `member${summary.members.length === 1 ? '' : 's'}, ${summary.passes} passes each`],
    [`${counts.statementErrors + counts.engineErrors}`, 'errors, not counted'],
  ]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeXml(summary.dataset)} - hedge report</title>
<style>${STYLE}</style>
<header><p class="product">hedge report</p><h1>${escapeXml(summary.dataset)}</h1>
<div class="tiles">${tiles.map(([big, small]) => `<div class="tile"><b>${escapeXml(big)}</b><span>${escapeXml(small)}</span></div>`).join('')}</div>
${evaluationWarnings(summary)
  .map((warning) => `<p class="warning">${escapeXml(warning)}</p>`)
  .join('')}</header>
<main>
<h2>Coverage</h2>
<div class="cards">${evaluationTables(summary).map(tableHtml).join('')}</div>
<h2>Pictures</h2>
<div class="cards">${plots.map(({ title, svg, note }) => `<section><h3>${escapeXml(title)}</h3><div class="scroll plot">${svg}</div><p class="note">${escapeXml(note)}</p></section>`).join('')}</div>
<h2>Theorems</h2>
<section><div class="controls"><input id="filter" type="search" placeholder="Filter by name or statement" aria-label="Filter theorems">
<select id="which" aria-label="Which theorems"><option value="">all</option><option value="proved">proved</option><option value="not proved">not proved</option><option value="error">errors and open</option></select><span id="shown" class="note"></span></div>
<div class="scroll list"><table id="theorems"><thead><tr><th>theorem</th><th>outcome</th><th>steps</th><th>passes</th><th>proved by</th></tr></thead><tbody></tbody></table></div></section>
<h2>What this is</h2>
<section><dl>${evaluationFacts(summary)
    .map(([name, value]) => `<dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd>`)
    .join('')}</dl></section>
</main>
<dialog id="detail"><div class="bar"><h3></h3><button type="button" id="close">Close</button></div><div class="body"><pre id="source"></pre><iframe id="tree" title="Search tree" sandbox="allow-scripts"></iframe></div></dialog>
<script type="application/json" id="data">${json}</script>
<script>${SCRIPT}</script>
</html>
`
}

function outcomeText({ outcome, proof }: TheoremResult): string {
  switch (outcome) {
    case 'done':
      return proof === undefined ? 'not proved' : 'proved'
    case 'open':
      return 'open'
    case 'statementError':
      return 'statement error'
    case 'engineError':
      return 'engine error'
    default:
      return outcome satisfies never
  }
}

const STYLE = `
:root{--ink:#1f2933;--quiet:#616e7c;--line:#e4e7eb;--green:#1a7f37}
*{box-sizing:border-box}
body{margin:0;background:#f7f8f9;color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main{max-width:1180px;margin:0 auto;padding:0 24px}
header{padding-top:30px}
.product{margin:0;color:var(--quiet);letter-spacing:.04em}
h1{font-size:26px;margin:2px 0 18px}
h2{font-size:18px;margin:34px 0 12px}
h3{font-size:14px;margin:0 0 10px}
.tiles{display:flex;flex-wrap:wrap;gap:12px}
.tile{flex:1 1 200px;background:#fff;border:1px solid var(--line);border-radius:8px;padding:14px 18px}
.tile b{display:block;font-size:26px;line-height:1.2;font-variant-numeric:tabular-nums}
.tile span{color:var(--quiet)}
.warning{background:#fff6e5;border:1px solid #f0cf8e;border-radius:6px;padding:8px 14px;margin:12px 0 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(500px,100%),1fr));gap:14px}
section{background:#fff;border:1px solid var(--line);border-radius:8px;padding:16px 18px;min-width:0}
.scroll{overflow-x:auto}
.plot svg{display:block;max-width:100%;height:auto}
.note{color:var(--quiet);font-size:12.5px;margin:10px 0 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:500;color:var(--quiet);text-align:right;white-space:nowrap}
th,td{padding:5px 10px 5px 0;border-bottom:1px solid var(--line)}
.numbers td{text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}
.numbers td:first-child{white-space:normal}
tr:last-child td{border-bottom:0}
.strong td{font-weight:650}
.controls{display:flex;gap:10px;align-items:center;margin-bottom:10px}
.controls .note{margin:0}
input,select,button{font:inherit;padding:5px 10px;border:1px solid #b8c1cc;border-radius:6px;background:#fff;color:inherit}
input{width:20rem;max-width:50vw}
.list{max-height:560px;overflow:auto}
#theorems th{position:sticky;top:0;background:#fff}
#theorems td:nth-child(3),#theorems td:nth-child(4){text-align:right}
#theorems td:nth-child(2),#theorems th:nth-child(2),#theorems td:nth-child(5),#theorems th:nth-child(5){text-align:left}
#theorems td:nth-child(2){white-space:nowrap}
#theorems td:nth-child(5),#theorems th:nth-child(5){padding-left:18px}
#theorems a{color:#0b5cad;text-decoration:none;overflow-wrap:anywhere}
#theorems a:hover{text-decoration:underline}
.proved{color:var(--green)}.bad{color:#b42318}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
main{padding-bottom:60px}
dialog{width:min(1400px,96vw);height:92vh;padding:0;border:1px solid #9aa5b1;border-radius:10px;color:inherit}
dialog::backdrop{background:rgba(31,41,51,.45)}
dialog[open]{display:flex;flex-direction:column}
.bar{display:flex;justify-content:space-between;align-items:center;padding:10px 16px;border-bottom:1px solid var(--line)}
.bar h3{margin:0;overflow-wrap:anywhere}
.body{flex:1;display:flex;flex-direction:column;min-height:0}
pre{margin:0;padding:12px 16px;max-height:34%;overflow:auto;background:#f4f5f7;font:12.5px/1.5 "DejaVu Sans Mono",ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
iframe{flex:1;width:100%;border:0;border-top:1px solid var(--line)}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`

/** Texts of theorems go in as text, never as markup; a tree's page runs in a frame of its own that can reach nothing here. */
const SCRIPT = `
const data = JSON.parse(document.getElementById('data').textContent)
const body = document.querySelector('#theorems tbody')
const filter = document.getElementById('filter')
const which = document.getElementById('which')
const dialog = document.getElementById('detail')
const cell = (row, text, kind) => { const td = row.insertCell(); td.textContent = text; if (kind) td.className = kind; return td }
const rows = data.map((theorem, index) => {
  const row = body.insertRow()
  const link = document.createElement('a')
  link.href = '#' + encodeURIComponent(theorem.name)
  link.textContent = theorem.name
  row.insertCell().append(link)
  const error = theorem.outcome.includes('error')
  cell(row, theorem.outcome, theorem.outcome === 'proved' ? 'proved' : error ? 'bad' : '')
  cell(row, theorem.steps ?? '')
  cell(row, theorem.passes)
  cell(row, theorem.message || theorem.provedBy.join(', '))
  return row
})
const show = () => {
  const text = filter.value.toLowerCase()
  let count = 0
  data.forEach((theorem, index) => {
    const kind = theorem.outcome === 'proved' || theorem.outcome === 'not proved' ? theorem.outcome : 'error'
    const fits = (theorem.name + ' ' + theorem.statement).toLowerCase().includes(text) && (which.value === '' || which.value === kind)
    rows[index].hidden = !fits
    if (fits) count++
  })
  document.getElementById('shown').textContent = count + ' of ' + data.length
}
filter.addEventListener('input', show)
which.addEventListener('change', show)
show()
const unpack = async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))
  return new Response(stream).text()
}
const open = async () => {
  const name = decodeURIComponent(location.hash.slice(1))
  const theorem = data.find((one) => one.name === name)
  if (!theorem) { if (dialog.open) dialog.close(); return }
  dialog.querySelector('h3').textContent = theorem.name + ' - ' + theorem.outcome
  document.getElementById('source').textContent = theorem.proof ?? theorem.statement
  const frame = document.getElementById('tree')
  frame.srcdoc = theorem.tree === null ? '<p style="font:14px system-ui;padding:16px;color:#616e7c">No search tree is on record.</p>' : await unpack(theorem.tree)
  if (!dialog.open) dialog.showModal()
}
dialog.addEventListener('close', () => history.replaceState(null, '', location.pathname + location.search))
document.getElementById('close').addEventListener('click', () => dialog.close())
addEventListener('hashchange', open)
open()
`
