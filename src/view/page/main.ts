import type { WrittenPage } from '../data.ts'
import { h } from './dom.ts'
import { runView } from './run-view.ts'
import { runsView } from './runs-view.ts'
import { liveSource, type Source, unpack, writtenSource } from './source.ts'
import { theoremView } from './theorem-view.ts'
import { treeView } from './tree/tree-view.ts'

/** What is shown: it fills its place, and is ended before the next one. */
export type View = { readonly element: HTMLElement; end(): void }

const app = document.getElementById('app') as HTMLElement
const text = document.getElementById('data')?.textContent
const written = text === null || text === undefined ? undefined : (JSON.parse(text) as WrittenPage)

if (written?.kind === 'tree') {
  const view = treeView({ isLive: false, isAlone: true, title: written.title })
  app.replaceChildren(
    h('main', { id: 'main', class: 'alone' }, h('h1', { class: 'tree-title', text: written.title }), view.element),
  )
  view.show(JSON.parse(await unpack(written.tree)))
} else routes(written === undefined ? liveSource : writtenSource(written))

/** The part of the address behind `#` says what is shown: `/`, `/run/ID`, `/run/ID/POSITION`. */
function routes(source: Source): void {
  let view: View | undefined
  const open = () => {
    const [, id, position] = /^#\/run\/([^/]+)(?:\/(\d+))?$/.exec(location.hash) ?? []
    view?.end()
    const run = id === undefined ? undefined : decodeURIComponent(id)
    if (run === undefined) view = runsView(source)
    else if (position === undefined) view = runView(source, run)
    else view = theoremView(source, run, Number(position))
    app.replaceChildren(view.element)
    scrollTo(0, 0)
  }
  addEventListener('hashchange', () => {
    open()
    // As after a page is loaded: what is read next is the new content.
    app.querySelector('h1')?.focus({ preventScroll: true })
  })
  open()
}
