import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

/** A point of a line; `low` and `high` bound an interval around `y`. */
export type Point = { readonly x: number; readonly y: number; readonly low?: number; readonly high?: number }
export type Line = { readonly name: string; readonly points: readonly Point[] }

export type ChartText = {
  readonly title: string
  readonly x: string
  readonly y: string
  /** Heading of the legend. */
  readonly lines: string
}
export type ChartOptions = { readonly logX?: boolean; readonly logY?: boolean; readonly fromZero?: boolean }

const SIZE = { width: 460, height: 280 }

/** Lines with a legend in the order given, and a band where points have intervals. Returns an SVG document. */
export function lineChart(text: ChartText, lines: readonly Line[], options: ChartOptions = {}): Promise<string> {
  const values = lines.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })))
  const x = {
    field: 'x',
    type: 'quantitative',
    title: text.x,
    scale: options.logX ? { type: 'log', base: 2 } : { zero: false },
  }
  const scaleY = options.logY ? { type: 'log' } : { zero: options.fromZero ?? false }
  const color = { field: 'name', type: 'nominal', title: text.lines, sort: lines.map((line) => line.name) }
  const band = values.some((value) => value.low !== undefined)
  return render({
    title: text.title,
    ...SIZE,
    data: { values },
    layer: [
      ...(band
        ? [
            {
              mark: { type: 'area', opacity: 0.18 },
              encoding: {
                x,
                y: { field: 'low', type: 'quantitative', scale: scaleY, title: text.y },
                y2: { field: 'high' },
                color,
              },
            },
          ]
        : []),
      {
        mark: { type: 'line', point: values.length <= 200, strokeWidth: 1.8 },
        encoding: { x, y: { field: 'y', type: 'quantitative', title: text.y, scale: scaleY }, color },
      },
    ],
  })
}

/** Numbers of one histogram, in kinds that are stacked in its bars. */
export type Panel = {
  readonly name: string
  readonly kinds: readonly { readonly name: string; readonly values: readonly number[] }[]
}

/** Histograms of numbers in [0, 1], one panel under the other, as shares of each panel's numbers. Returns an SVG document. */
export function histograms(text: ChartText, panels: readonly Panel[], bins = 20): Promise<string> {
  const values = panels.flatMap(({ name, kinds }) => {
    const all = kinds.reduce((sum, kind) => sum + kind.values.length, 0)
    return kinds.flatMap((kind) =>
      Array.from({ length: bins }, (_, bin) => ({
        name,
        kind: kind.name,
        from: bin / bins,
        to: (bin + 1) / bins,
        share: kind.values.filter((x) => Math.min(bins - 1, Math.floor(x * bins)) === bin).length / all,
      })),
    )
  })
  return render({
    title: text.title,
    data: { values },
    facet: {
      row: {
        field: 'name',
        type: 'nominal',
        title: null,
        sort: panels.map((panel) => panel.name),
        header: { labelAngle: 0, labelAlign: 'left' },
      },
    },
    spec: {
      width: SIZE.width,
      height: 80,
      mark: 'bar',
      encoding: {
        x: { field: 'from', type: 'quantitative', title: text.x, bin: { binned: true, step: 1 / bins } },
        x2: { field: 'to' },
        y: { field: 'share', type: 'quantitative', title: text.y },
        color: { field: 'kind', type: 'nominal', title: text.lines },
      },
    },
  })
}

function render(spec: object): Promise<string> {
  const { spec: compiled } = compile({
    background: 'white',
    config: { legend: { labelLimit: 0 } },
    ...spec,
  } as TopLevelSpec)
  return new vega.View(vega.parse(compiled), { renderer: 'none' }).toSVG()
}
