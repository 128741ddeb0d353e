import { hostname } from 'node:os'
import type { Plan } from '../ensemble/plan.ts'
import type { ScheduleEvent, ScheduleResult } from '../ensemble/scheduler.ts'
import type { World } from '../ensemble/world.ts'
import { policyFolder } from '../policy/open.ts'
import { isRemote } from '../policy/remote/settings.ts'
import type { RunJournal } from '../results/journal.ts'
import { listRuns } from '../results/read-run.ts'
import { PROTOCOL, queueNames, type RunCard } from '../scale/protocol.ts'
import type { QueueServer } from '../scale/server.ts'
import type { EvaluateOptions } from './evaluate.ts'
import { InputError } from './failure.ts'
import { programCommit } from './product.ts'

export type QueuedRun = {
  readonly server: QueueServer
  readonly plan: Plan
  readonly journal: RunJournal
  readonly world: World
  readonly positions: readonly number[]
  readonly options: EvaluateOptions
  readonly signal: AbortSignal
  readonly onEvent: (event: ScheduleEvent) => void
}

/** The evaluation by workers on a queue. @throws InputError, EngineError */
export async function coordinateRun(run: QueuedRun): Promise<ScheduleResult> {
  const { server, plan, journal, world, options } = run
  const row = listRuns(journal.database).find(({ id }) => id === journal.run)
  if (row === undefined) throw new Error('the run is not in its file')
  const card: RunCard = {
    protocol: PROTOCOL,
    key: row.key,
    config: row.config,
    dataset: row.dataset,
    commit: programCommit(),
    lockMs: options.lock,
    began: row.started_at,
  }
  const [{ coordinate }, { publishPolicy }] = await Promise.all([
    import('../scale/coordinator.ts'),
    import('../scale/policies.ts'),
  ])
  const prepare = async () => {
    const { work, reports } = queueNames(row.key)
    // What workers still report belongs to the results that were thrown away.
    if (options.force) for (const name of [work, reports]) await server.queue(name).remove()
    const folders = plan.members.map(({ policy, checkpointHash }) =>
      checkpointHash === null ? undefined : policyFolder(policy),
    )
    for (const folder of new Set(folders)) if (folder !== undefined) await publishPolicy(server, row.key, folder)
  }
  try {
    return await coordinate({
      server,
      card,
      plan,
      journal,
      positions: run.positions,
      world,
      trust: options.trustWorkers ?? false,
      costly: plan.members.flatMap(({ policy }, i) => (isRemote(policy) ? [i] : [])),
      runWallClockMs: options.runBudget,
      signal: run.signal,
      onEvent: run.onEvent,
      say: (line) => process.stderr.write(`${line}\n`),
      who: `${hostname()}:${process.pid}`,
      prepare,
    })
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: string }
    if (typeof code === 'string' && /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(code))
      throw new InputError(
        `${options.out} cannot be written (${message}): nothing is lost, what workers have done waits in the queue, and the same command goes on from here`,
        { cause: error },
      )
    throw error
  }
}
