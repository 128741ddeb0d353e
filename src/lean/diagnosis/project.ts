import { existsSync, statSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { EngineError } from '../engine.ts'
import { findCheckers } from '../native/other-checkers.ts'
import { leanOf, type ProjectFiles, readProject } from '../native/project.ts'
import { type Ran, runCommand } from '../native/run-lean.ts'
import type { Finding } from './finding.ts'

/** What a process that has all of Mathlib open needs. */
const MATHLIB_BYTES = 9e9
const PROBE_MS = 120_000
const GET_ELAN =
  process.platform === 'darwin'
    ? 'brew install elan-init'
    : existsSync('/usr/bin/apt-get')
      ? 'sudo apt-get install elan'
      : 'curl -sSf https://elan.lean-lang.org/elan-init.sh | sh -s -- -y --default-toolchain none'

/** What a Lake project needs to serve as an engine, each line with the command that gets what is missing. */
export async function* projectFindings(path: string): AsyncGenerator<Finding> {
  if (!existsSync(path) || !statSync(path).isDirectory()) {
    yield bad(
      'project',
      `there is no folder ${path}`,
      'hedge doctor --lean lean-project, the project that comes with hedge',
    )
    return
  }
  const files = readProject(path)
  const { directory, toolchain } = files
  yield projectFinding(path, files)
  const elan = await versionOf('elan', ['--version'])
  yield elan === undefined
    ? bad('elan', 'not installed: it gets the toolchain a project asks for', GET_ELAN)
    : ok('elan', elan)
  yield await toolchainFinding(directory, toolchain, elan !== undefined)
  const lake = await versionOf('lake', ['--version'])
  yield lake === undefined ? bad('lake', 'not on the PATH; it comes with elan', GET_ELAN) : ok('lake', lake)
  yield mathlibFinding(path, files)
  yield matchFinding(path, files)
  const free = `${(freemem() / 1e9).toFixed(1)} of ${(totalmem() / 1e9).toFixed(1)} GB free`
  const needed = files.mathlib === undefined ? 2e9 : MATHLIB_BYTES
  yield freemem() >= needed
    ? ok('memory', free)
    : {
        what: 'memory',
        state: 'note',
        detail: `${free}; a process with ${files.mathlib === undefined ? 'Lean' : 'Mathlib'} open needs ${needed / 1e9} GB`,
        remedy: 'close other programs, and run with --workers 1',
      }
  if (lake === undefined || toolchain === undefined) return
  const lean = await runCommand(leanOf(directory)(['--version']), PROBE_MS)
  yield lean.kind === 'ended' && lean.code === 0
    ? ok('Lean of the project', lean.stdout.trim())
    : bad('Lean of the project', complaintOf(lean), `cd ${path} && lake env lean --version`)
  if (lean.kind === 'ended' && lean.code === 0) yield* checkerFindings(path, files)
}

/** A small module of every Lean's library, for a checker to show that it can read what this Lean compiles. */
const KNOWN_GOOD = 'Init.Coe'

async function* checkerFindings(path: string, { directory, toolchain }: ProjectFiles): AsyncGenerator<Finding> {
  const checkers = await findCheckers(directory).catch((error: EngineError) => error)
  if (checkers instanceof EngineError) {
    yield bad('other checkers', checkers.message, `cd ${path} && lake env`)
    return
  }
  if (checkers.length === 0)
    yield {
      what: 'other checkers',
      state: 'note',
      detail: `neither leanchecker, which comes with newer Lean, nor lean4checker: hedge's own checker judges alone`,
      remedy: getChecker(path, toolchain),
    }
  for (const { name, file, command } of checkers) {
    const ran = await runCommand(command(KNOWN_GOOD), PROBE_MS)
    yield ran.kind === 'ended' && ran.code === 0
      ? ok(name, `${file}, checks every proof after hedge's own checker`)
      : bad(
          name,
          `${file} would let no proof pass: on ${KNOWN_GOOD} of Lean's own library ${complaintOf(ran)}`,
          name === 'lean4checker'
            ? getChecker(path, toolchain)
            : `elan toolchain uninstall ${toolchain} && elan toolchain install ${toolchain}`,
        )
  }
}

/** The lean4checker of a project's release, which must be built by the same Lean. */
function getChecker(path: string, toolchain: string | undefined): string {
  const release = /:(v\d[\w.-]*)$/.exec(toolchain ?? '')?.[1]
  const clone = `git clone ${release === undefined ? '' : `--branch ${release} `}https://github.com/leanprover/lean4checker`
  const build = `cp ${path}/lean-toolchain lean4checker && (cd lean4checker && lake build)`
  return `${clone} && ${build} && export PATH="$PWD/lean4checker/.lake/build/bin:$PATH"`
}

function projectFinding(path: string, { directory, hasLakefile, toolchain, manifest }: ProjectFiles): Finding {
  if (!hasLakefile)
    return bad(
      'project',
      `${directory} has no lakefile`,
      'hedge doctor --lean lean-project, the project that comes with hedge',
    )
  if (toolchain === undefined)
    return bad(
      'project',
      `${directory} has no lean-toolchain`,
      `echo leanprover/lean4:v4.34.0 > ${path}/lean-toolchain`,
    )
  if (!manifest) return bad('project', `${directory} has no lake-manifest.json`, `cd ${path} && lake update`)
  return ok('project', `${directory}, ${toolchain}`)
}

async function toolchainFinding(directory: string, toolchain: string | undefined, elan: boolean): Promise<Finding> {
  if (toolchain === undefined) return bad('toolchain', 'the project does not say which', 'see the line above')
  const remedy = elan ? `elan toolchain install ${toolchain}` : `${GET_ELAN} && elan toolchain install ${toolchain}`
  if (!elan) return bad('toolchain', `${toolchain} cannot be looked for without elan`, remedy)
  const ran = await runCommand({ file: 'elan', args: ['toolchain', 'list'], directory }, PROBE_MS)
  const listed = ran.kind === 'ended' ? ran.stdout : ''
  return listed.split('\n').some((line) => line.trim().split(' ')[0] === toolchain)
    ? ok('toolchain', `${toolchain} is installed`)
    : bad('toolchain', `${toolchain} is not installed`, remedy)
}

function mathlibFinding(path: string, { mathlib, mathlibBuilt }: ProjectFiles): Finding {
  if (mathlib === undefined) return { what: 'Mathlib', state: 'note', detail: 'the project does without it' }
  const pinned = `${mathlib.release ?? 'no release'} (${mathlib.revision.slice(0, 9)})`
  return mathlibBuilt
    ? ok('Mathlib', `${pinned}, compiled files are there`)
    : bad('Mathlib', `${pinned}, but its compiled files are not there`, `cd ${path} && lake exe cache get`)
}

function matchFinding(path: string, { toolchain, mathlib, mathlibToolchain }: ProjectFiles): Finding {
  if (mathlib === undefined) return ok('versions', 'nothing to match')
  if (mathlibToolchain === undefined)
    return bad('versions', 'Mathlib is not there to compare its toolchain with', `cd ${path} && lake exe cache get`)
  return mathlibToolchain === toolchain
    ? ok('versions', `the project and Mathlib ask for the same toolchain`)
    : bad(
        'versions',
        `the project asks for ${toolchain}, Mathlib for ${mathlibToolchain}`,
        `cp ${path}/.lake/packages/mathlib/lean-toolchain ${path}/lean-toolchain`,
      )
}

function complaintOf(ran: Ran): string {
  if (ran.kind !== 'ended') return 'it does not answer'
  return ran.stderr.trim().split('\n')[0] || `it ends with code ${ran.code}`
}

async function versionOf(file: string, args: readonly string[]): Promise<string | undefined> {
  const ran = await runCommand({ file, args }, PROBE_MS)
  return ran.kind === 'ended' && ran.code === 0 ? (ran.stdout.trim().split('\n')[0] ?? '') : undefined
}

const ok = (what: string, detail: string): Finding => ({ what, state: 'ok', detail })
const bad = (what: string, detail: string, remedy: string): Finding => ({ what, state: 'bad', detail, remedy })
