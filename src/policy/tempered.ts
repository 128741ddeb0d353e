import type { Candidate, Policy } from './policy.ts'

/** Tactics considered per state; what ranks below is never drawn. */
const DEFAULT_WIDTH = 64

/**
 * A policy that samples at a temperature: among the `width` tactics the policy ranks first, with probabilities in
 * proportion to p^(1/T). Below 1 it favours what the policy favours, above 1 it spreads. `logProb` is that of the
 * tempered draw.
 */
export function withTemperature(policy: Policy, temperature: number, width = DEFAULT_WIDTH): Policy {
  if (!(temperature > 0)) throw new RangeError(`the temperature must be above 0, not ${temperature}`)
  const tempered = async (state: Parameters<Policy['rank']>[0], signal?: AbortSignal): Promise<Candidate[]> => {
    const ranked = await policy.rank(state, width, signal)
    const logits = ranked.map((candidate) => candidate.logProb / temperature)
    const top = Math.max(...logits)
    const logTotal = top + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0))
    return ranked.map(({ tactic }, i) => ({ tactic, logProb: (logits[i] as number) - logTotal }))
  }
  return {
    name: `${policy.name}@${temperature}`,
    rank: async (state, count, signal) => (await tempered(state, signal)).slice(0, count),
    async sample(state, count, random, signal) {
      const candidates = await tempered(state, signal)
      const draw = (): Candidate | undefined => {
        let left = random.next()
        for (const candidate of candidates) {
          left -= Math.exp(candidate.logProb)
          if (left < 0) return candidate
        }
        // Rounding can leave a little over: it belongs to the last.
        return candidates.at(-1)
      }
      return Array.from({ length: count }, draw).filter((candidate) => candidate !== undefined)
    },
  }
}
