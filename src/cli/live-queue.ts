import { InputError } from '../proof/input-error.ts'
import type { QueueServer } from '../scale/server.ts'
import type { QueueState } from '../view/data.ts'

/** So long a page waits for the queue's server. */
const ANSWER_MS = 5_000

/** What the page shows of a run in its queue. */
export async function askQueue(server: QueueServer, key: string): Promise<QueueState> {
  const at = server.address.shown
  const nothing = { at, coordinated: true, workers: [], waiting: 0, active: 0, setAside: 0, unwritten: 0 }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new InputError(`${at} does not answer`)), ANSWER_MS)
  })
  try {
    const { workOf } = await import('../scale/admin.ts')
    const asked = workOf(server, key)
    // Where it comes too late, nobody waits for it.
    asked.catch(() => {})
    const { names, underWay, coordinated, theorems, reports } = await Promise.race([asked, late])
    const busy = underWay.flatMap(({ worker }) => worker ?? [])
    return {
      at,
      problem: '',
      coordinated,
      workers: [...new Set([...names, ...busy])].sort().map((name) => ({
        name,
        on: underWay
          .filter(({ worker }) => worker === name)
          .map(({ position, block, since }) => ({
            position,
            block: block ?? null,
            since: since === undefined ? null : new Date(since).toISOString(),
          })),
      })),
      waiting: theorems.waiting,
      active: theorems.active,
      setAside: theorems.failed + reports.failed,
      unwritten: reports.waiting + reports.active,
    }
  } catch (error) {
    return { ...nothing, problem: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}
