import { type GoalView, mentions } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { relation } from './term-text.ts'

/**
 * Tactics that finish a goal or fail: those that only look first, then decision procedures, `grind` last, as it is the
 * strongest and the slowest. `decide` runs in the kernel, which has fast arithmetic; `native_decide` is never used.
 */
export function* closers(view: GoalView): Iterable<Proposal> {
  const { target, facts, variables } = view
  const arithmetic = isArithmetic(view)
  if (facts.some(({ type }) => type === target)) yield propose(WEIGHTS.sure * 2, 'assumption')
  if (facts.length > 0 && (target === 'False' || facts.some(({ type }) => /^False$|^¬/.test(type))))
    yield propose(WEIGHTS.likely, 'contradiction')
  if (target === 'True') yield propose(WEIGHTS.sure, 'trivial')
  const closed = !variables.some(({ name }) => mentions(target, name)) && view.inaccessible === 0
  if (closed && target !== 'False') yield propose(WEIGHTS.sure, 'decide +kernel')
  const related = relation(target)
  if (related?.operator === '=' || / ↔ /.test(target)) yield propose(WEIGHTS.good, 'rfl')
  if (arithmetic) yield propose(WEIGHTS.sure, 'omega')
  yield propose(arithmetic ? WEIGHTS.good : WEIGHTS.likely, 'simp')
  yield propose(WEIGHTS.good, 'simp_all')
  if (arithmetic && facts.some(({ type }) => /[∀(]|\bif\b/.test(type))) yield propose(WEIGHTS.good, 'simp_all; omega')
  if (related?.operator === '=' && /[+*∧∨]|\+\+/.test(target)) yield propose(WEIGHTS.fair, 'ac_rfl')
  yield propose(WEIGHTS.good * 0.9, 'grind')
  if (view.waiting > 0 && arithmetic) yield propose(WEIGHTS.fair, 'all_goals omega')
}

/** Whether linear arithmetic has anything to work on. */
export function isArithmetic({ target, facts, variables, constants }: GoalView): boolean {
  if (!constants.has('Nat') && !constants.has('Int') && !variables.some(({ sort }) => sort === 'nat' || sort === 'int'))
    return false
  const numeric = /[=≠≤<≥>∣]/
  return numeric.test(target) || target === 'False' || facts.some(({ type }) => numeric.test(type))
}
