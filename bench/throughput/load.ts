/** How much is under way from a moment on. */
export type Change = { readonly at: number; readonly level: number }

/** Work that was under way, from and to a time. */
export type Span = { readonly from: number; readonly to: number }

/** Both kinds of work between two moments, as shares of that time. */
export type Load = {
  /** No request is under way at the server; and that while Lean has a process free, so that nobody is the bottleneck. */
  readonly serverIdle: number
  readonly serverIdleForNothing: number
  /** Requests under way, in the mean. */
  readonly requests: number
  /** Of the processes' time; and of that the part in which the server could have taken more requests. */
  readonly leanIdle: number
  readonly leanIdleForNothing: number
}

/** How much was under way when, of pieces of work. */
export function changes(spans: readonly Span[]): Change[] {
  const steps = spans.flatMap(({ from, to }) => [
    { at: from, by: 1 },
    { at: to, by: -1 },
  ])
  steps.sort((a, b) => a.at - b.at)
  let level = 0
  return steps.map(({ at, by }) => {
    level += by
    return { at, level }
  })
}

/**
 * What two resources did between two moments. A resource that is idle is a loss only while the other is not full: a run cannot
 * be sooner over than its bottleneck is.
 */
export function loadOf(
  requests: readonly Span[],
  lean: readonly Span[],
  [begun, ended]: readonly [number, number],
  { concurrency, workers }: { readonly concurrency: number; readonly workers: number },
): Load {
  const sides = [
    ...changes(requests).map(({ at, level }) => ({ at, level, side: 'server' as const })),
    ...changes(lean).map(({ at, level }) => ({ at, level, side: 'lean' as const })),
  ].sort((a, b) => a.at - b.at)
  const now = { server: 0, lean: 0 }
  const sums = { serverIdle: 0, serverIdleForNothing: 0, requests: 0, leanIdle: 0, leanIdleForNothing: 0 }
  let last = begun
  const pass = (to: number) => {
    const ms = Math.max(0, Math.min(to, ended) - last)
    const free = Math.max(0, workers - now.lean)
    sums.requests += ms * now.server
    sums.leanIdle += (ms * free) / workers
    if (now.server < concurrency) sums.leanIdleForNothing += (ms * free) / workers
    if (now.server === 0) {
      sums.serverIdle += ms
      if (free > 0) sums.serverIdleForNothing += ms
    }
    last = Math.max(last, Math.min(to, ended))
  }
  for (const { at, level, side } of sides) {
    pass(at)
    now[side] = level
  }
  pass(ended)
  const ms = ended - begun
  return {
    serverIdle: sums.serverIdle / ms,
    serverIdleForNothing: sums.serverIdleForNothing / ms,
    requests: sums.requests / ms,
    leanIdle: sums.leanIdle / ms,
    leanIdleForNothing: sums.leanIdleForNothing / ms,
  }
}
