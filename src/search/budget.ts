import { setMaxListeners } from 'node:events'

/** What a search may spend. A limit left out is no limit, but for `depth`. */
export type Budget = {
  /** Milliseconds from the start of the search, without what was spent apart from it. */
  readonly wallClockMs?: number | undefined
  /**
   * Milliseconds, counted in the same way, after which nothing new is begun; what runs is let end, since killing a tactic
   * loses what it has done and costs a Lean process.
   */
  readonly turnMs?: number | undefined
  /** Tactics from the root to a state at most; 50 if left out, as in the paper (App. B). */
  readonly depth?: number | undefined
  /** Sampled roll-outs; best-first search has none. */
  readonly passes?: number | undefined
  /** Nodes the search samples or ranks tactics for; see each search for what it counts. */
  readonly expansions?: number | undefined
  /** The user's abort. */
  readonly signal?: AbortSignal | undefined
}

export type Limit = 'wallClock' | 'depth' | 'passes' | 'expansions'

export interface Clock {
  /** Milliseconds from any fixed moment; never goes back. */
  now(): number
  /** Calls back once after `ms` milliseconds, unless the returned function is called before. */
  after(ms: number, call: () => void): () => void
}

export const DEFAULT_DEPTH = 50

/** A budget being spent. */
export type Meter = {
  readonly depth: number
  /** Infinity where the budget sets no limit. */
  readonly passes: number
  readonly expansions: number
  /** Aborts at the end of the wall clock and on the user's abort. */
  readonly signal: AbortSignal
  /** Why the search must begin nothing new, if it must not. */
  stopped(): 'wallClock' | 'interrupted' | undefined
  /** Since the start, with what was spent apart. */
  elapsedMs(): number
  now(): number
  /** The wall clock stands still for this work. */
  apart<T>(work: () => Promise<T>): Promise<T>
  /** Takes back the timer and the listener. */
  close(): void
}

/** Starts the clock. Throws RangeError on a limit that is not a number >= 0. */
export function openBudget(budget: Budget, clock: Clock): Meter {
  const wallClockMs = limit('wallClockMs', budget.wallClockMs)
  const turnMs = limit('turnMs', budget.turnMs)
  const start = clock.now()
  const controller = new AbortController()
  // Every request under way listens; that is no leak.
  setMaxListeners(0, controller.signal)
  let cause: 'wallClock' | 'interrupted' | undefined

  const stop = (why: 'wallClock' | 'interrupted', reason: unknown) => {
    if (cause !== undefined) return
    cause = why
    controller.abort(reason)
  }
  const timeUp = () => stop('wallClock', new DOMException(`${wallClockMs} ms are over`, 'TimeoutError'))
  const interrupt = () => stop('interrupted', budget.signal?.reason)

  if (budget.signal?.aborted) interrupt()
  else budget.signal?.addEventListener('abort', interrupt, { once: true })
  let apartMs = 0
  let apartSince: number | undefined
  /** Pieces of such work under way. */
  let apart = 0
  const spent = () => (apartSince ?? clock.now()) - start - apartMs
  const left = () => wallClockMs - spent()
  const arm = () => (wallClockMs < Number.POSITIVE_INFINITY ? clock.after(Math.max(0, left()), timeUp) : () => {})
  let cancel = arm()
  let closed = false

  return {
    depth: limit('depth', budget.depth ?? DEFAULT_DEPTH),
    passes: limit('passes', budget.passes),
    expansions: limit('expansions', budget.expansions),
    signal: controller.signal,
    stopped() {
      // A timer can be late on a busy event loop; the clock itself decides.
      if (left() <= 0) timeUp()
      return cause ?? (spent() >= turnMs ? 'wallClock' : undefined)
    },
    elapsedMs: () => clock.now() - start,
    now: () => clock.now(),
    async apart(work) {
      if (apart++ === 0) {
        cancel()
        apartSince = clock.now()
      }
      try {
        return await work()
      } finally {
        if (--apart === 0) {
          apartMs += clock.now() - (apartSince ?? clock.now())
          apartSince = undefined
          if (!closed) cancel = arm()
        }
      }
    },
    close() {
      closed = true
      cancel()
      budget.signal?.removeEventListener('abort', interrupt)
    },
  }
}

/** Timers hold 31 bits; a longer wait is cut into pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    let timer: NodeJS.Timeout
    const wait = (left: number) => {
      const piece = Math.min(left, LONGEST_TIMER_MS)
      timer = setTimeout(() => (left > piece ? wait(left - piece) : call()), piece)
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
}

function limit(name: keyof Budget, value: number | undefined): number {
  if (value === undefined) return Number.POSITIVE_INFINITY
  if (!(value >= 0)) throw new RangeError(`budget: ${name} must be a number >= 0, not ${value}`)
  return value
}
