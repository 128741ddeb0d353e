import type { ProofState } from '../../proof/proof-state.ts'
import { PREMISES_PER_GOAL, type Premise, type PremiseIndex } from '../premises.ts'
import { firstGoal, type GoalView } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'
import { openStructures, sameBits } from './structures.ts'
import { splitTop, stripOuter } from './term-text.ts'

/** What is left of a weight at goals about numbers alone. */
const ABOUT_NUMBERS = 0.2

/**
 * Uses of theorems about what the goal's constants stand on. A library says of a type what it has proved of the type that it
 * is made of, so the same theorem is often there, and fits once Lean unfolds the definitions; else once the values of the
 * goal are taken apart.
 */
export function* lowerSteps(state: ProofState, index: PremiseIndex): Iterable<Proposal> {
  const goal = state.goals[0]
  const view = firstGoal(state)
  if (goal === undefined || view === undefined) return
  const found = index.below?.(goal.constants, PREMISES_PER_GOAL) ?? []
  const head = conclusionOf(view.target)
  const fitting = found.filter(({ conclusion }) => (head === undefined ? !KNOWN.has(conclusion) : conclusion === head))
  const finish = finisher(view)
  const [opened, bits] = [openStructures(view), sameBits(view)]
  // Numbers stand on nothing that arithmetic does not know.
  const share = view.variables.every(({ sort }) => sort === 'nat' || sort === 'int') ? ABOUT_NUMBERS : 1
  for (const [rank, { name, score }] of fitting.slice(0, 10).entries()) {
    const weight = (share * WEIGHTS.good * score) / (1 + rank / 2)
    yield propose(weight, `apply ${name} <;> ${finish}`)
    yield propose(weight * 0.2, `apply ${name}`)
    if (opened !== undefined && rank < 4) yield propose(weight * 0.3, `${opened}\napply ${name} <;> ${finish}`)
    if (bits !== undefined && rank < 6) yield propose(weight * 0.3, `${bits}\napply ${name} <;> ${finish}`)
  }
  const rules = found.filter(({ conclusion }) => conclusion === 'Eq' || conclusion === 'Iff')
  const score = share * (rules[0]?.score ?? 0)
  for (const [count, of] of [
    [1, 1],
    [4, 1],
    [10, 0.6],
  ] as const) {
    if (count > 1 && rules.length <= count / 2) continue
    const names = rules
      .slice(0, count)
      .map(({ name }: Premise) => name)
      .join(', ')
    if (names === '') continue
    yield propose(WEIGHTS.fair * score * of, `simp [${names}]`)
    yield propose(WEIGHTS.fair * score * of * 0.5, `simp_all [${names}]`)
    if (opened !== undefined) {
      yield propose(WEIGHTS.fair * score * of * 1.5, `${opened}\nsimp [${names}]`)
      yield propose(WEIGHTS.fair * score * of * 0.7, `${opened}\nsimp_all [${names}]`)
    }
  }
}

/** What is left of a theorem's hypotheses, from the goal's own: as they stand, by coercion, or a part of one. */
function finisher(view: GoalView): string {
  // What is a proposition is not always seen by its print; a value tried as a proof fails at once.
  const given = [...view.variables.filter(({ type }) => !/^(Type|Sort|Prop)\b|→/.test(type)), ...view.facts]
  const names = given.map(({ name }) => name).slice(-8)
  const tried = [...names, ...names.map((name) => `${name}.1`), ...names.map((name) => `${name}.2`)]
  return `first | assumption | rfl${tried.map((proof) => ` | exact ${proof}`).join('')}`
}

/** The head constant of a goal, as far as its print tells: undefined for predicates and for notations of their own. */
function conclusionOf(target: string): string | undefined {
  const text = stripOuter(target)
  if (/^[∀∃¬]/.test(text)) return { '∀': '', '∃': 'Exists', '¬': 'Not' }[text[0] as '∀']
  if (splitTop(text, ' → ').length > 1) return ''
  return HEADS.find(([operator]) => splitTop(text, operator).length > 1)?.[1]
}
/** Those that bind weaker come first. */
const HEADS = [
  [' ↔ ', 'Iff'],
  [' ∨ ', 'Or'],
  [' ∧ ', 'And'],
  [' = ', 'Eq'],
  [' ≠ ', 'Ne'],
  [' ≤ ', 'LE.le'],
  [' < ', 'LT.lt'],
  [' ∣ ', 'Dvd.dvd'],
  [' ∈ ', 'Membership.mem'],
] as const
const KNOWN: ReadonlySet<string> = new Set(['Exists', 'Not', ...HEADS.map(([, constant]) => constant)])
