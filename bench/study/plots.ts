import { join } from 'node:path'
import { type Line, lineChart } from '../../src/report/plot.ts'
import type { RunResults } from '../../src/results/read-run.ts'
import { type Summary, summarise } from '../../src/results/summary.ts'
import type { EvaluationMetrics } from '../../src/training/metrics.ts'
import { readMetrics } from '../../src/training/metrics-file.ts'
import { EPOCH_N_EFFS, epochName, epochsShown, N_EFFS, type Results, read, type Setting } from './setting.ts'

export const rateAt = (curve: Summary['ensemble']['curve'], k: number) =>
  curve.find((point) => point.k === k)?.rate.value ?? Number.NaN

/** The paper's Table 1: what one pass and many passes prove while training goes on. */
export async function epochsPlot(setting: Setting, results: RunResults): Promise<string> {
  const { members, passes } = summarise(results)
  const curves = new Map(members.map(({ name, curve }) => [name, curve]))
  const lines = [passes, 1].flatMap((k) =>
    EPOCH_N_EFFS.map((nEff): Line => {
      const at = (epoch: number) => rateAt(curves.get(epochName(nEff, epoch)) ?? [], k)
      return { name: `N_eff ${nEff}, pass@${k}`, points: epochsShown(setting).map((x) => ({ x, y: 100 * at(x) })) }
    }),
  )
  const text = { title: 'Coverage over training epochs', x: 'epochs', y: 'theorems proved (%)', lines: 'policy' }
  return lineChart(text, lines, { logX: true, fromZero: true })
}

export async function coveragePlot(
  setting: Setting,
  floor: Results | undefined,
  { members, ensemble }: Summary,
): Promise<string> {
  const line = (label: string, points: Summary['ensemble']['curve'], cost: number): Line => ({
    name: label,
    points: points.map(({ k, rate }) => ({ x: k * cost, y: 100 * rate.value })),
  })
  const baseline = floor && read(setting, floor)
  const untrained = baseline === undefined ? undefined : summarise(baseline).members[0]
  const lines = [
    ...members.map((member) => line(member.name, member.curve, 1)),
    line('ensemble', ensemble.curve, members.length),
    ...(untrained === undefined ? [] : [line('baseline', untrained.curve, 1)]),
  ]
  const text = { title: 'Coverage at equal cost', x: 'passes in all', y: 'theorems proved (%)', lines: 'policy' }
  return lineChart(text, lines, { logX: true, fromZero: true })
}

/** How greedy confidence, branching and held-out cross-entropy go with the epochs. */
export async function confidencePlots({ out }: Setting): Promise<[file: string, svg: string][]> {
  const plots: [string, string][] = []
  const lines = async (pick: (row: EvaluationMetrics) => number | undefined): Promise<Line[]> => {
    const all: Line[] = []
    for (const nEff of N_EFFS) {
      const rows = await readMetrics(join(out, 'epochs', `neff-${nEff}`))
      const looks = rows.filter((row) => row.kind === 'evaluation')
      if (looks.length === 0) continue
      all.push({ name: String(nEff), points: looks.map((row) => ({ x: row.epoch, y: pick(row) ?? Number.NaN })) })
    }
    return all
  }
  for (const [file, title, y, pick] of [
    [
      'greedy-confidence.svg',
      'Greedy confidence on held-out steps',
      'mean p of the likeliest tactic',
      (row) => row.greedyConfidence,
    ],
    ['branching.svg', 'Effective branching on held-out steps', 'mean exp(entropy)', (row) => row.branching],
    ['held-out.svg', 'Held-out cross-entropy', 'nats per tactic', (row) => row.crossEntropy],
  ] as [string, string, string, (row: EvaluationMetrics) => number | undefined][]) {
    const drawn = await lines(pick)
    if (drawn.length > 0) plots.push([file, await lineChart({ title, x: 'epoch', y, lines: 'N_eff' }, drawn)])
  }
  return plots
}
