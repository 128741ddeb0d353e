import { setTimeout as pause } from 'node:timers/promises'
import {
  createPostgresBackend,
  type Job,
  type JobsOptions,
  type Processor,
  Queue,
  runMigrations,
  WaitingError,
  Worker,
  type WorkerOptions,
} from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { InputError } from '../proof/input-error.ts'
import type { QueueAddress } from './address.ts'

/** What a job carries; every reader checks it against a schema of its own. */
export type Data = Readonly<Record<string, unknown>>
export type Handler = (job: Job<Data>, token: string) => Promise<void>

export type Consumer = {
  /** Its lock on these jobs is lost: whoever holds it now works on them. */
  onLost(listener: (ids: readonly string[]) => void): void
  /** Takes nothing more, and waits a while for what is being handled; what is not done by then comes back to others. */
  close(patienceMs?: number): Promise<void>
}

/** Thrown by a handler that cannot finish its job: it is to wait again, at once, for anybody. */
export class HandBack extends Error {
  override readonly name = 'HandBack'
}

/** For jobs that may lose their consumer as often as they like. PostgreSQL wants 32 bits. */
export const ALWAYS = 1_000_000

export type ConsumerOptions = {
  /** Jobs at once. */
  readonly concurrency: number
  /** Milliseconds without a sign of life after which a job is given to another. */
  readonly lockMs: number
  /** How often a job may lose its worker before it is set aside. */
  readonly most: number
  /** What others see of it. */
  readonly name?: string
}

/** A job that is being worked on. */
export type ActiveJob = { readonly id: string; readonly worker: string | undefined; readonly since: number | undefined }

/**
 * Jobs by name. `attempts` stays 1 and nothing is delayed: who adds a job decides alone whether it is to be done again.
 * Every call waits for a server that is away, until the connection is closed.
 */
export type NamedQueue = {
  /** Adds what is not there; a job whose id is known stays as it is. */
  add(jobs: readonly { readonly id: string; readonly data: Data }[]): Promise<void>
  data(id: string): Promise<unknown>
  /** Takes a waiting job back; false where it is not there or being worked on. */
  withdraw(id: string): Promise<boolean>
  /** Names of the jobs that wait or are worked on. */
  ids(): Promise<string[]>
  counts(): Promise<QueueCounts>
  /** Consumers that are connected, on all machines. */
  consumers(): Promise<number>
  /** Those that have a name. */
  consumerNames(): Promise<string[]>
  /** The first of the jobs that are worked on. */
  active(most: number): Promise<ActiveJob[]>
  /** Lets jobs that were set aside wait again. */
  retry(): Promise<void>
  /** Takes back what waits. */
  drain(): Promise<void>
  /** Removes the queue with everything in it. */
  remove(): Promise<void>
}
export type QueueCounts = { readonly waiting: number; readonly active: number; readonly failed: number }

export type QueueServer = {
  readonly address: QueueAddress
  queue(name: string): NamedQueue
  consume(name: string, handler: Handler, options: ConsumerOptions): Consumer
  close(): Promise<void>
}

/** How long a server may take to answer for the first time. */
const GREETING_MS = 10_000
/** How long a call may take before it is made again. */
const CALL_MS = 15_000
/** Pause before a call is made again whose server was away. */
const AGAIN_MS = 500
const CLOSING_MS = 5_000
const COUNTED_MS = 2_000
/** Where BullMQ keeps its tables. */
const SCHEMA = 'bullmq'
const OLDEST = { redis: [6, 2], postgres: [13, 0] } as const
/** Finished jobs leave at once: what came of them stands in the results file. */
const JOB: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: false }

export type ConnectOptions = {
  readonly greetingMs?: number
  /** Told once when the server goes away, and once when it is back. */
  readonly say?: (line: string) => void
}

/**
 * Connects to a queue's server and looks whether it can be used.
 * @throws InputError where there is none, or an unfit one
 */
export async function connect(address: QueueAddress, options: ConnectOptions = {}): Promise<QueueServer> {
  const { greetingMs = GREETING_MS, say = () => {} } = options
  return address.kind === 'redis' ? connectRedis(address, greetingMs, say) : connectPostgres(address, greetingMs, say)
}

type Say = (line: string) => void

