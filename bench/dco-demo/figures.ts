import { histograms, type Line, lineChart } from '../../src/results/plot.ts'
import { type DirectRun, type Estimate, type Look, passAt } from './experiment.ts'
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

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => row.map((cell, i) => cell.padStart(widths[i] as number)).join('  ')).join('\n')
}

/** Table 1: pass@N on new questions after each of some epochs. */
export function coverageTable(run: DirectRun): string {
  const stride = Math.max(1, Math.floor(run.looks.length / 10))
  const looks = run.looks.filter((look) => look.epoch % stride === 0 || look.epoch <= 2)
  const header = ['epoch', ...TABLE_SIZES.map((n) => `pass@${n} %`), 'greedy p', 'greedy right %']
  return table([
    header,
    ...looks.map((look) => [
      String(look.epoch),
      ...TABLE_SIZES.map((n) => percent(passAt(n, look.right))),
      (look.greedy.reduce((sum, { confidence }) => sum + confidence, 0) / look.greedy.length).toFixed(3),
      ((100 * look.greedy.filter(({ correct }) => correct).length) / look.greedy.length).toFixed(1),
    ]),
  ])
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
      values: look.greedy.map(({ confidence }) => Math.min(1, confidence)),
    }))
  })
  return histograms({ title: 'Confidence in the greedy answer', x: 'p(greedy answer | question)', y: 'share' }, panels)
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
  const rows = [
    ['N', ...runs.map((run) => nameOf(run.n)), 'best'],
    ...FRONTIER_SIZES.map((n, i) => [
      String(n),
      ...runs.map((run) => percent(passAt(n, last(run).right))),
      nameOf(best[i]?.run.n ?? 0),
    ]),
  ]
  const text = { title: 'Coverage at the end of training', x: 'passes N', y: 'coverage', lines: 'trained with' }
  const frontierLine = { name: 'frontier', points: best.map(({ y }, i) => ({ x: FRONTIER_SIZES[i] as number, y })) }
  return { svg: lineChart(text, [...lines, frontierLine], { logX: true, fromZero: true }), text: table(rows) }
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

/** Table 3: coverage with a chain of thought, by unbiased estimates from samples. */
export function reasonedTable(runs: readonly { name: string; run: ReasonedRun }[], samples: number): string {
  const sizes = [1, 16, 64]
  return table([
    ['epoch', 'trained with', ...sizes.map((n) => `pass@${n} %`), 'p of commonest answer', 'replaced'],
    ...runs.flatMap(({ name, run }) =>
      run.looks.map((look) => [
        String(look.epoch),
        name,
        ...sizes.map((n) => percent(reasonedPassAt(n, samples, look))),
        (look.modeConfidence.reduce((a, b) => a + b, 0) / look.modeConfidence.length).toFixed(3),
        look === run.looks.at(-1) ? String(run.replaced) : '',
      ]),
    ),
  ])
}
