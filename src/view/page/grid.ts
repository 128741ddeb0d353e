import { OUTCOMES, type TheoremRow } from '../data.ts'
import { sortButton, takeAway } from './data-table.ts'
import { announce, h } from './dom.ts'
import { COLUMNS, type Column, chosenRows, EVERYTHING, type Wish } from './filter.ts'
import { runLink } from './runs-view.ts'
import { memberColour, outcomeClass } from './words.ts'

/** The list of a run's theorems. Only the rows in sight are in the document, so any number of them is fluid. */
export type Grid = {
  readonly element: HTMLElement
  show(rows: readonly TheoremRow[], members: readonly string[]): void
  wish(change: Partial<Wish>): void
}

/** Pixels; the style says the same. */
const ROW_HEIGHT = 32
/** Rows above and below those in sight. */
const SPARE_ROWS = 12
/** What was looked for in a run, kept while the page is open. */
const wishes = new Map<string, Wish>()

export function theoremGrid(run: string): Grid {
  let all: readonly TheoremRow[] = []
  let members: readonly string[] = []
  let chosen: TheoremRow[] = []
  let wish = wishes.get(run) ?? EVERYTHING
  let from = -1
  let to = -1

  const count = h('span', { class: 'note', role: 'status' })
  const body = h('tbody')
  const head = h('tr')
  const table = h('table', { class: 'grid', role: 'grid', 'aria-label': 'Theorems' }, h('thead', {}, head), body)
  const frame = h('div', { class: 'scroll list' }, table)
  const text = h('input', {
    type: 'search',
    placeholder: 'Name or statement',
    'aria-label': 'Find theorems by name or statement',
    value: wish.text,
    oninput: () => change({ text: text.value }),
  })
  const outcome = select('Outcome', ['', 'errors', ...OUTCOMES], (value) => (value === '' ? 'all outcomes' : value))
  outcome.addEventListener('change', () => change({ outcome: outcome.value }))
  const by = select('Proved by', [], String)
  by.addEventListener('change', () => change({ by: by.value === '' ? undefined : Number(by.value) }))
  const notBy = select('Not proved by', [], String)
  notBy.addEventListener('change', () => change({ notBy: notBy.value === '' ? undefined : Number(notBy.value) }))
  const clear = h('button', { type: 'button', class: 'plain', text: 'Show all', onclick: () => change(EVERYTHING) })
  const values = () =>
    chosen.map(({ name, outcome, by, passes, seconds, steps, statement, message }) => [
      name,
      outcome,
      by.map((i) => members[i] ?? '').join(' '),
      passes,
      seconds,
      steps,
      statement,
      message,
    ])
  const element = h(
    'section',
    { class: 'card', id: 'theorems', 'aria-label': 'Theorems' },
    h(
      'div',
      { class: 'card-head' },
      h('h2', { text: 'Theorems' }),
      takeAway('Theorems', [...COLUMNS, 'statement', 'message'], values),
    ),
    h('div', { class: 'controls', role: 'search' }, text, outcome, by, notBy, clear, count),
    frame,
  )

  function change(part: Partial<Wish>): void {
    wish = { ...wish, ...part }
    wishes.set(run, wish)
    if (text.value !== wish.text) text.value = wish.text
    outcome.value = wish.outcome
    by.value = wish.by === undefined ? '' : String(wish.by)
    notBy.value = wish.notBy === undefined ? '' : String(wish.notBy)
    frame.scrollTop = 0
    choose()
    announce(count.textContent ?? '')
  }

  function choose(): void {
    chosen = chosenRows(all, wish)
    count.textContent = `${chosen.length.toLocaleString('en')} of ${all.length.toLocaleString('en')}`
    clear.hidden = chosen.length === all.length && wish.column === 'position'
    table.setAttribute('aria-rowcount', String(chosen.length + 1))
    head.replaceChildren(...COLUMNS.map(headCell))
    from = -1
    draw()
  }

  function headCell(column: Column & (typeof COLUMNS)[number]): HTMLElement {
    const isSorted = wish.column === column
    const sort = isSorted ? (wish.isUp ? 'ascending' : 'descending') : undefined
    const onclick = () => {
      change(isSorted ? { isUp: !wish.isUp } : { column, isUp: column === 'theorem' || column === 'steps' })
      ;[...head.querySelectorAll('button')][COLUMNS.indexOf(column)]?.focus()
    }
    return h('th', { scope: 'col', 'aria-sort': sort, class: `col-${column}` }, sortButton(column, onclick))
  }

  /** Draws the rows in sight, where they are not drawn already. */
  function draw(): void {
    const first = Math.max(0, Math.floor(frame.scrollTop / ROW_HEIGHT) - SPARE_ROWS)
    const height = frame.clientHeight || 600
    const last = Math.min(chosen.length, Math.ceil((frame.scrollTop + height) / ROW_HEIGHT) + SPARE_ROWS)
    if (from >= 0 && first >= from - SPARE_ROWS / 2 && first <= from + SPARE_ROWS / 2 && last <= to) return
    from = first
    to = Math.min(chosen.length, last + SPARE_ROWS)
    const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>('.grid tr')?.dataset.position
    body.replaceChildren(
      space(first),
      ...chosen.slice(from, to).map((row, i) => rowElement(row, from + i)),
      space(chosen.length - to),
    )
    if (focused !== undefined) body.querySelector<HTMLElement>(`tr[data-position="${focused}"] a`)?.focus()
  }

  function rowElement(row: TheoremRow, index: number): HTMLElement {
    const proved = row.by.map((i) => members[i] ?? '')
    return h(
      'tr',
      { 'aria-rowindex': index + 2, 'data-position': row.position },
      h('th', { scope: 'row' }, h('a', { href: `${runLink(run)}/${row.position}`, title: row.statement }, row.name)),
      h('td', {}, h('span', { class: `outcome ${outcomeClass(row.outcome)}`, title: row.message }, row.outcome)),
      h('td', { title: proved.length === 0 ? 'no member' : proved.join(', ') }, marks(row.by, members)),
      h('td', { text: row.passes.toLocaleString('en') }),
      h('td', { text: row.seconds.toFixed(1) }),
      h('td', { text: row.steps === null ? '–' : String(row.steps) }),
    )
  }

  frame.addEventListener('scroll', () => requestAnimationFrame(draw), { passive: true })
  table.addEventListener('keydown', (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('tr[data-position]')
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key]
    if (row === null || step === undefined) return
    event.preventDefault()
    const at = chosen.findIndex(({ position }) => String(position) === row.dataset.position)
    const next = Math.min(chosen.length - 1, Math.max(0, at + step))
    const top = next * ROW_HEIGHT
    if (top < frame.scrollTop + ROW_HEIGHT) frame.scrollTop = Math.max(0, top - ROW_HEIGHT)
    else if (top > frame.scrollTop + frame.clientHeight - 3 * ROW_HEIGHT)
      frame.scrollTop = top - frame.clientHeight + 3 * ROW_HEIGHT
    draw()
    body.querySelector<HTMLElement>(`tr[aria-rowindex="${next + 2}"] a`)?.focus()
  })

  return {
    element,
    show(rows, names) {
      all = rows
      if (members.join() !== names.join()) {
        members = names
        const options = (first: string) => [
          h('option', { value: '', text: first }),
          ...names.map((name, i) => h('option', { value: i, text: name })),
        ]
        by.replaceChildren(...options('proved by anyone'))
        notBy.replaceChildren(...options('whoever does not'))
        by.value = wish.by === undefined ? '' : String(wish.by)
        notBy.value = wish.notBy === undefined ? '' : String(wish.notBy)
        outcome.value = wish.outcome
      }
      choose()
    },
    wish(part) {
      change({ ...EVERYTHING, ...part })
      element.scrollIntoView({ block: 'start' })
      text.focus({ preventScroll: true })
    },
  }
}

const space = (rows: number): HTMLElement =>
  h(
    'tr',
    { 'aria-hidden': true },
    h('td', { colspan: COLUMNS.length, class: 'space', style: `height:${rows * ROW_HEIGHT}px` }),
  )

/** A square for each member, filled where it proves the theorem; their names for those who do not see them. */
function marks(by: readonly number[], members: readonly string[]): HTMLElement {
  const squares = members.map((_, i) =>
    h('i', by.includes(i) ? { class: 'mark', style: `background:${memberColour(i)}` } : { class: 'mark none' }),
  )
  return h(
    'span',
    {},
    h('span', { 'aria-hidden': true, class: 'marks-row' }, ...squares),
    h('span', { class: 'unseen', text: `${by.length} of ${members.length}` }),
  )
}

function select(label: string, values: readonly string[], text: (value: string) => string): HTMLSelectElement {
  return h('select', { 'aria-label': label }, ...values.map((value) => h('option', { value, text: text(value) })))
}
