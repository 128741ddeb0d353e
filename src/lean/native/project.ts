import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InputError } from '../../proof/input-error.ts'
import { sha256 } from '../../proof/sha256.ts'
import type { EngineOptions } from '../engine.ts'
import { EngineError } from '../session.ts'
import { LspEngine } from './engine.ts'
import { findCheckers } from './other-checkers.ts'
import type { LeanPeer } from './peer.ts'
import { runCommand } from './run-lean.ts'
import { type LeanCommand, verifyNatively } from './verify-source.ts'

/** `lake` builds nothing here; but it reads the project's configuration, which may be slow the first time. */
const VERSION_DEADLINE_MS = 120_000

/** What files say of a Lake project, before anything is run. */
export type ProjectFiles = {
  readonly directory: string
  /** The first line of `lean-toolchain`. */
  readonly toolchain: string | undefined
  readonly hasLakefile: boolean
  readonly manifest: boolean
  /** What the manifest pins Mathlib to; undefined where the project does without it. */
  readonly mathlib: { readonly revision: string; readonly release: string | undefined } | undefined
  /** The toolchain that the Mathlib which is there was made for. */
  readonly mathlibToolchain: string | undefined
  /** Whether Mathlib's compiled files are there. */
  readonly mathlibBuilt: boolean
}

export function readProject(path: string): ProjectFiles {
  const directory = resolve(path)
  const text = (...parts: string[]) => {
    try {
      return readFileSync(join(directory, ...parts), 'utf8')
    } catch {
      return undefined
    }
  }
  const manifest = text('lake-manifest.json')
  const inMathlib = ['.lake', 'packages', 'mathlib']
  return {
    directory,
    toolchain: firstLine(text('lean-toolchain')),
    hasLakefile: existsSync(join(directory, 'lakefile.toml')) || existsSync(join(directory, 'lakefile.lean')),
    manifest: manifest !== undefined,
    mathlib: mathlibIn(manifest),
    mathlibToolchain: firstLine(text(...inMathlib, 'lean-toolchain')),
    mathlibBuilt: existsSync(join(directory, ...inMathlib, '.lake', 'build', 'lib', 'lean', 'Mathlib.olean')),
  }
}

function firstLine(text: string | undefined): string | undefined {
  return text?.split('\n')[0]?.trim() || undefined
}

function mathlibIn(manifest: string | undefined): ProjectFiles['mathlib'] {
  try {
    const { packages } = JSON.parse(manifest ?? '{}') as {
      packages?: readonly { name?: string; rev?: string; inputRev?: string }[]
    }
    const found = packages?.find(({ name }) => name === 'mathlib')
    return found?.rev === undefined ? undefined : { revision: found.rev, release: found.inputRev }
  } catch {
    return undefined
  }
}

/** `lake env lean` of a project. */
export function leanOf(directory: string): LeanCommand {
  return (args) => ({ file: 'lake', args: ['env', 'lean', ...args], directory })
}

const NO_SECOND_KERNEL =
  'both kernels are required, and a toolchain has only its own: leave --lean or --require-both out'

/**
 * The engine of a Lake project's own toolchain and libraries.
 * @throws InputError where both kernels are required; EngineError where its toolchain cannot be run, with what to do
 */
export async function openProject(path: string, options: EngineOptions = {}): Promise<LspEngine> {
  if (options.requireBoth === true) throw new InputError(NO_SECOND_KERNEL)
  const files = readProject(path)
  const advice = `: \`hedge doctor --lean ${path}\` says what is missing`
  const lean = leanOf(files.directory)
  options.onProgress?.('starting the Lean of the project', 0)
  const ran = await runCommand(lean(['--version']), VERSION_DEADLINE_MS)
  if (ran.kind === 'absent') throw new EngineError(`\`lake\` cannot be run (${ran.reason})${advice}`)
  if (ran.kind === 'timeout') throw new EngineError(`\`lake env lean --version\` does not answer${advice}`)
  if (ran.code !== 0)
    throw new EngineError(`\`lake env lean --version\` fails: ${ran.stderr.trim().split('\n')[0] ?? ''}${advice}`)
  const checkers = await findCheckers(files.directory)
  options.onProgress?.('starting the Lean of the project', 1)
  const version = /version ([^,)\s]+)(?:.*commit ([0-9a-f]+))?/.exec(ran.stdout)
  const peer: LeanPeer = {
    version: version === null ? ran.stdout.trim() : `${version[1]}${version[2] ? `, commit ${version[2]}` : ''}`,
    libraryHash: projectHash(files),
    documentUri: pathToFileURL(join(files.directory, 'HedgeSearch.lean')).href,
    directory: files.directory,
    worker: lean(['-Dserver.reportDelayMs=0', '--worker']),
  }
  return new LspEngine(peer, options, (theorem, submission, options) =>
    options?.requireBoth === true
      ? Promise.resolve({ kind: 'rejected', reason: NO_SECOND_KERNEL, messages: [] })
      : verifyNatively(lean, checkers, theorem, submission, options?.deadlineMs),
  )
}

/** The toolchain and every pinned package: what a project's theorems rest on, as far as its files say. */
function projectHash({ directory, toolchain }: ProjectFiles): string {
  const manifest = join(directory, 'lake-manifest.json')
  return sha256(`${toolchain}\n${existsSync(manifest) ? readFileSync(manifest, 'utf8') : ''}`)
}
