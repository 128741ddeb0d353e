import { beforeAll, expect, test } from 'vitest'
import { loadTheorems } from '../../src/dataset/theorem-file.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { verifyProof } from '../../src/lean/verifier.ts'
import { factors } from '../../src/policy/baseline/factors.ts'
import { finiteCases } from '../../src/policy/baseline/finite.ts'
import { firstGoal, viewGoal } from '../../src/policy/baseline/goal-view.ts'
import { inductions } from '../../src/policy/baseline/induction.ts'
import { instances, products } from '../../src/policy/baseline/instances.ts'
import { lowerSteps } from '../../src/policy/baseline/lower.ts'
import { modularSteps } from '../../src/policy/baseline/modular.ts'
import { sumsOfSquares } from '../../src/policy/baseline/squares.ts'
import { BaselinePolicy } from '../../src/policy/baseline.ts'
import { buildPremiseIndex, type PremiseIndex } from '../../src/policy/premises.ts'
import type { Proof } from '../../src/proof/proof.ts'
import type { ProofState } from '../../src/proof/proof-state.ts'
import { searchBestFirst } from '../../src/search/best-first.ts'
import { createTree } from '../../src/search/tree.ts'
import { sharedEngine } from '../lean/shared-engine.ts'

const PATIENCE_MS = 600_000
let engine: EmbeddedEngine
let premises: PremiseIndex
beforeAll(async () => {
  engine = await sharedEngine()
  premises = buildPremiseIndex(await engine.premises(''))
}, PATIENCE_MS)

const theorem = (statement: string) => ({ name: 't', header: '', statement: `theorem t ${statement}` })

async function open(statement: string, heartbeats = 20_000) {
  const started = await engine.start(theorem(statement), { heartbeats, wallClockMs: 60_000 })
  if (started.kind === 'rejected') throw new Error(started.diagnostics[0]?.text)
  return started.session
}

test('the library has the premise that a goal cries for', { timeout: PATIENCE_MS }, async () => {
  expect(premises.size).toBeGreaterThan(10_000)
  for (const [statement, name] of [
    ['(a b c : Nat) : Nat.gcd (Nat.gcd a b) c = Nat.gcd a (Nat.gcd b c)', 'Nat.gcd_assoc'],
    ['(α : Type) (xs ys : List α) : (xs ++ ys).reverse = ys.reverse ++ xs.reverse', 'List.reverse_append'],
  ] as const) {
    const session = await open(statement)
    const found = premises.find(session.root.goals[0]?.constants ?? [], 16).map((premise) => premise.name)
    expect(found).toContain(name)
    await session.close()
  }
})

/** Lean's own complaint about a text that is no tactic starts with its position. */
const PARSE_ERROR = /^:?\d+:\d+: |expected end of input after the tactic/

test('every candidate of many kinds of state is a tactic', { timeout: PATIENCE_MS }, async () => {
  const policy = new BaselinePolicy({ premises })
  for (const [statement, ...path] of [
    ['(x y : Nat) (h₀ : 0 < x ∧ 0 < y) (h₁ : x * y + (x + y) = 71) : x ^ 2 + y ^ 2 = 146', 'obtain ⟨a, b⟩ := h₀'],
    ['(x y : Int) (h₀ : 0 < y) (h₁ : y < x) (h₂ : x + y + x * y = 80) (h₃ : x < 50) : x ≤ 26 ∨ y = 3'],
    ['(n : Nat) (h : 7 ∣ 2 ^ n - 1) (h₁ : n % 5 = 2) (h₂ : 3 ≤ n) : 3 ∣ 2 ^ n * n'],
    ['(n : Nat) : Nat.gcd (n + 7) (2 * n + 1) ≤ 13'],
    ['(p q : Prop) : (p ∧ q) ∨ (q → p) ↔ ¬(p ∧ ¬q) ∨ p', 'constructor'],
    [
      '(u : Nat → Nat) (h : ∀ n, u (n + 1) = 2 * u n) (S : Nat → Prop) (hS : ∀ a, S a ↔ 27 * a % 40 = 17) (n : Nat) (hn : S n) : u n = 2 ^ n - (n + 2)',
    ],
    ['(α : Type) (f : α → Nat) (xs ys : List α) : ∃ zs : List α, zs.map f = xs.map f ++ ys.map f ∧ ∀ z ∈ zs, f z < 3'],
    [
      '(o : Option Nat) (b : Bool) (h : (if b then 1 else 2) = 2) : (o = none ∨ ∃ x, o = some x) ∧ b = false',
      'cases b',
    ],
    ['(a b : Nat) (h : ∃ k, a = b + k ∧ k < 5) : b ≤ a', 'induction b'],
  ] as const) {
    // Hardly any heartbeats: parsing comes before them.
    const session = await open(statement, 2)
    let state: ProofState = session.root
    for (const tactic of path) {
      const strong = await open(statement)
      const [result] = await strong.runTactics(strong.root, [tactic])
      if (result?.kind !== 'open') throw new Error(`${tactic}: ${JSON.stringify(result)}`)
      state = result.state
      await strong.close()
    }
    const candidates = policy.distribution(state).map(({ tactic }) => tactic)
    expect(candidates.length).toBeGreaterThan(5)
    const results = await session.runTactics(session.root, candidates)
    const bad = candidates.filter((_, i) => {
      const result = results[i]
      return result?.kind === 'error' && PARSE_ERROR.test(result.message)
    })
    expect(bad).toEqual([])
    await session.close()
  }
})

