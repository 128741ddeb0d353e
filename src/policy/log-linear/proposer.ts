import type { ProofState } from '../../proof/proof-state.ts'
import { firstGoal } from '../baseline/goal-view.ts'
import { preferSafe } from '../baseline/proposal.ts'
import { proposals } from '../baseline.ts'
import { fromWeights } from '../distribution-policy.ts'
import type { PremiseIndex } from '../premises.ts'
import { type Choices, choicesOf } from './features.ts'
import { TemplateBank, type Templates } from './templates.ts'

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
  const candidates = fromWeights(preferSafe([...proposals(state, view, premises), ...bank.propose(view)]))
  return candidates.length === 0 ? undefined : choicesOf(state, view, candidates.slice(0, MOST_CANDIDATES))
}

/** States whose choices are kept, some 60 KB each. */
const KEPT = 128

/** Choices by state. They do not depend on the weights, so that all policies with the same templates can share one. */
export class Proposer {
  readonly #bank: TemplateBank
  readonly #premises: PremiseIndex | undefined
  readonly #known = new Map<string, Choices | undefined>()

  constructor(templates: Templates, premises: PremiseIndex | undefined) {
    this.#bank = new TemplateBank(templates)
    this.#premises = premises
  }

  choicesAt(state: ProofState): Choices | undefined {
    if (this.#known.has(state.key)) return this.#known.get(state.key)
    const choices = choicesAt(state, this.#bank, this.#premises)
    this.#known.set(state.key, choices)
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value as string)
    return choices
  }
}

const shared = new WeakMap<PremiseIndex, Map<string, Proposer>>()

/** The same proposer for the same templates and premises: members of a family stand at the same states in turn. */
export function proposerFor(templates: Templates, premises: PremiseIndex | undefined): Proposer {
  if (premises === undefined) return new Proposer(templates, premises)
  const known = shared.get(premises) ?? new Map<string, Proposer>()
  shared.set(premises, known)
  const key = JSON.stringify(templates)
  const proposer = known.get(key) ?? new Proposer(templates, premises)
  known.set(key, proposer)
  return proposer
}
