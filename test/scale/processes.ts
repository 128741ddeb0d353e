import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { BUILT } from '../built.ts'

const CHILD = fileURLToPath(new URL(`../../${BUILT.test}/scale/child.js`, import.meta.url))

export type Ended = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}
export type Running = {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** What it has said so far. */
  said(): string
}

/** Starts a command in a process of its own. */
export function start(
  kind: 'jugs' | 'lean',
  command: 'evaluate' | 'worker' | 'queue',
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Running {
  const child = spawn(process.execPath, [CHILD, kind, command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  const out = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      out[name] += text
    })
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, ...out })),
  )
  return { process: child, ended, said: () => out.stderr }
}
