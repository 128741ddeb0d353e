import { EmbeddedEngine } from '../lean/embedded/engine.ts'
import { LeanTracer } from '../lean/embedded/trace.ts'
import type { Engine, EngineOptions } from '../lean/engine.ts'
import type { HoleOpener } from '../lean/holes.ts'
import { openProject, readProject } from '../lean/native/project.ts'
import { declaredByLayout } from '../lean/native/read-file.ts'
import type { FileReader } from '../lean/placed.ts'
import type { FileTracer } from '../lean/tracing/file-trace.ts'
import type { LocalPremises, PremiseList } from '../proof/premises.ts'
import { InputError } from './failure.ts'

/** The Lean a command works with: the embedded one, or that of a Lake project. */
export type ChosenEngine = Engine & {
  readonly processes: number
  readonly libraryHash: string
  /** What a policy may cite under a header. */
  premises(header: string): Promise<PremiseList>
  /** What the header itself declares; `imports` is the same text where `premises` would give the same. */
  localPremises(header: string): Promise<LocalPremises>
  /** Reads the steps of the proofs in files. */
  tracer(): FileTracer
} & FileReader

/** The flag, and what it means. */
export const LEAN_FLAG = [
  '--lean <project>',
  'use the toolchain and libraries of a Lake project; see `hedge doctor --lean`',
] as const

/** The Lean that comes with the program. @throws EngineError where it cannot run */
export async function openEmbedded(options: EngineOptions): Promise<ChosenEngine & HoleOpener> {
  const engine = await EmbeddedEngine.create(options)
  const { pool } = engine
  const { processes, libraryHash } = pool
  return Object.assign(engine, { processes, libraryHash, tracer: () => new LeanTracer(pool) })
}

/** @throws InputError where the folder is no project; EngineError where Lean cannot run */
export async function openEngine(project: string | undefined, options: EngineOptions): Promise<ChosenEngine> {
  if (project === undefined) return openEmbedded(options)
  const { hasLakefile, toolchain } = readProject(project)
  if (!hasLakefile || toolchain === undefined)
    throw new InputError(
      `${project} is no Lake project with a lean-toolchain: \`hedge doctor --lean ${project}\` says what is missing`,
    )
  const engine = await openProject(project, options)
  // The language server lists no theorems: policies do without citing any.
  return Object.assign(engine, {
    premises: async () => ({ symbols: [], theorems: [] }),
    localPremises: async (header: string) => ({ imports: '', ...declaredByLayout(header) }),
  })
}
