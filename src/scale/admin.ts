import { InputError } from '../proof/input-error.ts'
import { type Piece, queueNames, RUNS, readWorkId } from './protocol.ts'
import type { QueueCounts, QueueServer } from './server.ts'
import { type FoundRun, findRuns } from './worker.ts'

/** A run as it stands at the server. */
export type RunStatus = {
  readonly key: string
  readonly dataset: string
  readonly began: string
  readonly workers: number
  /** Whether a coordinator is connected. */
  readonly coordinated: boolean
  readonly theorems: QueueCounts
  /** Results that no coordinator has written yet. */
  readonly reports: QueueCounts
}

export async function queueStatus(server: QueueServer): Promise<RunStatus[]> {
  return Promise.all((await findRuns(server)).map((run) => statusOf(server, run)))
}

async function statusOf(server: QueueServer, { card, coordinated }: FoundRun): Promise<RunStatus> {
  const { key, dataset, began } = card
  const { work, reports } = queueNames(key)
  const [theorems, results, workers] = await Promise.all([
    server.queue(work).counts(),
    server.queue(reports).counts(),
    server.queue(work).consumers(),
  ])
  return { key, dataset, began, workers, coordinated, theorems, reports: results }
}

/** What somebody works on. */
export type UnderWay = Piece & {
  readonly worker: string | undefined
  /** Milliseconds of the server's time. */
  readonly since: number | undefined
}

/** Jobs under way that are told one by one. */
const TOLD = 200

/** Who works on a run, and on what. */
export async function workOf(
  server: QueueServer,
  key: string,
): Promise<RunStatus & { readonly names: readonly string[]; readonly underWay: readonly UnderWay[] }> {
  const run = (await findRuns(server)).find(({ card }) => card.key === key)
  if (run === undefined) throw new InputError(`run ${key.slice(0, 12)} is not in the queue`)
  const work = server.queue(queueNames(key).work)
  const [status, names, active] = await Promise.all([statusOf(server, run), work.consumerNames(), work.active(TOLD)])
  const underWay = active.flatMap(({ id, worker, since }) => {
    const piece = readWorkId(id)
    return piece === undefined ? [] : [{ ...piece, worker, since }]
  })
  return { ...status, names, underWay }
}

/** Takes a run, with all that waits in it, from the server. What its results file has stays there. */
export async function removeRun(server: QueueServer, key: string): Promise<void> {
  await server.queue(RUNS).withdraw(key)
  const { work, reports, lead, policies } = queueNames(key)
  for (const name of [work, reports, lead, policies]) await server.queue(name).remove()
}

/** Lets what was set aside, after too many losses, wait again. */
export async function retryRun(server: QueueServer, key: string): Promise<void> {
  const { work, reports } = queueNames(key)
  for (const name of [work, reports]) await server.queue(name).retry()
}
