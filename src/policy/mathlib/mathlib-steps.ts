import { hasLowerBound, ranges } from '../baseline/bounds.ts'
import { type GoalView, mentions, type Variable } from '../baseline/goal-view.ts'
import { type Proposal, propose, WEIGHTS } from '../baseline/proposal.ts'
import { relation, splitTop } from '../baseline/term-text.ts'
import { numbersOf, productHints, rootHints, squareHints } from './hints.ts'

/**
 * Each tactic of Mathlib that is proposed, by its word, as a text that shows whether it can be read. What a header
 * brings is asked of Lean; nothing here rests on its name.
 */
export const MATHLIB_TACTICS: Readonly<Record<string, string>> = {
  norm_num: 'norm_num [mul_comm] at *',
  linarith: 'linarith [mul_comm]',
  nlinarith: 'nlinarith [mul_comm]',
  positivity: 'positivity',
  ring: 'ring',
  ring_nf: 'ring_nf at *',
  field_simp: 'field_simp at *',
  gcongr: 'gcongr',
  interval_cases: 'interval_cases x',
  fin_cases: 'fin_cases x',
  aesop: 'aesop',
  push_cast: 'push_cast at *',
  norm_cast: 'norm_cast at *',
  exact_mod_cast: 'exact_mod_cast rfl',
  push_neg: 'push_neg at *',
  linear_combination: 'linear_combination 2 * h',
  by_contra: 'by_contra h',
  nth_rewrite: 'nth_rewrite 1 [mul_comm]',
  use: 'use 1',
  bound: 'bound',
  tauto: 'tauto',
  'exact?': 'exact?',
}

/** Tactics of the list that core Lean has too: they say nothing about what a header brings. */
const IN_CORE = new Set(['push_cast', 'norm_cast', 'exact_mod_cast', 'exact?'])

/** The words of MATHLIB_TACTICS among readable texts; none where the header brings nothing that core Lean does not have. */
export function broughtTactics(readable: ReadonlySet<string>): ReadonlySet<string> {
  const words = Object.entries(MATHLIB_TACTICS).flatMap(([word, text]) => (readable.has(text) ? [word] : []))
  return new Set(words.every((word) => IN_CORE.has(word)) ? [] : words)
}

/** Sorts over which linear arithmetic is not core Lean's `omega`. */
const FIELDS = new Set<Variable['sort']>(['real', 'rat', 'complex'])
const ORDERED = /^[<≤>≥=≠]$/

/** Whether a goal is about a field, which core Lean's tactics know nothing of. */
export function isOverField(view: GoalView): boolean {
  return view.variables.some(({ sort }) => FIELDS.has(sort)) || /[ℝℚℂ√]|\bReal\.|\bComplex\./.test(view.target)
}

/** Tactics that a header brings, with arguments taken from the goal. Every one of them is among `has`. */
export function* mathlibSteps(view: GoalView, has: ReadonlySet<string>): Iterable<Proposal> {
  for (const proposal of [
    ...arithmetic(view, has),
    ...algebra(view, has),
    ...casts(view, has),
    ...general(view, has),
  ]) {
    const words = proposal.tactic.split(/[\s;<>()|]+/).filter((word) => word in MATHLIB_TACTICS)
    if (words.every((word) => has.has(word))) yield proposal
  }
}

function* arithmetic(view: GoalView, has: ReadonlySet<string>): Iterable<Proposal> {
  const { target, facts } = view
  const related = relation(target)
  const relations = facts.filter(({ type }) => relation(type) !== undefined)
  const isOrder = target === 'False' || (related !== undefined && ORDERED.test(related.operator))
  const closed = !view.variables.some(({ name }) => mentions(target, name))
  if (related !== undefined || /[¬∧∨↔]/.test(target))
    yield propose(closed ? WEIGHTS.sure * 2 : WEIGHTS.good * 1.5, 'norm_num')
  if (relations.length > 0) {
    yield propose(WEIGHTS.fair, 'norm_num at *')
    yield propose(
      WEIGHTS.fair,
      `norm_num [${relations
        .slice(0, 4)
        .map(({ name }) => name)
        .join(', ')}]`,
    )
  }
  if (related !== undefined && /^[<≤≠>≥]$/.test(related.operator) && (related.left === '0' || related.right === '0'))
    yield propose(WEIGHTS.sure, 'positivity')
  // Bounded whole numbers, case by case.
  for (const { variable, upper } of ranges(view).slice(0, 3)) {
    if (upper > 200n || !(variable.sort === 'nat' || hasLowerBound(view, variable))) continue
    yield propose(WEIGHTS.good, `interval_cases ${variable.name}`)
    for (const closer of ['omega', 'simp_all', 'norm_num at *'])
      yield propose(WEIGHTS.good * 0.9, `interval_cases ${variable.name} <;> ${closer}`)
  }
  if (!isOrder) return
  const linear = related?.operator === '=' ? WEIGHTS.good * 1.5 : WEIGHTS.sure
  yield propose(relations.length > 0 ? linear : WEIGHTS.fair, 'linarith')
  const polynomial = /\^|[\p{L}\p{N})₀-₉'] \* [\p{L}(]|√|\//u
  const isPolynomial = polynomial.test(target) || relations.some(({ type }) => polynomial.test(type))
  if (isPolynomial && has.has('nlinarith')) {
    const [squares, products, roots] = [squareHints(view), productHints(view), rootHints(view)]
    const list = (hints: readonly string[]) => (hints.length === 0 ? 'nlinarith' : `nlinarith [${hints.join(', ')}]`)
    const all = [
      ...new Set(
        [
          squares,
          products,
          roots,
          [...squares.slice(0, 6), ...products.slice(0, 6)],
          [...roots, ...squares.slice(0, 4)],
          [],
        ].map(list),
      ),
    ]
    for (const [i, tactic] of all.entries())
      yield propose((related?.operator === '=' ? WEIGHTS.good : WEIGHTS.likely) / (1 + i / 3), tactic)
    // A square is not negative: an equation between sums of squares splits.
    if (related?.operator === '=') yield propose(WEIGHTS.fair, 'apply le_antisymm')
  }
  for (const { name } of relations.filter(({ type }) => polynomial.test(type)).slice(0, 3)) {
    yield propose(WEIGHTS.fair, `ring_nf at ${name}`)
    yield propose(WEIGHTS.fair, `field_simp at ${name}`)
  }
  if (related !== undefined && /^[<≤]$/.test(related.operator)) {
    yield propose(WEIGHTS.fair, 'gcongr')
    yield propose(WEIGHTS.rare, 'bound')
  }
}

