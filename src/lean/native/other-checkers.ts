import { accessSync, constants, statSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import type { Verdict } from '../../proof/verdict.ts'
import { EngineError } from '../session.ts'
import type { ProcessCommand } from './process-group.ts'
import { runCommand } from './run-lean.ts'

/** A program beside a project's Lean that replays a compiled module through the kernel and fails where that refuses. */
export type OtherChecker = {
  readonly name: string
  readonly file: string
  /** Has it check a module, which may lie in `folder` where the project's libraries do not have it. */
  readonly command: (module: string, folder?: string) => ProcessCommand
}

/** `lake env` reads the project's configuration, which may be slow the first time. */
const LOOK_DEADLINE_MS = 120_000
/** What a module may be compiled into: one file, or three where it is a `module`. */
const PARTS = ['', '.server', '.private']

/**
 * The checkers a project has: `leanchecker` of its toolchain and `lean4checker`, which is the same from before it came
 * with Lean, of a package or from the PATH. Looked for as files: asked for their help, they would check the project.
 *
 * @throws EngineError where the project's environment cannot be read
 */
export async function findCheckers(directory: string): Promise<OtherChecker[]> {
  const ran = await runCommand({ file: 'lake', args: ['env'], directory }, LOOK_DEADLINE_MS)
  if (ran.kind !== 'ended' || ran.code !== 0)
    throw new EngineError('`lake env` does not say which checkers the project has')
  const variable = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(ran.stdout)?.[1]?.trim()
  const sysroot = variable('LEAN_SYSROOT')
  // Elsewhere on the PATH it would be elan's own, which stands there whether or not the toolchain has one.
  const inToolchain = sysroot === undefined ? [] : [join(sysroot, 'bin')]
  const onPath = (variable('PATH') ?? process.env.PATH ?? '').split(delimiter)
  const places = { leanchecker: inToolchain, lean4checker: onPath }
  return Object.entries(places).flatMap(([name, folders]) => {
    const program = process.platform === 'win32' ? `${name}.exe` : name
    const file = folders
      .filter((folder) => folder !== '')
      .map((folder) => resolve(directory, folder, program))
      .find(canRun)
    return file === undefined ? [] : [{ name, file, command: commandOf(directory, file) }]
  })
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function commandOf(directory: string, file: string): OtherChecker['command'] {
  return (module, folder) => {
    const path = [process.env.LEAN_PATH, folder].filter(Boolean).join(delimiter)
    return {
      file: 'lake',
      args: ['env', file, module],
      directory,
      // Lake puts the project's libraries before it.
      ...(folder === undefined ? {} : { environment: { ...process.env, LEAN_PATH: path } }),
    }
  }
}

/**
 * Asks each checker about a compiled module, one after the other; only an exit code of 0 in time is a yes. They see the
 * module alone, copied into `folder`: of what else its making has left behind, nothing can stand for a library.
 */
export async function askCheckers(
  checkers: readonly OtherChecker[],
  compiled: { readonly directory: string; readonly module: string },
  folder: string,
  deadlineMs: number,
): Promise<Extract<Verdict, { kind: 'rejected' }> | undefined> {
  await mkdir(folder)
  for (const part of PARTS) {
    const name = `${compiled.module}.olean${part}`
    await copyFile(join(compiled.directory, name), join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
  for (const { name, command } of checkers) {
    const ran = await runCommand(command(compiled.module, folder), deadlineMs)
    if (ran.kind === 'ended' && ran.code === 0) continue
    const reject = (what: string, message: string) =>
      ({ kind: 'rejected', reason: `${name} ${what}`, messages: message === '' ? [] : [message] }) as const
    if (ran.kind === 'absent') return reject('cannot be run', ran.reason)
    if (ran.kind === 'timeout') return reject('did not end in time', '')
    // 1 is what an uncaught error of a Lean program ends with, and its way to refuse.
    const what = ran.code === 1 ? 'refuses the proof' : `ended with code ${ran.code}`
    return reject(what, (ran.stderr.trim() || ran.stdout.trim()).slice(0, 1000))
  }
  return undefined
}
