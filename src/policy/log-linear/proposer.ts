import type { ProofState } from '../../proof/proof-state.ts'
import { preferSafe } from '../baseline/proposal.ts'
import { proposals } from '../baseline.ts'
import { fromWeights } from '../distribution-policy.ts'
import type { PremiseIndex } from '../premises.ts'
import { type Choices, choicesOf } from './features.ts'
import { firstGoal } from './shape.ts'
import type { TemplateBank } from './templates.ts'

/** Candidates after the likeliest of the prior are not scored: their tail is long, and hardly ever right. */
const MOST_CANDIDATES = 256

/** The candidates of a state under the prior: what the baseline proposes, and learnt tactics that fit the goal. */
export function choicesAt(
  state: ProofState,
  bank: TemplateBank,
  premises: PremiseIndex | undefined,
): Choices | undefined {
  const view = firstGoal(state)
  if (view === undefined) return undefined
  const candidates = fromWeights(preferSafe([...proposals(state, premises), ...bank.propose(view)]))
  return candidates.length === 0 ? undefined : choicesOf(state, view, candidates.slice(0, MOST_CANDIDATES))
}
