import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import type { Summary } from '../results/summary.ts'

export type Plot = { readonly title: string; readonly svg: string; readonly note: string }

const FONT = 'system-ui, -apple-system, "Segoe UI", sans-serif'
const INK = '#1f2933'
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
    labelColor: '#52606d',
    titleColor: INK,
    titleFontWeight: 'normal',
    gridColor: '#e4e7eb',
    domainColor: '#9aa5b1',
    tickColor: '#9aa5b1',
    labelFontSize: 11,
    titleFontSize: 12,
  },
  legend: { labelFont: FONT, titleFont: FONT, labelFontSize: 11, symbolStrokeWidth: 2.5, title: null, labelLimit: 260 },
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
    await add(
      'Overlap',
      overlapPlot(summary),
      'Theorems that the row proves and the column does not; on the diagonal, all that it proves.',
    )
  }
  if (summary.proofLengths.all.length > 0)
    await add('Length of proofs', lengthPlot(summary), 'Steps of the shortest verified proof of each theorem.')
  return plots
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
        mark: { type: 'line', interpolate: 'monotone', point: { size: 26 } },
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
        mark: { type: 'line', strokeWidth: 9, color: '#dfe3e8', strokeCap: 'round' },
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

function overlapPlot({ members, overlaps }: Summary): Record<string, unknown> {
  const values = members.map(({ name, solved }) => ({ row: name, column: name, count: solved, own: true }))
  for (const { first, second, test } of overlaps) {
    values.push({ row: first, column: second, count: test.onlyFirst, own: false })
    values.push({ row: second, column: first, count: test.onlySecond, own: false })
  }
  const names = members.map((member) => member.name)
  const most = Math.max(1, ...values.filter(({ own }) => !own).map(({ count }) => count))
  const x = {
    field: 'column',
    type: 'nominal',
    sort: names,
    axis: { title: 'does not prove', orient: 'top', labelAngle: names.length > 3 ? -30 : 0, labelLimit: 160 },
  }
  const y = { field: 'row', type: 'nominal', sort: names, axis: { title: 'proves', labelLimit: 200 } }
  return {
    width: Math.max(240, 110 * names.length),
    height: 44 * names.length,
    data: { values },
    encoding: { x, y },
    layer: [
      {
        transform: [{ filter: '!datum.own' }],
        mark: { type: 'rect', stroke: '#ffffff', strokeWidth: 2 },
        encoding: {
          color: {
            field: 'count',
            type: 'quantitative',
            scale: { domain: [0, most], range: ['#eef4f8', '#0072b2'] },
            legend: null,
          },
        },
      },
      {
        transform: [{ filter: 'datum.own' }],
        mark: { type: 'rect', color: '#f1f2f4', stroke: '#ffffff', strokeWidth: 2 },
      },
      {
        mark: { type: 'text', fontSize: 13, font: FONT },
        encoding: {
          text: { field: 'count' },
          color: { condition: { test: `!datum.own && datum.count > ${0.55 * most}`, value: '#ffffff' }, value: INK },
        },
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
