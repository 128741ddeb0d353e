import { expect, test } from 'vitest'
import { findTheorems, parseStatement } from '../../src/proof/statement.ts'

test('a bare statement, with and without a proof', () => {
  const expected = { name: 't', header: '', statement: 'theorem t (n : Nat) : n + 0 = n' }
  for (const tail of ['', ' :=', ' := by', ' := by sorry', ' := by\n  simp\n', '\n  := rfl'])
    expect(parseStatement(`theorem t (n : Nat) : n + 0 = n${tail}`)).toEqual(expected)
})

test('header lines, comments, attributes and modifiers before it', () => {
  expect(
    parseStatement('import Std\nopen Nat\n/-- says: := by -/\n@[simp] private theorem t : True := trivial'),
  ).toEqual({ name: 't', header: 'import Std\nopen Nat', statement: 'theorem t : True' })
  expect(parseStatement('set_option maxRecDepth 900 in\ntheorem t : True')).toMatchObject({
    header: '',
    statement: 'set_option maxRecDepth 900 in\ntheorem t : True',
  })
  expect(parseStatement('def a := 1\nopen Nat in\nset_option maxRecDepth 900 in theorem t : True')).toMatchObject({
    header: 'def a := 1',
    statement: 'open Nat in\nset_option maxRecDepth 900 in theorem t : True',
  })
  expect(parseStatement('def two := 2\ntheorem t : two = 2 := rfl')).toMatchObject({
    header: 'def two := 2',
    statement: 'theorem t : two = 2',
  })
})

test('only a top-level := ends the statement', () => {
  for (const statement of [
    'theorem t (n : Nat := 3) : n = n',
    'theorem t : "a := b" = "a := b"',
    'theorem t /- := -/ : True',
    'theorem t : -- := by\n  True',
    'theorem t : let x := 3; x = 3',
    'theorem t (h : ∀ x ∈ [1, 2], (fun (y : Nat := 1) => y) x = x) : True',
  ])
    expect(parseStatement(`${statement} := by\n  have h : 1 = 1 := rfl\n  simp`)).toMatchObject({ statement })
})

test('a comment behind a statement is none of it', () => {
  for (const comment of ['-- easy', '/- easy -/', '-- easy\n  -- really'])
    expect(parseStatement(`theorem t (n : Nat) : n = n ${comment}\n  := by rfl`)).toEqual({
      name: 't',
      header: '',
      statement: 'theorem t (n : Nat) : n = n',
    })
})

test('a comment before a theorem is its documentation only where it is one', () => {
  const text = '/-- of a -/\ntheorem a : True := trivial\n\n/-! A part. -/\n\ntheorem b : True := trivial\n'
  expect(findTheorems(text).map(({ start }) => start)).toEqual([0, text.indexOf('theorem b')])
})

test('a character is no bracket', () => {
  const statement = "theorem t (c : Char) (h : c = '(') : c ≠ '\\''"
  expect(parseStatement(`${statement} := by subst h; decide`)).toMatchObject({ statement })
})

test('lemma and example become theorems', () => {
  expect(parseStatement('lemma foo.bar.{u} (α : Type u) : True')).toEqual({
    name: 'foo.bar',
    header: '',
    statement: 'theorem foo.bar.{u} (α : Type u) : True',
  })
  expect(parseStatement('example (p : Prop) : p → p := id')).toMatchObject({
    name: 'hedge_example',
    statement: 'theorem hedge_example (p : Prop) : p → p',
  })
  expect(parseStatement('example : ∀ hedge_example : Nat, True')).toMatchObject({ name: "hedge_example'" })
})

test('what is no statement is said so', () => {
  expect(parseStatement('')).toHaveProperty('problem')
  expect(parseStatement('def x := 3')).toHaveProperty('problem')
  expect(parseStatement('theorem : True')).toEqual({ problem: '`theorem` has no name' })
  expect(parseStatement('theorem t := by simp')).toEqual({ problem: '`t` states nothing: there is no `: TYPE`' })
  expect(parseStatement('theorem a : True := trivial\ntheorem b : True := trivial')).toEqual({
    problem: 'the text holds 2 theorems, where one is expected',
  })
})
