import type { PolicyNetwork } from '../policy/network/policy-network.ts'
import { approximateDco, dco, type LossTerm, overconfidenceFactor } from './dco-loss.ts'
import { batchOf, type Item, itemLogProbs } from './items.ts'

/** Successes of Monte-Carlo roll-outs for one item. */
export type Estimate = { readonly successes: number; readonly samples: number }

/**
 * What training maximises. `dco` is Eq. 3 at N = `n` with p the product over an item's rows: step-wise DCO at N_eff = n
 * where an item is one step, whole-proof DCO where it is a proof, cross-entropy at n = 1. `approximate` takes p from
 * roll-outs (DCO^a); `estimate` runs them for a batch.
 */
export type Objective =
  | { readonly kind: 'dco'; readonly n: number }
  | {
      readonly kind: 'approximate'
      readonly n: number
      readonly estimate: (items: readonly Item[], network: PolicyNetwork) => Promise<Estimate[]>
    }

/**
 * Loss and factor of each item under the network as it is now. At n = 1 nothing is computed: the factor is always 1,
 * and the training step itself tells the losses.
 */
export async function termsOf(
  objective: Objective,
  network: PolicyNetwork,
  items: readonly Item[],
): Promise<readonly (LossTerm | undefined)[]> {
  if (objective.n === 1) return items.map(() => undefined)
  switch (objective.kind) {
    case 'dco': {
      const logProbs = await network.score(batchOf(items, network.config.contextLength))
      return itemLogProbs(items, logProbs).map((logProb) => dco(objective.n, logProb))
    }
    case 'approximate': {
      const estimates = await objective.estimate(items, network)
      return estimates.map(({ successes, samples }) => approximateDco(objective.n, successes, samples))
    }
    default:
      return objective satisfies never
  }
}

/** How much more confident than 1/N an example may become before it is replaced, at most the second number. */
const SATED_MULTIPLE = 4
const SATED_CONFIDENCE = 0.9

/**
 * The factor under which an example is replaced (the refill rule, section 5.1). One number for all N would starve large
 * N of data: F passes 0.1 at confidence 0.67 for N = 4 but at 0.11 for N = 32. So the threshold is the factor at four
 * times the confidence 1/N that DCO aims at, and at most 0.9: 0.004, 0.03, 0.05, 0.06 for N = 4, 8, 16, 32.
 * 0 (nothing is replaced) for cross-entropy.
 */
export function refillThreshold(n: number): number {
  return n === 1 ? 0 : overconfidenceFactor(n, Math.log(Math.min(SATED_CONFIDENCE, SATED_MULTIPLE / n)))
}

/** Items for one training step, with their terms and how many were passed over for them. */
export type Draw = {
  readonly items: readonly Item[]
  readonly terms: readonly (LossTerm | undefined)[]
  readonly replaced: number
  /** Items taken from the stream. */
  readonly consumed: number
}

/**
 * The refill rule: takes items from `stream` until `batchSize` of them have a factor of at least `threshold`, or the
 * stream ends. Every factor is that of the present network.
 */
export async function drawBatch(
  objective: Objective,
  network: PolicyNetwork,
  stream: readonly Item[],
  batchSize: number,
  threshold: number,
): Promise<Draw> {
  const items: Item[] = []
  const terms: (LossTerm | undefined)[] = []
  let consumed = 0
  while (items.length < batchSize && consumed < stream.length) {
    // As many as should give what is missing at the rate so far, so that few calls are made and few items looked at in vain.
    const missing = batchSize - items.length
    const rate = consumed === 0 ? 1 : Math.max(items.length, 1) / consumed
    const candidates = stream.slice(consumed, consumed + Math.min(batchSize, Math.ceil(missing / rate)))
    const found = await termsOf(objective, network, candidates)
    for (const [i, item] of candidates.entries()) {
      if (items.length === batchSize) break
      consumed++
      const term = found[i]
      if ((term?.factor ?? 1) < threshold) continue
      items.push(item)
      terms.push(term)
    }
  }
  return { items, terms, replaced: consumed - items.length, consumed }
}
