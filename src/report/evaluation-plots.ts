import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Summary } from '../results/summary.ts'

export type Plot = { readonly title: string; readonly svg: string; readonly note: string }

const FONT = 'system-ui, -apple-system, "Segoe UI", sans-serif'
/** The page says what it is, light or dark. */
const INK = 'var(--ink, #1f2933)'
const QUIET = 'var(--quiet, #52606d)'
const LINE = 'var(--line, #e4e7eb)'
const AXIS = 'var(--axis, #9aa5b1)'
const ENSEMBLE = 'ensemble'
/** Okabe and Ito's colours, which most colour-blind readers can tell apart; the ensemble is drawn in ink. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a7a00']
const CONFIG = {
  background: 'transparent',
  font: FONT,
  view: { stroke: null },
  axis: {
    labelFont: FONT,
    titleFont: FONT,
    labelColor: QUIET,
    titleColor: INK,
    titleFontWeight: 'normal',
    gridColor: LINE,
    domainColor: AXIS,
    tickColor: AXIS,
    labelFontSize: 11,
    titleFontSize: 12,
  },
  legend: {
    labelFont: FONT,
    titleFont: FONT,
    labelColor: INK,
    labelFontSize: 11,
    symbolStrokeWidth: 2.5,
    title: null,
    labelLimit: 260,
  },
} as const

/** Every plot of the report, as standalone SVG. */
export async function evaluationPlots(summary: Summary): Promise<Plot[]> {
  const plots: Plot[] = []
  const add = async (title: string, spec: Record<string, unknown>, note: string) =>
    plots.push({ title, note, svg: await draw(spec) })
  await add(
    'Coverage as passes grow',
    coverageCurves(summary),
    summary.estimator === 'unbiased'
      ? 'Unbiased pass@k; the band is the 95 % interval of the ensemble. A member with more passes than the others is drawn as far as it went.'
      : 'Share of theorems solved within k passes; the band is the 95 % interval of the ensemble.',
  )
  if (summary.members.length > 1 && summary.comparable) {
    await add(
      'The best member at each number of passes',
      frontierPlot(summary),
      'Thin lines are members; the thick one takes the best of them at each number of passes: the Pareto frontier over N_eff.',
    )
  }
  if (summary.proofLengths.all.length > 0)
    await add('Length of proofs', lengthPlot(summary), 'Steps of the shortest verified proof of each theorem.')
  return plots
}

/** The ensembles of several runs beside each other, each as far as it went. */
export async function runsPlot(
  runs: readonly { readonly name: string; readonly curve: readonly { readonly k: number; readonly value: number }[] }[],
): Promise<Plot> {
  const names = runs.map(({ name }) => name)
  const svg = await draw({
    width: 620,
    height: 300,
    data: { values: runs.flatMap(({ name, curve }) => curve.map((point) => ({ ...point, who: name }))) },
    mark: { type: 'line', point: { size: 26 } },
    encoding: {
      x: X_PASSES,
      y: Y_COVERAGE,
      color: {
        field: 'who',
        type: 'nominal',
        scale: { domain: names, range: names.map((_, i) => COLOURS[i % COLOURS.length]) },
        legend: { orient: 'bottom', columns: 2 },
      },
    },
  })
  return {
    title: 'Runs side by side',
    svg,
    note: "Coverage of each run's ensemble, or of its only member, as passes grow.",
  }
}

async function draw(spec: Record<string, unknown>): Promise<string> {
  const { spec: compiled } = compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    config: CONFIG,
    ...spec,
  } as TopLevelSpec)
  const view = new View(parse(compiled), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  return svg
}

const X_PASSES = {
  field: 'k',
  type: 'quantitative',
  scale: { type: 'log', base: 2, nice: false },
  axis: { title: 'passes', format: 'd', grid: false },
} as const
const Y_COVERAGE = {
  field: 'value',
  type: 'quantitative',
  axis: { title: 'coverage', format: '.0%', tickCount: 5 },
  scale: { zero: false, nice: true },
} as const

function coverageCurves({ members: all, ensemble, comparable }: Summary): Record<string, unknown> {
  const several = all.length > 1
  const members = comparable ? all : []
  const values = [
    ...members.flatMap((member) =>
      member.curve.map(({ k, rate }) => ({ k, value: rate.value, low: rate.low, high: rate.high, who: member.name })),
    ),
    ...(several ? ensemble.curve : []).map(({ k, rate }) => ({
      k,
      value: rate.value,
      low: rate.low,
      high: rate.high,
      who: ENSEMBLE,
    })),
  ]
  const names = [...members.map((member) => member.name), ...(several ? [ENSEMBLE] : [])]
  const band = several ? ENSEMBLE : members[0]?.name
  const colour = {
    field: 'who',
    type: 'nominal',
    scale: { domain: names, range: names.map((name, i) => (name === ENSEMBLE ? INK : COLOURS[i % COLOURS.length])) },
    legend: { orient: 'bottom', columns: 3 },
  }
  return {
    width: 620,
    height: 320,
    data: { values },
    layer: [
      {
        transform: [{ filter: { field: 'who', equal: band } }],
        mark: { type: 'area', opacity: 0.1, color: INK },
        encoding: { x: X_PASSES, y: { ...Y_COVERAGE, field: 'low' }, y2: { field: 'high' } },
      },
      {
        mark: { type: 'line', point: { size: 26 } },
        encoding: {
          x: X_PASSES,
          y: Y_COVERAGE,
          color: colour,
          strokeWidth: { condition: { test: `datum.who === '${ENSEMBLE}'`, value: 3.2 }, value: 1.8 },
        },
      },
    ],
  }
}

function frontierPlot({ members, frontier }: Summary): Record<string, unknown> {
  const passes = frontier.at(-1)?.k ?? 1
  const thin = members.flatMap((member) =>
    member.curve.filter(({ k }) => k <= passes).map(({ k, rate }) => ({ k, value: rate.value, who: member.name })),
  )
  const best = frontier.map(({ k, rate, member }) => ({ k, value: rate.value, who: member }))
  const colour = {
    field: 'who',
    type: 'nominal',
    scale: { domain: members.map((member) => member.name), range: members.map((_, i) => COLOURS[i % COLOURS.length]) },
    legend: { orient: 'bottom', columns: 3 },
  }
  return {
    width: 620,
    height: 260,
    layer: [
      {
        data: { values: best },
        mark: { type: 'line', strokeWidth: 9, color: LINE, strokeCap: 'round' },
        encoding: { x: X_PASSES, y: Y_COVERAGE },
      },
      {
        data: { values: thin },
        mark: { type: 'line', strokeWidth: 1.3, opacity: 0.75 },
        encoding: { x: X_PASSES, y: Y_COVERAGE, color: colour },
      },
      {
        data: { values: best },
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { x: X_PASSES, y: Y_COVERAGE, color: colour },
      },
    ],
  }
}

function lengthPlot({ proofLengths }: Summary): Record<string, unknown> {
  return {
    width: Math.min(620, 44 * new Set(proofLengths.all).size),
    height: 180,
    data: { values: proofLengths.all.map((steps) => ({ steps })) },
    mark: { type: 'bar', color: '#009e73', cornerRadiusEnd: 2 },
    encoding: {
      x: { field: 'steps', type: 'ordinal', axis: { title: 'steps', labelAngle: 0 } },
      y: { aggregate: 'count', type: 'quantitative', axis: { title: 'theorems', tickMinStep: 1 } },
    },
  }
}
