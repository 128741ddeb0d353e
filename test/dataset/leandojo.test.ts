import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isLeanDojo, readLeanDojo } from '../../src/dataset/leandojo.ts'
import { readStepFile } from '../../src/dataset/step-file.ts'
import { loadTheorems } from '../../src/dataset/theorem-file.ts'

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

describe('a LeanDojo file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hedge-leandojo-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('is known by its content: its steps can be trained on, and there is nothing to prove', async () => {
    const path = join(folder, 'test.json')
    await writeFile(path, JSON.stringify([row, { ...row, start: [1] }]))
    const { theorems, problems } = await loadTheorems(path)
    expect(theorems).toEqual([])
    expect(problems.map(({ field }) => field)).toEqual(['[1].start', 'statement'])
    expect(problems[1]?.message).toContain('https://github.com/leanprover-community/mathlib4 at 29dcec074de1')
    await expect(readStepFile(path)).rejects.toThrow(/theorem 1: start/)
    await writeFile(path, JSON.stringify([row]))
    expect((await readStepFile(path)).steps).toEqual([
      { theorem: 'Nat.example', index: 0, state: 'n : ℕ\n⊢ n = 0 → n = 0', tactic: 'intro h' },
      { theorem: 'Nat.example', index: 1, state: 'n : ℕ\nh : n = 0\n⊢ n = 0', tactic: 'exact h' },
    ])
  })

  test('is read as what the user says', async () => {
    const path = join(folder, 'rows.json')
    await writeFile(path, '{"name": "a", "statement": "theorem a : True"}\n')
    expect((await loadTheorems(path)).theorems).toHaveLength(1)
    expect((await loadTheorems(path, 'leandojo')).problems).toHaveLength(1)
    expect((await loadTheorems(path, 'lean')).theorems).toHaveLength(0)
  })
})
