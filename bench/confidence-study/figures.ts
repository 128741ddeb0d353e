import { histograms, type Line, lineChart } from '../../src/report/plot.ts'
import { maxConfidenceLowerBound, maxConfidenceUpperBound } from '../../src/training/coverage-bounds.ts'
import { overconfidenceFactor } from '../../src/training/dco-loss.ts'
import { interval } from './claims.ts'
import { widthName } from './report.ts'
import { DIRECT_PASSES, DIRECT_WIDTHS, METHODS, RANKS, REASONED_PASSES, type SeedResult, STAGES } from './seed.ts'

type Figure = { readonly name: string; readonly svg: Promise<string> }

/** Fig. 2b and 11: formulas alone, with the paper's parameters. */
export function formulaFigures(): Figure[] {
  const ps = Array.from({ length: 121 }, (_, i) => 2 ** (i / 10 - 12))
  const factors = [1, 4, 16, 64, 256].map((n) => ({
    name: `N = ${n}`,
    points: ps.map((p) => ({ x: p, y: overconfidenceFactor(n, Math.log(p)) })),
  }))
  const sizes = Array.from({ length: 101 }, (_, i) => 1 + 2 ** (i / 10 - 5))
  const bounds: Line[] = [
    {
      name: 'upper bound (Eq. 13)',
      points: sizes.map((n) => ({ x: n, y: maxConfidenceUpperBound(n, 1 / 2, 2, 1 / 4) })),
    },
    { name: 'lower bound (Eq. 18)', points: sizes.map((n) => ({ x: n, y: maxConfidenceLowerBound(n, 1 / 2, 1 / 4) })) },
  ]
  return [
    {
      name: 'factor',
      svg: lineChart(
        { title: 'How much of its gradient an answer keeps', x: 'confidence p', y: 'F(N, p)', lines: '' },
        factors,
        {
          logX: true,
          fromZero: true,
        },
      ),
    },
    {
      name: 'bounds',
      svg: lineChart(
        {
          title: 'Bounds on the largest confidence: p1 = 1/2, p2 = 1/4, eps = 1/4, k = 2',
          x: 'N',
          y: 'largest confidence',
          lines: '',
        },
        bounds,
        { logX: true, fromZero: true },
      ),
    },
  ]
}

export function measuredFigures(results: readonly SeedResult[]): Figure[] {
  const point = (x: number, values: readonly number[]) => {
    const { mean: y, low, high } = interval(values)
    return Number.isFinite(low) ? { x, y, low, high } : { x, y }
  }
  const run = (result: SeedResult, method: string) => result.reasoned.find((one) => one.method === method)
  const fifths = [1, 3, 5]
  const coverage = METHODS.flatMap((method) =>
    REASONED_PASSES.filter((k) => k !== 16).map(
      (k): Line => ({
        name: `${method}: pass@${k}`,
        points: (run(results[0] as SeedResult, method)?.looks ?? []).map((_, at) =>
          point(
            fifths[at] ?? at,
            results.map((r) => run(r, method)?.looks[at]?.pass[REASONED_PASSES.indexOf(k)] ?? Number.NaN),
          ),
        ),
      }),
    ),
  )
  const panels = METHODS.flatMap((method) =>
    [0, -1].map((at) => {
      const looks = results.flatMap((r) => run(r, method)?.looks.at(at) ?? [])
      return {
        name: `${method}, epoch ${looks[0]?.epoch}`,
        kinds: [true, false].map((right) => ({
          name: right ? 'right' : 'wrong',
          values: looks.flatMap((look) => look.modeConfidence.filter((_, i) => look.modeRight[i] === right)),
        })),
      }
    }),
  )
  const counts = results.map((r) => run(r, 'DCO^a 64')?.replacedAt ?? [])
  const steps = Math.min(...counts.map((list) => list.length))
  const discarded: Line = {
    name: 'DCO^a 64',
    points: Array.from({ length: steps }, (_, step) =>
      point(
        step + 1,
        counts.map((list) => list[step] as number),
      ),
    ),
  }
  const levels = (results[0] as SeedResult).stages[0]?.map((_, i) => i) ?? []
  const byLevel = (stage: number, pick: 'derivative' | 'confidence' | 'factor') =>
    levels.map((i) =>
      point(
        i + 1,
        results.map((r) => r.stages[stage]?.[i]?.[pick] ?? Number.NaN),
      ),
    )
  const ends = [DIRECT_WIDTHS[0], DIRECT_WIDTHS.at(-1)] as number[]
  const ranked = ends.map(
    (n, i): Line => ({
      name: widthName(n),
      points: Array.from({ length: RANKS }, (_, rank) =>
        point(
          rank + 1,
          results.map((r) => r.ranks[i]?.[rank] ?? 0),
        ),
      ),
    }),
  )
  const outside = DIRECT_WIDTHS.flatMap((n, w) =>
    [256].map(
      (passes): Line => ({
        name: widthName(n),
        points: (results[0]?.direct[w]?.looks ?? []).map((look, at) =>
          point(
            look.epoch,
            results.map((r) => r.direct[w]?.looks[at]?.outside.pass[DIRECT_PASSES.indexOf(passes)] ?? Number.NaN),
          ),
        ),
      }),
    ),
  )
  const chart = (
    name: string,
    title: string,
    x: string,
    y: string,
    lines: readonly Line[],
    fromZero = true,
  ): Figure => ({
    name,
    svg: lineChart({ title, x, y, lines: '' }, lines, { fromZero }),
  })
  return [
    chart('coverage', 'New sums with a chain of thought', 'fifths of the training', 'coverage', coverage),
    {
      name: 'mode-confidence',
      svg: histograms(
        {
          title: 'Confidence in the commonest answer',
          x: 'p(commonest answer | question)',
          y: 'share',
          lines: 'the answer is',
        },
        panels,
      ),
    },
    chart('discarded', 'Questions discarded for a step', 'step', 'questions', [discarded]),
    chart(
      'derivative',
      'Derivative of the test loss along a step of one difficulty',
      'difficulty',
      'derivative',
      [0, 1].map((stage) => ({ name: STAGES[stage] as string, points: byLevel(stage, 'derivative') })),
      false,
    ),
    chart('difficulty', 'Confidence and F at 86 % of one epoch', 'difficulty', '', [
      { name: 'p of the right answer', points: byLevel(1, 'confidence') },
      { name: 'F(256, p)', points: byLevel(1, 'factor') },
    ]),
    chart('ranks', 'How often the answer of a rank is right', 'rank by confidence', 'accuracy', ranked),
    chart('outside', 'Out of distribution: pass@256 over epochs', 'epoch', 'coverage', outside),
  ]
}
