import { expect, test } from 'vitest'
import { evaluate } from '../../src/policy/baseline/evaluate.ts'
import { viewGoal } from '../../src/policy/baseline/goal-view.ts'
import { introNames } from '../../src/policy/baseline/logic.ts'
import { BaselinePolicy } from '../../src/policy/baseline.ts'
import { buildPremiseIndex } from '../../src/policy/premises.ts'
import type { ProofState } from '../../src/proof/proof-state.ts'
import { createRandom } from '../../src/proof/random.ts'

const stateOf = (text: string, constants: string[] = ['Nat', 'Eq', 'HAdd.hAdd']): ProofState => ({
  key: text,
  goals: [{ text, constants }],
  path: [],
})

const STATES = [
  'x y : Nat\nh₀ : 0 < x ∧ 0 < y\nh₁ : x * y + (x + y) = 71\n⊢ x ^ 2 + y ^ 2 = 146',
  'n : Nat\nh₀ : 7 ∣ 2 ^ n - 1\n⊢ 3 ∣ n',
  'p q : Prop\n⊢ p ∨ q → q ∨ p',
  'α : Type\nxs ys : List α\n⊢ (xs ++ ys).reverse = ys.reverse ++ xs.reverse',
  '⊢ ∃ n, n * n = 49',
  'case inl\nx✝ : Nat\nh : x✝ < 3\n⊢ False',
].map((text) => stateOf(text))

test('numerals of hundreds of digits and towering exponents cost nothing', async () => {
  const huge = '7'.repeat(400)
  const state = stateOf(
    `n : Nat\nh : n ^ 2 < ${huge}\nk : 2 ^ ${huge} ∣ n\n⊢ ${huge} ∣ n ∧ ∀ (m : Nat), 15 ^ m ∣ ${huge} → m ≤ 2 ^ 2 ^ 99`,
  )
  expect((await new BaselinePolicy().rank(state, 50)).length).toBeGreaterThan(5)
})

test('the probabilities of all candidates sum to 1, without repeats', () => {
  const policy = new BaselinePolicy()
  for (const state of STATES) {
    const all = policy.distribution(state)
    expect(all.length).toBeGreaterThan(5)
    expect(all.reduce((sum, { logProb }) => sum + Math.exp(logProb), 0)).toBeCloseTo(1, 9)
    expect(new Set(all.map(({ tactic }) => tactic)).size).toBe(all.length)
  }
})

test('ranking is deterministic, sorted, and cut at the width', async () => {
  for (const state of STATES) {
    const first = await new BaselinePolicy().rank(state, 10)
    expect(await new BaselinePolicy({ cacheSize: 1 }).rank(state, 10)).toEqual(first)
    expect(first.length).toBeLessThanOrEqual(10)
    for (const [i, { logProb }] of first.entries())
      if (i > 0) expect(logProb).toBeLessThanOrEqual(first[i - 1]?.logProb ?? 0)
  }
})

test('nothing to prove, nothing to propose', async () => {
  const done: ProofState = { key: 'done', goals: [], path: [] }
  const policy = new BaselinePolicy()
  expect(await policy.rank(done, 5)).toEqual([])
  expect(await policy.sample(done, 5, createRandom(1))).toEqual([])
})

test('samples follow the distribution, and the seed decides them', async () => {
  const policy = new BaselinePolicy()
  const state = STATES[0] as ProofState
  const count = 20_000
  const samples = await policy.sample(state, count, createRandom(7))
  expect(await policy.sample(state, 50, createRandom(7))).toEqual(samples.slice(0, 50))
  const seen = new Map<string, number>()
  for (const { tactic } of samples) seen.set(tactic, (seen.get(tactic) ?? 0) + 1)
  let chiSquared = 0
  let cells = 0
  for (const { tactic, logProb } of policy.distribution(state)) {
    const expected = count * Math.exp(logProb)
    if (expected < 5) continue
    chiSquared += ((seen.get(tactic) ?? 0) - expected) ** 2 / expected
    cells++
  }
  // Mean cells - 1, standard deviation sqrt(2 cells): five of them.
  expect(chiSquared).toBeLessThan(cells + 5 * Math.sqrt(2 * cells))
})

test('temperature and topK change what is drawn, and the log-probabilities say so', async () => {
  const state = STATES[0] as ProofState
  const cold = await new BaselinePolicy({ temperature: 0.05 }).sample(state, 200, createRandom(1))
  const best = (await new BaselinePolicy().rank(state, 2)).map(({ tactic }) => tactic)
  expect(cold.every(({ tactic }) => best.includes(tactic))).toBe(true)
  const [one] = await new BaselinePolicy({ topK: 1 }).sample(state, 1, createRandom(1))
  expect(one).toEqual({ tactic: best[0], logProb: 0 })
  expect(() => new BaselinePolicy({ temperature: 0 })).toThrow(RangeError)
})

