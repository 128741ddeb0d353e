import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Events, RunOverview, TheoremRow } from './data.ts'
import { type ExportPlace, hasExport } from './exports.ts'
import { theoremPage } from './page-data.ts'
import type { QueueWatch } from './queue-watch.ts'
import type { RunCache } from './run-cache.ts'
import type { ResultsWatch, WatchedRun } from './watch.ts'

/** What one reader looks at. */
export type Looking = { readonly run: string | undefined; readonly theorem: number | undefined }

export type Send = <Kind extends keyof Events>(kind: Kind, data: Events[Kind]) => Promise<void>

/** Between two rounds, in milliseconds: at least so long, and so many times as long as a round took. */
const LEAST_GAP_MS = 500
const GAP_SHARE = 3
/** Milliseconds of reading a run after which others have their turn. */
const SLOW_MS = 50

/** Sends one reader all it looks at, and then whatever changes, until the signal. */
export async function feed(
  watch: ResultsWatch,
  cache: RunCache,
  looking: Looking,
  send: Send,
  signal: AbortSignal,
  queue?: QueueWatch,
): Promise<void> {
  const reader = new Reader(watch, cache, looking, send, queue)
  let wake = () => {}
  let changed = true
  const change = () => {
    changed = true
    wake()
  }
  const stop = watch.listen(change)
  const key = looking.run === undefined ? undefined : watch.run(looking.run)?.reader.run.key
  const stopQueue = key === undefined ? undefined : queue?.listen(key, change)
  signal.addEventListener('abort', () => wake(), { once: true })
  try {
    while (!signal.aborted) {
      if (!changed)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      if (signal.aborted) break
      changed = false
      const begun = performance.now()
      await reader.round()
      await pause(Math.max(LEAST_GAP_MS, GAP_SHARE * (performance.now() - begun)), signal)
    }
  } finally {
    stop()
    stopQueue?.()
  }
}

/** Ends with the signal, if that comes first. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

/** Remembers what was sent. */
class Reader {
  readonly #watch: ResultsWatch
  readonly #cache: RunCache
  readonly #looking: Looking
  readonly #send: Send
  readonly #queue: QueueWatch | undefined
  readonly #sent = new Map<keyof Events, string>()
  #rows = new Map<number, TheoremRow>()
  #tree: Uint8Array | undefined | null = null

  constructor(watch: ResultsWatch, cache: RunCache, looking: Looking, send: Send, queue: QueueWatch | undefined) {
    this.#watch = watch
    this.#cache = cache
    this.#looking = looking
    this.#send = send
    this.#queue = queue
  }

  async round(): Promise<void> {
    const { run: id, theorem } = this.#looking
    const run = id === undefined ? undefined : this.#watch.run(id)
    if (id === undefined) await this.#runs()
    else if (run === undefined) await this.#once('problem', `there is no run ${id} here any more`)
    else if (theorem === undefined) {
      await this.#list(run)
      await this.#once('run', await this.#cache.page(run))
      const state = this.#queue?.state(run.reader.run.key)
      if (state !== undefined) await this.#once('queue', state)
    } else await this.#theorem(run, theorem)
  }

  async #runs(): Promise<void> {
    const problems = [...this.#watch.problems].map(([name, problem]) =>
      problem.includes(name) ? problem : `${name}: ${problem}`,
    )
    const runs = this.#watch.runs()
    const overviews: RunOverview[] = []
    for (const [i, run] of runs.entries()) {
      const begun = performance.now()
      overviews.push(this.#cache.overview(run))
      // A large folder is read for a while: what has been read is shown meanwhile, and others are answered.
      if (performance.now() - begun < SLOW_MS || i === runs.length - 1) continue
      if (!this.#sent.has('runs'))
        await this.#send('runs', { runs: overviews, plot: null, problems, unread: runs.length - i - 1 })
      await nextTurn()
    }
    const plot = await this.#cache.comparison(overviews)
    await this.#once('runs', { runs: overviews, plot, problems, unread: 0 })
  }

  /** Rows are many and change one by one: only those that differ are sent. */
  async #list(run: WatchedRun): Promise<void> {
    const rows = this.#cache.rows(run)
    const whole = this.#rows.size !== rows.length
    const changed = whole ? rows : rows.filter((row) => !sameRow(row, this.#rows.get(row.position)))
    if (changed.length === 0 && rows.length > 0) return
    this.#rows = new Map(rows.map((row) => [row.position, row]))
    await this.#send('rows', { whole, rows: changed })
  }

  async #theorem(run: WatchedRun, position: number): Promise<void> {
    const snapshot = run.reader.read()
    const theorem = snapshot.results.theorems[position]
    if (theorem === undefined) return this.#once('problem', `the run has no theorem ${position}`)
    await this.#once(
      'theorem',
      theoremPage(run.reader, snapshot, position, hasExport(exportPlace(run, position, theorem.id))),
    )
    const packed = run.reader.packedTree(theorem.id)
    if (this.#tree !== null && sameBytes(packed, this.#tree)) return
    this.#tree = packed
    await this.#send('tree', { record: run.reader.tree(theorem.id) ?? null })
  }

  async #once<Kind extends keyof Events>(kind: Kind, data: Events[Kind]): Promise<void> {
    const text = JSON.stringify(data)
    if (this.#sent.get(kind) === text) return
    this.#sent.set(kind, text)
    await this.#send(kind, data)
  }
}

export function exportPlace({ path, reader }: WatchedRun, position: number, theorem: number): ExportPlace {
  return { database: reader.database, path, key: reader.run.key, position, theorem }
}

function sameRow(a: TheoremRow, b: TheoremRow | undefined): boolean {
  return (
    b !== undefined &&
    a.outcome === b.outcome &&
    a.passes === b.passes &&
    a.seconds === b.seconds &&
    a.steps === b.steps &&
    a.by.length === b.by.length &&
    a.message === b.message
  )
}

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0)
