import { expect, test } from 'vitest'
import { CANDIDATES } from '../../src/policy/candidates-version.ts'
import { choicesAt } from '../../src/policy/log-linear/proposer.ts'
import { TemplateBank } from '../../src/policy/log-linear/templates.ts'
import { premisesOfContext } from '../../src/policy/premises.ts'
import type { ProofState } from '../../src/proof/proof-state.ts'
import { sha256 } from '../../src/proof/sha256.ts'

/** A goal for each kind of generator, with the constants that Lean would tell of it. */
const GOALS: readonly (readonly [text: string, ...constants: string[]])[] = [
  ['⊢ ∀ (n m : Nat), n + m = m + n', 'Nat', 'Eq', 'HAdd.hAdd'],
  ['p q : Prop\n⊢ p ∨ q → q ∨ p', 'Or'],
  ['p q r : Prop\nh : p ∧ (q ∨ r)\nk : ¬q\n⊢ p ∧ r ↔ r ∧ p', 'And', 'Or', 'Not', 'Iff'],
  ['x y : Nat\nh₀ : 0 < x ∧ 0 < y\nh₁ : x * y + (x + y) = 71\n⊢ x ^ 2 + y ^ 2 = 146', 'Nat', 'Eq', 'HMul.hMul'],
  ['n : Nat\nh₀ : 7 ∣ 2 ^ n - 1\n⊢ 3 ∣ n', 'Nat', 'Dvd.dvd'],
  ['n : Nat\nh : n < 4\n⊢ n ^ 2 % 5 ≠ 3', 'Nat', 'HMod.hMod', 'Ne'],
  ['α : Type\nxs ys : List α\n⊢ (xs ++ ys).reverse = ys.reverse ++ xs.reverse', 'List', 'List.reverse', 'Eq'],
  ['⊢ ∃ n, n * n = 49', 'Exists', 'Nat', 'Eq', 'HMul.hMul'],
  ['case inl\nx✝ : Nat\nh : x✝ < 3\n⊢ False', 'Nat', 'False', 'LT.lt'],
  ['a b : Int\nh : a ≤ b\nk : b ≤ a\n⊢ a = b', 'Int', 'LE.le', 'Eq'],
  ['f : Nat → Nat\nh₀ : f 0 = 1\nh₁ : ∀ (n : Nat), f (n + 1) = 2 * f n\n⊢ f 5 = 32', 'Nat', 'Eq'],
  ['a b c : Nat\nh : a = b\nk : b = c\n⊢ c = a', 'Nat', 'Eq'],
  ['x y : Int\nh : x + y = 4\n⊢ x * y ≤ 4', 'Int', 'Eq', 'LE.le', 'HMul.hMul'],
  ['x y : Nat\nh : x * y = x + y\n⊢ x = y', 'Nat', 'Eq', 'HMul.hMul'],
  ['α : Type\nxs ys : Array α\n⊢ (xs ++ ys).reverse = ys.reverse ++ xs.reverse', 'Array', 'Array.reverse', 'Eq'],
  ['a b : UInt8\nh : a = b\n⊢ a ||| b = b', 'UInt8', 'HOr.hOr', 'Eq'],
]
const PREMISES = premisesOfContext({
  constants: [],
  related: [
    { name: 'Nat.add_comm', conclusion: 'Eq', score: 0.9 },
    { name: 'List.reverse_append', conclusion: 'Eq', score: 0.8 },
    { name: 'Int.le_antisymm', conclusion: 'Eq', score: 0.7 },
    { name: 'Nat.le_of_lt_succ', conclusion: 'LE.le', score: 0.3 },
  ],
  below: [
    { name: 'List.reverse_append', conclusion: 'Eq', score: 0.9 },
    { name: 'BitVec.or_self', conclusion: 'Eq', score: 0.8 },
    { name: 'Nat.le_antisymm', conclusion: 'Eq', score: 0.2 },
    { name: 'Nat.lt_irrefl', conclusion: 'Not', score: 0.1 },
  ],
})

/** What is proposed at the goals above, by version. A new line goes with a new CANDIDATES, and an old one stays as it is. */
const PROPOSED: Readonly<Record<number, string>> = {
  1: '5962de235b94c7bbe38265e614d76a2d00bd696b296ed4e868e068a15a7ebe1a',
  2: '649104a65acbf0a2b9f33be5bb61993e95a032aed06c611b3b1678694b90dd32',
  3: '07ccafd0db73fe021355941097354a1ca7d34c0ff5d83ae7901fe0c1fa06e12a',
  4: '5e6c6f4beb6f708f9235f373386af9fb8dd2fc266d6d3dca2761871a40c2a6b5',
  5: '15c008b1ac8e182c7840d794454c5181e5d59f2a52cd3d45854a435ac7c3a2a4',
  // Over two more goals than before, and with theorems about what goals stand on.
  6: 'cd31ceda063eb53008e336320c4fba1a6daf74299ba209a2469d9343dcbc2521',
}

test('what a policy chooses from has the number that it is kept under', () => {
  const proposed = GOALS.map(([text, ...constants]) => {
    const state: ProofState = { key: text, goals: [{ text, constants }], path: [] }
    const { tactics = [], priors = [] } = choicesAt(state, new TemplateBank([]), PREMISES) ?? {}
    return tactics.map((tactic, i) => [tactic, (priors[i] as number).toFixed(6)])
  })
  expect(proposed.every((choices) => choices.length > 10)).toBe(true)
  expect(sha256(JSON.stringify(proposed)), 'raise CANDIDATES, and write the new hash beside the new number').toBe(
    PROPOSED[CANDIDATES],
  )
})
