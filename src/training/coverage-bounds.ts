/**
 * What an optimal policy for pass@N may believe: the bounds of Lemmas 4.2 and 4.3 on its largest confidence, and the
 * optimum itself. `accuracies[i]` is the probability that the (i+1)-th ranked answer is the right one.
 */

/**
 * Lemma 4.2 (Eq. 14): upper bound on the largest confidence, given the best accuracy `p1` and that the `k` best
 * answers hold 1 - `epsilon` of the accuracy. Needs N > 1, k > 1, p1 + epsilon < 1.
 * It is a bound where ranks 2 to k are about equally accurate. Elsewhere it can fail: the proof spreads their accuracy
 * evenly to make q_1 largest (Eq. 12), but 1 - q_1 = (k-1) / (1 + p1^r sum p_i^-r), r = 1/(N-1), makes it smallest.
 * [0.5, 0.49, 0.01] at N = 64 has q_1 = 0.347, over the bound's 0.338.
 */
export function maxConfidenceUpperBound(n: number, p1: number, k: number, epsilon: number): number {
  const root = 1 / (n - 1)
  const scale = (k - 1) ** (n * root) * p1 ** root * (1 - p1 - epsilon) ** -root
  return 1 - (k - 1) / (scale + 1)
}

/**
 * Lemma 4.3 (Eq. 20): lower bound on the largest confidence, given the two best accuracies p1 > p2. Needs N > 1.
 * It is a bound where the later ranks are about as accurate as the second. Elsewhere it can fail, for the reason given
 * at the upper bound: at large N a long tail of unlikely answers takes confidence away from the first.
 */
export function maxConfidenceLowerBound(n: number, p1: number, p2: number): number {
  const root = 1 / (n - 1)
  const rest = 1 - p1 + p2
  const ratio = p1 ** -root * p2 ** root
  return 1 - (rest * ratio) / (rest + ratio * p2)
}

/**
 * The confidences that maximise expected pass@N coverage sum_i p_i (1 - (1 - q_i)^N) over the simplex (Eq. 8).
 * The problem is convex: at the optimum p_i (1 - q_i)^(N-1) is one number for all q_i > 0, found by bisection.
 */
export function optimalConfidences(n: number, accuracies: readonly number[]): number[] {
  const root = 1 / (n - 1)
  const logs = accuracies.map((p) => Math.log(p) * root)
  const at = (logLevel: number) => logs.map((log) => Math.max(0, -Math.expm1(logLevel - log)))
  const total = (logLevel: number) => at(logLevel).reduce((sum, q) => sum + q, 0)
  // Levels are logarithms of lambda^(1/(N-1)): at the best accuracy all confidences are 0, far below it they are all 1.
  let high = Math.max(...logs)
  let low = Math.min(...logs.filter(Number.isFinite)) - 50
  if (accuracies.length === 1) return [1]
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2
    if (total(middle) > 1) low = middle
    else high = middle
  }
  return at((low + high) / 2)
}

/** Expected pass@N coverage of confidences `q` where the i-th answer is right with probability `accuracies[i]` (Eq. 8). */
export function expectedCoverage(n: number, accuracies: readonly number[], q: readonly number[]): number {
  return accuracies.reduce((sum, p, i) => sum - p * Math.expm1(n * Math.log1p(-Math.min(1, q[i] ?? 0))), 0)
}