async function connectRedis(address: QueueAddress, greetingMs: number, say: Say): Promise<QueueServer> {
  const greeter = new Redis(address.url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: greetingMs })
  greeter.on('error', () => {})
  try {
    await within(greetingMs, greeter.connect())
    const info = await within(greetingMs, greeter.info())
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? '0'
    refuseOld(address, 'Redis', version, OLDEST.redis)
    const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1] ?? 'noeviction'
    if (policy !== 'noeviction')
      throw new InputError(`${address.shown} may throw jobs away (maxmemory-policy ${policy}): set it to noeviction`)
  } catch (error) {
    throw unreachable(address, error)
  } finally {
    greeter.disconnect()
  }
  const shared = new Redis(address.url, { maxRetriesPerRequest: null, retryStrategy: () => AGAIN_MS })
  shared.on('error', () => {})
  shared.setMaxListeners(0)
  return serverOf(address, say, { connection: shared }, undefined, async () => shared.disconnect())
}

async function connectPostgres(address: QueueAddress, greetingMs: number, say: Say): Promise<QueueServer> {
  try {
    await greetPostgres(address, greetingMs, performance.now() + greetingMs)
  } catch (error) {
    throw unreachable(address, error)
  }
  // One pool for all queues of the process: a server has a hundred connections by default. A consumer keeps one to listen.
  const pool = new pg.Pool({
    connectionString: address.url,
    max: 6,
    idleTimeoutMillis: 5_000,
    connectionTimeoutMillis: greetingMs,
    keepAlive: true,
    options: `-c search_path=${SCHEMA}`,
  })
  pool.on('error', () => {})
  pool.setMaxListeners(0)
  pool.on('connect', (client) => client.on('error', () => {}))
  return serverOf(address, say, { connection: pool }, createPostgresBackend as never, () => pool.end())
}

/**
 * A server that has just been started refuses for a while, and of several processes that make its tables at once all but
 * one may fail: both pass.
 */
const PASSING = new Set(['57P03', '23505', '42P06', '42P07', '42710', 'XX000'])

async function greetPostgres(address: QueueAddress, greetingMs: number, until: number): Promise<void> {
  const greeter = new pg.Client({ connectionString: address.url, connectionTimeoutMillis: greetingMs })
  greeter.on('error', () => {})
  try {
    await within(greetingMs, greeter.connect())
    const { rows } = await greeter.query('SHOW server_version')
    refuseOld(address, 'PostgreSQL', String(rows[0]?.server_version), OLDEST.postgres)
    await runMigrations(greeter as unknown as Parameters<typeof runMigrations>[0], SCHEMA)
    return
  } catch (error) {
    if (!PASSING.has(String((error as { readonly code?: unknown }).code)) || performance.now() > until) throw error
  } finally {
    await greeter.end().catch(() => {})
  }
  await pause(AGAIN_MS)
  return greetPostgres(address, greetingMs, until)
}

