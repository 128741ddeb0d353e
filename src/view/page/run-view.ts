import { plural } from '../../report/plural.ts'
import type { MemberPart, OverlapMatrix, QueueState, RunOverview, RunPage, TheoremRow } from '../data.ts'
import { dataTable } from './data-table.ts'
import { drawn, h } from './dom.ts'
import { isError } from './filter.ts'
import { theoremGrid } from './grid.ts'
import { type PageHead, pageHead } from './head.ts'
import { linkLost } from './link.ts'
import type { View } from './main.ts'
import { queueCard } from './queue-card.ts'
import { runLink } from './runs-view.ts'
import type { Source } from './source.ts'
import { timePlot } from './time-plot.ts'
import { duration, moment, percent, STATE_WORDS } from './words.ts'

/** Errors that are listed; the grid has all. */
const LISTED_ERRORS = 200

/** A run: how far it is, what it has found, what went wrong. */
export function runView(source: Source, id: string): View {
  const lost = linkLost()
  const head = pageHead()
  const top = h('div')
  const below = h('div')
  const grid = theoremGrid(id)
  let rows: readonly TheoremRow[] = []
  let page: RunPage | undefined
  let queue: QueueState | undefined

  const draw = () => {
    if (page === undefined) return
    document.title = `${page.overview.dataset} - hedge`
    showHeading(head, page, source.isLive)
    const errors = rows.filter(isError)
    redraw(top, [
      ...page.warnings.map((text) => h('p', { class: 'warning', text })),
      tiles(page, (outcome) => grid.wish({ outcome })),
      h(
        'div',
        { class: 'cards' },
        ...plotCards(page.plots.slice(0, 1)),
        h(
          'div',
          { class: 'stack' },
          timePlot(page.parts),
          page.overlap !== null && overlapTable(page.overlap, (by, notBy) => grid.wish({ by, notBy })),
        ),
      ),
      ...errorCards(page, id, errors),
      queue !== undefined && page.overview.state !== 'complete' && queueCard(queue, id, page.overview.members, rows),
    ])
    redraw(below, [
      h('h2', { text: 'Numbers' }),
      h('div', { class: 'cards' }, ...page.tables.map((table) => dataTable(table))),
      h('div', { class: 'cards' }, ...plotCards(page.plots.slice(1))),
      h('h2', { text: 'Work' }),
      memberTable(page.parts),
      h('h2', { text: 'What this is' }),
      h(
        'section',
        { class: 'card' },
        h('dl', {}, ...page.facts.flatMap(([name, value]) => [h('dt', { text: name }), h('dd', { text: value })])),
      ),
    ])
  }
  const end = source.watch(id, undefined, {
    connected: lost.say,
    run(data) {
      page = data
      draw()
      if (rows.length > 0) grid.show(rows, page.overview.members)
    },
    rows({ whole, rows: changed }) {
      if (whole) rows = changed
      else {
        const fresh = new Map(changed.map((row) => [row.position, row]))
        rows = rows.map((row) => fresh.get(row.position) ?? row)
      }
      grid.show(rows, page?.overview.members ?? [])
    },
    queue(state) {
      queue = state
      draw()
    },
    problem: (text) => top.replaceChildren(h('p', { class: 'warning', role: 'alert', text })),
  })
  const element = h(
    'div',
    {},
    h('header', {}, head.element, lost.element),
    h('main', { id: 'main' }, top, grid.element, below),
  )
  return { element, end }
}

/** Puts new content in its place, and the focus back to where it was. */
function redraw(place: HTMLElement, children: readonly (Node | false)[]): void {
  const active = document.activeElement
  const all = () => [...place.querySelectorAll<HTMLElement>('a,button,[tabindex]')]
  const at = active instanceof HTMLElement && place.contains(active) ? all().indexOf(active) : -1
  const scrolled = [...place.querySelectorAll('.scroll')].map((box) => box.scrollLeft)
  place.replaceChildren(...children.filter((child): child is Node => child !== false))
  for (const [i, box] of [...place.querySelectorAll('.scroll')].entries()) box.scrollLeft = scrolled[i] ?? 0
  if (at >= 0) all()[at]?.focus({ preventScroll: true })
}

