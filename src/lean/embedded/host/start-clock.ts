/** One part of a start: time on the wall, and of all of the process's threads on processors, in milliseconds. */
export type StartPart = { readonly what: string; readonly wallMs: number; readonly cpuMs: number }

const parts: StartPart[] = []
const spent = { wallMs: 0, cpuMs: 0 }

/** Ends a part of this process's start, which began where the part before it ended; the first begins with the process. */
export function endPart(what: string): void {
  const { user, system } = process.cpuUsage()
  const now = { wallMs: performance.now(), cpuMs: (user + system) / 1000 }
  parts.push({ what, wallMs: now.wallMs - spent.wallMs, cpuMs: now.cpuMs - spent.cpuMs })
  Object.assign(spent, now)
}

/** The parts so far, in their order. */
export const startParts = (): readonly StartPart[] => parts
