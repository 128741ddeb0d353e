import { beforeAll, expect, test } from 'vitest'
import { refute } from '../../src/ensemble/refute.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { negationOf } from '../../src/proof/negation.ts'
import { sharedEngine } from '../lean/shared-engine.ts'

const PATIENCE_MS = 600_000
const limits = { heartbeats: 20_000, wallClockMs: 20_000 }
let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
}, PATIENCE_MS)

const named = (statement: string, header = '') => ({ name: 't', header, statement: `theorem t ${statement}` })

async function refuted(statement: string, header = '', tactics?: readonly string[]) {
  const started = await engine.start(named(statement, header), limits)
  if (started.kind === 'rejected') throw new Error(`${statement}: ${started.diagnostics[0]?.text}`)
  const candidates = tactics?.map((tactic) => ({ tactic, logProb: -1 }))
  const policy = { name: 'table', rank: async () => candidates ?? [], sample: async () => [] }
  const search = candidates && { search: { policyFor: async () => policy, wallClockMs: 60_000 } }
  try {
    return await refute(engine, started.session, { limits, ...search })
  } finally {
    await started.session.close()
  }
}

/** A false statement, what refutes it where there is one way to say that, and a true one that is like it. */
const PAIRS: readonly (readonly [wrong: string, text: string | undefined, right: string])[] = [
  ['(n : Nat) : n < 5', 'n = 5', '(n : Nat) : n < n + 5'],
  ['(n : Nat) (h : 0 < n) : n ≠ 1', 'n = 1', '(n : Nat) (h : 1 < n) : n ≠ 1'],
  ['(n : Nat) : n ^ 2 = n', 'n = 2', '(n : Nat) : n ^ 2 = n * n'],
  ['(a b : Nat) : a - b + b = a', 'a = 0, b = 1', '(a b : Nat) (h : b ≤ a) : a - b + b = a'],
  ['(a b : Nat) : a - b = b - a', 'a = 0, b = 1', '(a b : Nat) : a - b - a = 0'],
  ['(n : Nat) : n / 2 * 2 = n', 'n = 1', '(n : Nat) : n / 2 * 2 ≤ n'],
  ['(n : Nat) : n % 3 < 2', 'n = 2', '(n : Nat) : n % 3 < 3'],
  ['(n : Nat) (h : n % 4 = 1) : n % 8 = 1', 'n = 5', '(n : Nat) (h : n % 8 = 1) : n % 4 = 1'],
  ['(n : Nat) : n * (n + 1) % 4 = 0', 'n = 1', '(n : Nat) : n * (n + 1) % 2 = 0'],
  ['(n : Nat) : n ^ 2 + n + 41 ≠ 41 * 43', 'n = 41', '(n : Nat) : n ^ 2 + n + 41 ≠ 40'],
  ['(n : Nat) (h : 2 ≤ n) : 2 ^ n < n ^ 3', 'n = 10', '(n : Nat) (h : 2 ≤ n) : n < 2 ^ n'],
  ['(a b : Nat) (h : a * b = 12) : a + b = 7', undefined, '(a b : Nat) (h : a + b = 7) (h1 : a = 3) : a * b = 12'],
  ['(x : Int) : 0 ≤ x', 'x = -1', '(x : Int) : 0 ≤ x * x'],
  ['(x : Int) : x < x ^ 2', undefined, '(x : Int) : x ≤ x ^ 2'],
  ['(x : Int) (h : x ^ 2 = 9) : x = 3', 'x = -3', '(x : Int) (h : x ^ 2 = 9) (h1 : 0 ≤ x) : x = 3'],
  ['(x y : Int) (h : x < y) : x ^ 2 < y ^ 2', undefined, '(x y : Int) (h : x < y) : x + 1 ≤ y'],
  ['(x : Int) : x / 2 * 2 = x', undefined, '(x : Int) : x / 2 * 2 + x % 2 = x'],
  ['(x y : Int) (h : x * y = 0) : x = 0', undefined, '(x y : Int) (h : x * y = 0) : x = 0 ∨ y = 0'],
  ['(a b : Int) : a - b = b - a', undefined, '(a b : Int) : a - b = -(b - a)'],
  [': 2 ^ 10 = 1000', undefined, ': 2 ^ 10 = 1024'],
  [': ∃ n : Nat, n < 0', undefined, ': ∃ n : Nat, n < 1'],
  [': ∀ n : Nat, ∃ m, m < n', 'n = 0', ': ∀ n : Nat, ∃ m, n < m'],
  [': ∀ n : Nat, n < 10', undefined, ': ∀ n : Nat, n < n + 10'],
  ['(a b c : Nat) (h : a * c = b * c) : a = b', undefined, '(a b c : Nat) (h : a + c = b + c) : a = b'],
  ['(a b : Nat) : a ∣ b → b ∣ a', undefined, '(a b : Nat) : a ∣ b → a ∣ b * 2'],
  ['(a b : Nat) (h : a ∣ b) : a ≤ b', undefined, '(a b : Nat) (h0 : 0 < b) (h : a ∣ b) : a ≤ b'],
  ['(p q : Prop) : p ∨ q', undefined, '(p q : Prop) : p ∧ q → q'],
  ['(p q : Prop) (h : p → q) : q → p', undefined, '(p q : Prop) (h : p → q) : ¬q → ¬p'],
  ['(p : Prop) : ¬p', undefined, '(p : Prop) : ¬¬p → p'],
  ['(b : Bool) : b = true', 'b = false', '(b : Bool) : b = true ∨ b = false'],
  ['(a b : Bool) : (a && b) = (a || b)', undefined, '(a b : Bool) : (a && b) = (b && a)'],
  ['(xs : List Nat) : xs ≠ []', 'xs = []', '(xs : List Nat) : 0 :: xs ≠ []'],
  ['(xs : List Nat) : xs.reverse = xs', undefined, '(xs : List Nat) : xs.reverse.reverse = xs'],
  ['(xs ys : List Nat) : xs ++ ys = ys ++ xs', undefined, '(xs ys : List Nat) : (xs ++ ys).length = (ys ++ xs).length'],
  ['(xs : List Nat) : xs.length ≤ 1', undefined, '(xs : List Nat) : 0 ≤ xs.length'],
  ['(f : Nat → Nat) : f 0 = 0', undefined, '(f : Nat → Nat) (h : ∀ n, f n = n) : f 0 = 0'],
  ['(f : Nat → Nat) (n : Nat) : f n ≤ n', undefined, '(f : Nat → Nat) (n : Nat) : f n ≤ f n + n'],
  ['(f : Nat → Nat) : f 1 = f 2', undefined, '(f : Nat → Nat) (h : ∀ n, f n = f (n + 1)) : f 1 = f 2'],
  ['(P : Nat → Prop) (h : P 0) : P 1', undefined, '(P : Nat → Prop) (h : ∀ n, P n) : P 1'],
  ['(i : Fin 3) : i = 0', undefined, '(i : Fin 1) : i = 0'],
  ['(o : Option Nat) : o = none', undefined, '(o : Option Nat) (h : o.isNone) : o = none'],
  ['(α : Type) (a b : α) : a = b', undefined, '(α : Type) (a b : α) (h : a = b) : b = a'],
  ['{n : Nat} (h : 3 ∣ n) : 9 ∣ n', 'n = 3', '{n : Nat} (h : 9 ∣ n) : 3 ∣ n'],
  [
    '(n m : Nat) (h₀ : n < 10) (h₁ : m < 10) : n * m < 81',
    'n = 9, m = 9',
    '(n m : Nat) (h₀ : n < 10) (h₁ : m < 10) : n * m < 82',
  ],
  ['(n : Nat) (h₀ : 4 ∣ n) (h₁ : 6 ∣ n) : 24 ∣ n', 'n = 12', '(n : Nat) (h₀ : 4 ∣ n) (h₁ : 6 ∣ n) : 12 ∣ n'],
]