function showHeading(head: PageHead, { overview, passesDone, passesPlanned }: RunPage, isLive: boolean): void {
  const { dataset, state, members, passes, mode, startedAt, theorems, done, errors, open, leftMs, lastAt } = overview
  const isRunning = isLive && state === 'running'
  const parts: string[] = [`${(done + errors).toLocaleString('en')} of ${theorems.toLocaleString('en')} theorems done`]
  if (passesPlanned > 0 && open > 0)
    parts.push(`${passesDone.toLocaleString('en')} of ${passesPlanned.toLocaleString('en')} passes`)
  if (isRunning && leftMs !== null) parts.push(`about ${duration(leftMs)} left`)
  else if (lastAt !== null) parts.push(`last written ${moment(lastAt)}`)
  const who = `${plural(members.length, 'member')}, ${plural(passes, 'pass', 'passes')} each`
  const kind = isRunning ? 'busy' : state === 'complete' ? 'good' : 'quiet'
  head.show(
    [isLive ? h('a', { href: '#/' }, 'hedge') : 'hedge report', ` · ${who}, ${mode} mode, begun ${moment(startedAt)}`],
    [dataset, ' ', h('span', { class: `badge ${kind}`, text: STATE_WORDS[state] })],
    [progressBar(overview), h('p', { class: 'progress-text', text: parts.join(' · ') })],
  )
}

function progressBar({ theorems, done, proved, errors, open }: RunOverview): HTMLElement {
  const share = (count: number) => `${(100 * count) / Math.max(1, theorems)}%`
  const text = `${proved} proved, ${done - proved} not proved, ${errors} errors, ${open} open`
  return h(
    'div',
    {
      class: 'progress',
      role: 'progressbar',
      'aria-label': 'Theorems done',
      'aria-valuemin': 0,
      'aria-valuemax': theorems,
      'aria-valuenow': done + errors,
      'aria-valuetext': text,
      title: text,
    },
    h('i', { class: 'good', style: `width:${share(proved)}` }),
    h('i', { class: 'done', style: `width:${share(done - proved)}` }),
    h('i', { class: 'bad', style: `width:${share(errors)}` }),
  )
}

function tiles({ overview, refusals }: RunPage, filter: (outcome: string) => void): HTMLElement {
  const { coverage, members, passes, proved, done, errors, open } = overview
  const tile = (big: string, small: string, outcome?: string, kind = '') =>
    outcome === undefined
      ? h('div', { class: `tile ${kind}` }, h('b', { text: big }), h('span', { text: small }))
      : h(
          'button',
          { type: 'button', class: `tile ${kind}`, onclick: () => filter(outcome) },
          h('b', { text: big }),
          h('span', { text: small }),
        )
  const whose = members.length > 1 ? 'ensemble coverage' : 'coverage'
  return h(
    'div',
    { class: 'tiles' },
    tile(coverage === null ? '–' : percent(coverage.value), `${whose} at ${passes} passes`),
    tile(
      proved.toLocaleString('en'),
      `of ${done.toLocaleString('en')} theorems have a verified proof`,
      'proved',
      'good',
    ),
    tile((done - proved).toLocaleString('en'), 'not proved', 'not proved'),
    tile(open.toLocaleString('en'), 'still open', open > 0 ? '' : undefined),
    tile(errors.toLocaleString('en'), 'errors, in no rate', errors > 0 ? 'errors' : undefined, errors > 0 ? 'bad' : ''),
    tile(
      refusals.length.toLocaleString('en'),
      'scripts the verifier refused',
      undefined,
      refusals.length > 0 ? 'bad' : '',
    ),
  )
}

