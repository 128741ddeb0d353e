/**
 * The losses of direct coverage optimization (DCO) and their gradient factors, as pure float64 functions.
 *
 * Equation numbers are those of "Rethinking Fine-Tuning when Scaling Test-Time Compute: Limiting Confidence Improves
 * Mathematical Reasoning" (arXiv 2502.07154). Everything takes natural log-probabilities, because the probability of a
 * whole tactic underflows long before its logarithm loses a digit. The gradient of every loss here is
 * `factor` x the gradient of cross-entropy (Eq. 4) with the factor held constant, so a trainer needs only the factor.
 */

/** A loss in nats and the number its cross-entropy gradient is multiplied by, in [0, 1]. */
export type LossTerm = { readonly loss: number; readonly factor: number }

/** Below this log-probability N p is under 1e-299 for every N allowed here, and the limits p -> 0 are exact in float64. */
const LOG_PROB_OF_NOTHING = -700

/** log(1 - e^x) for x <= 0, without cancellation at either end (Mächler's two branches). */
export function log1mexp(x: number): number {
  return x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x))
}

function checkArguments(n: number, logProb: number): void {
  if (!(n >= 1) || n === Number.POSITIVE_INFINITY) throw new RangeError(`N must be a finite number >= 1, not ${n}`)
  if (!(logProb <= 0)) throw new RangeError(`a log-probability must be <= 0, not ${logProb}`)
}

/** Cross-entropy of one completion (Eq. 1): -log p. The same as DCO at N = 1. */
export function crossEntropy(logProb: number): LossTerm {
  checkArguments(1, logProb)
  return { loss: logProb === 0 ? 0 : -logProb, factor: 1 }
}

/** Eq. 3, -log(1 - (1-p)^N): the negative log-probability that N independent samples contain the completion. */
export function dcoLoss(n: number, logProb: number): number {
  checkArguments(n, logProb)
  if (n === 1) return logProb === 0 ? 0 : -logProb
  if (logProb < LOG_PROB_OF_NOTHING) return -logProb - Math.log(n)
  const loss = -log1mexp(n * log1mexp(logProb))
  return loss === 0 ? 0 : loss
}

/**
 * The overconfidence factor of Eq. 4, F(N, p) = N (1-p)^(N-1) p / (1 - (1-p)^N).
 * 1 at N = 1 and as N p -> 0; falls with p and with N; 0 at p = 1 for N > 1.
 */
export function overconfidenceFactor(n: number, logProb: number): number {
  checkArguments(n, logProb)
  if (n === 1 || logProb < LOG_PROB_OF_NOTHING) return 1
  if (logProb === 0) return 0
  const logMiss = log1mexp(logProb)
  const factor = (n * Math.exp(logProb + (n - 1) * logMiss)) / -Math.expm1(n * logMiss)
  // Rounding may overshoot 1 by an ulp where N p is tiny.
  return Math.min(1, factor)
}

/** DCO on one completion (Eq. 3 and 4), with p the product of its token probabilities. */
export function dco(n: number, logProb: number): LossTerm {
  return { loss: dcoLoss(n, logProb), factor: overconfidenceFactor(n, logProb) }
}

/** Step-wise DCO (section 5.3): DCO of one tactic given its proof state, at the exploration width N_eff. */
export function stepwiseDco(nEff: number, tacticLogProb: number): LossTerm {
  return dco(nEff, tacticLogProb)
}

/**
 * Whole-proof DCO (section 5.3): p is the product over a proof's steps, and by the chain rule the one factor
 * F(N, prod p) multiplies the cross-entropy gradient of every step.
 */
export function wholeProofDco(n: number, stepLogProbs: readonly number[]): LossTerm {
  let logProb = 0
  for (const step of stepLogProbs) logProb += step
  return dco(n, logProb)
}

/**
 * Approximate DCO (section 5.4): p is the share of `samples` Monte-Carlo roll-outs that ended in a right answer. The
 * loss is Eq. 3 at that estimate (infinite when no roll-out succeeded); the factor is then 1, its limit.
 */
export function approximateDco(n: number, successes: number, samples: number): LossTerm {
  if (!(samples > 0) || successes < 0 || successes > samples)
    throw new RangeError(`${successes} successes of ${samples} roll-outs is not an estimate`)
  const logProb = Math.log(successes / samples)
  return { loss: dcoLoss(n, logProb), factor: overconfidenceFactor(n, logProb) }
}

/**
 * How a batch is divided, in the words of `training/` too. `sum`: the mean over examples of the sum over tokens, the paper's
 * equations. `example-mean`: each example is also divided by its own number of tokens, as in the authors' code.
 * `batch-mean`: all are divided by the number of tokens in the batch.
 */
export const REDUCTIONS = ['sum', 'example-mean', 'batch-mean'] as const
export type Reduction = (typeof REDUCTIONS)[number]

/**
 * What every token's -log p is multiplied by, one number per example: the batch loss whose gradient the trainer
 * follows is sum_i weight_i * sum_t -log p(token_t of example i).
 */
export function exampleWeights(
  factors: readonly number[],
  tokenCounts: readonly number[],
  reduction: Reduction,
): number[] {
  if (factors.length !== tokenCounts.length) throw new RangeError('one token count per factor')
  switch (reduction) {
    case 'sum':
      return factors.map((factor) => factor / factors.length)
    case 'example-mean':
      return factors.map((factor, i) => factor / (tokenCounts[i] as number) / factors.length)
    case 'batch-mean': {
      const total = tokenCounts.reduce((sum, count) => sum + count, 0)
      return factors.map((factor) => factor / total)
    }
    default:
      return reduction satisfies never
  }
}
