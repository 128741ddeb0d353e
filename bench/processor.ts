import { readFileSync } from 'node:fs'

/** What a process has used of processors so far, all threads together. */
export function processorMs(pid: number): number {
  // Behind the name in parentheses; ticks are hundredths of a second on every Linux.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
