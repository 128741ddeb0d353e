import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { TheoremOutcome } from '../ensemble/journal.ts'
import type { Plan } from '../ensemble/plan.ts'
import type { ScheduleEvent, ScheduleResult } from '../ensemble/scheduler.ts'
import type { World } from '../ensemble/world.ts'
import type { RunJournal } from '../results/journal.ts'
import { Intake } from './intake.ts'
import { jobOf } from './job.ts'
import { type Lease, takeLease } from './lease.ts'
import { isRepeatable, isSplittable, Pieces, pieceKey } from './pieces.ts'
import { type Piece, queueNames, type Report, RUNS, type RunCard, readWorkId, reportSchema } from './protocol.ts'
import { ALWAYS, type Consumer, HandBack, type NamedQueue, type QueueServer } from './server.ts'

export type CoordinatorOptions = {
  readonly server: QueueServer
  readonly card: RunCard
  readonly plan: Plan
  readonly journal: RunJournal
  /** Positions without an outcome, in the order in which they are handed out. */
  readonly positions: readonly number[]
  /** Verifies what workers prove. */
  readonly world: World
  /** The workers' word about proofs is enough. */
  readonly trust: boolean
  /** Members whose answers cost something, so that they are sent along with a theorem that was begun. */
  readonly costly: readonly number[]
  readonly runWallClockMs?: number | undefined
  readonly signal: AbortSignal
  readonly onEvent?: (event: ScheduleEvent) => void
  /** Who this is: host and process. */
  readonly who: string
  /** What a user should know, a line each. */
  readonly say: (line: string) => void
  /** After the lease is held and before any work is handed out. */
  readonly prepare?: () => Promise<void>
}

/** Jobs that wait for each worker at most. */
const WAITING_PER_WORKER = 4
/** So many deliveries of a theorem that gave no unit, and it is an error. */
const DELIVERIES = 5
/** So many engine errors in a row, and the run stops. */
const ERRORS_IN_A_ROW = 5
/** Reports that are read, and their proofs verified, at the same time. */
const REPORTS_AT_ONCE = 8
/** So often it is looked whether a report comes that another one has overtaken. */
const OVERTAKEN_LOOKS = 10
const OVERTAKEN_MS = 50
const FEED_MS = 500
const CHECK_MS = 3_000

/**
 * Hands out the theorems of a run to workers and writes what they report, until nothing is left. What is left is
 * decided from the results file alone: the queue may lose anything, and it is handed out again.
 * @throws InputError where another coordinator is at work; what the journal or the judge throws, with nothing lost
 */
export async function coordinate(options: CoordinatorOptions): Promise<ScheduleResult> {
  const { server, card, who, signal } = options
  const lease = await takeLease(server, queueNames(card.key).lead, card.lockMs, who, signal, options.say)
  try {
    return await new Coordinator(options, lease).run()
  } finally {
    await lease.release()
  }
}

type End = ScheduleResult | { readonly kind: 'failed'; readonly error: unknown }

class Coordinator {
  readonly #options: CoordinatorOptions
  readonly #lease: Lease
  readonly #intake: Intake
  readonly #work: NamedQueue
  readonly #reports: NamedQueue
  readonly #cards: NamedQueue
  readonly #pieces: Pieces
  /** Theorems of which something was handed out. */
  readonly #begun = new Set<number>()
  /** The end of the reports under way about a theorem: they are taken one after another. */
  readonly #turns = new Map<number, Promise<void>>()
  readonly #stop = new AbortController()
  #result: End | undefined
  #alarm = new AbortController()
  #handouts = 0
  #errors = 0
  #taken = 0
  /** As of the last look. */
  #workers = 0
  #warned = false

