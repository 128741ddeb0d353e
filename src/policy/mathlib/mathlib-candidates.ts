import type { ProofState } from '../../proof/proof-state.ts'
import { firstGoal } from '../baseline/goal-view.ts'
import { fromWeights, mixed } from '../distribution-policy.ts'
import type { Candidate } from '../policy.ts'
import type { PremiseIndex } from '../premises.ts'
import { isOverField, mathlibSteps } from './mathlib-steps.ts'

/**
 * What the tactics that a header brings get of the probability: most of it over a field, of which core Lean's tactics
 * know nothing, and less elsewhere.
 */
const SHARE_OVER_FIELDS = 0.9
const SHARE = 0.8

/**
 * A policy's candidates, and those of the tactics that the header brings. They are mixed in with a probability of their
 * own instead of being scored beside the others: no policy here has been trained on a step with them, so its weights
 * would only say that it does not know them.
 */
export function withHeaderTactics(
  state: ProofState,
  own: readonly Candidate[],
  premises: PremiseIndex | undefined,
): readonly Candidate[] {
  const view = premises?.tactics === undefined ? undefined : firstGoal(state)
  if (premises?.tactics === undefined || view === undefined) return own
  // What has to be introduced or taken apart comes first, whatever follows.
  if (/^∀ /.test(view.target)) return own
  const group = fromWeights(mathlibSteps(view, premises.tactics))
  return mixed(own, group, isOverField(view) ? SHARE_OVER_FIELDS : SHARE)
}
