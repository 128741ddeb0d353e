import type { ProofState } from '../../proof/proof-state.ts'
import type { PremiseIndex } from '../premises.ts'
import { firstGoal, mentions } from './goal-view.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'

/** Names in one `simp`; more make it slow and are seldom needed together. */
const MOST_NAMES = 6

/** Steps with what the theorem's own file declares: definitions are unfolded, its lemmas used, its types taken apart. */
export function* localSteps(state: ProofState, index: PremiseIndex): Iterable<Proposal> {
  const goal = state.goals[0]
  const view = firstGoal(state)
  const local = goal === undefined ? undefined : index.local?.(goal.constants)
  if (local === undefined || view === undefined) return
  const { theorems, definitions, types } = local
  const unfolded = definitions.slice(0, MOST_NAMES)
  const lemmas = theorems.slice(0, 3).map(({ name }) => name)
  const together = [...unfolded, ...lemmas].slice(0, MOST_NAMES)
  if (unfolded.length > 0) {
    const names = unfolded.join(', ')
    yield propose(WEIGHTS.likely, `simp [${names}]`)
    yield propose(WEIGHTS.good, `unfold ${unfolded.join(' ')}`)
    yield propose(WEIGHTS.good * 0.9, `grind [${names}]`)
    yield propose(WEIGHTS.good * 0.8, `simp_all [${names}]`)
    yield propose(WEIGHTS.fair, `simp only [${names}]`)
    for (const name of unfolded) {
      yield propose(WEIGHTS.fair, `rw [${name}]`)
      if (unfolded.length > 1) yield propose(WEIGHTS.fair, `unfold ${name}`)
    }
    yield propose(WEIGHTS.fair, `unfold ${unfolded.join(' ')} at *`)
    yield propose(WEIGHTS.fair, 'rfl')
    yield propose(WEIGHTS.fair, 'decide')
  }
  if (lemmas.length > 0) {
    yield propose(WEIGHTS.likely * 0.9, `simp [${together.join(', ')}]`)
    yield propose(WEIGHTS.good * 0.8, `grind [${together.join(', ')}]`)
    yield propose(WEIGHTS.fair, `simp_all [${together.join(', ')}]`)
  }
  for (const [rank, { name, conclusion, score }] of theorems.entries()) {
    const weight = (WEIGHTS.good * score) / (1 + rank / 3)
    if (conclusion === 'Eq' || conclusion === 'Iff') {
      yield propose(weight, `rw [${name}]`)
      yield propose(weight * 0.6, `simp [${name}]`)
      yield propose(weight * 0.4, `rw [← ${name}]`)
      yield propose(weight * 0.6, `exact ${name} ..`)
    } else {
      yield propose(weight, `exact ${name} ..`)
      yield propose(weight, `apply ${name}`)
    }
    yield propose(weight * 0.3, `have := ${name}`)
  }
  // A value of one of the file's types: each way it can have been made.
  const subjects = view.variables.filter(
    ({ type }) => types.some((name) => isOfType(type, name)) && !/^(Type|Sort|Prop)/.test(type),
  )
  const arguments_ = unfolded.length > 0 ? ` [${unfolded.join(', ')}]` : ''
  for (const [i, { name }] of subjects.slice(0, 3).entries()) {
    const weight = WEIGHTS.good / (1 + i)
    const wanted = mentions(view.target, name) ? 1 : 0.3
    yield propose(weight * wanted, `cases ${name} <;> rfl`)
    yield propose(weight * wanted, `cases ${name} <;> simp_all${arguments_}`)
    yield propose(weight * wanted, `induction ${name} <;> simp_all${arguments_}`)
    yield propose(weight * wanted * 0.8, `induction ${name} <;> simp_all${arguments_} <;> omega`)
    yield propose(weight * wanted * 0.8, `cases ${name} <;> grind${arguments_}`)
    yield propose(weight * wanted * 0.8, `induction ${name} <;> grind${arguments_}`)
    yield propose(weight * wanted * 0.5, `cases ${name}`)
    yield propose(weight * wanted * 0.3, `induction ${name}`)
  }
  // Facts made by one of the file's inductive predicates.
  for (const { name } of view.facts.filter(({ type }) => types.some((own) => isOfType(type, own))).slice(0, 3)) {
    yield propose(WEIGHTS.good, `induction ${name} <;> simp_all${arguments_}`)
    yield propose(WEIGHTS.good * 0.9, `induction ${name} <;> grind${arguments_}`)
    yield propose(WEIGHTS.good * 0.7, `cases ${name} <;> simp_all${arguments_}`)
    yield propose(WEIGHTS.fair, `cases ${name}`)
  }
  // A recursion of the file's own, followed by induction on what it is applied to.
  for (const { name } of view.variables
    .filter(({ sort, name }) => (sort === 'nat' || sort === 'list') && mentions(view.target, name))
    .slice(0, 3)) {
    if (unfolded.length === 0) break
    yield propose(WEIGHTS.good * 0.8, `induction ${name} <;> simp_all [${together.join(', ')}]`)
    yield propose(WEIGHTS.good * 0.7, `induction ${name} <;> simp_all [${together.join(', ')}] <;> omega`)
    yield propose(WEIGHTS.good * 0.6, `induction ${name} <;> grind [${together.join(', ')}]`)
    yield propose(WEIGHTS.fair, `cases ${name} <;> simp_all [${together.join(', ')}]`)
  }
}

/** Whether a printed type begins with a name, or with its end where a namespace is open. */
function isOfType(type: string, name: string): boolean {
  const head = (type.split(/[ (]/)[0] ?? '').replace(/^@/, '')
  return head !== '' && (head === name || name.endsWith(`.${head}`))
}