function* algebra(view: GoalView, _: ReadonlySet<string>): Iterable<Proposal> {
  const related = relation(view.target)
  const equations = view.facts.filter(({ type }) => relation(type)?.operator === '=').map(({ name }) => name)
  const divides = /[\p{L}\p{N})₀-₉'] \/ |⁻¹/u.test(view.target)
  if (related?.operator === '=') {
    yield propose(WEIGHTS.sure, 'ring')
    yield propose(WEIGHTS.fair, 'ring_nf')
    for (const a of equations.slice(0, 4)) yield propose(WEIGHTS.good, `linear_combination ${a}`)
    for (const [i, a] of equations.slice(0, 3).entries())
      for (const b of equations.slice(i + 1, 4))
        for (const sign of ['+', '-']) yield propose(WEIGHTS.fair, `linear_combination ${a} ${sign} ${b}`)
  }
  if (divides) {
    yield propose(WEIGHTS.likely, 'field_simp')
    if (related?.operator === '=') yield propose(WEIGHTS.likely, 'field_simp\nring')
    if (related !== undefined && /^[<≤]$/.test(related.operator)) {
      yield propose(WEIGHTS.good, 'rw [div_le_div_iff₀ (by positivity) (by positivity)]')
      yield propose(WEIGHTS.fair, 'rw [div_le_iff₀ (by positivity)]')
      yield propose(WEIGHTS.fair, 'rw [le_div_iff₀ (by positivity)]')
    }
    yield propose(WEIGHTS.fair, 'simp [div_eq_mul_inv, mul_comm, mul_left_comm, mul_assoc]')
  }
  // x * y = 0, or a polynomial equation that factors.
  for (const { name, type } of view.facts.filter(({ type }) => / = 0$/.test(type)).slice(0, 2))
    if (/ \* |\^/.test(type)) yield propose(WEIGHTS.fair, `rcases mul_eq_zero.mp ${name} with ${name} | ${name}`)
  for (const match of view.target.matchAll(/\|([^|]+)\|/g)) {
    yield propose(WEIGHTS.good, `cases abs_cases (${match[1]}) <;> linarith`)
    yield propose(WEIGHTS.fair, 'rw [abs_le]')
    yield propose(WEIGHTS.fair, 'rw [abs_lt]')
    break
  }
}

function* casts(view: GoalView, _: ReadonlySet<string>): Iterable<Proposal> {
  if (![view.target, ...view.facts.map(({ type }) => type)].some((text) => text.includes('↑'))) return
  for (const { name } of view.facts.slice(-4)) yield propose(WEIGHTS.good, `exact_mod_cast ${name}`)
  yield propose(WEIGHTS.good, 'push_cast')
  yield propose(WEIGHTS.good, 'norm_cast')
  yield propose(WEIGHTS.fair, 'push_cast at *')
  yield propose(WEIGHTS.fair, 'norm_cast at *')
}

/** What competition statements look like: conjunctions, existentials, negations, sets. */
function* general(view: GoalView, _: ReadonlySet<string>): Iterable<Proposal> {
  const { target, fresh } = view
  if (splitTop(target, ' ∧ ').length > 1) {
    yield propose(WEIGHTS.good, 'constructor <;> norm_num')
    yield propose(WEIGHTS.good, 'constructor <;> linarith')
    yield propose(WEIGHTS.fair, 'constructor <;> nlinarith')
  }
  if (/^¬|¬/.test(target)) yield propose(WEIGHTS.fair, 'push_neg')
  if (relation(target) !== undefined) yield propose(WEIGHTS.fair, `by_contra ${fresh('hc')}`)
  if (target.startsWith('∃')) {
    const numbers = [
      ...numbersOf(view).map(({ name }) => name),
      '0',
      '1',
      '2',
      ...view.literals.slice(0, 4).map(String),
    ]
    for (const [i, term] of [...new Set(numbers)].slice(0, 8).entries()) {
      yield propose(WEIGHTS.fair / (1 + i / 4), `use ${term}`)
      yield propose(WEIGHTS.fair / (2 + i / 4), `exact ⟨${term}, by norm_num⟩`)
    }
  }
  yield propose(WEIGHTS.fair, 'aesop')
  if (/[∧∨¬↔→]/.test(target)) yield propose(WEIGHTS.fair, 'tauto')
  yield propose(WEIGHTS.rare, 'exact?')
  for (const { name, type } of view.variables)
    if (/^Fin \d+$/.test(type)) yield propose(WEIGHTS.good, `fin_cases ${name} <;> simp`)
}
