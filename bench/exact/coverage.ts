import type { Graph } from './graph.ts'

/** A policy at a state: tactics and their probabilities, which sum to 1. */
export type Distribution = ReadonlyMap<string, number>
export type PolicyAt = (state: number) => Distribution

/**
 * The probability that one pass proves the theorem, by dynamic programming over the number of tactics left: exact but for
 * states whose candidates were not run, where it counts as unproved. `unexplored` is how likely a pass is to end there.
 */
export function passProbability(
  graph: Graph,
  policy: PolicyAt,
  depth: number,
): { readonly proved: number; readonly unexplored: number } {
  const { states } = graph
  const expanded = states.map(({ edges }, i) =>
    edges === undefined
      ? undefined
      : [...policy(i)].flatMap(([tactic, p]) => {
          // `constructor` is a tactic, and every object has one.
          const to = Object.hasOwn(edges, tactic) ? edges[tactic] : undefined
          return to === undefined ? [] : [{ to, p }]
        }),
  )
  let proved: number[] = states.map(() => 0)
  let lost: number[] = states.map((_, i) => (expanded[i] === undefined ? 1 : 0))
  for (let left = 1; left <= depth; left++) {
    const sum = (values: readonly number[], at: number, whole: number) =>
      (expanded[at] ?? []).reduce(
        (total, { to, p }) => total + p * (to === 'proved' ? whole : (values[to] as number)),
        0,
      )
    const [before, lostBefore] = [proved, lost]
    proved = states.map((_, i) => sum(before, i, 1))
    lost = states.map((_, i) => (expanded[i] === undefined ? 1 : sum(lostBefore, i, 0)))
  }
  return { proved: proved[0] ?? 0, unexplored: lost[0] ?? 0 }
}

/** pass@n of independent passes that each prove with probability p. */
export function passAt(p: number, n: number): number {
  return 1 - (1 - p) ** n
}

/** Of members that share n passes equally. */
export function ensembleAt(ps: readonly number[], n: number): number {
  return 1 - ps.reduce((miss, p) => miss * (1 - p) ** (n / ps.length), 1)
}

/** p^(1 / T), normalised. */
export function atTemperature(distribution: Distribution, temperature: number): Distribution {
  if (temperature === 1) return distribution
  const raised = [...distribution].map(([tactic, p]) => [tactic, p ** (1 / temperature)] as const)
  const total = raised.reduce((sum, [, p]) => sum + p, 0)
  return new Map(raised.map(([tactic, p]) => [tactic, p / total]))
}

/** Mean difference over theorems with a percentile bootstrap interval, and the two-sided p of a sign-flip test. */
export function pairedDifference(
  a: readonly number[],
  b: readonly number[],
  random: () => number,
  draws = 4000,
): { readonly mean: number; readonly low: number; readonly high: number; readonly p: number } {
  const differences = a.map((value, i) => value - (b[i] as number))
  const n = differences.length
  const mean = differences.reduce((sum, d) => sum + d, 0) / Math.max(1, n)
  const means: number[] = []
  let asFar = 0
  for (let draw = 0; draw < draws; draw++) {
    let [resampled, flipped] = [0, 0]
    for (let i = 0; i < n; i++) {
      resampled += differences[Math.floor(random() * n)] as number
      flipped += (random() < 0.5 ? -1 : 1) * (differences[i] as number)
    }
    means.push(resampled / n)
    if (Math.abs(flipped / n) >= Math.abs(mean) - 1e-12) asFar++
  }
  means.sort((x, y) => x - y)
  const at = (share: number) => means[Math.min(draws - 1, Math.floor(share * draws))] ?? 0
  return { mean, low: at(0.025), high: at(0.975), p: (asFar + 1) / (draws + 1) }
}

/** Holm's correction: each p times the number of hypotheses not yet rejected, never falling. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, i) => [p, i] as const).sort(([a], [b]) => a - b)
  const corrected = new Array<number>(ps.length)
  let highest = 0
  for (const [rank, [p, i]] of order.entries()) {
    highest = Math.max(highest, Math.min(1, p * (ps.length - rank)))
    corrected[i] = highest
  }
  return corrected
}
