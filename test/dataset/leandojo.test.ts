import { expect, test } from 'vitest'
import { isLeanDojo, readLeanDojo } from '../../src/dataset/leandojo.ts'

const row = {
  url: 'https://github.com/leanprover-community/mathlib4',
  commit: '29dcec074de168ac2bf835a77ef68bbe069194c5',
  file_path: 'Mathlib/Data/Nat/Basic.lean',
  full_name: 'Nat.example',
  start: [12, 1],
  end: [14, 6],
  traced_tactics: [
    {
      tactic: 'intro h',
      annotated_tactic: ['intro h', []],
      state_before: 'n : ℕ\n⊢ n = 0 → n = 0',
      state_after: 'n : ℕ\nh : n = 0\n⊢ n = 0',
    },
    {
      tactic: 'exact h',
      annotated_tactic: ['exact h', []],
      state_before: 'n : ℕ\nh : n = 0\n⊢ n = 0',
      state_after: 'no goals',
    },
  ],
}

test('a file of the benchmark gives theorems with their steps', () => {
  const text = JSON.stringify([row])
  expect(isLeanDojo(text)).toBe(true)
  expect(readLeanDojo(text)).toEqual({
    problems: [],
    theorems: [
      {
        name: 'Nat.example',
        repository: row.url,
        commit: row.commit,
        path: row.file_path,
        start: [12, 1],
        end: [14, 6],
        steps: [
          { tactic: 'intro h', before: 'n : ℕ\n⊢ n = 0 → n = 0', after: 'n : ℕ\nh : n = 0\n⊢ n = 0' },
          { tactic: 'exact h', before: 'n : ℕ\nh : n = 0\n⊢ n = 0', after: 'no goals' },
        ],
      },
    ],
  })
})

test('a bad row is named with its field, and the others are used', () => {
  const { theorems, problems } = readLeanDojo(JSON.stringify([{ ...row, start: [1] }, row, { ...row, full_name: '' }]))
  expect(theorems.length).toBe(1)
  expect(problems.map(({ row: at, field }) => [at, field.split('.')[0]])).toEqual([
    [0, 'start'],
    [2, 'full_name'],
  ])
})

test('other files are not taken for it', () => {
  expect(isLeanDojo('{"name": "a", "statement": "theorem a : True"}\n')).toBe(false)
  expect(readLeanDojo('{}').problems).toEqual([{ row: 0, field: '', message: 'the file is not a list of theorems' }])
})
