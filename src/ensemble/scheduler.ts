import { setMaxListeners } from 'node:events'
import PQueue from 'p-queue'
import { type Clock, systemClock } from '../search/budget.ts'
import type { SearchStatistics } from '../search/outcome.ts'
import type { Journal, TheoremOutcome, UnitRecord } from './journal.ts'
import type { Member } from './member.ts'
import type { Plan } from './plan.ts'
import { runTheorem } from './theorem-run.ts'
import { TURNS } from './turns.ts'
import type { World } from './world.ts'

export type ScheduleOptions = {
  readonly plan: Plan
  /** Those of the plan, ready to work. */
  readonly members: readonly Member[]
  readonly world: World
  readonly journal: Journal
  /** Positions of the theorems to work on, in this order; those with an outcome on record are the caller's to leave out. */
  readonly positions: readonly number[]
  /** Processes of the Lean pool. */
  readonly workers: number
  /** Theorems worked on at the same time; one more than there are processes, if left out. */
  readonly theoremsAtOnce?: number | undefined
  /** Milliseconds for everything. */
  readonly runWallClockMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock
  readonly onEvent?: (event: ScheduleEvent) => void
}

export type ScheduleEvent =
  | { readonly kind: 'theoremStarted'; readonly position: number }
  /** Of the unit under way; cumulative within it. */
  | { readonly kind: 'progress'; readonly position: number; readonly statistics: Readonly<SearchStatistics> }
  | { readonly kind: 'unit'; readonly position: number; readonly unit: Omit<UnitRecord, 'tree'> }
  | { readonly kind: 'theoremEnded'; readonly position: number; readonly outcome: TheoremOutcome | undefined }

export type ScheduleResult =
  | { readonly kind: 'complete' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'outOfTime' }
  /** One theorem after another failed: the engine is broken, not the theorems. */
  | { readonly kind: 'broken'; readonly message: string }

/** So many engine errors in a row, and the run stops. */
const ERRORS_IN_A_ROW = 5

/** Where policies are models on servers: a theorem waits for its answers most of the time, and a server is quick with many at once. */
const THEOREMS_PER_WORKER = 8

/**
 * How many theorems to work on at the same time, see `ScheduleOptions`.
 * @param headers how many headers the theorems have, where a process serves one of them at a time: then more theorems would take
 *   the processes from one another
 */
export function theoremsAtOnce(members: readonly Member[], workers: number, headers = 1): number {
  return isServed(members) && headers <= workers ? THEOREMS_PER_WORKER * workers : workers + 1
}

/**
 * Passes that are run and recorded together, where nobody says how many. Many of them draw at the same states, and a server is asked
 * for many draws of a state at the price of one; but a clock would cut more of them, and a proof that ends a search make more vain.
 */
export function passesTogether(
  members: readonly Member[],
  plan: Pick<Plan, 'mode' | 'wallClockMs' | 'theoremMs'>,
): number {
  const isCut = plan.mode !== 'union' || plan.wallClockMs !== undefined || plan.theoremMs !== undefined
  return isServed(members) && !isCut ? 128 : TURNS.block
}

function isServed(members: readonly Member[]): boolean {
  return members.some(({ usage }) => usage !== undefined)
}

/**
 * Runs theorems side by side, more than there are Lean processes, so that none is idle while a policy thinks. Each
 * theorem's own work is sequential: its records do not depend on what else runs. The pool lends its processes one call
 * at a time in the order of asking, so a theorem that hangs in Lean holds one process until its tactic's time is up,
 * and the others get their turns in between.
 */
export async function schedule(options: ScheduleOptions): Promise<ScheduleResult> {
  const { plan, members, world, journal, positions, workers, clock = systemClock, onEvent = () => {} } = options
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  let result: ScheduleResult = { kind: 'complete' }
  const stop = (why: ScheduleResult) => {
    if (controller.signal.aborted) return
    result = why
    controller.abort(new DOMException(why.kind, 'AbortError'))
  }
  const interrupt = () => stop({ kind: 'interrupted' })
  if (options.signal?.aborted) interrupt()
  options.signal?.addEventListener('abort', interrupt, { once: true })
  const { runWallClockMs } = options
  const cancel =
    runWallClockMs === undefined ? () => {} : clock.after(runWallClockMs, () => stop({ kind: 'outOfTime' }))

  let errors = 0
  let left = positions.length
  const queue = new PQueue({ concurrency: options.theoremsAtOnce ?? workers + 1 })
  const run = async (position: number): Promise<void> => {
    if (controller.signal.aborted) return
    onEvent({ kind: 'theoremStarted', position })
    const outcome = await runTheorem(position, {
      journal,
      world,
      plan,
      members,
      // The last theorems have the pool to themselves; before, every process has a theorem of its own.
      concurrency: left <= workers ? workers : 1,
      clock,
      signal: controller.signal,
      onProgress: (statistics) => onEvent({ kind: 'progress', position, statistics }),
      onUnit: (unit) => onEvent({ kind: 'unit', position, unit }),
    })
    left--
    errors = outcome?.kind === 'engineError' ? errors + 1 : 0
    onEvent({ kind: 'theoremEnded', position, outcome })
    if (outcome?.kind === 'engineError' && errors >= ERRORS_IN_A_ROW) {
      stop({ kind: 'broken', message: `${errors} theorems in a row failed, the last with: ${outcome.message}` })
    }
  }
  try {
    await Promise.all(positions.map((position) => queue.add(() => run(position))))
    return result
  } catch (error) {
    // The journal failed, or a bug showed: nothing more may be started, and nothing be left behind.
    controller.abort(error)
    await queue.onIdle()
    throw error
  } finally {
    cancel()
    options.signal?.removeEventListener('abort', interrupt)
  }
}