test('names to introduce come from the binders, and never hide a hypothesis', () => {
  const names = (target: string, hypotheses = '') =>
    introNames(viewGoal({ text: `${hypotheses}⊢ ${target}`, constants: [] }))
  expect(names('∀ (x y : Nat), x < y → ¬y < x')).toEqual(['x', 'y', 'h', 'h_1'])
  expect(names('∀ (n : Nat), n = n', 'n : Nat\n')).toEqual(['n1'])
  expect(names('p ∧ q')).toEqual([])
  expect(names('p → q ↔ r')).toEqual([])
  expect(names('a ≠ b')).toEqual(['h'])
})

test('arithmetic is evaluated as Lean does', () => {
  const at = (text: string, n: bigint, natural = false) => evaluate(text, new Map([['n', n]]), natural)
  expect(at('2 * n + 3 ^ 2 % 5', 4n)).toBe(12n)
  expect(at('n - 5', 3n, true)).toBe(0n)
  expect(at('-7 % 3', 0n)).toBe(2n)
  expect(at('-7 / 2', 0n)).toBe(-4n)
  expect(at('n / 0', 3n)).toBe(0n)
  expect(at('0 < n ∧ 27 * n % 40 = 17', 11n)).toBe(true)
  expect(at('¬n = 3 ∨ n ∣ 9', 3n)).toBe(true)
  expect(at('f n', 1n)).toBeUndefined()
  expect(at('2 ^ (n + 1000)', 1n)).toBeUndefined()
})

test('below a goal are theorems about what its constants unfold to, and about their namesakes', () => {
  const symbols = ['Eq', 'Set.size', 'Map.size', 'Tree.size', 'List.size', 'Set.insert', 'Map.insert', 'List.insert']
  const at = (...names: string[]) => names.map((name) => symbols.indexOf(name))
  const index = buildPremiseIndex({
    symbols,
    theorems: [
      { name: 'Set.own', uses: at('Eq', 'Set.size', 'Set.insert'), conclusion: 'Eq' },
      { name: 'Map.size_insert', uses: at('Eq', 'Map.size', 'Map.insert'), conclusion: 'Eq' },
      { name: 'Map.only_size', uses: at('Eq', 'Map.size'), conclusion: 'Eq' },
      { name: 'Tree.deep', uses: at('Eq', 'Tree.size'), conclusion: 'Eq' },
      { name: 'List.size_insert', uses: at('Eq', 'List.size', 'List.insert'), conclusion: 'Eq' },
      ...Array.from({ length: 100 }, (_, i) => ({ name: `Nat.t${i}`, uses: at('Eq'), conclusion: 'Eq' })),
    ],
    unfolds: [
      { symbol: symbols.indexOf('Set.size'), uses: at('Map.size') },
      { symbol: symbols.indexOf('Map.size'), uses: at('Tree.size') },
      { symbol: symbols.indexOf('Set.insert'), uses: at('Map.insert') },
    ],
  })
  const found = index.below?.(['Eq', 'Set.size', 'Set.insert'], 10).map(({ name }) => name) ?? []
  expect(found.slice(0, 2)).toEqual(['Map.size_insert', 'List.size_insert'])
  expect(new Set(found)).toEqual(new Set(['Map.size_insert', 'List.size_insert', 'Map.only_size', 'Tree.deep']))
  expect(index.below?.(['Nothing'], 3)).toEqual([])
})

test('premises with rare shared constants come first', () => {
  const index = buildPremiseIndex({
    symbols: ['Eq', 'Nat', 'Nat.gcd', 'List'],
    theorems: [
      { name: 'Nat.common', uses: [0, 1], conclusion: 'Eq' },
      { name: 'Nat.gcd_fact', uses: [0, 1, 2], conclusion: 'Eq' },
      { name: 'List.fact', uses: [0, 3], conclusion: 'Eq' },
      ...Array.from({ length: 20 }, (_, i) => ({ name: `Nat.t${i}`, uses: [0, 1], conclusion: 'Eq' })),
    ],
    unfolds: [],
  })
  expect(index.find(['Eq', 'Nat', 'Nat.gcd'], 3)[0]?.name).toBe('Nat.gcd_fact')
  expect(index.find(['Nothing'], 3)).toEqual([])
})
