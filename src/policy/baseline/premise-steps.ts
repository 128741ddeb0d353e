import type { ProofState } from '../../proof/proof-state.ts'
import { PREMISES_PER_GOAL, type PremiseIndex } from '../premises.ts'
import { type Proposal, propose, WEIGHTS } from './proposal.ts'

/** Uses of library theorems that share rare constants with the goal, in the way their conclusion suggests. */
export function* premiseSteps(state: ProofState, index: PremiseIndex): Iterable<Proposal> {
  const goal = state.goals[0]
  if (goal === undefined) return
  for (const [rank, { name, conclusion, score }] of index.find(goal.constants, PREMISES_PER_GOAL).entries()) {
    const weight = (WEIGHTS.fair * score) / (1 + rank / 4)
    if (conclusion === 'Eq' || conclusion === 'Iff') {
      yield propose(weight, `rw [${name}]`)
      yield propose(weight * 0.8, `simp [${name}]`)
      yield propose(weight * 0.3, `rw [← ${name}]`)
      yield propose(weight * 0.3, `exact ${name} ..`)
    } else {
      yield propose(weight, `apply ${name}`)
      yield propose(weight * 0.5, `exact ${name} ..`)
    }
    yield propose(weight * 0.6, `grind [${name}]`)
  }
}