test('what competitions ask falls to one step: squares, roots, remainders, divisors, functions at matching places', {
  timeout: PATIENCE_MS,
}, async () => {
  for (const [statement, ...path] of [
    ['(x : Int) : -32 ≤ x ^ 2 - 10 * x - 7'],
    ['(x : Int) : x ^ 2 - x ≥ 0'],
    ['(x : Int) : x ^ 2 + x + 1 ≠ 0', 'intro h'],
    ['(a b : Int) (h : a + b = 14) : a * b ≤ 49'],
    ['(x y z : Int) (h : x + y + z = 6) (k : x - y = 2) : x * z ≤ 20'],
    ['(a b c : Nat) : a * b + b * c + c * a ≤ a ^ 2 + b ^ 2 + c ^ 2'],
    ['(x y : Int) (h : x ^ 2 + y ^ 2 = 2 * x + 4 * y - 5) : x + y = 3'],
    ['(x : Nat) (h : x ^ 2 + 1 < 2 * x) : False'],
    ['(f : Int → Int) (h : ∀ x, f (2 * x - 1) = 5 * x - 2) : f 3 = 8'],
    ['(a b : Int) (h : a ^ 2 = b ^ 2) : a = b ∨ a = -b'],
    ['(a b : Int) (h₀ : 0 < a) (h₁ : a < b) : a ^ 2 < b ^ 2'],
    ['(x y : Int) (h₀ : x * y = 6) (h₁ : x + y = 5) (h₂ : x < y) : x = 2'],
    ['(x : Int) (h : 2 * x ^ 2 - 7 * x + 3 = 0) : x = 3'],
    ['(x y : Int) (h : x * y = x + y + 1) (hx : 1 < x) (hy : x < y) : x = 2 ∧ y = 3'],
    ['(m n : Nat) (h : m * n = m + n) (hm : 0 < m) : m = 2'],
    ['(x y : Int) (h : x * y - 3 * x = 2 * y - 6) (hy : y ≠ 3) : x = 2'],
    ['(n : Nat) : (List.range (n + 1)).sum * 2 = n * (n + 1)'],
    ['(n : Nat) : 5 ∣ n ^ 5 - n'],
    ['(n : Nat) (h : 3 ∣ n ^ 2) : 3 ∣ n'],
    ['(n : Int) (h : 3 ∣ n ^ 2) : 3 ∣ n'],
    ['(p q : Nat) (h : p ^ 2 = 2 * q ^ 2) : p % 2 = 0'],
    ['(x : Nat) (h : x ^ 2 % 4 = 2) : False'],
    [
      '(n : Nat) (h : 12 % n = 0) (k : 18 % n = 0) : n ≤ 6',
      'have hle : n < 13 := Nat.lt_succ_of_le (Nat.le_of_dvd (by decide) (Nat.dvd_of_mod_eq_zero h))',
    ],
  ] as const) {
    const session = await open(statement)
    let state = session.root
    for (const tactic of path) {
      const [result] = await session.runTactics(state, [tactic])
      if (result?.kind !== 'open') throw new Error(`${tactic}: ${result?.kind}`)
      state = result.state
    }
    const view = firstGoal(state)
    if (view === undefined) throw new Error('no goal')
    const generators = [sumsOfSquares, factors, instances, products, modularSteps, finiteCases, inductions]
    const tactics = generators.flatMap((generate) => [...generate(view)]).map(({ tactic }) => tactic)
    const results = await session.runTactics(state, tactics)
    expect([statement, results.some(({ kind }) => kind === 'finished')]).toEqual([statement, true])
    await session.close()
  }
})

