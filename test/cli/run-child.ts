import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { openResults } from '../../src/results/store.ts'
import { BUILT } from '../built.ts'

const CHILD = fileURLToPath(new URL(`../../${BUILT.test}/cli/evaluate-child.js`, import.meta.url))

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stderr: string }
export type Child = { readonly process: ChildProcess; readonly begun: Promise<void>; readonly ended: Promise<Ended> }

/** Starts an evaluation in a process of its own. */
export function startChild(kind: 'jugs' | 'lean', args: readonly string[]): Child {
  const child = spawn(process.execPath, [CHILD, kind, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const begun = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, stderr })),
  )
  return { process: child, begun, ended }
}

/** Passes a results file has on record; 0 where there is no file yet. */
export function countPasses(file: string): number {
  try {
    const database = openResults(file, { mustExist: true })
    const passes = Number(database.prepare('SELECT count(*) FROM passes').pluck().get())
    database.close()
    return passes
  } catch {
    // Not there yet.
    return 0
  }
}
