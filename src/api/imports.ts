import { BadImport, importedFiles, type ModuleFile, type ModuleReader, TwoModules } from '../lean/module-files.ts'
import { InputError } from '../proof/input-error.ts'
import { sourceText } from '../proof/source-text.ts'
import { readLean } from './read-lean.ts'

/**
 * Gives an engine the files that a file imports, itself and through others.
 * @param modules of the engine; missing where it finds them itself, as that of a Lake project does
 * @returns them, each after those it imports
 * @throws InputError where one is not there, cannot be read, or imports itself in the end
 */
export async function bringImports(
  modules: ModuleReader | undefined,
  path: string,
  text: string,
  root?: string,
): Promise<readonly ModuleFile[]> {
  if (modules === undefined) return []
  const read = async (file: string) => sourceText(await readLean(file)).text
  try {
    const files = await importedFiles({ path, text }, modules, read, root)
    await modules.addModules(files)
    return files
  } catch (error) {
    if (error instanceof BadImport || error instanceof TwoModules) throw new InputError(error.message, { cause: error })
    throw error
  }
}
