import { download, h } from './dom.ts'

export type Cell = string | number | null

/** A table as it is shown: every one can be sorted, and taken away as CSV or JSON. */
export type ShownTable = {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  readonly note?: string
  /** Rows that stand out. */
  readonly strong?: readonly number[]
  /** Where a row leads to, by position. */
  readonly href?: (row: number) => string
  /** What stands in a cell instead of its value. */
  readonly cell?: (row: number, column: number) => Node | undefined
}

/** The order of a table by its title, kept while the page is open: a table is drawn anew when its data change. */
const orders = new Map<string, { readonly column: number; readonly isUp: boolean }>()

export function dataTable(table: ShownTable): HTMLElement {
  const { title, head, rows, note, strong = [] } = table
  const section = h('section', { class: 'card', 'aria-label': title })
  const draw = () => {
    const order = orders.get(title)
    const positions = rows.map((_, i) => i)
    if (order !== undefined)
      positions.sort(
        (a, b) =>
          (order.isUp ? 1 : -1) * compareCells(rows[a]?.[order.column] ?? null, rows[b]?.[order.column] ?? null),
      )
    const headCells = head.map((name, column) =>
      h(
        'th',
        { scope: 'col', 'aria-sort': order?.column === column ? (order.isUp ? 'ascending' : 'descending') : undefined },
        sortButton(name, () => {
          const isUp = order?.column === column ? !order.isUp : column === 0
          orders.set(title, { column, isUp })
          draw()
          ;[...section.querySelectorAll<HTMLButtonElement>('th button')][column]?.focus()
        }),
      ),
    )
    const body = positions.map((row) =>
      h(
        'tr',
        strong.includes(row) ? { class: 'strong' } : {},
        ...head.map((_, column) => {
          const content = table.cell?.(row, column) ?? cellText(rows[row]?.[column] ?? null)
          const linked = column === 0 && table.href !== undefined ? h('a', { href: table.href(row) }, content) : content
          return column === 0 ? h('th', { scope: 'row' }, linked) : h('td', {}, linked)
        }),
      ),
    )
    section.replaceChildren(
      h('div', { class: 'card-head' }, h('h3', { text: title }), takeAway(title, head, rows)),
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': `${title}, table` },
        h('table', { class: 'numbers' }, h('thead', {}, h('tr', {}, ...headCells)), h('tbody', {}, ...body)),
      ),
      ...(note === undefined ? [] : [h('p', { class: 'note', text: note })]),
    )
  }
  draw()
  return section
}

export function sortButton(name: string, onclick: () => void): HTMLElement {
  return name === ''
    ? h('span', { class: 'unseen', text: 'name' })
    : h('button', { type: 'button', class: 'sort', text: name, onclick })
}

/** The buttons that give the whole table as a file. */
export function takeAway(
  title: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[] | (() => readonly (readonly Cell[])[]),
): HTMLElement {
  const all = () => (typeof rows === 'function' ? rows() : rows)
  const name = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  const csv = () => download(`${name}.csv`, 'text/csv', toCsv(head, all()))
  const json = () => download(`${name}.json`, 'application/json', toJson(head, all()))
  return h(
    'span',
    { class: 'take' },
    h('button', { type: 'button', class: 'plain', 'aria-label': `${title} as CSV`, text: 'CSV', onclick: csv }),
    h('button', { type: 'button', class: 'plain', 'aria-label': `${title} as JSON`, text: 'JSON', onclick: json }),
  )
}

/** RFC 4180, with a header line. A text that a spreadsheet would take for a formula is given a leading apostrophe. */
export function toCsv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const field = (cell: Cell): string => {
    if (typeof cell === 'number') return String(cell)
    const text = cell === null ? '' : /^[=+@\t\r]|^-(?![\d.]|$)/.test(cell) ? `'${cell}` : cell
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [head.map((name) => name || 'name'), ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('')
}

export function toJson(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const objects = rows.map((row) => Object.fromEntries(head.map((name, i) => [name || 'name', row[i] ?? null])))
  return `${JSON.stringify(objects, null, 2)}\n`
}

/** Numbers by size, `12.5 %` and `< 0.001` too, texts by the alphabet, what is missing last. */
export function compareCells(a: Cell, b: Cell): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  const [x, y] = [sizeOf(a), sizeOf(b)]
  if (x !== undefined && y !== undefined) return x - y
  return String(a).localeCompare(String(b), undefined, { numeric: true })
}

function sizeOf(cell: string | number): number | undefined {
  if (typeof cell === 'number') return cell
  const [, digits] = /^[<>+]?\s*(-?\d+(?:\.\d+)?)(?:\s|$)/.exec(cell) ?? []
  return digits === undefined ? undefined : Number(digits)
}

export function cellText(cell: Cell): string {
  return cell === null ? '–' : typeof cell === 'number' ? cell.toLocaleString('en') : cell
}
