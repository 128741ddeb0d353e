import { expect, test } from 'vitest'
import { countSteps } from '../../src/proof/steps.ts'

test.each([
  [1, ['omega']],
  [1, ['simp only [Nat.add_comm,\n    Nat.mul_comm] -- ; and <;> in a comment']],
  [1, ['exact fun x => h x']],
  [1, ['rcases h with rfl | rfl']],
  [1, ['show "a; b <;> c" = s']],
  [2, ['induction n', 'omega']],
  [2, ['induction xs <;> simp_all [total]']],
  [3, ['induction n <;> simp; omega']],
  [3, ['induction n with\n| zero => rfl\n| succ k ih => omega']],
  [4, ['induction n with\n  | zero =>\n    simp\n  | succ k ih =>\n    simp\n    omega']],
  [3, ['refine ⟨?_, ?_⟩', '· omega', '· simp']],
  [4, ['have h : a ≤ b := by\n  intro x\n  omega\nexact h']],
  [2, ['have h : a =\n    b := by omega']],
  [2, ['rcases f n with rfl | rfl <;>\n  grind']],
  [3, ['constructor\ncase left => omega\ncase right => simp']],
])('%i steps are in %j', (steps, tactics) => {
  expect(countSteps(tactics)).toBe(steps)
})
