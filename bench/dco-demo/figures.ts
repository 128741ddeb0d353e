import { histograms, type Line, lineChart } from '../../src/report/plot.ts'
import { tableText } from '../../src/report/table.ts'
import { type DirectRun, type Estimate, estimate, type Look, passAt } from './experiment.ts'
import type { BoundsAt } from './ranks.ts'
import { type ReasonedRun, reasonedPassAt } from './reasoned.ts'

/** Two standard errors over the test questions. */
const WIDTH = 1.96
const TABLE_SIZES = [1, 16, 256, 1024]
const FRONTIER_SIZES = Array.from({ length: 13 }, (_, i) => 2 ** i)

const nameOf = (n: number) => (n === 1 ? 'cross-entropy' : `DCO ${n}`)
const point = (x: number, { mean, error }: Estimate) => ({
  x,
  y: mean,
  low: Math.max(0, mean - WIDTH * error),
  high: Math.min(1, mean + WIDTH * error),
})
const percent = ({ mean, error }: Estimate) => `${(100 * mean).toFixed(1)} ±${(100 * WIDTH * error).toFixed(1)}`
const last = (run: DirectRun) => run.looks.at(-1) as Look

/** Table 1: pass@N on new questions after each of some epochs. */
export function coverageTable(run: DirectRun): string {
  const stride = Math.max(1, Math.floor(run.looks.length / 10))
  const looks = run.looks.filter((look) => look.epoch % stride === 0 || look.epoch <= 2)
  const head = ['epoch', ...TABLE_SIZES.map((n) => `pass@${n} %`), 'greedy p', 'greedy right %']
  const rows = looks.map((look) => [
    String(look.epoch),
    ...TABLE_SIZES.map((n) => percent(passAt(n, look.right))),
    (look.greedy.reduce((sum, { confidence }) => sum + confidence, 0) / look.greedy.length).toFixed(3),
    ((100 * look.greedy.filter(({ correct }) => correct).length) / look.greedy.length).toFixed(1),
  ])
  return tableText({ title: `Trained with ${nameOf(run.n)}: coverage of new questions`, head, rows })
}

export function coverageOverEpochs(run: DirectRun): Promise<string> {
  const lines = TABLE_SIZES.map(
    (n): Line => ({
      name: `pass@${n}`,
      points: run.looks.map((look) => point(look.epoch, passAt(n, look.right))),
    }),
  )
  const title = `Coverage of new questions, trained with ${nameOf(run.n)}`
  return lineChart({ title, x: 'epoch', y: 'coverage', lines: '' }, lines, { fromZero: true })
}

/** Fig. 1: confidence in greedy answers, early and late, and the share that is right among the confident. */
export function confidenceHistograms(runs: readonly DirectRun[]): Promise<string> {
  const panels = runs.flatMap((run) => {
    const early = run.looks[Math.floor(run.looks.length / 4)] as Look
    return (run.n === 1 ? [early, last(run)] : [last(run)]).map((look) => ({
      name: `${nameOf(run.n)}, epoch ${look.epoch}`,
      kinds: [true, false].map((right) => ({
        name: right ? 'right' : 'wrong',
        values: look.greedy.filter(({ correct }) => correct === right).map(({ confidence }) => Math.min(1, confidence)),
      })),
    }))
  })
  const title = 'Confidence in the greedy answer'
  return histograms({ title, x: 'p(greedy answer | question)', y: 'share', lines: 'the answer is' }, panels)
}

/** Fig. 3: pass@N of each run at its last epoch, and the frontier over all of them. */
export function frontier(runs: readonly DirectRun[]): { svg: Promise<string>; text: string } {
  const lines = runs.map(
    (run): Line => ({
      name: nameOf(run.n),
      points: FRONTIER_SIZES.map((n) => point(n, passAt(n, last(run).right))),
    }),
  )
  const best = FRONTIER_SIZES.map((n) =>
    runs.map((run) => ({ run, y: passAt(n, last(run).right).mean })).reduce((a, b) => (b.y > a.y ? b : a)),
  )
  const table = tableText({
    title: 'Coverage at the last epoch, by N and by what was trained with',
    head: ['N', ...runs.map((run) => nameOf(run.n)), 'best'],
    rows: FRONTIER_SIZES.map((n, i) => [
      String(n),
      ...runs.map((run) => percent(passAt(n, last(run).right))),
      nameOf(best[i]?.run.n ?? 0),
    ]),
  })
  const text = { title: 'Coverage at the end of training', x: 'passes N', y: 'coverage', lines: 'trained with' }
  const frontierLine = { name: 'frontier', points: best.map(({ y }, i) => ({ x: FRONTIER_SIZES[i] as number, y })) }
  return { svg: lineChart(text, [...lines, frontierLine], { logX: true, fromZero: true }), text: table }
}

/** Fig. 7: the bounds and the optimum for measured accuracies, and the confidence each N' really led to. */
export function boundsFigure(bounds: readonly BoundsAt[], runs: readonly DirectRun[]): Promise<string> {
  const line = (name: string, pick: (at: BoundsAt) => number): Line => ({
    name,
    points: bounds.map((at) => ({ x: at.n, y: Math.max(0, pick(at)) })),
  })
  const measured = runs.map((run) => {
    const { greedy } = last(run)
    return { x: run.n, y: greedy.reduce((sum, { confidence }) => sum + confidence, 0) / greedy.length }
  })
  return lineChart(
    { title: 'Largest confidence of an optimal policy for pass@N', x: 'N', y: 'largest confidence', lines: '' },
    [
      line('upper bound (Lemma 4.2)', (at) => at.upper),
      line('optimum', (at) => at.optimum),
      line('lower bound (Lemma 4.3)', (at) => at.lower),
      { name: "trained at N' = N", points: measured },
    ],
    { logX: true, fromZero: true },
  )
}

type NamedRun = { readonly name: string; readonly run: ReasonedRun }
const REASONED_SIZES = [1, 16, 64]
const modeConfidence = ({ modeConfidence: list }: ReasonedRun['looks'][0]) => estimate(list)

/** Table 3: coverage with a chain of thought, by unbiased estimates from samples. */
export function reasonedTable(runs: readonly NamedRun[], samples: number): string {
  return tableText({
    title: 'Coverage of new questions with a chain of thought',
    head: ['trained with', 'epoch', ...REASONED_SIZES.map((n) => `pass@${n} %`), 'p of commonest answer', 'replaced'],
    rows: runs.flatMap(({ name, run }) =>
      run.looks.map((look) => [
        name,
        String(look.epoch),
        ...REASONED_SIZES.map((n) => percent(reasonedPassAt(n, samples, look))),
        modeConfidence(look).mean.toFixed(3),
        look === run.looks.at(-1) ? String(run.replaced) : '',
      ]),
    ),
  })
}

/** Coverage at the most passes, and confidence in the commonest answer, over epochs: with and without DCO^a. */
export function reasonedFigure(runs: readonly NamedRun[], samples: number): Promise<string> {
  const most = REASONED_SIZES.at(-1) as number
  const lines = runs.flatMap(({ name, run }): Line[] => [
    {
      name: `${name}: pass@${most}`,
      points: run.looks.map((look) => point(look.epoch, reasonedPassAt(most, samples, look))),
    },
    {
      name: `${name}: p of commonest answer`,
      points: run.looks.map((look) => point(look.epoch, modeConfidence(look))),
    },
  ])
  const title = 'New questions with a chain of thought'
  return lineChart({ title, x: 'epoch', y: 'coverage, confidence', lines: '' }, lines, { fromZero: true })
}
