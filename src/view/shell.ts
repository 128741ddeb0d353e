import { escapeXml } from '../report/xml.ts'
import type { WrittenPage } from './data.ts'

/** The page before its script has filled it: `script` and `style` are addresses beside it. */
export function pageShell({ script, style }: { readonly script: string; readonly style: string }): string {
  return document('hedge', `<link rel="stylesheet" href="${style}">`, `<script type="module" src="${script}"></script>`)
}

/** One file that loads nothing: script, style and all data inside. */
export function writtenPage(
  title: string,
  assets: { readonly script: string; readonly style: string },
  data: WrittenPage,
): string {
  // "<" must not end a script element early; in a script it stands in texts alone.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c')
  const script = assets.script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
  return document(
    title,
    `<style>${assets.style}</style>`,
    `<script type="application/json" id="data">${json}</script>\n<script type="module">${script}</script>`,
  )
}

function document(title: string, head: string, end: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeXml(title)}</title>
${head}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<div id="app"><p class="loading" role="status">Reading…</p></div>
<noscript><p>This page needs JavaScript; it loads nothing from elsewhere.</p></noscript>
${end}
</body>
</html>
`
}
