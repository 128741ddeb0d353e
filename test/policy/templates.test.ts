import { expect, test } from 'vitest'
import { viewGoal } from '../../src/policy/baseline/goal-view.ts'
import { skeletonOf } from '../../src/policy/log-linear/names.ts'
import { fill, learnTemplates, TemplateBank } from '../../src/policy/log-linear/templates.ts'

const view = (text: string, constants: string[] = ['Nat']) => viewGoal({ text, constants })
const here = view('n m : Nat\nxs : List Nat\nh : n = m\nhp : n ∣ m ∧ m ∣ n\n⊢ m = n')
const there = view('p q : Nat\nys : List Nat\nhq : p = q\n⊢ q = p')

test.each([
  ['exact h.symm', 'exact ‹f1›.symm', 'exact hq.symm'],
  ['rw [h, Nat.add_comm m n]', 'rw [‹f1›, Nat.add_comm ‹nat1› ‹nat2›]', 'rw [hq, Nat.add_comm p q]'],
  ['obtain ⟨k, hk⟩ := hp.1', 'obtain ⟨‹new1:k›, ‹new2:hk›⟩ := ‹f1›.1', 'obtain ⟨k, hk⟩ := hq.1'],
  [
    'induction xs with | nil => ?_ | cons x xs ih => ?_',
    'induction ‹list1› with | nil => ?_ | cons ‹new1:x› ‹list1› ‹new2:ih› => ?_',
    'induction ys with | nil => ?_ | cons x ys ih => ?_',
  ],
  ['have hn : n = n := rfl', 'have ‹new1:hn› : ‹nat1› = ‹nat1› := rfl', 'have hn : p = p := rfl'],
  ['simp at h', 'simp at ‹f1›', 'simp at hq'],
  ['constructor', 'constructor', 'constructor'],
])('%s is learnt as %s', (tactic, text, elsewhere) => {
  expect(skeletonOf(tactic, here).text).toBe(text)
  expect(fill(text, here)).toContain(tactic)
  expect(fill(text, there)).toContain(elsewhere)
})

test('names that a tactic makes are new where it is used again', () => {
  const taken = view('k hk : Nat\nh : k = hk\n⊢ hk = k')
  expect(fill('obtain ⟨‹new1:k›, ‹new2:k›⟩ := ‹f1›', taken)).toEqual(['obtain ⟨k1, k_1⟩ := h'])
})

test('a hole that finds nothing fills nothing', () => {
  expect(fill('exact ‹f1›', view('n : Nat\n⊢ n = n'))).toEqual([])
  expect(fill('cases ‹list1›', view('n : Nat\n⊢ n = n'))).toEqual([])
})

test('templates need two theorems, and speak of what the goal is about', () => {
  const seen = (theorem: string, tactic: string) => ({ theorem, skeleton: skeletonOf(tactic, here), shape: '=' })
  const templates = learnTemplates([
    seen('a', 'exact h.symm'),
    seen('a', 'exact h.symm'),
    seen('a', 'exact Nat.le_of_eq h'),
    seen('b', 'exact Nat.le_of_eq h'),
    seen('b', 'rw [Int.mul_comm]'),
    seen('c', 'rw [Int.mul_comm]'),
  ])
  expect(templates.map(({ text }) => text)).toEqual(['exact Nat.le_of_eq ‹f1›', 'rw [Int.mul_comm]'])
  const proposed = [...new TemplateBank(templates).propose(there)]
  expect(proposed.map(({ tactic }) => tactic)).toEqual(['exact Nat.le_of_eq hq'])
  expect(proposed[0]?.weight).toBeGreaterThan(0)
})