  constructor(options: CoordinatorOptions, lease: Lease) {
    const { server, card, plan, journal, world, trust, positions, costly } = options
    const names = queueNames(card.key)
    this.#options = options
    this.#lease = lease
    this.#work = server.queue(names.work)
    this.#reports = server.queue(names.reports)
    this.#cards = server.queue(RUNS)
    this.#intake = new Intake({
      plan,
      journal,
      world,
      trust,
      current: (position) => this.#pieces.handed.get(pieceKey({ position }))?.id,
      signal: this.#stop.signal,
    })
    this.#pieces = new Pieces({
      plan,
      positions,
      // Two workers on one theorem would pay twice for what both ask.
      split: isSplittable(plan) && costly.length === 0,
      progress: (position) => this.#intake.progress(position),
    })
  }

  async run(): Promise<ScheduleResult> {
    const { signal, runWallClockMs, server, card } = this.#options
    const interrupt = () => this.#end({ kind: 'interrupted' })
    const lost = () => this.#end({ kind: 'failed', error: this.#lease.lost.reason })
    if (signal.aborted) interrupt()
    signal.addEventListener('abort', interrupt, { once: true })
    this.#lease.lost.addEventListener('abort', lost, { once: true })
    const timer =
      runWallClockMs === undefined ? undefined : setTimeout(() => this.#end({ kind: 'outOfTime' }), runWallClockMs)
    let consumer: Consumer | undefined
    try {
      await this.#options.prepare?.()
      await this.#adopt()
      await this.#reports.retry()
      await this.#cards.add([{ id: card.key, data: card }])
      consumer = server.consume(queueNames(card.key).reports, (job) => this.#receive(job.data), {
        concurrency: REPORTS_AT_ONCE,
        lockMs: card.lockMs,
        most: ALWAYS,
      })
      await this.#handOut()
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', interrupt)
      await consumer?.close()
    }
    const result = this.#result ?? { kind: 'complete' }
    if (result.kind === 'failed') throw result.error
    if (result.kind === 'complete') await this.#clear()
    else if (result.kind !== 'interrupted') await this.#work.drain()
    return result
  }

  /** Feeds and checks until everything has an outcome, or the run is ended. */
  async #handOut(): Promise<void> {
    let checked = performance.now()
    while (this.#pieces.open.size > 0 && this.#result === undefined) {
      await this.#feed()
      if (performance.now() - checked > CHECK_MS) {
        await this.#check()
        checked = performance.now()
      }
      this.#alarm = new AbortController()
      await pause(FEED_MS, undefined, { signal: this.#alarm.signal }).catch(() => {})
    }
  }

  /** Takes over what an earlier coordinator has handed out. */
  async #adopt(): Promise<void> {
    for (const id of await this.#work.ids()) {
      const found = readWorkId(id)
      if (found === undefined) continue
      const { delivery, ...piece } = found
      if (!this.#pieces.adopt(piece, id, delivery)) await this.#work.withdraw(id)
    }
  }

  async #feed(): Promise<void> {
    const workers = await this.#work.consumers()
    if (workers > this.#workers && this.#pieces.few(workers)) await this.#takeBack()
    this.#workers = workers
    if (this.#pieces.isEmpty) return
    const { waiting } = await this.#work.counts()
    const room = WAITING_PER_WORKER * Math.max(1, workers) - waiting
    const next = room > 0 ? this.#pieces.take(room, workers) : []
    if (next.length === 0) return
    const last = this.#pieces.isEmpty && waiting + next.length <= workers
    const { plan, journal, costly } = this.#options
    const jobs = next.map((piece) => {
      const delivery = this.#pieces.delivery(piece)
      // Under a clock the work of two workers does not fit together, so no two pieces may have one name.
      const tag = isRepeatable(plan) ? `${this.#handouts++}` : randomUUID()
      return jobOf(piece, { plan, journal, costly, delivery, tag, last, units: this.#intake.units(piece.position) })
    })
    for (const [i, piece] of next.entries()) {
      const { id } = jobs[i] as (typeof jobs)[number]
      this.#pieces.handed.set(pieceKey(piece), { piece, id })
      const { position } = piece
      if (!this.#begun.has(position)) this.#options.onEvent?.({ kind: 'theoremStarted', position })
      this.#begun.add(position)
    }
    await this.#work.add(jobs)
    if (workers === 0 && !this.#warned) {
      this.#warned = true
      this.#options.say('waiting for workers: `hedge worker --queue …` on any machine')
    }
  }

  async #receive(data: unknown): Promise<void> {
    const report = reportSchema.safeParse(data)
    if (!report.success || this.#options.plan.theorems[report.data.position] === undefined) {
      this.#options.say('a report that cannot be read was thrown away')
      return
    }
    const { position, first, block } = report.data
    // One that has overtaken the report before it waits a moment for it.
    for (let look = 0; block === undefined && look < OVERTAKEN_LOOKS && first > this.#intake.units(position); look++)
      await pause(OVERTAKEN_MS)
    const before = this.#turns.get(position) ?? Promise.resolve()
    const turn = before.then(() => this.#take(report.data))
    const settled = turn.then(
      () => true,
      (error: unknown) => {
        this.#end({ kind: 'failed', error })
        return false
      },
    )
    const after = settled.then(() => {})
    this.#turns.set(position, after)
    const done = await settled
    if (this.#turns.get(position) === after) this.#turns.delete(position)
    // For the next coordinator, or this one at its next start.
    if (!done) throw new HandBack()
    this.#taken++
  }

  async #take(report: Report): Promise<void> {
    this.#stop.signal.throwIfAborted()
    const { position, end, work } = report
    const { onEvent = () => {}, say, plan } = this.#options
    const name = plan.theorems[position]?.name
    const before = this.#intake.units(position)
    const taken = await this.#intake.take(report)
    const piece: Piece = { position, ...(report.block !== undefined && { block: report.block }) }
    const handed = this.#pieces.handed.get(pieceKey(piece))
    const isCurrent = handed?.id === work
    switch (taken.kind) {
      case 'written': {
        for (const unit of taken.units) onEvent({ kind: 'unit', position, unit })
        if (this.#intake.units(position) > before) this.#pieces.setDelivery(piece, 1)
        if (taken.outcome !== undefined) return this.#ended(position, taken.outcome)
        if (end.kind === 'block') this.#done(piece)
        else if (isCurrent && end.kind !== 'working')
          this.#again(piece, end.kind === 'handedBack' ? undefined : `its worker was lost; last at ${report.worker}`)
        const next = this.#intake.due(position)
        return next === undefined ? undefined : this.#take(next)
      }
      case 'kept':
        if (handed !== undefined) handed.kept = true
        return
      case 'left':
        return isCurrent && end.kind !== 'working' ? this.#again(piece, undefined) : undefined
      case 'refused':
        say(`${name}: a report of ${report.worker} is refused: ${taken.reason}`)
        if (handed !== undefined) handed.kept = false
        return isCurrent ? this.#again(piece, `a report of ${report.worker} was refused: ${taken.reason}`) : undefined
      default:
        return taken satisfies never
    }
  }

  /** More workers have come than theorems are left: whole ones that wait are split. */
  async #takeBack(): Promise<void> {
    for (const { piece, id } of [...this.#pieces.handed.values()])
      if (piece.block === undefined && (await this.#work.withdraw(id))) this.#pieces.putBack(piece)
  }

  /** To be handed out once more; with a reason it counts as a failed delivery. */
  #again(piece: Piece, reason: string | undefined): void {
    const { position } = piece
    const handed = this.#pieces.handed.get(pieceKey(piece))
    if (handed !== undefined) this.#work.withdraw(handed.id).catch(() => {})
    const delivery = this.#pieces.delivery(piece) + (reason === undefined ? 0 : 1)
    if (reason !== undefined && delivery > DELIVERIES) {
      const outcome = { kind: 'engineError', message: `given up after ${DELIVERIES} deliveries: ${reason}` } as const
      this.#intake.close(position, outcome)
      this.#ended(position, outcome)
      return
    }
    this.#pieces.setDelivery(piece, delivery)
    this.#pieces.putBack(piece)
    this.#alarm.abort()
  }

  /** A block is written. It may wait a second time, after a worker that was only slow. */
  #done(piece: Piece): void {
    const handed = this.#pieces.handed.get(pieceKey(piece))
    if (handed !== undefined) this.#work.withdraw(handed.id).catch(() => {})
    this.#pieces.handed.delete(pieceKey(piece))
  }

  #ended(position: number, outcome: TheoremOutcome): void {
    for (const id of this.#pieces.close(position)) this.#work.withdraw(id).catch(() => {})
    this.#options.onEvent?.({ kind: 'theoremEnded', position, outcome })
    this.#errors = outcome.kind === 'engineError' ? this.#errors + 1 : 0
    if (outcome.kind === 'engineError' && this.#errors >= ERRORS_IN_A_ROW)
      this.#end({
        kind: 'broken',
        message: `${this.#errors} theorems in a row failed, the last with: ${outcome.message}`,
      })
    this.#alarm.abort()
  }

  /** Looks for pieces that were handed out and are nowhere any more: the server may have lost its memory. */
  async #check(): Promise<void> {
    const { card } = this.#options
    await this.#cards.add([{ id: card.key, data: card }])
    await this.#lease.renew()
    const ids = new Set(await this.#work.ids())
    const { waiting, active, failed } = await this.#reports.counts()
    const pending = waiting + active + failed
    if (failed > 0) await this.#reports.retry()
    for (const handed of this.#pieces.handed.values()) {
      const { missingAt } = handed
      if (ids.has(handed.id) || handed.kept) delete handed.missingAt
      // Its last report may still be on its way; they come about in the order in which they were sent.
      else if (missingAt === undefined) handed.missingAt = this.#taken + pending + REPORTS_AT_ONCE
      else if (this.#taken >= missingAt || pending === 0) this.#again(handed.piece, undefined)
    }
  }

  #end(result: End): void {
    this.#result ??= result
    this.#stop.abort()
    this.#alarm.abort()
  }

  /** Nothing of a finished run stays at the server. */
  async #clear(): Promise<void> {
    const { server, card } = this.#options
    const { work, reports, policies } = queueNames(card.key)
    await this.#cards.withdraw(card.key)
    for (const name of [work, reports, policies]) await server.queue(name).remove()
  }
}
