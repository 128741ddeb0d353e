import type { ProofState } from '../../proof/proof-state.ts'
import { PREMISES_PER_GOAL, type Premise, type PremiseIndex } from '../premises.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'

/** Uses of library theorems that share rare constants with the goal, in the way their conclusion suggests. */
export function* premiseSteps(state: ProofState, index: PremiseIndex): Iterable<Proposal> {
  const goal = state.goals[0]
  if (goal === undefined) return
  const found = index.find(goal.constants, PREMISES_PER_GOAL)
  yield* together(found)
  for (const [rank, { name, conclusion, score }] of found.entries()) {
    const weight = (WEIGHTS.fair * score) / (1 + rank / 4)
    if (conclusion === 'Eq' || conclusion === 'Iff') {
      yield propose(weight, `rw [${name}]`)
      yield propose(weight * 0.8, `simp [${name}]`)
      yield propose(weight * 0.3, `rw [← ${name}]`)
      yield propose(weight * 0.3, `exact ${name} ..`)
    } else {
      yield propose(weight, `apply ${name}`)
      // Whatever it needs may be among the hypotheses.
      yield propose(weight, `apply ${name} <;> assumption`)
      yield propose(weight * 0.5, `exact ${name} ..`)
    }
    yield propose(weight * 0.6, `grind [${name}]`)
  }
}

/** The best few theorems in one tactic: a proof often needs two of them, and simplification takes them as they fit. */
function* together(found: readonly Premise[]): Iterable<Proposal> {
  const score = found[0]?.score ?? 0
  const names = (list: readonly Premise[]) => list.map(({ name }) => name).join(', ')
  const rules = found.filter(({ conclusion }) => conclusion === 'Eq' || conclusion === 'Iff')
  if (found.length > 1) {
    yield propose(WEIGHTS.fair * score, `grind [${names(found.slice(0, 4))}]`)
    yield propose(WEIGHTS.fair * score * 0.6, `grind [${names(found.slice(0, 10))}]`)
  }
  if (rules.length < 2) return
  yield propose(WEIGHTS.fair * score, `simp [${names(rules.slice(0, 4))}]`)
  yield propose(WEIGHTS.fair * score, `simp_all [${names(rules.slice(0, 4))}]`)
  const [first, second] = rules
  yield propose(WEIGHTS.rare * score, `rw [${first?.name}, ${second?.name}]`)
  yield propose(WEIGHTS.rare * score, `rw [${second?.name}, ${first?.name}]`)
}
