import type { PolicyNetwork } from '../../src/policy/network/policy-network.ts'
import {
  maxConfidenceLowerBound,
  maxConfidenceUpperBound,
  optimalConfidences,
} from '../../src/training/coverage-bounds.ts'
import type { Item } from '../../src/training/items.ts'

/** How often the i-th ranked answer of a network is the right one, over test questions; index 0 is its favourite. */
export type RankAccuracies = { readonly accuracies: readonly number[]; readonly questions: number }

const RANKS = 24

/** Accuracy of the first `ranks` answers that a beam of `width` finds. */
export async function rankAccuracies(
  network: PolicyNetwork,
  test: readonly Item[],
  { width, ranks } = { width: RANKS, ranks: RANKS },
): Promise<RankAccuracies> {
  const hits = new Array<number>(ranks).fill(0)
  for (const item of test) {
    const row = item.rows[0]
    if (row === undefined) continue
    const answers = await network.beam({ prompt: row.prompt, width, maxTokens: row.completion.length })
    const wanted = row.completion.slice(0, -1).join()
    const rank = answers.slice(0, ranks).findIndex((draw) => draw.finished && draw.tokens.join() === wanted)
    if (rank >= 0) hits[rank] = (hits[rank] as number) + 1
  }
  return { accuracies: hits.map((count) => count / test.length), questions: test.length }
}

export type BoundsAt = { readonly n: number; readonly upper: number; readonly lower: number; readonly optimum: number }

/** Answers the ranks do not cover, which share what accuracy is left: three digits make a thousand answers. */
const OTHER_ANSWERS = 1000 - RANKS

/**
 * Lemmas 4.2 and 4.3 for a calibrated policy with these accuracies (sorted, as calibration asks), and the exact optimum.
 * The lemmas' bounds hold where the ranks below the first are about equally accurate (see `coverage-bounds.ts`); the
 * optimum is computed for the accuracies as they are, and leaves the bounds where they are not.
 */
export function boundsFor({ accuracies }: RankAccuracies, sizes: readonly number[]): BoundsAt[] {
  const sorted = accuracies.toSorted((a, b) => b - a).filter((p) => p > 0)
  const held = sorted.reduce((sum, p) => sum + p, 0)
  const epsilon = Math.max(0, 1 - held)
  const [p1 = 0, p2 = 0] = sorted
  const all = [...sorted, ...Array.from({ length: OTHER_ANSWERS }, () => Math.max(1e-9, epsilon / OTHER_ANSWERS))]
  return sizes.map((n) => ({
    n,
    upper: maxConfidenceUpperBound(n, p1, sorted.length, epsilon),
    lower: maxConfidenceLowerBound(n, p1, p2),
    optimum: optimalConfidences(n, all)[0] ?? Number.NaN,
  }))
}
