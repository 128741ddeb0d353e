import type { ProofState } from '../proof/proof-state.ts'
import type { Random } from '../proof/random.ts'
import type { Candidate, Policy } from './policy.ts'

export type DistributionOptions = {
  /** Sampling only: draws come from p^(1 / temperature); at 0, the likeliest tactic. 1 if left out. */
  readonly temperature?: number
  /** Sampling only: draws come from the `topK` likeliest tactics. All if left out. */
  readonly topK?: number
  /** States whose distribution is remembered, 2000 if left out. */
  readonly cacheSize?: number
}

/**
 * A policy that lists all its candidates for a state with their probabilities, which sum to 1. `logProb` is that of this
 * distribution for ranked candidates; sampling with a temperature or a topK draws from the distribution they make of it,
 * and reports that one's log-probability.
 */
export abstract class DistributionPolicy implements Policy {
  abstract readonly name: string
  readonly #options: DistributionOptions
  readonly #known = new Map<string, { readonly all: readonly Candidate[]; readonly drawn: readonly Candidate[] }>()

  constructor(options: DistributionOptions) {
    const { temperature = 1, topK = 1 } = options
    if (!(temperature >= 0)) throw new RangeError(`temperature must be at least 0, not ${temperature}`)
    if (!(topK >= 1)) throw new RangeError(`topK must be at least 1, not ${topK}`)
    this.#options = options
  }

  /** Every candidate of a state, most probable first, with natural log-probabilities. */
  protected abstract candidatesAt(state: ProofState): readonly Candidate[]

  async rank(state: ProofState, width: number): Promise<Candidate[]> {
    return this.distribution(state).slice(0, width)
  }

  async sample(state: ProofState, count: number, random: Random): Promise<Candidate[]> {
    const { drawn } = this.#at(state)
    return drawn.length === 0 ? [] : Array.from({ length: count }, () => draw(drawn, random.next()))
  }

  distribution(state: ProofState): readonly Candidate[] {
    return this.#at(state).all
  }

  #at(state: ProofState) {
    const known = this.#known.get(state.key)
    if (known !== undefined) return known
    const all = this.candidatesAt(state)
    const { temperature = 1, topK = Number.POSITIVE_INFINITY, cacheSize = 2000 } = this.#options
    const drawn = temperature === 1 && topK >= all.length ? all : adjust(all.slice(0, topK), temperature)
    const entry = { all, drawn }
    this.#known.set(state.key, entry)
    if (this.#known.size > cacheSize) this.#known.delete(this.#known.keys().next().value as string)
    return entry
  }
}

function adjust(candidates: readonly Candidate[], temperature: number): readonly Candidate[] {
  if (temperature === 0) return candidates.slice(0, 1).map(({ tactic }) => ({ tactic, logProb: 0 }))
  return fromWeights(candidates.map(({ tactic, logProb }) => ({ tactic, weight: Math.exp(logProb / temperature) })))
}

/**
 * Weights to log-probabilities, most probable first. A tactic that is listed twice keeps its highest weight; equal
 * weights keep their order.
 */
export function fromWeights(proposed: Iterable<{ readonly tactic: string; readonly weight: number }>): Candidate[] {
  const weights = new Map<string, number>()
  for (const { tactic, weight } of proposed) weights.set(tactic, Math.max(weight, weights.get(tactic) ?? 0))
  const entries = [...weights].filter(([, weight]) => weight > 0)
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0)
  return entries
    .map(([tactic, weight]) => ({ tactic, logProb: Math.log(weight / total) }))
    .sort((a, b) => b.logProb - a.logProb)
}

/**
 * `own` with the probability 1 - `share` and `others` with `share`, most probable first; a tactic of both keeps the sum.
 * Where one of the two lists is empty, the other has it all.
 */
export function mixed(own: readonly Candidate[], others: readonly Candidate[], share: number): readonly Candidate[] {
  if (others.length === 0) return own
  if (own.length === 0) return others
  const masses = new Map<string, number>()
  for (const [list, mass] of [
    [own, 1 - share],
    [others, share],
  ] as const)
    for (const { tactic, logProb } of list) masses.set(tactic, (masses.get(tactic) ?? 0) + mass * Math.exp(logProb))
  return [...masses]
    .map(([tactic, mass]) => ({ tactic, logProb: Math.log(mass) }))
    .sort((a, b) => b.logProb - a.logProb)
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
