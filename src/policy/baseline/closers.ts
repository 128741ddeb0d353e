import { type GoalView, mentions } from './goal-view.ts'
import { closer, type Proposal, propose, WEIGHTS } from './proposal.ts'
import { relation } from './term-text.ts'

/**
 * Tactics that finish a goal or fail: those that only look first, then decision procedures, `grind` last, as it is the
 * strongest and the slowest. `decide` runs in the kernel, which has fast arithmetic; `native_decide` is never used.
 */
export function* closers(view: GoalView): Iterable<Proposal> {
  const { target, facts, variables } = view
  const arithmetic = isArithmetic(view)
  // A goal may be data, which is wanted as it is.
  if ([...facts, ...variables].some(({ type }) => type === target)) yield closer(WEIGHTS.sure * 2, 'assumption')
  if (facts.length > 0 && (target === 'False' || facts.some(({ type }) => /^False$|^¬/.test(type))))
    yield closer(WEIGHTS.likely, 'contradiction')
  if (target === 'True') yield closer(WEIGHTS.sure, 'trivial')
  const closed = !variables.some(({ name }) => mentions(target, name)) && view.inaccessible === 0
  if (closed && target !== 'False') yield closer(WEIGHTS.sure, 'decide +kernel')
  const related = relation(target)
  if (related?.operator === '=' || / ↔ /.test(target)) yield closer(closed ? WEIGHTS.good : WEIGHTS.rare, 'rfl')
  if (arithmetic) yield closer(WEIGHTS.sure, 'omega')
  // These take longer, and where the goal can still be taken apart they wait for its parts.
  yield propose(arithmetic ? WEIGHTS.good : WEIGHTS.likely, 'simp')
  yield propose(WEIGHTS.good, 'simp_all')
  if (related?.operator === '=' && /[+*∧∨]|\+\+/.test(target)) yield propose(WEIGHTS.rare, 'ac_rfl')
  yield propose(WEIGHTS.good * 0.9, 'grind')
}

/** Whether linear arithmetic has anything to work on. */
export function isArithmetic({ target, facts, variables, constants }: GoalView): boolean {
  if (!constants.has('Nat') && !constants.has('Int') && !variables.some(({ sort }) => sort === 'nat' || sort === 'int'))
    return false
  const numeric = /[=≠≤<≥>∣]/
  return numeric.test(target) || target === 'False' || facts.some(({ type }) => numeric.test(type))
}
