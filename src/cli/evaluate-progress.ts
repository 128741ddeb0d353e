import type { ScheduleEvent } from '../ensemble/scheduler.ts'
import { plural } from '../report/plural.ts'
import { addStatistics, newStatistics, type SearchStatistics } from '../search/outcome.ts'
import { formatDuration } from './clock.ts'

export type ProgressOptions = {
  /** Theorems of this process that have no outcome yet, and how many of the others have which. */
  readonly open: number
  readonly before: { readonly done: number; readonly provedAt: ReadonlySet<number>; readonly errors: number }
  /** Passes still to be run at most; for the time left. */
  readonly passesLeft: number
  readonly now: () => number
}

/** The state of a running evaluation. */
export class EvaluationProgress {
  readonly #options: ProgressOptions
  readonly #began: number
  readonly #live = new Map<number, Readonly<SearchStatistics>>()
  readonly #proved: Set<number>
  readonly #total = newStatistics()
  #started = 0
  #ended = 0
  #errors = 0
  #passes = 0

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#began = options.now()
    this.#proved = new Set(options.before.provedAt)
  }

  take(event: ScheduleEvent): void {
    switch (event.kind) {
      case 'theoremStarted':
        this.#started++
        break
      case 'progress':
        this.#live.set(event.position, event.statistics)
        break
      case 'unit':
        this.#live.delete(event.position)
        this.#passes += event.unit.passes.length
        if (event.unit.passes.some((pass) => pass.end === 'proved')) this.#proved.add(event.position)
        addStatistics(this.#total, event.unit.statistics)
        break
      case 'theoremEnded':
        this.#live.delete(event.position)
        this.#started--
        if (event.outcome === undefined) break
        this.#ended++
        if (event.outcome.kind !== 'done') this.#errors++
        break
      default:
        event satisfies never
    }
  }

  /** One line that stands for itself in a log. */
  line(): string {
    const { open, before, passesLeft, now } = this.#options
    const seconds = Math.max(0.001, (now() - this.#began) / 1000)
    const sum = { ...this.#total }
    for (const statistics of this.#live.values()) addStatistics(sum, statistics)
    const asked = sum.cacheHits + sum.tacticsRun
    const busy = sum.engineMs + sum.policyMs + sum.verifierMs
    const share = (part: number, whole: number) => (whole > 0 ? `${Math.round((100 * part) / whole)} %` : '-')
    // By passes until the first theorems have ended: modes that stop early never run them all.
    const done = Math.max(this.#passes / Math.max(1, passesLeft), this.#ended / Math.max(1, open))
    const left = done > 0 ? `${formatDuration((seconds * 1000 * (1 - done)) / done)} left` : 'time left unknown'
    return [
      formatDuration(seconds * 1000),
      `${before.done + this.#ended}/${before.done + open} done, ${this.#started} running`,
      `${this.#proved.size} proved`,
      plural(before.errors + this.#errors, 'error'),
      `${(this.#passes / seconds).toFixed(1)} passes/s`,
      `${(sum.tacticsRun / seconds).toFixed(1)} tactics/s`,
      `cache ${share(sum.cacheHits, asked)}`,
      `Lean ${share(sum.engineMs, busy)} policy ${share(sum.policyMs, busy)} verifier ${share(sum.verifierMs, busy)}`,
      left,
    ].join(' | ')
  }
}
