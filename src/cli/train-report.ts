import type { EvaluationMetrics, Metrics, StepMetrics } from '../training/metrics.ts'
import { mean } from '../training/metrics.ts'

export type MemberMetrics = { readonly nEff: number; readonly metrics: readonly Metrics[] }

const POINTS = 120

function stepsOf({ metrics }: MemberMetrics): StepMetrics[] {
  return metrics.filter((row): row is StepMetrics => row.kind === 'step')
}
function evaluationsOf({ metrics }: MemberMetrics): EvaluationMetrics[] {
  return metrics.filter((row): row is EvaluationMetrics => row.kind === 'evaluation')
}

/** Confidence in the training tactic at the end: the mean over the last tenth of the steps. */
function finalConfidence(member: MemberMetrics): number {
  const steps = stepsOf(member)
  return mean(steps.slice(-Math.max(1, Math.ceil(steps.length / 10))).map((row) => row.confidence))
}

/** SVG documents by file name: loss, confidence and mean factor over the steps, and confidence against N_eff for a family. */
export async function drawTrainingPlots(members: readonly MemberMetrics[]): Promise<Record<string, string>> {
  // Loaded here, because drawing is slow to load and most runs of the program never draw.
  const { lineChart } = await import('../results/plot.ts')
  const overSteps = (title: string, y: string, pick: (row: StepMetrics) => number) =>
    lineChart(
      { title, x: 'step', y, lines: 'N_eff' },
      members.map((member) => ({ name: String(member.nEff), points: smoothed(stepsOf(member), pick) })),
      { fromZero: true },
    )
  const heldOut = members.map((member) => ({
    name: String(member.nEff),
    points: evaluationsOf(member).map((row) => ({ x: row.step, y: row.crossEntropy })),
  }))
  const plots: Record<string, string> = {
    'loss.svg': await overSteps('Training loss', 'loss at N_eff (nats)', (row) => row.loss),
    'confidence.svg': await overSteps(
      'Confidence in the training tactic',
      'mean p(tactic | state)',
      (row) => row.confidence,
    ),
    'factor.svg': await overSteps('Overconfidence factor', 'mean F(N_eff, p)', (row) => row.meanFactor),
  }
  if (heldOut.some((line) => line.points.length > 0))
    plots['held-out.svg'] = await lineChart(
      { title: 'Held-out cross-entropy', x: 'step', y: 'nats per tactic', lines: 'N_eff' },
      heldOut,
    )
  if (members.length > 1) {
    const sorted = members.toSorted((a, b) => a.nEff - b.nEff)
    plots['family.svg'] = await lineChart(
      { title: 'Confidence at the end', x: 'N_eff', y: 'mean p(tactic | state)', lines: '' },
      [
        { name: 'trained', points: sorted.map((member) => ({ x: member.nEff, y: finalConfidence(member) })) },
        { name: '1 / N_eff', points: sorted.map(({ nEff }) => ({ x: nEff, y: 1 / nEff })) },
      ],
      { logX: true, logY: true },
    )
  }
  return plots
}

/** A table with a row for each N_eff: confidences at the end of training, on its own data and on what was held out. */
export function confidenceTable(members: readonly MemberMetrics[]): string {
  const cells = (row: readonly string[]) => `${row.map((cell) => cell.padStart(12)).join('')}\n`
  const header = ['N_eff', '1/N_eff', 'training p', 'held-out p', 'greedy p', 'held-out CE']
  const rows = members.map((member) => {
    const last = evaluationsOf(member).at(-1)
    const numbers = [
      1 / member.nEff,
      finalConfidence(member),
      last?.confidence,
      last?.greedyConfidence,
      last?.crossEntropy,
    ]
    return [String(member.nEff), ...numbers.map((x) => (x === undefined ? '-' : x.toFixed(4)))]
  })
  return [header, ...rows].map(cells).join('')
}

/** Means over equal stretches of steps, at most 120 of them. */
function smoothed(rows: readonly StepMetrics[], pick: (row: StepMetrics) => number): { x: number; y: number }[] {
  const size = Math.max(1, Math.ceil(rows.length / POINTS))
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => {
    const part = rows.slice(i * size, (i + 1) * size)
    return { x: mean(part.map((row) => row.step)), y: mean(part.map(pick)) }
  })
}
