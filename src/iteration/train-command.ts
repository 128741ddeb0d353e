import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

/** What a training command of the user's own is told, by environment variables. */
export type TrainCommandInput = {
  /** `HEDGE_STEPS`: the file of proof steps to train on. */
  readonly steps: string
  /** `HEDGE_ROUND_FOLDER`: the round's folder, where the command may keep what it makes. */
  readonly directory: string
  /** `HEDGE_ROUND`: the round's number, from 0. */
  readonly round: number
}

/** How long a command that was told to end may take for it. */
const GRACE_MS = 5000

/**
 * Runs a command in the shell, in a process group of its own, its output on stderr. Undefined where it ended well, and how it
 * ended otherwise. It has no deadline, since training may take days; an interruption ends it, with all it has started.
 */
export async function runTrainCommand(
  command: string,
  { steps, directory, round }: TrainCommandInput,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (signal.aborted) return 'was interrupted'
  const env = {
    ...process.env,
    HEDGE_STEPS: resolve(steps),
    HEDGE_ROUND_FOLDER: resolve(directory),
    HEDGE_ROUND: String(round),
  }
  const child = spawn(command, { shell: true, detached: true, env, stdio: ['ignore', 'pipe', 'inherit'] })
  // What it prints is for people: our own output stays clean.
  child.stdout.on('data', (text: Buffer) => process.stderr.write(text))
  const kill = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch {
      // It is gone.
    }
  }
  let last: NodeJS.Timeout | undefined
  const interrupted = () => {
    kill('SIGTERM')
    last = setTimeout(() => kill('SIGKILL'), GRACE_MS)
  }
  signal.addEventListener('abort', interrupted, { once: true })
  try {
    return await new Promise((done) => {
      child.once('error', (error) => done(`could not be started (${error.message})`))
      child.once('close', (code, name) =>
        done(code === 0 ? undefined : code === null ? `was ended by ${name}` : `ended with exit code ${code}`),
      )
    })
  } finally {
    clearTimeout(last)
    signal.removeEventListener('abort', interrupted)
  }
}
