import { expect, test } from 'vitest'
import { checkTheorems, type OpenTheorem } from '../../src/dataset/check.ts'

/** Every statement elaborates, and no tactic finishes. */
const open: OpenTheorem = async () => ({
  kind: 'opened',
  root: { key: '', goals: [], path: [] },
  runTactics: async (_, tactics) => tactics.map(() => ({ kind: 'error', message: 'no' })),
  refute: async () => undefined,
  close: async () => {},
})

test('duplicates are found whatever their names and their variables are called', async () => {
  const statements = [
    'theorem t (n : Nat) : n + 0 = n',
    'theorem theorem_of_t (n : Nat) : n + 0 = n',
    'lemma u (m : Nat) :\n  m + 0 = m := by',
    'theorem t.v (n : Nat) : 0 + n = n',
  ]
  const theorems = statements.map((statement, i) => ({ name: `number ${i}`, header: '', statement }))
  expect([...(await checkTheorems(theorems, open))]).toEqual([
    [1, [{ kind: 'duplicate', of: 'number 0' }]],
    [2, [{ kind: 'duplicate', of: 'number 0' }]],
  ])
  const elsewhere = theorems.map((theorem, i) => ({ ...theorem, header: `open Nat\n-- ${i}` }))
  expect((await checkTheorems(elsewhere, open)).size).toBe(0)
})
