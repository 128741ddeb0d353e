/** The passes of one theorem by one member: how many ran to their own end, and which of them proved it. */
export type PassCounts = {
  /** Finished passes; a pass that a budget cut off is not one. */
  readonly n: number
  /** Those that found a verified proof. */
  readonly c: number
  /** Index of the first one that did, among the passes in order; undefined if none. */
  readonly first: number | undefined
}

/**
 * `unbiased`: every pass of the budget ran, and none depends on another. `solvedWithin`: the search stops at its first proof, or
 * a pass goes on from goals that others have solved, so only what the first k passes did is known.
 */
export type Estimator = 'unbiased' | 'solvedWithin'

/**
 * pass@k from n passes of which c succeeded, without bias: 1 - C(n-c, k) / C(n, k), as in Chen et al. 2021
 * (arXiv 2107.03374). All n passes must have run, none skipped because an earlier one succeeded.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (!(c >= 0 && c <= n)) throw new RangeError(`${c} successes in ${n} passes are impossible`)
  if (!(k >= 1 && k <= n)) throw new RangeError(`pass@${k} cannot be estimated from ${n} passes`)
  if (n - c < k) return 1
  let allFail = 1
  for (let i = n - c + 1; i <= n; i++) allFail *= 1 - k / i
  return 1 - allFail
}

/** Whether the first success came among the first k passes. */
export function solvedWithin({ first }: PassCounts, k: number): boolean {
  return first !== undefined && first < k
}

/**
 * One theorem's contribution to coverage at k. Where a wall clock ended the passes before the k-th, the theorem counts
 * by what was found in the time it had, as in the paper: the time is part of the budget.
 */
export function coverageAt(counts: PassCounts, k: number, estimator: Estimator): number {
  if (estimator === 'unbiased' && counts.n >= k) return passAtK(counts.n, counts.c, k)
  return solvedWithin(counts, k) ? 1 : 0
}

/** The same for members who have k passes each and count together. */
export function ensembleCoverageAt(members: readonly PassCounts[], k: number, estimator: Estimator): number {
  return 1 - members.reduce((fail, counts) => fail * (1 - coverageAt(counts, k, estimator)), 1)
}

/** 1, 2, 4, ... up to `most`, and `most` itself: where coverage curves are drawn. */
export function doublings(most: number): number[] {
  const points: number[] = []
  for (let k = 1; k < most; k *= 2) points.push(k)
  if (most >= 1) points.push(most)
  return points
}

/** The paper's columns 16, 64, 256, 1k, 4k as far as the run goes, and the run's own budget. */
export function tableColumns(most: number): number[] {
  const columns = [16, 64, 256, 1024, 4096].filter((k) => k < most)
  return columns.length === 0 ? doublings(most).slice(-4) : [...columns, most]
}
