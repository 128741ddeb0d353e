import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadTheorems, readJsonLines, readLeanTheorems } from '../../src/dataset/theorem-file.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-dataset-'))
})
afterAll(() => rm(folder, { recursive: true }))

const rows = (...values: object[]) => values.map((value) => JSON.stringify(value)).join('\n')

test('rows of the MiniF2F kind; the core fields win', () => {
  const { theorems, problems } = readJsonLines(
    rows(
      { name: 'a', split: 'valid', statement: 'theorem a : 1 = 1 := by', other: 3 },
      { name: 'b', header: 'open Nat', formal_statement: 'theorem b : True := by sorry' },
      {
        name: 'c',
        header: 'import Mathlib',
        statement: 'theorem c (x : ℝ) : x = x',
        core_header: 'notation "ℤ" => Int\n',
        core_statement: 'theorem c (x : ℤ) : x = x',
      },
      { name: 'd', core_header: 'open List', core_statement: null, statement: 'theorem d : True' },
      { name: 'e', statement: 'example : True' },
    ),
  )
  expect(problems).toEqual([])
  expect(theorems).toEqual([
    { theorem: { name: 'a', header: '', statement: 'theorem a : 1 = 1' }, split: 'valid', line: 1 },
    { theorem: { name: 'b', header: 'open Nat', statement: 'theorem b : True' }, line: 2 },
    { theorem: { name: 'c', header: 'notation "ℤ" => Int', statement: 'theorem c (x : ℤ) : x = x' }, line: 3 },
    { theorem: { name: 'd', header: '', statement: 'theorem d : True' }, line: 4 },
    { theorem: { name: 'e', header: '', statement: 'theorem e : True' }, line: 5 },
  ])
})

test('each bad row is reported with its line and field, and the others are used', async () => {
  const path = join(folder, 'bad.jsonl')
  const text = [
    '{"name": "a", "statement": "theorem a : True"}',
    'not json',
    '',
    '{"statement": "theorem b : True"}',
    '{"name": "c"}',
    '{"name": "d", "statement": 5}',
    '{"name": "e", "statement": "there is nothing to see"}',
    '{"name": "a", "statement": "theorem a : True"}',
    '{"name": "f", "statement": "theorem f : True"}',
  ].join('\n')
  await writeFile(path, text)
  const { theorems, problems, sha256 } = await loadTheorems(path)
  expect(theorems.map(({ theorem }) => theorem.name)).toEqual(['a', 'f'])
  expect(problems.map(({ line, field }) => [line, field])).toEqual([
    [2, undefined],
    [4, 'name'],
    [5, 'statement'],
    [6, 'statement'],
    [7, 'statement'],
    [8, 'name'],
  ])
  expect(sha256).toMatch(/^[0-9a-f]{64}$/)
})

test('the theorems of a Lean file share its header', async () => {
  const path = join(folder, 'set.lean')
  await writeFile(
    path,
    'open Nat\ndef two : Nat := 2\n\n/-- first -/\ntheorem a : two = 2 := by\n  rfl\n\nexample : True := trivial\ndef late := 1\nlemma b : True := by\n  trivial\n',
  )
  const { theorems, problems } = await loadTheorems(path)
  const header = 'open Nat\ndef two : Nat := 2'
  expect(theorems).toEqual([
    { theorem: { name: 'a', header, statement: 'theorem a : two = 2' }, line: 5 },
    { theorem: { name: 'example_8', header, statement: 'theorem example_8 : True' }, line: 8 },
    { theorem: { name: 'b', header, statement: 'theorem b : True' }, line: 10 },
  ])
  expect(problems).toEqual([{ line: 9, message: '`def` after the first theorem is left out' }])
})

test('namespaces and sections are refused with a reason', () => {
  const { theorems, problems } = readLeanTheorems('theorem a : True := trivial\nnamespace X\ntheorem b : True\nend X')
  expect(theorems).toEqual([])
  expect(problems).toEqual([{ line: 2, message: 'a `namespace` cannot be part of a theorem file' }])
})

test('the small core set loads without a problem', async () => {
  const { theorems, problems } = await loadTheorems('datasets/core-small.jsonl')
  expect(problems).toEqual([])
  expect(theorems.length).toBeGreaterThanOrEqual(40)
})
