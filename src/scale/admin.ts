import { queueNames, RUNS } from './protocol.ts'
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
