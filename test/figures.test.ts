import { expect, test } from 'vitest'
import { figuresIn, figuresTable } from '../bench/figures.ts'

const OUTPUT = `Node 24.21.0 for Lean, neff-1 and v8 are names

cold start to the first tactic answer               2.57 s   target <= 4 s
resident memory after 2,000 theorems               1,234 MB
a row                    5
a row                    6
nothing here
`

test('a line with numbers is a figure, told by its words', () => {
  expect(figuresIn(OUTPUT)).toEqual([
    { what: 'cold start to the first tactic answer # s target <= # s', values: [2.57, 4] },
    { what: 'resident memory after # theorems # MB', values: [2000, 1234] },
    { what: 'a row #', values: [5] },
    { what: 'a row # (2)', values: [6] },
  ])
})

test('the table has a ratio for each number that is stored under the same words', () => {
  const now = figuresIn('rows 3 of 4\nnew 7\nnone 0')
  const table = figuresTable(now, figuresIn('rows 2 of 4\nold 9\nnone 0'))
  expect(table.split('\n').slice(2)).toEqual([
    '| rows # of # | 2, 4 | 3, 4 | 1.50, 1.00 |',
    '| new # |  | 7 |  |',
    '| none # | 0 | 0 | 1.00 |',
  ])
})