test('equal powers have one root, or one exponent', { timeout: PATIENCE_MS }, async () => {
  for (const statement of ['(n : Nat) (h : n ^ 3 = 1000) : n = 10', '(n : Nat) (h : 3 ^ n = 81) : n = 4']) {
    const session = await open(statement)
    const view = firstGoal(session.root)
    if (view === undefined) throw new Error('no goal')
    const [step] = [...factors(view)]
    const [result] = await session.runTactics(session.root, [`${step?.tactic}\nexact he`])
    expect([statement, result?.kind]).toEqual([statement, 'finished'])
    await session.close()
  }
})

test('a false inequality of degree two is not proposed as one', () => {
  const view = (target: string) =>
    viewGoal({ text: `x y : Int\nh : x + y = 4\n⊢ ${target}`, constants: ['Int', 'LE.le', 'HMul.hMul'] })
  expect([...sumsOfSquares(view('x * y ≤ 4'))]).toHaveLength(1)
  for (const target of ['x * y ≤ 3', 'x * y < 4', 'x ^ 2 ≤ y ^ 2', 'x ^ 3 ≤ x', 'x ^ 2 - y ^ 2 ≤ 4', 'x + y ≤ 4'])
    expect([...sumsOfSquares(view(target))]).toEqual([])
})

test('a handful of the small core set is proved, and verified', { timeout: PATIENCE_MS }, async () => {
  const { theorems } = await loadTheorems('datasets/core-small.jsonl')
  const policy = new BaselinePolicy({ premises })
  for (const name of ['nat_linear', 'or_swap', 'five_pow_sub_one', 'square_mod_four', 'list_map_length']) {
    const entry = theorems.find((one) => one.theorem.name === name)
    if (entry === undefined) throw new Error(`${name} is not in the set`)
    const started = await engine.start(entry.theorem)
    if (started.kind === 'rejected') throw new Error(started.diagnostics[0]?.text)
    const { session } = started
    const accept = (proof: Proof) => verifyProof(engine, entry.theorem, proof)
    const { result } = await searchBestFirst(createTree(session.root), session, policy, {
      budget: { expansions: 12 },
      accept,
      width: 32,
      wave: 8,
    })
    expect([name, result.kind]).toEqual([name, 'proved'])
    await session.close()
  }
})

test('a theorem of what a type is made of closes the same one of that type', { timeout: PATIENCE_MS }, async () => {
  for (const [imports, statement] of [
    [
      'import Std.Data.DTreeMap.Lemmas\nimport Std.Data.TreeMap.Basic',
      'theorem t {α : Type} {β : Type} {cmp : α → α → Ordering} {m : Std.TreeMap α β cmp} [Std.TransCmp cmp] {k : α} {v : β} : m.size ≤ (m.insert k v).size',
    ],
    ['import Init.Data.BitVec.Lemmas\nimport Init.Data.UInt.Basic', 'theorem t (a b : UInt8) : a ||| b = b ||| a'],
    [
      'import Init.Data.List.Find\nimport Init.Data.Array.Lemmas',
      'theorem t {α : Type} (xs : Array α) (p : α → Bool) : (xs.find? p).isSome ↔ ∃ x, x ∈ xs ∧ p x',
    ],
  ] as const) {
    const header = `prelude\n${imports}`
    const index = buildPremiseIndex(await engine.premises(header))
    const started = await engine.start({ name: 't', header, statement }, { heartbeats: 20_000, wallClockMs: 60_000 })
    if (started.kind === 'rejected') throw new Error(started.diagnostics[0]?.text)
    const { session } = started
    const steps = [...lowerSteps(session.root, index)].map(({ tactic }) => tactic)
    const results = await session.runTactics(session.root, steps)
    expect([statement, results.some(({ kind }) => kind === 'finished')]).toEqual([statement, true])
    await session.close()
  }
})
