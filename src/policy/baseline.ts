import type { ProofState } from '../proof/proof-state.ts'
import type { Random } from '../proof/random.ts'
import { bounds } from './baseline/bounds.ts'
import { closers } from './baseline/closers.ts'
import { finiteCases } from './baseline/finite.ts'
import { type GoalView, viewGoal } from './baseline/goal-view.ts'
import { inductions } from './baseline/induction.ts'
import { instances, products, shifts } from './baseline/instances.ts'
import { factSteps, targetSteps } from './baseline/logic.ts'
import { modularSteps } from './baseline/modular.ts'
import { premiseSteps } from './baseline/premise-steps.ts'
import { type Generator, type Proposal, preferSafe } from './baseline/proposal.ts'
import type { Candidate, Policy } from './policy.ts'
import type { PremiseIndex } from './premises.ts'

export type BaselineOptions = {
  /** Library theorems to draw on; without it none are proposed. */
  readonly premises?: PremiseIndex
  /** Sampling only: weights are raised to 1 / temperature. 1 if left out. */
  readonly temperature?: number
  /** Sampling only: draws come from the `topK` likeliest tactics. All if left out. */
  readonly topK?: number
  /** States whose distribution is remembered, 2000 if left out. */
  readonly cacheSize?: number
}

const GENERATORS: readonly Generator[] = [
  closers,
  targetSteps,
  factSteps,
  modularSteps,
  finiteCases,
  inductions,
  products,
  bounds,
  shifts,
  instances,
]

/**
 * A policy that needs no training: tactics of core Lean with arguments taken from the goal.
 *
 * The distribution: every generator proposes tactics with a weight (see WEIGHTS). A tactic that several propose keeps
 * its highest weight. Candidate i has probability w_i / sum(w): the probabilities of all candidates of a state sum to 1.
 * `logProb` is that of this distribution for ranked and for sampled candidates; sampling with a temperature T or a topK
 * draws from w_i^(1/T) / sum over the topK, and reports that distribution's log-probability.
 */
export class BaselinePolicy implements Policy {
  readonly name = 'baseline'
  readonly #options: BaselineOptions
  readonly #known = new Map<string, readonly Candidate[]>()

  constructor(options: BaselineOptions = {}) {
    const { temperature = 1, topK = 1 } = options
    if (!(temperature > 0)) throw new RangeError(`temperature must be above 0, not ${temperature}`)
    if (!(topK >= 1)) throw new RangeError(`topK must be at least 1, not ${topK}`)
    this.#options = options
  }

  async rank(state: ProofState, width: number): Promise<Candidate[]> {
    return this.distribution(state).slice(0, width)
  }

  async sample(state: ProofState, count: number, random: Random): Promise<Candidate[]> {
    const { temperature = 1, topK = Number.POSITIVE_INFINITY } = this.#options
    const all = this.distribution(state)
    if (all.length === 0) return []
    const adjusted = temperature === 1 && topK >= all.length ? all : adjust(all.slice(0, topK), temperature)
    return Array.from({ length: count }, () => draw(adjusted, random.next()))
  }

  /** Every candidate of a state, most probable first. */
  distribution(state: ProofState): readonly Candidate[] {
    const known = this.#known.get(state.key)
    if (known !== undefined) return known
    const candidates = normalise(preferSafe([...proposals(state, this.#options.premises)]))
    this.#known.set(state.key, candidates)
    if (this.#known.size > (this.#options.cacheSize ?? 2000))
      this.#known.delete(this.#known.keys().next().value as string)
    return candidates
  }
}

/** All proposals for a state. Tactics work on the first goal; the others wait. */
function* proposals(state: ProofState, premises: PremiseIndex | undefined): Iterable<Proposal> {
  const [goal] = state.goals
  if (goal === undefined) return
  const view: GoalView = viewGoal(goal, state.goals.length - 1)
  for (const generate of GENERATORS) yield* generate(view)
  if (premises !== undefined) yield* premiseSteps(state, premises)
}

/** Weights to log-probabilities; equal weights keep the order in which they were proposed. */
function normalise(proposed: Iterable<Proposal>): Candidate[] {
  const weights = new Map<string, number>()
  for (const { tactic, weight } of proposed) weights.set(tactic, Math.max(weight, weights.get(tactic) ?? 0))
  const entries = [...weights].filter(([, weight]) => weight > 0)
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0)
  return entries
    .map(([tactic, weight]) => ({ tactic, logProb: Math.log(weight / total) }))
    .sort((a, b) => b.logProb - a.logProb)
}

function adjust(candidates: readonly Candidate[], temperature: number): Candidate[] {
  return normalise(candidates.map(({ tactic, logProb }) => ({ tactic, weight: Math.exp(logProb / temperature) })))
}

/** The candidate at which the cumulated probability passes `u`, uniform in [0, 1). */
function draw(candidates: readonly Candidate[], u: number): Candidate {
  let left = u
  for (const candidate of candidates) {
    left -= Math.exp(candidate.logProb)
    if (left < 0) return candidate
  }
  return candidates.at(-1) as Candidate
}