function serverOf(
  address: QueueAddress,
  say: Say,
  base: { readonly connection: unknown },
  backend: never | undefined,
  end: () => Promise<void>,
): QueueServer {
  const closing = new AbortController()
  const queues = new Map<string, Queue<Data>>()
  /** Counting connections is dear where there are many. */
  const counted = new Map<string, { readonly at: number; readonly count: number }>()
  let isAway = false
  const tellAway = (away: boolean) => {
    if (away === isAway) return
    isAway = away
    say(`${address.shown} ${away ? 'does not answer: waiting for it, nothing is lost' : 'answers again'}`)
  }
  const open = (name: string): Queue<Data> => {
    let queue = queues.get(name)
    if (queue === undefined) {
      queue = new Queue<Data>(name, { ...(base as { connection: Redis }), defaultJobOptions: JOB }, backend)
      queue.on('error', () => {})
      queues.set(name, queue)
    }
    return queue
  }
  /** One whose server went away while it was being opened may never answer again: another takes its place. */
  const forget = (name: string) => {
    void queues
      .get(name)
      ?.close()
      .catch(() => {})
    queues.delete(name)
  }
  return {
    address,
    queue: (name) => {
      const persist = <T>(work: () => Promise<T>): Promise<T> =>
        persistently(work, closing.signal, (away) => {
          if (away) forget(name)
          tellAway(away)
        })
      return {
        add: (jobs) =>
          persist(async () => {
            if (jobs.length === 0) return
            await open(name).addBulk(jobs.map(({ id, data }) => ({ name: 'job', data, opts: { jobId: id } })))
          }),
        data: (id) => persist(async () => (await open(name).getJob(id))?.data as unknown),
        withdraw: (id) =>
          persist(async () => (await open(name).remove(id)) === 1).catch((error: Error) => {
            // Locked: someone works on it.
            if (closing.signal.aborted) throw error
            return false
          }),
        ids: () => persist(() => open(name).getRanges(['waiting', 'active'], 0, -1)),
        counts: () =>
          persist(async () => {
            const { waiting = 0, active = 0, failed = 0 } = await open(name).getJobCounts('waiting', 'active', 'failed')
            return { waiting, active, failed }
          }),
        async consumers() {
          const before = counted.get(name)
          if (before !== undefined && performance.now() - before.at < COUNTED_MS) return before.count
          const count = await persist(() => open(name).getWorkersCount())
          counted.set(name, { at: performance.now(), count })
          return count
        },
        consumerNames: () =>
          persist(async () =>
            (await open(name).getWorkers()).flatMap(({ rawname = '' }) => /:w:(.+)$/.exec(rawname)?.[1] ?? []),
          ),
        active: (most) =>
          persist(async () =>
            (await open(name).getActive(0, most - 1)).flatMap(({ id, processedBy, processedOn }) =>
              id === undefined ? [] : [{ id, worker: processedBy, since: processedOn }],
            ),
          ),
        retry: () => persist(() => open(name).retryJobs({ state: 'failed' })),
        drain: () => persist(() => open(name).drain()),
        remove: () =>
          persist(async () => {
            const queue = open(name)
            await queue.obliterate({ force: true })
            queues.delete(name)
            await queue.close()
          }),
      }
    },
    consume(name, handler, { concurrency, lockMs, most, name: shown }) {
      const settings: WorkerOptions = {
        ...(base as { connection: Redis }),
        concurrency,
        lockDuration: lockMs,
        stalledInterval: Math.max(500, Math.round(lockMs / 2)),
        maxStalledCount: most,
        ...(shown !== undefined && { name: shown }),
        runRetryDelay: AGAIN_MS,
        drainDelay: 2,
      }
      const process: Processor<Data> = async (job, token) => {
        try {
          await handler(job, token ?? '')
        } catch (error) {
          if (!(error instanceof HandBack)) throw error
          await job.moveToWait(token)
          throw new WaitingError()
        }
      }
      const worker = new Worker<Data>(name, process, settings, backend)
      // It goes on by itself when the server is back.
      worker.on('error', () => {})
      return {
        onLost: (listener) => worker.on('lockRenewalFailed', (ids: string[]) => listener(ids)),
        async close(patienceMs = CLOSING_MS) {
          const closed = worker.close().catch(() => {})
          const timer = new AbortController()
          await Promise.race([closed, pause(patienceMs, undefined, { signal: timer.signal }).catch(() => {})])
          timer.abort()
        },
      }
    },
    async close() {
      closing.abort(new InputError('the connection to the queue was closed'))
      await Promise.all([...queues.values()].map((queue) => queue.close().catch(() => {})))
      await end().catch(() => {})
    },
  }
}

/** Makes a call again until it succeeds: all calls here may be made twice. */
async function persistently<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  tellAway: (away: boolean) => void,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted()
    try {
      const answer = await within(CALL_MS, work())
      tellAway(false)
      return answer
    } catch (error) {
      if (signal.aborted || !isAway(error)) throw error
      tellAway(true)
      await pause(AGAIN_MS)
    }
  }
}

/** Whether an error says that the server is away or busy with its own start or end. */
function isAway(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  return (
    /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|57P0|08|53300)/.test(code) ||
    /Connection (is closed|terminated)|connection timeout|timeout exceeded when trying to connect|LOADING|not queryable|client has encountered a connection error|no answer within|Stream isn't writeable/i.test(
      message,
    )
  )
}

function refuseOld(
  address: QueueAddress,
  what: string,
  version: string,
  [major, minor]: readonly [number, number],
): void {
  const [a = 0, b = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  if (a < major || (a === major && b < minor))
    throw new InputError(`${address.shown} is ${what} ${version}: ${major}.${minor} or newer is needed`)
}

function unreachable(address: QueueAddress, error: unknown): InputError {
  if (error instanceof InputError) return error
  const { code, message } = error as { code?: string; message?: string }
  return new InputError(`no queue can be reached at ${address.shown}: ${message || code || 'it does not answer'}`, {
    cause: error,
  })
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(ms / 1000)} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
