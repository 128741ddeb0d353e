import { existsSync } from 'node:fs'
import { InputError } from '../proof/input-error.ts'
import { EmbeddedEngine } from './embedded/engine.ts'
import { LeanLibrary } from './embedded/library.ts'
import { LeanPool } from './embedded/pool.ts'
import type { Engine, EngineOptions } from './engine.ts'
import type { OpenLibrary } from './library.ts'
import { openProject, readProject } from './native/project.ts'

/** The folder of this program's caches. */
export { cacheRoot } from './embedded/prepare.ts'

/**
 * Opens a Lean: that of a Lake project, or the embedded one where none is named.
 * @throws InputError where the folder is no project; EngineError where Lean cannot run
 */
export async function openEngine(project: string | undefined, options: EngineOptions = {}): Promise<Engine> {
  if (project === undefined) return EmbeddedEngine.create(options)
  if (!existsSync(project)) throw new InputError(`there is no folder ${project}`)
  const { hasLakefile, toolchain } = readProject(project)
  if (!hasLakefile || toolchain === undefined)
    throw new InputError(
      `${project} is no Lake project with a lean-toolchain: \`hedge doctor --lean ${project}\` says what is missing`,
    )
  return openProject(project, options)
}

/** Opens the embedded Lean as a source of theorems. @throws EngineError where it cannot run */
export async function openLibrary(options: EngineOptions = {}): Promise<OpenLibrary> {
  return new LeanLibrary(await LeanPool.create({ ...options, verifies: false }))
}
