import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export type ProcessCommand = {
  readonly file: string
  readonly args: readonly string[]
  readonly directory?: string
  readonly environment?: NodeJS.ProcessEnv
}

const live = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of live) killGroup(child)
})

/** Starts a command as the leader of a process group of its own, so that what it starts can be ended with it. */
export function spawnGroup(command: ProcessCommand, stdin: 'pipe' | 'ignore'): ChildProcess {
  const child = spawn(command.file, [...command.args], {
    stdio: [stdin, 'pipe', 'pipe'],
    // Windows has no groups to signal; there the child is killed alone.
    detached: process.platform !== 'win32',
    ...(command.directory === undefined ? {} : { cwd: command.directory }),
    ...(command.environment === undefined ? {} : { env: command.environment }),
  })
  live.add(child)
  child.once('close', () => live.delete(child))
  child.once('error', () => live.delete(child))
  return child
}

/** Ends a process and everything in its group: `lake env` waits for a `lean` that a signal to `lake` alone would leave. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Already gone.
  }
}

/** Resident bytes of all processes of a group; undefined where the system does not tell. */
export function groupMemory(leader: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  let bytes = 0
  try {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        // After the command's name, which may hold anything: state, parent, group, …; field 24 is the resident pages.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        if (Number(fields[2]) === leader) bytes += Number(fields[21]) * 4096
      } catch {
        // Gone while we looked.
      }
    }
  } catch {
    return undefined
  }
  return bytes
}
