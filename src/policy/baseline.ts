import type { ProofState } from '../proof/proof-state.ts'
import { bounds } from './baseline/bounds.ts'
import { closers } from './baseline/closers.ts'
import { factors } from './baseline/factors.ts'
import { finiteCases } from './baseline/finite.ts'
import { firstGoal, type GoalView } from './baseline/goal-view.ts'
import { inductions } from './baseline/induction.ts'
import { instances, products, shifts } from './baseline/instances.ts'
import { localSteps } from './baseline/local-steps.ts'
import { factSteps, targetSteps } from './baseline/logic.ts'
import { lowerSteps } from './baseline/lower.ts'
import { modularSteps } from './baseline/modular.ts'
import { premiseSteps } from './baseline/premise-steps.ts'
import { type Generator, type Proposal, preferSafe } from './baseline/proposal.ts'
import { recurrences } from './baseline/recurrence.ts'
import { solutionsByTrial } from './baseline/solve.ts'
import { sumsOfSquares } from './baseline/squares.ts'
import { structureSteps } from './baseline/structures.ts'
import { fittingTerms } from './baseline/terms.ts'
import { type DistributionOptions, DistributionPolicy, fromWeights } from './distribution-policy.ts'
import { withHeaderTactics } from './mathlib/mathlib-candidates.ts'
import type { Candidate } from './policy.ts'
import type { PremiseIndex } from './premises.ts'

export type BaselineOptions = DistributionOptions & {
  /** Library theorems to draw on; without it none are proposed. */
  readonly premises?: PremiseIndex
}

const GENERATORS: readonly Generator[] = [
  closers,
  targetSteps,
  factSteps,
  modularSteps,
  finiteCases,
  inductions,
  products,
  sumsOfSquares,
  factors,
  bounds,
  shifts,
  instances,
  recurrences,
  solutionsByTrial,
  fittingTerms,
  structureSteps,
]

/**
 * A policy that needs no training: tactics of core Lean with arguments taken from the goal.
 *
 * The distribution: every generator proposes tactics with a weight (see WEIGHTS). A tactic that several propose keeps
 * its highest weight. Candidate i has probability w_i / sum(w).
 */
export class BaselinePolicy extends DistributionPolicy {
  readonly name = 'baseline'
  readonly #premises: PremiseIndex | undefined

  constructor(options: BaselineOptions = {}) {
    if (options.temperature === 0) throw new RangeError('temperature must be above 0, not 0')
    super(options)
    this.#premises = options.premises
  }

  protected candidatesAt(state: ProofState): readonly Candidate[] {
    const view = firstGoal(state)
    if (view === undefined) return []
    const own = fromWeights(preferSafe([...proposals(state, view, this.#premises)]))
    return withHeaderTactics(state, own, this.#premises)
  }
}

/** All proposals for a state whose first goal is seen as `view`. */
export function* proposals(state: ProofState, view: GoalView, premises: PremiseIndex | undefined): Iterable<Proposal> {
  for (const generate of GENERATORS) yield* generate(view)
  if (premises === undefined) return
  yield* localSteps(state, premises)
  yield* premiseSteps(state, premises)
  yield* lowerSteps(state, premises)
}
