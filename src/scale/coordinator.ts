import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { TheoremOutcome } from '../ensemble/journal.ts'
import type { Plan } from '../ensemble/plan.ts'
import type { ScheduleEvent, ScheduleResult } from '../ensemble/scheduler.ts'
import type { World } from '../ensemble/world.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { RunJournal } from '../results/journal.ts'
import { Intake, isRepeatable } from './intake.ts'
import { type Lease, takeLease } from './lease.ts'
import {
  pack,
  queueNames,
  type Report,
  RUNS,
  type RunCard,
  readWorkId,
  reportSchema,
  type Work,
  workId,
} from './protocol.ts'
import { ALWAYS, type Consumer, HandBack, type NamedQueue, type QueueServer } from './server.ts'

export type CoordinatorOptions = {
  readonly server: QueueServer
  readonly card: RunCard
  readonly plan: Plan
  readonly journal: RunJournal
  /** Positions without an outcome, in the order in which they are handed out. */
  readonly positions: readonly number[]
  /** Verifies what workers prove; left out where their word is enough. */
  readonly judge: World | undefined
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

/** A theorem that was handed out. */
type Handed = { readonly id: string; readonly delivery: number; missingAt?: number }
type End = ScheduleResult | { readonly kind: 'failed'; readonly error: unknown }

class Coordinator {
  readonly #options: CoordinatorOptions
  readonly #lease: Lease
  readonly #intake: Intake
  readonly #work: NamedQueue
  readonly #reports: NamedQueue
  readonly #cards: NamedQueue
  /** Positions to be handed out, in order. */
  #todo: number[]
  readonly #open: Set<number>
  readonly #handed = new Map<number, Handed>()
  readonly #deliveries = new Map<number, number>()
  /** The end of the reports under way about a theorem: they are taken one after another. */
  readonly #turns = new Map<number, Promise<void>>()
  readonly #stop = new AbortController()
  #result: End | undefined
  #alarm = new AbortController()
  #handouts = 0
  #errors = 0
  #taken = 0
  #warned = false

  constructor(options: CoordinatorOptions, lease: Lease) {
    const { server, card, plan, journal, judge, positions } = options
    const names = queueNames(card.key)
    this.#options = options
    this.#lease = lease
    this.#work = server.queue(names.work)
    this.#reports = server.queue(names.reports)
    this.#cards = server.queue(RUNS)
    this.#todo = [...positions]
    this.#open = new Set(positions)
    this.#intake = new Intake({
      plan,
      journal,
      judge,
      current: (position) => this.#handed.get(position)?.id,
      signal: this.#stop.signal,
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
        // One after another: reports of a theorem must not overtake each other.
        concurrency: 1,
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
    while (this.#open.size > 0 && this.#result === undefined) {
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
      const { position, delivery } = readWorkId(id) ?? {}
      if (position === undefined || delivery === undefined) continue
      if (!this.#open.has(position) || this.#handed.has(position)) await this.#work.withdraw(id)
      else {
        this.#handed.set(position, { id, delivery })
        this.#deliveries.set(position, delivery)
      }
    }
    this.#todo = this.#todo.filter((position) => !this.#handed.has(position))
  }

  async #feed(): Promise<void> {
    if (this.#todo.length === 0) return
    const workers = await this.#work.consumers()
    const { waiting } = await this.#work.counts()
    const room = WAITING_PER_WORKER * Math.max(1, workers) - waiting
    const next = this.#todo.splice(0, Math.max(0, room))
    if (next.length === 0) return
    const last = this.#todo.length === 0 && waiting + next.length <= workers
    const jobs = next.map((position) => this.#jobOf(position, last))
    for (const [i, position] of next.entries()) {
      const { id, data } = jobs[i] as (typeof jobs)[number]
      this.#handed.set(position, { id, delivery: data.delivery })
      this.#options.onEvent?.({ kind: 'theoremStarted', position })
    }
    await this.#work.add(jobs)
    if (workers === 0 && !this.#warned) {
      this.#warned = true
      this.#options.say('waiting for workers: `hedge worker --queue …` on any machine')
    }
  }

  #jobOf(position: number, last: boolean): { readonly id: string; readonly data: Work } {
    const { plan, journal, costly } = this.#options
    const units = this.#intake.units(position)
    const delivery = this.#deliveries.get(position) ?? 1
    const theorem = plan.theorems[position] as Theorem
    // Under a clock the work of two workers does not fit together, so no two pieces may have one name.
    const tag = isRepeatable(plan) ? `${this.#handouts++}` : randomUUID()
    const answers = plan.members.map((_, i) => (costly.includes(i) ? journal.answers(position, i) : []))
    const begun = units > 0 || answers.some(({ length }) => length > 0)
    const { progress, proofs, tree } = begun ? journal.read(position) : {}
    const known = begun ? pack({ progress, proofs, tree, answers }) : undefined
    const data: Work = { position, theorem, units, delivery, last, ...(known !== undefined && { known }) }
    return { id: workId(data, tag), data }
  }

  async #receive(data: unknown): Promise<void> {
    const report = reportSchema.safeParse(data)
    if (!report.success || this.#options.plan.theorems[report.data.position] === undefined) {
      this.#options.say('a report that cannot be read was thrown away')
      return
    }
    const { position } = report.data
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
    const isCurrent = this.#handed.get(position)?.id === work
    switch (taken.kind) {
      case 'written':
        for (const unit of taken.units) onEvent({ kind: 'unit', position, unit })
        if (this.#intake.units(position) > before) this.#deliveries.set(position, 1)
        if (taken.outcome !== undefined) return this.#ended(position, taken.outcome)
        if (!isCurrent || end.kind === 'working') return
        return this.#again(
          position,
          end.kind === 'handedBack' ? undefined : `its worker was lost; last at ${report.worker}`,
        )
      case 'left':
        return isCurrent && end.kind !== 'working' ? this.#again(position, undefined) : undefined
      case 'refused':
        say(`${name}: a report of ${report.worker} is refused: ${taken.reason}`)
        return isCurrent
          ? this.#again(position, `a report of ${report.worker} was refused: ${taken.reason}`)
          : undefined
      default:
        return taken satisfies never
    }
  }

  /** To be handed out once more; with a reason it counts as a failed delivery. */
  #again(position: number, reason: string | undefined): void {
    const handed = this.#handed.get(position)
    if (handed !== undefined) this.#work.withdraw(handed.id).catch(() => {})
    this.#handed.delete(position)
    const delivery = (this.#deliveries.get(position) ?? handed?.delivery ?? 1) + (reason === undefined ? 0 : 1)
    if (reason !== undefined && delivery > DELIVERIES) {
      const outcome = { kind: 'engineError', message: `given up after ${DELIVERIES} deliveries: ${reason}` } as const
      this.#intake.close(position, outcome)
      this.#ended(position, outcome)
      return
    }
    this.#deliveries.set(position, delivery)
    this.#todo.unshift(position)
    this.#alarm.abort()
  }

  #ended(position: number, outcome: TheoremOutcome): void {
    const handed = this.#handed.get(position)
    // The same theorem may wait a second time, after a worker that was only slow.
    if (handed !== undefined) this.#work.withdraw(handed.id).catch(() => {})
    this.#handed.delete(position)
    this.#open.delete(position)
    this.#todo = this.#todo.filter((other) => other !== position)
    this.#options.onEvent?.({ kind: 'theoremEnded', position, outcome })
    this.#errors = outcome.kind === 'engineError' ? this.#errors + 1 : 0
    if (outcome.kind === 'engineError' && this.#errors >= ERRORS_IN_A_ROW)
      this.#end({
        kind: 'broken',
        message: `${this.#errors} theorems in a row failed, the last with: ${outcome.message}`,
      })
    this.#alarm.abort()
  }

  /** Looks for theorems that were handed out and are nowhere any more: the server may have lost its memory. */
  async #check(): Promise<void> {
    const { card } = this.#options
    await this.#cards.add([{ id: card.key, data: card }])
    await this.#lease.renew()
    const ids = new Set(await this.#work.ids())
    const { waiting, active, failed } = await this.#reports.counts()
    const pending = waiting + active + failed
    if (failed > 0) await this.#reports.retry()
    for (const [position, handed] of this.#handed) {
      const { missingAt } = handed
      if (ids.has(handed.id)) delete handed.missingAt
      // Its last report may still be on its way; they come in the order in which they were sent.
      else if (missingAt === undefined) handed.missingAt = this.#taken + pending
      else if (this.#taken >= missingAt || pending === 0) this.#again(position, undefined)
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