test('false statements are refuted, true ones that are like them are not', { timeout: PATIENCE_MS }, async () => {
  expect(PAIRS.length).toBeGreaterThanOrEqual(40)
  const missed: string[] = []
  for (const [wrong, text, right] of PAIRS) {
    const found = await refuted(wrong)
    if (found === undefined) missed.push(wrong)
    else {
      expect(found.source, wrong).toContain('¬')
      if (text !== undefined) expect(found.text, wrong).toBe(text)
    }
    expect(await refuted(right), right).toBeUndefined()
  }
  expect(missed).toEqual([])
})

test('what no small value refutes, a search for the negation may', { timeout: PATIENCE_MS }, async () => {
  const statement = '(f : Nat → Nat) (h : f 0 = 7) : f 1 = 8'
  expect(await refuted(statement)).toBeUndefined()
  const tactic = 'intro h\nexact absurd (h (fun _ => 7) rfl) (by decide)'
  const found = await refuted(statement, '', [tactic])
  expect(found).toMatchObject({ text: 'its negation is provable', values: undefined, tactics: [tactic] })
  // A policy that only says what does not refute it.
  expect(await refuted('(n : Nat) : n = n + 0', '', ['intro h', 'decide', tactic])).toBeUndefined()
})

test('no negation is made where it would say something else', async () => {
  expect(negationOf(named('(n : Nat) : n = 0', 'variable (k : Nat)'))).toBeUndefined()
  expect(negationOf({ name: 't', header: '', statement: 'private theorem t : False' })).toBeUndefined()
  expect(negationOf(named('.{u} (α : Type u) : True'.trimStart()))).toBeUndefined()
  expect(negationOf(named('(n : Nat) : n = 0'))?.theorem.statement).toBe('theorem t_is_false : ¬ (∀ (n : Nat), n = 0)')
  // An unbound name would be bound outside of the negation.
  expect(await refuted(': m < m + 1 ∧ m < 3')).toBeUndefined()
  // `3 - 5` means another thing under this header, and what is refuted is the statement as it is there.
  expect(await refuted('(n : Nat) : n + 3 = n', 'local instance : Add Nat := ⟨fun a _ => a⟩')).toBeUndefined()
})
