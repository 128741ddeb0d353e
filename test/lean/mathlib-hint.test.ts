import { expect, test } from 'vitest'
import { mathlibHint, missingMathlib } from '../../src/lean/mathlib-hint.ts'

const said = (text: string) => mathlibHint([{ severity: 'error', line: 1, column: 0, text }])

test.each([
  ["unknown module prefix 'Mathlib'", 'this Lean has no Mathlib: use a project'],
  [
    'Unknown identifier `ℕ`',
    '`ℕ` is a notation of Mathlib, which this Lean does not have: write `Nat`, or use a project',
  ],
  ['expected token\n  (x : ℝ)', '`ℝ` is a notation of Mathlib, which this Lean does not have: use a project'],
  [
    'failed to synthesize HAdd ℤ',
    '`ℤ` is a notation of Mathlib, which this Lean does not have: write `Int`, or use a project',
  ],
])('%s: one whole sentence with the way out', (text, sentence) => {
  expect(said(text)?.startsWith(sentence)).toBe(true)
  expect(said(text)).toMatch(/doctor --lean lean-project` says how to get one$/)
})

test('what has nothing to do with Mathlib gets no hint', () => {
  expect(said('Unknown identifier `foo`')).toBeUndefined()
  expect(said('Unknown identifier `xℕ`')).toBeUndefined()
  expect(missingMathlib('N')).toBeUndefined()
})
