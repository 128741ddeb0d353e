import { beforeAll, expect, test } from 'vitest'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { structureProof } from '../../src/search/structure.ts'
import { sharedEngine } from './shared-engine.ts'

let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
})

/** The structured script, once Lean has run the flat one to its end; and the verifier's word on it. */
async function structured(statement: string, ...tactics: string[]) {
  const theorem = { name: 't', header: '', statement: `theorem t ${statement}` }
  const started = await engine.start(theorem)
  if (started.kind === 'rejected') throw new Error(started.diagnostics[0]?.text)
  const { session } = started
  try {
    const blocks = await structureProof(tactics, session)
    if (blocks === undefined) return undefined
    const body = blocks.join('\n').replace(/^(?=.)/gm, '  ')
    const verdict = await engine.verify(theorem, { source: `${theorem.statement} := by\n${body}\n`, name: 't' })
    expect(verdict.kind).toBe('verified')
    return blocks.join('\n')
  } finally {
    await session.close()
  }
}

test('the cases of an induction stand in their place, and a shorter closer takes a part', async () => {
  expect(
    await structured(
      '(p : Nat → Nat → Prop) (a : ∀ n, p 0 n) (s : ∀ m n, (∃ k, p m k ∧ k ≠ n) → p (m + 1) n) (m : Nat) : ∀ n, p m n',
      'induction m with | zero => ?_ | succ m ih => ?_',
      'intro n',
      'exact a n',
      'intro n',
      'apply s',
      'refine ⟨n + 1, ?_, ?_⟩',
      'exact ih (n + 1)',
      'omega',
    ),
  ).toBe(`induction m with
| zero => omega
| succ m ih =>
  intro n
  apply s
  refine ⟨n + 1, ?_, ?_⟩
  · exact ih (n + 1)
  · omega`)
})

test('a block for each goal of several, within each other', async () => {
  expect(
    await structured(
      '(p q r s : Prop) (hp : p) (f : p → q) (g : q → r) (h : r → s) : (q ∧ r) ∧ s',
      'constructor',
      'refine ⟨?_, ?_⟩',
      'exact f hp',
      'apply g',
      'exact f hp',
      'apply h',
      'apply g',
      'exact f hp',
    ),
  ).toMatch(/^(constructor\n· (refine|simp|grind)|grind|simp)/)
  expect(
    await structured(
      '(f : Nat → Nat) (a : Nat) (h : ∀ n, f n = f (n + 1)) : f a = f (a + 2) ∧ f a = f (a + 1)',
      'refine ⟨?_, ?_⟩',
      'rw [h a]',
      'exact h (a + 1)',
      'exact h a',
    ),
  ).toBe('grind')
})

test('a have has its proof below it', async () => {
  expect(
    await structured(
      '(p : Nat → Prop) (h : ∀ n, p n → p (n + n)) (k : p 3) : ∃ g : Nat → Nat, p (g 0) ∧ g 1 = 5',
      'have e : p (3 + 3) := ?_',
      'exact ⟨fun n => 6 - n, e, rfl⟩',
      'apply h',
      'exact k',
    ),
  ).toBe(`have e : p (3 + 3) := by grind
exact ⟨fun n => 6 - n, e, rfl⟩`)
})

test('what works on several goals at once stays as it is', async () => {
  expect(await structured('(a b : Nat) (h : a = b) : a = b ∧ b = a', 'constructor', 'all_goals omega')).toBeUndefined()
  // One line is one line.
  expect(await structured('(a : Nat) : a + 0 = a', 'rfl')).toBe('rfl')
})
