import { type Plot, runsPlot } from '../report/evaluation-plots.ts'
import { summarise } from '../results/summary.ts'
import type { RunOverview, RunPage, TheoremRow } from './data.ts'
import { overviewOf, runPage, theoremRows } from './page-data.ts'
import type { RunSnapshot } from './run-reader.ts'
import type { WatchedRun } from './watch.ts'

/** What was made of a run as it stood is made once, for all who look at it. */
export class RunCache {
  readonly #overviews = new WeakMap<RunSnapshot, RunOverview>()
  readonly #pages = new WeakMap<RunSnapshot, Promise<RunPage>>()
  readonly #rows = new WeakMap<RunSnapshot, TheoremRow[]>()
  #plot: { readonly of: string; readonly plot: Promise<Plot> } | undefined

  /** The state of a run changes with time alone too, so it is not kept for long. */
  overview(run: WatchedRun): RunOverview {
    const snapshot = run.reader.read()
    const known = this.#overviews.get(snapshot)
    if (known !== undefined && known.state !== 'running') return known
    const overview = overviewOf(snapshot, summarise(snapshot.results), run)
    this.#overviews.set(snapshot, overview)
    return overview
  }

  page(run: WatchedRun): Promise<RunPage> {
    const snapshot = run.reader.read()
    let page = this.#pages.get(snapshot)
    if (page === undefined) {
      page = runPage(snapshot, run)
      this.#pages.set(snapshot, page)
    }
    return page
  }

  rows(run: WatchedRun): TheoremRow[] {
    const snapshot = run.reader.read()
    let rows = this.#rows.get(snapshot)
    if (rows === undefined) {
      rows = theoremRows(snapshot)
      this.#rows.set(snapshot, rows)
    }
    return rows
  }

  /** Runs side by side; undefined where there is nothing to compare. */
  async comparison(overviews: readonly RunOverview[]): Promise<Plot | null> {
    const runs = overviews.filter(({ curve }) => curve.length > 0).map(({ id, curve }) => ({ name: id, curve }))
    if (runs.length < 2) return null
    const of = JSON.stringify(runs)
    if (this.#plot?.of !== of) this.#plot = { of, plot: runsPlot(runs) }
    return this.#plot.plot
  }
}
