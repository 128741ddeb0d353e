import { InputError } from '../proof/input-error.ts'
import { ALWAYS, type NamedQueue, type QueueServer } from './server.ts'

/** The right to be a run's only coordinator. */
export type Lease = {
  /** Aborts where another has taken over: this process was frozen, or cut off, for longer than a lock lasts. */
  readonly lost: AbortSignal
  /** Puts the lease back where it was lost with the server's memory. */
  renew(): Promise<void>
  release(): Promise<void>
}

const ID = 'coordinator'
/** For a server and a machine that are busy. */
const MARGIN_MS = 5_000

/**
 * Waits for the lease as long as it takes a lock of a coordinator that died to run out. It is a job that only one
 * process can work on, and "works on" it until the run's end.
 * @throws InputError where another coordinator is alive
 */
export async function takeLease(
  server: QueueServer,
  name: string,
  lockMs: number,
  who: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Lease> {
  const queue: NamedQueue = server.queue(name)
  const patience = 2 * lockMs + MARGIN_MS
  if ((await queue.counts()).active > 0)
    say(`another coordinator holds this run, or was lost with it: waiting up to ${Math.ceil(patience / 1000)} s`)
  const job = { id: ID, data: { who } }
  await queue.add([job])
  const lost = new AbortController()
  let held: (() => void) | undefined
  let expiry: NodeJS.Timeout | undefined
  let taken = () => {}
  const first = new Promise<void>((resolve) => {
    taken = resolve
  })
  const consumer = server.consume(
    name,
    async () => {
      clearTimeout(expiry)
      taken()
      // Until the lock is lost: then the job comes to whoever asks first, which may be this process again.
      await new Promise<void>((resolve) => {
        held = resolve
      })
    },
    { concurrency: 1, lockMs, most: ALWAYS },
  )
  const tooLate = () =>
    lost.abort(new InputError('another coordinator has taken over this run; nothing more is written here'))
  consumer.onLost(() => {
    held?.()
    clearTimeout(expiry)
    expiry = setTimeout(tooLate, patience)
  })
  const release = async () => {
    clearTimeout(expiry)
    held?.()
    await consumer.close(2_000)
  }
  const deadline = new Promise<'late'>((resolve) => {
    expiry = setTimeout(() => resolve('late'), patience)
    signal.addEventListener('abort', () => resolve('late'), { once: true })
  })
  if ((await Promise.race([first, deadline])) === 'late') {
    await release()
    signal.throwIfAborted()
    throw new InputError(
      'another coordinator is at work on this run: let it, or stop it first (`hedge queue status` shows the run)',
    )
  }
  return { lost: lost.signal, renew: () => queue.add([job]), release }
}
