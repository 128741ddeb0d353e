import type { TheoremRow } from '../data.ts'
import { compareCells } from './data-table.ts'

/** What a reader wants to see of the theorems. */
export type Wish = {
  readonly text: string
  /** An outcome, `errors`, or nothing. */
  readonly outcome: string
  /** Proved by this member, and not by that one: positions. */
  readonly by: number | undefined
  readonly notBy: number | undefined
  readonly column: Column
  readonly isUp: boolean
}

export const COLUMNS = ['theorem', 'outcome', 'members', 'passes', 'seconds', 'steps'] as const
export type Column = (typeof COLUMNS)[number] | 'position'

export const EVERYTHING: Wish = {
  text: '',
  outcome: '',
  by: undefined,
  notBy: undefined,
  column: 'position',
  isUp: true,
}

/** The rows that fit, in order. Every word of the text must be in the name or the statement. */
export function chosenRows(rows: readonly TheoremRow[], wish: Wish): TheoremRow[] {
  const words = wish.text.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (row: TheoremRow): boolean => {
    if (wish.outcome === 'errors' ? !isError(row) : wish.outcome !== '' && row.outcome !== wish.outcome) return false
    if (wish.by !== undefined && !row.by.includes(wish.by)) return false
    if (wish.notBy !== undefined && row.by.includes(wish.notBy)) return false
    if (words.length === 0) return true
    const text = `${row.name} ${row.statement}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  const chosen = rows.filter(fits)
  if (wish.column === 'position' && wish.isUp) return chosen
  const sign = wish.isUp ? 1 : -1
  return chosen.sort(
    (a, b) => sign * compareCells(columnValue(a, wish.column), columnValue(b, wish.column)) || a.position - b.position,
  )
}

export const isError = ({ outcome }: TheoremRow): boolean => outcome === 'statement error' || outcome === 'engine error'

function columnValue(row: TheoremRow, column: Column): string | number | null {
  switch (column) {
    case 'position':
      return row.position
    case 'theorem':
      return row.name
    case 'outcome':
      return row.outcome
    case 'members':
      return row.by.length
    case 'passes':
      return row.passes
    case 'seconds':
      return row.seconds
    case 'steps':
      return row.steps
    default:
      return column satisfies never
  }
}
