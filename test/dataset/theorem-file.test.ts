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
    '{"statement": "example : True"}',
  ].join('\n')
  await writeFile(path, text)
  const { theorems, problems, sha256 } = await loadTheorems(path)
  expect(theorems.map(({ theorem }) => theorem.name)).toEqual(['a', 'b', 'f'])
  expect(problems.map(({ line, field }) => [line, field])).toEqual([
    [2, undefined],
    [5, 'statement'],
    [6, 'statement'],
    [7, 'statement'],
    [8, 'name'],
    [10, 'name'],
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
  expect(problems).toEqual([{ line: 9, message: '`def` after the first theorem is left out', isContext: true }])
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

test('rows are told apart by their own name, whatever their statement is called', () => {
  const { theorems, problems } = readJsonLines(
    rows(
      { name: 'wb_10', formal_statement: 'theorem X (a : Nat) : a + 0 = a := by sorry' },
      { name: 'wb_11', formal_statement: 'theorem X (a b : Nat) : a + b = b + a := by sorry' },
      { id: 'by_id', formal_statement: 'theorem X (p : Prop) : p → p := by sorry' },
      { problem_id: 7, lean4_code: 'theorem Nat.X (n : Nat) : succ n = n + 1 := by sorry' },
      { statement: 'theorem own : 1 = 1' },
      { name: 'p', statement: 'theorem Nat.p (n : Nat) : succ n = n + 1' },
    ),
  )
  expect(problems).toEqual([])
  expect(theorems.map(({ theorem }) => [theorem.name, theorem.statement])).toEqual([
    ['wb_10', 'theorem wb_10 (a : Nat) : a + 0 = a'],
    ['wb_11', 'theorem wb_11 (a b : Nat) : a + b = b + a'],
    ['by_id', 'theorem by_id (p : Prop) : p → p'],
    // The namespace stays: it is open while the statement is read.
    ['7', 'theorem Nat.«7» (n : Nat) : succ n = n + 1'],
    ['own', 'theorem own : 1 = 1'],
    ['p', 'theorem Nat.p (n : Nat) : succ n = n + 1'],
  ])
})

test('names that are no identifiers are escaped', () => {
  const named = (name: string) =>
    readJsonLines(rows({ name, statement: 'example : True := by sorry' })).theorems[0]?.theorem
  expect(named('amc-12a/2031 p9')).toMatchObject({ statement: 'theorem «amc-12a/2031 p9» : True' })
  expect(named('17')).toMatchObject({ name: '17', statement: 'theorem «17» : True' })
  expect(named('plain_name')).toMatchObject({ statement: 'theorem plain_name : True' })
  expect(named('end')).toMatchObject({ statement: 'theorem «end» : True' })
  expect(named('a.b')).toMatchObject({ statement: 'theorem «a.b» : True' })
})

test('an array of rows is a set like any other, with the lines of its rows', () => {
  const { theorems, problems } = readJsonLines(
    '[\n  {"name":"one","statement":"theorem one : True"},\n  {"name":"two]","statement":"theorem two : \\"}\\" = \\"}\\""},\n  3\n]\n',
  )
  expect(theorems.map(({ theorem, line }) => [theorem.name, line])).toEqual([
    ['one', 2],
    ['two]', 3],
  ])
  expect(problems).toEqual([])
})

test('the shapes that sets come in: line ends, marks, blanks, headers inside, and other fields', async () => {
  const statement = 'theorem t (a : Nat) :\n    a + 0 = a'
  const theorem = { name: 't', header: '', statement }
  const row = { name: 't', formal_statement: `${statement} := by\n  sorry` }
  const one = JSON.stringify(row)
  const inside = (text: string) => ({ ...row, formal_statement: `${text}${row.formal_statement}` })
  const cases: [string, string, object][] = [
    ['one row', one, theorem],
    ['a byte order mark', `\uFEFF${one}\n`, theorem],
    ['CRLF between rows', `\r\n${one}\r\n\r\n`, theorem],
    [
      'CRLF in the statement',
      JSON.stringify({ ...row, formal_statement: row.formal_statement.replaceAll('\n', '\r\n') }),
      theorem,
    ],
    ['blanks around', `  ${one}  `, theorem],
    ['an array, on many lines', JSON.stringify([row], null, 2), theorem],
    ['an array with a mark and CRLF', `\uFEFF${JSON.stringify([row], null, 2).replaceAll('\n', '\r\n')}`, theorem],
    [
      'a proof too',
      JSON.stringify({ ...row, formal_statement: `${statement} := by simp`, formal_proof: 'by simp' }),
      theorem,
    ],
    ['a header inside', JSON.stringify(inside('open Nat\n\n')), { ...theorem, header: 'open Nat' }],
    [
      'a header inside and one beside',
      JSON.stringify({ ...inside('open List\n'), header: 'open Nat' }),
      { ...theorem, header: 'open Nat\nopen List' },
    ],
    ['a doc comment', JSON.stringify(inside('/-- says := by -/\n')), theorem],
  ]
  for (const [what, text, found] of cases) {
    const path = join(folder, 'shape.jsonl')
    await writeFile(path, text)
    const { theorems, problems } = await loadTheorems(path)
    expect([what, problems, theorems.map((entry) => entry.theorem)]).toEqual([what, [], [found]])
  }
})

test('statements are cut where Lean ends them', () => {
  const statementOf = (statement: string) =>
    readJsonLines(rows({ name: 'p', statement })).theorems[0]?.theorem.statement
  const cut: [string, string][] = [
    ['theorem p : ∀ n : Nat, 0 + n = n\n  | 0 => rfl\n  | n + 1 => by omega', 'theorem p : ∀ n : Nat, 0 + n = n'],
    [
      'theorem p (s : String) (h : s = ":= by") : s = ":= by" := by\n  sorry',
      'theorem p (s : String) (h : s = ":= by") : s = ":= by"',
    ],
    ['theorem p (h : s = r"a\\") : s = r#"":="# := by sorry', 'theorem p (h : s = r"a\\") : s = r#"":="#'],
    [
      'theorem p : Id.run do\n    let mut s := 0\n    for i in [1] do s := s + i\n    return s = 1 := by sorry',
      'theorem p : Id.run do\n    let mut s := 0\n    for i in [1] do s := s + i\n    return s = 1',
    ],
    [
      'theorem p (a b : Nat)\n    (h : a = b) : b = a :=\nby\n  sorry',
      'theorem p (a b : Nat)\n    (h : a = b) : b = a',
    ],
    ['theorem p : True ∧ True where\n  left := trivial\n  right := trivial', 'theorem p : True ∧ True'],
    [
      'variable (n : Nat) in\nopen Nat in\ntheorem p : succ n = n + 1 := rfl',
      'variable (n : Nat) in\nopen Nat in\ntheorem p : succ n = n + 1',
    ],
    [
      'theorem p : match 1 with\n  | 0 => False\n  | _ => True := by trivial',
      'theorem p : match 1 with\n  | 0 => False\n  | _ => True',
    ],
  ]
  for (const [text, statement] of cut) expect(statementOf(text)).toBe(statement)
})
