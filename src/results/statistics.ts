/** A share with its confidence interval; all three in [0, 1]. */
export type Rate = { readonly value: number; readonly low: number; readonly high: number }

export type PairedTest = {
  /** Theorems that only the first solves, and that only the second solves. */
  readonly onlyFirst: number
  readonly onlySecond: number
  /** Two-sided exact p-value of "neither is better". */
  readonly p: number
}

/** The 97.5 % point of the normal distribution: intervals are 95 % ones. */
const Z95 = 1.959963984540054

/**
 * Wilson's score interval for `successes` of `total`, which may be a sum of probabilities and so no whole number.
 * Unlike the textbook interval it stays inside [0, 1] and is not empty at 0 and 1. NaN for a total of 0.
 */
export function wilson(successes: number, total: number): Rate {
  if (!(successes >= 0 && successes <= total)) throw new RangeError(`${successes} successes of ${total} are impossible`)
  if (total === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN }
  const p = successes / total
  const zz = Z95 * Z95
  const centre = p + zz / (2 * total)
  const spread = Z95 * Math.sqrt((p * (1 - p)) / total + zz / (4 * total * total))
  const scale = 1 + zz / total
  return { value: p, low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) }
}

/**
 * McNemar's exact test for two members on the same theorems: under "neither is better" each theorem that only one of
 * them solves is a fair coin. `pairs` has one entry per theorem: [first solves it, second solves it].
 */
export function mcnemar(pairs: Iterable<readonly [boolean, boolean]>): PairedTest {
  let onlyFirst = 0
  let onlySecond = 0
  for (const [first, second] of pairs) {
    if (first && !second) onlyFirst++
    if (second && !first) onlySecond++
  }
  return { onlyFirst, onlySecond, p: fairCoin(onlyFirst, onlySecond) }
}

/** P(a result of heads + tails fair coins at least as uneven as this one). */
function fairCoin(heads: number, tails: number): number {
  const flips = heads + tails
  const fewer = Math.min(heads, tails)
  let tail = 0
  // C(n, i) / 2^n in logarithms: the factors overflow long before their quotient does.
  let logTerm = -flips * Math.LN2
  for (let i = 0; i <= fewer; i++) {
    tail += Math.exp(logTerm)
    logTerm += Math.log((flips - i) / (i + 1))
  }
  return Math.min(1, 2 * tail)
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, x) => sum + x, 0) / values.length
}

/** The middle value, or the mean of the two middle ones; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
