import { mean } from './gradients.ts'
import { DIRECT_PASSES, DIRECT_WIDTHS, type Method, REASONED_PASSES, type SeedResult } from './seed.ts'

/** A number over seeds with the 95 % interval of its mean. */
export type Interval = { readonly mean: number; readonly low: number; readonly high: number }

/** Student's t at 97.5 % for 1 to 9 degrees of freedom. */
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262]

export function interval(values: readonly number[]): Interval {
  const middle = mean(values)
  if (values.length < 2) return { mean: middle, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  const variance = values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (values.length - 1)
  const half = (T[values.length - 2] ?? 1.96) * Math.sqrt(variance / values.length)
  return { mean: middle, low: middle - half, high: middle + half }
}

export type Claim = {
  readonly where: string
  /** What the paper says; it holds where the number is above 0. */
  readonly text: string
  readonly of: (result: SeedResult) => number
}
export type Verdict = 'yes' | 'not clear' | 'no'

/** `yes` and `no` only where the interval leaves out 0. */
export function verdict({ low, high }: Interval): Verdict {
  return low > 0 ? 'yes' : high < 0 ? 'no' : 'not clear'
}

const looksOf = (result: SeedResult, method: Method) =>
  result.reasoned.find((one) => one.method === method)?.looks ?? []
const passOf = (result: SeedResult, method: Method, k: number, at: number) =>
  looksOf(result, method).at(at)?.pass[REASONED_PASSES.indexOf(k)] ?? Number.NaN
const sureOf = (result: SeedResult, method: Method, at: number) =>
  mean(looksOf(result, method).at(at)?.modeConfidence ?? [])
const rightAmongSure = (result: SeedResult, method: Method) => {
  const look = looksOf(result, method).at(-1)
  const sure = (look?.modeConfidence ?? []).flatMap((p, i) => (p > 0.5 ? [look?.modeRight[i] === true ? 1 : 0] : []))
  return sure.length === 0 ? 0 : mean(sure)
}
const outsideOf = (result: SeedResult, n: number) =>
  (result.direct[DIRECT_WIDTHS.indexOf(n)]?.looks ?? []).map(({ outside }) => outside)
const at256 = DIRECT_PASSES.indexOf(256)

export const CLAIMS: readonly Claim[] = [
  {
    where: 'Table 3',
    text: 'cross-entropy: pass@1 grows from the first look to the last',
    of: (r) => passOf(r, 'cross-entropy', 1, -1) - passOf(r, 'cross-entropy', 1, 0),
  },
  {
    where: 'Fig. 3a',
    text: 'cross-entropy: confidence in the commonest answer grows',
    of: (r) => sureOf(r, 'cross-entropy', -1) - sureOf(r, 'cross-entropy', 0),
  },
  {
    where: 'Fig. 3b',
    text: 'DCO^a: less confident than cross-entropy at the end',
    of: (r) => sureOf(r, 'cross-entropy', -1) - sureOf(r, 'DCO^a 64', -1),
  },
  {
    where: 'Fig. 3c',
    text: 'GRPO: confidence in the commonest answer grows',
    of: (r) => sureOf(r, 'GRPO', -1) - sureOf(r, 'GRPO', 0),
  },
  {
    where: 'Fig. 3d',
    text: 'GRPO: of the answers it is sure of (over 0.5), fewer than half are right',
    of: (r) => 0.5 - rightAmongSure(r, 'GRPO'),
  },
  {
    where: 'Table 3',
    text: 'GRPO: pass@64 falls from the first look to the last',
    of: (r) => passOf(r, 'GRPO', 64, 0) - passOf(r, 'GRPO', 64, -1),
  },
  {
    where: 'Table 3',
    text: 'GRPO: better pass@1 than cross-entropy at the end',
    of: (r) => passOf(r, 'GRPO', 1, -1) - passOf(r, 'cross-entropy', 1, -1),
  },
  {
    where: 'Table 3',
    text: 'GRPO: better pass@1 than where all start',
    of: (r) => passOf(r, 'GRPO', 1, -1) - (r.base.pass[0] as number),
  },
  {
    where: 'Table 3',
    text: 'DCO^a: better pass@64 than cross-entropy at the end',
    of: (r) => passOf(r, 'DCO^a 64', 64, -1) - passOf(r, 'cross-entropy', 64, -1),
  },
  {
    where: 'Table 3',
    text: 'DCO^a: better pass@64 than GRPO at the end',
    of: (r) => passOf(r, 'DCO^a 64', 64, -1) - passOf(r, 'GRPO', 64, -1),
  },
  {
    where: 'Table 3',
    text: 'DCO^a: worse pass@1 than cross-entropy at the end',
    of: (r) => passOf(r, 'cross-entropy', 1, -1) - passOf(r, 'DCO^a 64', 1, -1),
  },
  {
    where: 'Fig. 4',
    text: 'DCO^a: more is discarded in the last fifth of the steps than in the first',
    of: (r) => {
      const counts = r.reasoned.find((one) => one.method === 'DCO^a 64')?.replacedAt ?? []
      const fifth = Math.max(1, Math.floor(counts.length / 5))
      return mean(counts.slice(-fifth)) - mean(counts.slice(0, fifth))
    },
  },
  {
    where: 'C.1, Fig. 5',
    text: 'early: questions of every difficulty lower the test loss',
    of: (r) => -Math.max(...(r.stages[0] ?? []).map(({ derivative }) => derivative)),
  },
  {
    where: 'C.1, Fig. 5',
    text: 'late: the easiest questions help less than the hardest',
    of: (r) => (r.stages[1]?.[0]?.derivative ?? Number.NaN) - (r.stages[1]?.at(-1)?.derivative ?? Number.NaN),
  },
  {
    where: 'C.1, Fig. 5',
    text: 'late: the easiest questions raise the test loss',
    of: (r) => r.stages[1]?.[0]?.derivative ?? Number.NaN,
  },
  {
    where: 'C.8, Fig. 13',
    text: 'late: confidence is lower on the hardest questions than on the easiest',
    of: (r) => (r.stages[1]?.[0]?.confidence ?? Number.NaN) - (r.stages[1]?.at(-1)?.confidence ?? Number.NaN),
  },
  {
    where: 'C.8, Fig. 13',
    text: 'late: F(256, p) is higher on the hardest questions than on the easiest',
    of: (r) => (r.stages[1]?.at(-1)?.factor ?? Number.NaN) - (r.stages[1]?.[0]?.factor ?? Number.NaN),
  },
  {
    where: 'C.7, Fig. 12',
    text: 'cross-entropy: accuracy falls with the rank of an answer (minus the rank correlation)',
    of: (r) => -rankCorrelation(r.ranks[0] ?? []),
  },
  {
    where: 'C.4, Table 5',
    text: 'cross-entropy, out of distribution: pass@256 falls from its best look to the last',
    of: (r) => {
      const seen = outsideOf(r, 1).map(({ pass }) => pass[at256] as number)
      return Math.max(...seen) - (seen.at(-1) ?? Number.NaN)
    },
  },
  {
    where: 'C.4, Fig. 9',
    text: 'DCO 256, out of distribution: less confident than cross-entropy at the end',
    of: (r) => (outsideOf(r, 1).at(-1)?.greedy ?? Number.NaN) - (outsideOf(r, 256).at(-1)?.greedy ?? Number.NaN),
  },
  {
    where: 'C.4, Fig. 10',
    text: 'DCO 256, out of distribution: better pass@256 than cross-entropy at the end',
    of: (r) =>
      (outsideOf(r, 256).at(-1)?.pass[at256] ?? Number.NaN) - (outsideOf(r, 1).at(-1)?.pass[at256] ?? Number.NaN),
  },
]

/** Spearman's correlation of places with values; equal values share their ranks. */
export function rankCorrelation(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const ranks = values.map((x) => (sorted.indexOf(x) + sorted.lastIndexOf(x)) / 2)
  const [a, b] = [mean(ranks), (values.length - 1) / 2]
  const covariance = ranks.reduce((sum, rank, i) => sum + (rank - a) * (i - b), 0)
  const spread = (list: readonly number[], middle: number) => list.reduce((sum, x) => sum + (x - middle) ** 2, 0)
  const both = Math.sqrt(spread(ranks, a) * spread([...values.keys()], b))
  return both === 0 ? 0 : covariance / both
}
