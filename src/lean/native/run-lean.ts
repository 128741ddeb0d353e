import { killGroup, type ProcessCommand, spawnGroup } from './process-group.ts'

export type Ran =
  | { readonly kind: 'ended'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'timeout' }
  /** It could not be started: most likely it is not installed. */
  | { readonly kind: 'absent'; readonly reason: string }

const OUTPUT_KEPT = 4_000_000

/** Runs a command to its end in a process group of its own, which a missed deadline ends whole. */
export function runCommand(command: ProcessCommand, deadlineMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawnGroup(command, 'ignore')
    const output = { stdout: '', stderr: '' }
    let late = false
    const timer = setTimeout(() => {
      late = true
      killGroup(child)
    }, deadlineMs)
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        if (output[name].length < OUTPUT_KEPT) output[name] += text
      })
    }
    child.once('error', (error) => {
      clearTimeout(timer)
      resolve({ kind: 'absent', reason: error.message })
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      // What it started and left behind must not go on while its work is looked at.
      killGroup(child)
      resolve(late ? { kind: 'timeout' } : { kind: 'ended', code: code ?? -1, ...output })
    })
  })
}
