import type { Events, RunOverview } from '../data.ts'
import { dataTable } from './data-table.ts'
import { drawn, h } from './dom.ts'
import { linkLost } from './link.ts'
import type { View } from './main.ts'
import type { Source } from './source.ts'
import { moment, percent, STATE_WORDS } from './words.ts'

export const runLink = (id: string): string => `#/run/${encodeURIComponent(id)}`

const HEAD = [
  'run',
  'state',
  'theorems',
  'done',
  'proved',
  'errors',
  'coverage',
  '95 % interval',
  'members',
  'passes',
  'begun',
]

/** All runs of a folder, or of a file, side by side. A single one is shown at once. */
export function runsView(source: Source): View {
  const content = h('div')
  const lost = linkLost()
  const element = h(
    'div',
    {},
    h('header', {}, h('p', { class: 'product', text: 'hedge' }), h('h1', { tabindex: -1, text: 'Runs' }), lost.element),
    h('main', { id: 'main' }, content),
  )
  document.title = 'Runs - hedge'
  const show = ({ runs, plot, problems, unread }: Events['runs']) => {
    const [only] = runs
    if (only !== undefined && runs.length === 1 && problems.length === 0 && unread === 0)
      return location.replace(runLink(only.id))
    content.replaceChildren(
      unread > 0 ? h('p', { class: 'note', role: 'status', text: `Reading: ${unread} more…` }) : '',
      ...problems.map((problem) => h('p', { class: 'warning', text: problem })),
      runs.length === 0
        ? h('p', { class: 'card', text: 'There is no run yet. It appears here when its first work is written.' })
        : dataTable({
            title: 'Runs side by side',
            head: HEAD,
            rows: runs.map(cells),
            href: (row) => runLink((runs[row] as RunOverview).id),
          }),
      plot === null
        ? ''
        : h(
            'section',
            { class: 'card' },
            h('h3', { text: plot.title }),
            h('div', { class: 'scroll' }, drawn(plot.svg, `${plot.title}: the numbers are in the table above`)),
            h('p', { class: 'note', text: plot.note }),
          ),
    )
  }
  const end = source.watch(undefined, undefined, { runs: show, connected: lost.say })
  return { element, end }
}

function cells(run: RunOverview): (string | number | null)[] {
  const { coverage } = run
  return [
    `${run.dataset} (${run.id})`,
    STATE_WORDS[run.state],
    run.theorems,
    run.done,
    run.proved,
    run.errors,
    coverage === null ? null : percent(coverage.value),
    coverage === null ? null : `${percent(coverage.low)} - ${percent(coverage.high)}`,
    run.members.join(', '),
    `${run.passes}, ${run.mode}`,
    moment(run.startedAt),
  ]
}
