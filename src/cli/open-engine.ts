import { EmbeddedEngine } from '../lean/embedded/engine.ts'
import type { Engine } from '../lean/engine.ts'
import { openProject } from '../lean/native/project.ts'
import type { PoolOptions } from '../lean/pool.ts'
import type { PremiseList } from '../policy/premises.ts'

/** The Lean a command works with: the embedded one, or that of a Lake project. */
export type ChosenEngine = Engine & {
  readonly processes: number
  readonly libraryHash: string
  /** What a policy may cite under a header. */
  premises(header: string): Promise<PremiseList>
}

/** The flag, and what it means. */
export const LEAN_FLAG = [
  '--lean <project>',
  'use the toolchain and libraries of a Lake project; see `hedge doctor --lean`',
] as const

/** @throws EngineError where Lean cannot run */
export async function openEngine(project: string | undefined, options: PoolOptions): Promise<ChosenEngine> {
  if (project === undefined) {
    const engine = await EmbeddedEngine.create(options)
    return Object.assign(engine, { processes: engine.pool.processes, libraryHash: engine.pool.libraryHash })
  }
  const engine = await openProject(project, options)
  // The language server lists no theorems: policies do without citing any.
  return Object.assign(engine, { premises: async () => ({ symbols: [], theorems: [] }) })
}
