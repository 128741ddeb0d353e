import { setTimeout as pause } from 'node:timers/promises'
import type { Member } from '../ensemble/member.ts'
import type { Plan } from '../ensemble/plan.ts'
import { runTheorem } from '../ensemble/theorem-run.ts'
import type { World } from '../ensemble/world.ts'
import { systemClock } from '../search/budget.ts'
import {
  type Block,
  cardSchema,
  pack,
  queueNames,
  type Report,
  RUNS,
  type RunCard,
  unpackKnown,
  workSchema,
} from './protocol.ts'
import { Sender } from './sender.ts'
import type { QueueServer } from './server.ts'

export type WorkerOptions = {
  readonly server: QueueServer
  readonly card: RunCard
  readonly plan: Omit<Plan, 'theorems' | 'members'>
  readonly members: readonly Member[]
  readonly world: World
  /** Lean processes; one theorem more is worked on, so that none is idle while a policy thinks. */
  readonly processes: number
  /** Who this is, for messages. */
  readonly name: string
  readonly signal: AbortSignal
  readonly onTheorem?: (name: string, outcome: string) => void
}

export type WorkerResult =
  /** The run is done, or was taken from the queue. */
  | { readonly kind: 'over' }
  /** Nothing is left to do, and no coordinator is there to hand out more. */
  | { readonly kind: 'deserted' }
  | { readonly kind: 'interrupted' }
  /** One theorem after another failed here: this machine is broken, not the theorems. */
  | { readonly kind: 'broken'; readonly message: string }

const ERRORS_IN_A_ROW = 5
const LOOK_MS = 3_000
/** Deliveries of one job by the queue; who is lost a second time with it says nothing, and the coordinator finds out. */
const MOST_LOST = 5

/** A run in the queue, and whether there is anybody to hand out its theorems. */
export type FoundRun = { readonly card: RunCard; readonly coordinated: boolean; readonly waiting: number }

/**
 * Runs in the queue: those with a coordinator first, then those with theorems that wait, then the older ones. Cards that
 * cannot be read are left out.
 */
export async function findRuns(server: QueueServer): Promise<FoundRun[]> {
  const runs = server.queue(RUNS)
  const found = await Promise.all(
    (await runs.ids()).map(async (id): Promise<FoundRun[]> => {
      const card = cardSchema.safeParse(await runs.data(id))
      return card.success ? [{ card: card.data, ...(await attention(server, card.data.key)) }] : []
    }),
  )
  const rank = ({ coordinated, waiting }: FoundRun) => (coordinated ? 0 : waiting > 0 ? 1 : 2)
  return found.flat().sort((a, b) => rank(a) - rank(b) || Date.parse(a.card.began) - Date.parse(b.card.began))
}

async function attention(server: QueueServer, key: string): Promise<Pick<FoundRun, 'coordinated' | 'waiting'>> {
  const { lead, work } = queueNames(key)
  const [coordinators, { waiting }] = await Promise.all([server.queue(lead).consumers(), server.queue(work).counts()])
  return { coordinated: coordinators > 0, waiting }
}

/** Works on a run's theorems until the run is over. Every theorem ends with a report, or comes to another worker. */
export async function workFor(options: WorkerOptions): Promise<WorkerResult> {
  const { server, card, world, processes, name, signal, onTheorem = () => {} } = options
  const names = queueNames(card.key)
  const reports = server.queue(names.reports)
  const send = (id: string, data: Report) => reports.add([{ id, data }])
  const stop = new AbortController()
  const underWay = new Map<string, { readonly sender: Sender; readonly controller: AbortController }>()
  let result: WorkerResult | undefined
  const end = (why: WorkerResult) => {
    result ??= why
    stop.abort()
  }
  const interrupt = () => end({ kind: 'interrupted' })
  if (signal.aborted) interrupt()
  signal.addEventListener('abort', interrupt, { once: true })
  // What a lost worker has not sent is lost with it: not much more than a lock takes to run out.
  const sendAfterMs = card.lockMs / 6
  let errors = 0

  const consumer = server.consume(
    names.work,
    async ({ id = '', data, attemptsStarted }) => {
      const work = workSchema.parse(data)
      const { position, block, units, theorem } = work
      const notice = (kind: 'lost' | 'handedBack') =>
        send(`${id}-${kind}`, {
          position,
          ...(block !== undefined && { block }),
          work: id,
          first: units,
          worker: name,
          end: { kind },
          body: pack({ parts: [] }),
        })
      // The worker before may have reported some of it: what is left is the coordinator's to say.
      if (attemptsStarted > 1) return notice('lost')
      if (stop.signal.aborted) return notice('handedBack')
      const known = work.known === undefined ? undefined : unpackKnown(work.known)
      const controller = new AbortController()
      const sender = new Sender({ id, work, known, members: options.members.length, worker: name, sendAfterMs, send })
      underWay.set(id, { sender, controller })
      const signal = AbortSignal.any([controller.signal, stop.signal])
      try {
        const outcome = await runTheorem(0, {
          journal: sender,
          world,
          plan: { ...options.plan, theorems: [theorem], members: options.members },
          members: options.members,
          concurrency: work.last ? processes : 1,
          clock: systemClock,
          signal,
          onlyOneUnit: block !== undefined,
        })
        await sender.finish(signal.aborted)
        const ended = outcome?.kind ?? (block === undefined || signal.aborted ? 'handed back' : 'done')
        onTheorem(theorem.name, block === undefined ? ended : `${ended}, ${blockName(block, options)}`)
        errors = outcome?.kind === 'engineError' ? errors + 1 : 0
        if (outcome?.kind === 'engineError' && errors >= ERRORS_IN_A_ROW)
          end({ kind: 'broken', message: `${errors} theorems in a row failed, the last with: ${outcome.message}` })
      } finally {
        underWay.delete(id)
      }
    },
    { concurrency: processes + 1, lockMs: card.lockMs, most: MOST_LOST, name },
  )
  const drop = (id: string) => {
    const job = underWay.get(id)
    job?.sender.silence()
    job?.controller.abort(new Error('another worker has this theorem'))
  }
  consumer.onLost((ids) => ids.forEach(drop))
  try {
    await pause(LOOK_MS, undefined, { signal: stop.signal }).catch(() => {})
    while (result === undefined) {
      if ((await server.queue(RUNS).data(card.key)) === undefined) {
        for (const id of underWay.keys()) drop(id)
        end({ kind: 'over' })
      } else if (underWay.size === 0 && (await isDeserted(server, card.key))) end({ kind: 'deserted' })
      else await pause(LOOK_MS, undefined, { signal: stop.signal }).catch(() => {})
    }
  } finally {
    signal.removeEventListener('abort', interrupt)
    stop.abort()
    // A tactic that runs is let end, and its theorem handed back.
    await consumer.close(30_000)
  }
  return result
}

function blockName({ member, firstPass }: Block, { members, plan }: WorkerOptions): string {
  return `passes of ${members[member]?.name} from ${firstPass} on, at most ${plan.block}`
}

async function isDeserted(server: QueueServer, key: string): Promise<boolean> {
  const { coordinated, waiting } = await attention(server, key)
  return !coordinated && waiting === 0
}
