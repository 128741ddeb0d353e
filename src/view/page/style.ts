/** The page's style. Colours are named once, light and dark. */
export const STYLE = `
:root{color-scheme:light dark;
--paper:#f6f7f9;--card:#fff;--ink:#1f2933;--quiet:#566370;--line:#e2e6ea;--axis:#9aa5b1;--field:#b4bdc8;--link:#0a5aa8;
--green:#1a7f37;--green-ink:#116329;--good:#effaf2;--red:#b42318;--bad:#fdeeee;--blue:#0b5cad;--blue-bg:#e8f1fb;
--warn:#fff6e5;--warn-line:#e5bd70;--code:#f3f4f6;--shade:rgba(31,41,51,.06);
--box:#fff;--edge:#829ab1;--wait:#fffaf0;--wait-edge:#c99a2e;--dead:#f1f1ee;--dead-edge:#b8bcc2;--link-line:#bcc4ce;--focus:#0b69c7}
@media(prefers-color-scheme:dark){:root{
--paper:#101418;--card:#181d23;--ink:#e4e7eb;--quiet:#a3b0bd;--line:#2b333c;--axis:#6b7785;--field:#4a5562;--link:#7cb8f5;
--green:#2ea043;--green-ink:#7ee2a0;--good:#132b1b;--red:#ff8f84;--bad:#371a1a;--blue:#8cc2f7;--blue-bg:#152a40;
--warn:#2e2613;--warn-line:#7a6127;--code:#11161b;--shade:rgba(255,255,255,.06);
--box:#1d232b;--edge:#6b7f95;--wait:#2b2517;--wait-edge:#c99a2e;--dead:#171b20;--dead-edge:#48515c;--link-line:#4a5562;--focus:#6cb0f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main{max-width:1360px;margin:0 auto;padding:0 24px}
header{padding-top:22px}
main{padding-bottom:64px}
.product{margin:0;color:var(--quiet)}
.step{margin-left:18px}
h1{font-size:25px;line-height:1.25;margin:4px 0 14px;overflow-wrap:anywhere}
h1:focus{outline:none}
h2{font-size:18px;margin:30px 0 12px}
h3{font-size:14px;margin:0}
a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999px}
.skip:focus{left:8px;top:8px;background:var(--card);padding:6px 12px;z-index:9}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.loading{padding:40px;color:var(--quiet)}
.badge{display:inline-block;vertical-align:middle;font-size:12.5px;font-weight:500;padding:2px 10px;border-radius:99px;border:1px solid currentColor}
.good{color:var(--green-ink)}.bad{color:var(--red)}.busy{color:var(--blue)}.quiet{color:var(--quiet)}
.progress{display:flex;height:12px;border-radius:6px;overflow:hidden;background:var(--line)}
.progress i{display:block;transition:width .4s}
.progress .good{background:var(--green)}.progress .done{background:var(--axis)}.progress .bad{background:var(--red)}
.progress-text{color:var(--quiet);margin:6px 0 16px;font-variant-numeric:tabular-nums}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-bottom:14px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 16px;text-align:left;font:inherit;color:inherit;display:flex;flex-direction:column;justify-content:flex-start}
button.tile{cursor:pointer}
button.tile:hover{border-color:var(--focus)}
.tile b{display:block;font-size:25px;line-height:1.25;font-variant-numeric:tabular-nums}
.tile.good b{color:var(--green-ink)}.tile.bad b{color:var(--red)}
.tile span{color:var(--quiet)}
.warning{background:var(--warn);border:1px solid var(--warn-line);border-radius:6px;padding:8px 14px;margin:0 0 14px}
.warning[hidden]{display:none}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(480px,100%),1fr));gap:14px;margin-bottom:14px;align-items:start}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 18px;min-width:0;margin:0 0 14px}
.cards .card{margin:0}
.stack{display:grid;gap:14px;min-width:0}
.card.trouble{border-left:4px solid var(--red)}
.card-head{display:flex;justify-content:space-between;align-items:baseline;gap:12px;margin-bottom:8px}
.card-head h2{margin:0}
.card>h3{margin-bottom:8px}
.take{white-space:nowrap}
.plain{border:0;background:none;color:var(--link);padding:2px 6px;cursor:pointer;font:inherit;font-size:12.5px}
.plain:hover{text-decoration:underline}
.scroll{overflow:auto}
.plot svg{display:block;max-width:100%;height:auto;margin:0 auto}
.note{color:var(--quiet);font-size:12.5px;margin:8px 0 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:inherit;text-align:left}
thead th{color:var(--quiet);white-space:nowrap}
th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:baseline}
tr:last-child>*{border-bottom:0}
.numbers th:not(:first-child),.numbers td{text-align:right}
.trouble .numbers th:not(:first-child),.trouble .numbers td{text-align:left}
.numbers tbody th{overflow-wrap:anywhere}
.strong>*{font-weight:650}
.lines{white-space:pre-wrap;overflow-wrap:anywhere}
.sort{border:0;background:none;padding:0;font:inherit;color:inherit;cursor:pointer}
.sort:hover{color:var(--ink);text-decoration:underline}
[aria-sort=ascending] .sort::after{content:" ▲";font-size:9px}
[aria-sort=descending] .sort::after{content:" ▼";font-size:9px}
.controls{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin-bottom:10px}
.controls .note{margin:0}
input,select,.controls button,.main-button,.file-label{font:inherit;padding:5px 10px;border:1px solid var(--field);border-radius:6px;background:var(--card);color:inherit}
.controls button,.main-button,.file-label{cursor:pointer}
.controls button:hover,.main-button:hover,.file-label:hover{border-color:var(--focus)}
.controls .plain{border:0;color:var(--link)}
input[type=search]{width:17rem;max-width:100%}
select{max-width:13rem}
.list{height:min(560px,70vh);border-top:1px solid var(--line)}
.grid{table-layout:fixed;min-width:640px}
.grid thead th{position:sticky;top:0;background:var(--card);z-index:1;box-shadow:0 1px 0 var(--line);border:0}
.grid tr[data-position]{height:32px}
.grid tr[data-position]:hover{background:var(--shade)}
.grid th,.grid td{height:32px;padding:0 10px 0 0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;vertical-align:middle}
.grid td.space{padding:0;border:0}
.col-outcome{width:8.5rem}.col-members{width:8.5rem}.col-passes,.col-seconds,.col-steps{width:5.5rem}
.grid td:nth-child(n+4),.grid thead th:nth-child(n+4){text-align:right}
.mark{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:3px;vertical-align:-1px}
.mark.none{background:none;border:1px solid var(--field)}
.heat{width:100%;border:0;font:inherit;color:inherit;text-align:right;cursor:pointer;padding:4px 8px;border-radius:4px;background:color-mix(in srgb,#0072b2 calc(var(--heat)*.55),transparent)}
.heat.own{background:var(--shade)}
.heat:hover{outline:1px solid var(--focus)}
.time-row{display:grid;grid-template-columns:minmax(80px,10rem) 1fr 7rem;gap:10px;align-items:center;margin:7px 0}
.time-name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.time-bar{display:flex;height:16px;border-radius:4px;overflow:hidden;background:var(--shade)}
.time-sum{text-align:right;color:var(--quiet);font-variant-numeric:tabular-nums}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;margin:12px 0 0;padding:0;list-style:none;color:var(--quiet);font-size:12.5px}
.key i{display:inline-block;width:18px;height:11px;border-radius:3px;margin-right:6px;vertical-align:-1px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
pre,code{font-family:"DejaVu Sans Mono",ui-monospace,Menlo,Consolas,monospace;font-size:12.5px}
pre{margin:0;padding:10px 12px;background:var(--code);border-radius:6px;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere;max-height:26rem;overflow:auto}
code{overflow-wrap:anywhere}
pre.proof{border-left:3px solid var(--green)}
pre.refusal{border-left:3px solid var(--red)}
.refused-script{margin-top:12px}
.refused-script p{margin:0 0 6px;overflow-wrap:anywhere}
details{margin-top:10px}
summary{cursor:pointer;color:var(--link)}
details pre{margin-top:8px}
.members-of-theorem .card{border:0;padding:0;margin-top:16px}
.verdict{margin:10px 0;font-weight:600;overflow-wrap:anywhere}
.check{margin-top:12px}
.main-button{background:var(--blue-bg);color:var(--blue);border-color:currentColor;font-weight:600;margin-right:10px}
.main-button:disabled{opacity:.6;cursor:wait}
.file-label{display:inline-block}
#export-file:focus-visible+*,.file-label:has(+#export-file:focus-visible){outline:2px solid var(--focus)}
.tree-view{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 18px}
.tree-view.full{position:fixed;inset:0;z-index:8;border-radius:0;overflow:auto}
.facts{margin:0 0 8px}
.tree-split{display:grid;grid-template-columns:minmax(0,1fr) 22rem;gap:14px}
.tree-frame{border:1px solid var(--line);border-radius:6px;overflow:hidden;height:min(var(--tree-height,600px),74vh);background:var(--paper)}
.full .tree-frame,.full .panel{height:calc(100vh - 170px);max-height:none}
main.alone{max-width:none;padding:14px 20px}
.tree-title{font-size:18px}
.tree-view.alone{border:0;padding:0;background:none}
.alone .tree-frame,.alone .panel{height:max(420px,calc(100vh - 190px));max-height:none}
.panel{overflow:auto;max-height:max(420px,min(var(--tree-height,600px),74vh))}
.panel h3{margin:14px 0 6px}
.panel h3:first-child{margin-top:0}
svg.tree{display:block;width:100%;height:100%;touch-action:none;cursor:grab;user-select:none}
svg.tree:active{cursor:grabbing}
.tree text{font-family:"DejaVu Sans Mono",ui-monospace,Menlo,Consolas,monospace;font-size:11px;fill:var(--ink)}
.tree .link{fill:none;stroke:var(--link-line);stroke-width:1.4}
.tree .link.proof{stroke:var(--green);stroke-width:3}
.tree .tactic{font-size:10.5px}
.tree .tactic.proof{fill:var(--green-ink);font-weight:bold}
.tree .small{font-size:9.5px;fill:var(--quiet)}
.place{cursor:pointer}
.box{fill:var(--box);stroke:var(--edge);stroke-width:1.2}
.box.frontier{fill:var(--wait);stroke:var(--wait-edge);stroke-dasharray:4 3}
.box.dead{fill:var(--dead);stroke:var(--dead-edge)}
.box.proof{fill:var(--good);stroke:var(--green);stroke-width:2}
.box.accepted{fill:#1a7f37;stroke:#1a7f37}
.box.candidate{stroke:var(--green);stroke-dasharray:4 3}
.box.refused{fill:var(--bad);stroke:var(--red)}
.tree .on-accepted{fill:#fff;font-weight:bold}
.place:hover .box{stroke:var(--focus)}
.place.selected .box{stroke:var(--focus);stroke-width:3;stroke-dasharray:none}
.place.found .box{filter:drop-shadow(0 0 5px var(--wait-edge));stroke:var(--wait-edge);stroke-width:2.4}
.handle rect{fill:var(--card);stroke:var(--edge)}
.handle:hover rect{stroke:var(--focus);stroke-width:2}
.tree .handle text{text-anchor:middle;font-size:10.5px}
.swatch{border:1.5px solid var(--edge);background:var(--box)}
.swatch.proof{border-color:var(--green);background:var(--good)}
.swatch.frontier{border:1.5px dashed var(--wait-edge);background:var(--wait)}
.swatch.dead{border-color:var(--dead-edge);background:var(--dead)}
.swatch.accepted{background:#1a7f37;border-color:#1a7f37}
.swatch.candidate{border:1.5px dashed var(--green)}
.swatch.refused{border-color:var(--red);background:var(--bad)}
.tactics td{overflow-wrap:anywhere;padding-right:10px;vertical-align:top}
.outcome-line{color:var(--quiet);margin:2px 0 2px 14px;font-size:12.5px}
.tactics td:nth-child(2){white-space:nowrap;text-align:right;color:var(--quiet)}
.tactics code{white-space:pre-wrap}
.cycle{color:var(--quiet)}
.link-like{border:0;background:none;padding:0;color:var(--link);cursor:pointer;text-align:left;font:12.5px "DejaVu Sans Mono",ui-monospace,Menlo,monospace;overflow-wrap:anywhere}
.link-like:hover{text-decoration:underline}
@media(max-width:860px){
header,main{padding-left:14px;padding-right:14px}
.tree-split{grid-template-columns:minmax(0,1fr)}
.tree-frame,.alone .tree-frame{height:min(420px,60vh)}
.panel,.alone .panel{max-height:none;height:auto}
dl{grid-template-columns:1fr}dd{margin-bottom:6px}
.time-row{grid-template-columns:6rem 1fr 5.5rem}
}
@media(prefers-reduced-motion:reduce){.progress i{transition:none}}
@media print{.controls,.take,.skip{display:none}}
`