function plotCards(plots: RunPage['plots']): HTMLElement[] {
  return plots.map(({ title, svg, note }) =>
    h(
      'section',
      { class: 'card', 'aria-label': title },
      h('h3', { text: title }),
      h('div', { class: 'scroll' }, drawn(svg, `${title}: the numbers are in the tables below`)),
      h('p', { class: 'note', text: note }),
    ),
  )
}

function errorCards({ refusals }: RunPage, run: string, errors: readonly TheoremRow[]): HTMLElement[] {
  const cards: HTMLElement[] = []
  const lines = (text: string) => h('span', { class: 'lines', text })
  if (errors.length > 0) {
    const shown = errors.slice(0, LISTED_ERRORS)
    cards.push(
      dataTable({
        title: 'Errors',
        head: ['theorem', 'kind', 'message'],
        rows: shown.map(({ name, outcome, message }) => [name, outcome, message]),
        href: (row) => `${runLink(run)}/${shown[row]?.position}`,
        cell: (row, column) => (column === 2 ? lines(shown[row]?.message ?? '') : undefined),
        note: `In no rate.${errors.length > shown.length ? ` ${errors.length - shown.length} more are in the list of theorems.` : ''}`,
      }),
    )
  }
  if (refusals.length > 0) {
    const shown = refusals.slice(0, LISTED_ERRORS)
    cards.push(
      dataTable({
        title: 'Finished scripts that the verifier refused',
        head: ['theorem', 'member', 'steps', 'reason'],
        rows: shown.map(({ theorem, member, tactics, reason }) => [theorem, member, tactics.length, reason]),
        href: (row) => `${runLink(run)}/${shown[row]?.position}`,
        cell: (row, column) => (column === 3 ? lines(shown[row]?.reason ?? '') : undefined),
        ...(refusals.length > shown.length
          ? { note: `${refusals.length - shown.length} more stand with their theorems.` }
          : {}),
      }),
    )
  }
  for (const card of cards) card.classList.add('trouble')
  return cards
}

function overlapTable({ members, only }: OverlapMatrix, filter: (by: number, notBy?: number) => void): HTMLElement {
  const most = Math.max(1, ...only.flatMap((row, i) => row.filter((_, j) => i !== j)))
  return dataTable({
    title: 'Overlap of members',
    head: ['proves ↓, does not prove →', ...members],
    rows: members.map((name, i) => [name, ...(only[i] ?? [])]),
    note: 'Theorems that the row proves and the column does not; on the diagonal, all that the row proves. A number shows its theorems in the list.',
    cell(row, column) {
      if (column === 0) return undefined
      const other = column - 1
      const count = only[row]?.[other] ?? 0
      const what =
        row === other ? `all that ${members[row]} proves` : `proved by ${members[row]}, not by ${members[other]}`
      return h('button', {
        type: 'button',
        class: row === other ? 'heat own' : 'heat',
        style: `--heat:${row === other ? 0 : Math.round((100 * count) / most)}%`,
        'aria-label': `${count} ${what}`,
        text: String(count),
        onclick: () => filter(row, row === other ? undefined : other),
      })
    },
  })
}

function memberTable(parts: readonly MemberPart[]): HTMLElement {
  const seconds = (ms: number) => Math.round(ms / 100) / 10
  return dataTable({
    title: 'Members and their time',
    head: ['', 'passes', 'proved', 'units', 'tactics run', 'Lean s', 'policy s', 'verifier s', 'in all s'],
    rows: parts.map((part) => [
      part.name,
      part.passes,
      part.proved,
      part.units,
      part.tacticsRun,
      seconds(part.leanMs),
      seconds(part.policyMs),
      seconds(part.verifierMs),
      seconds(part.totalMs),
    ]),
    note: 'Several passes run at once, so what Lean and the policy took may be more than the time that passed.',
  })
}
