import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'

/** A file that others import, by the name they import it by. `path` is for messages; `text` as Lean reads it. */
export type ModuleFile = { readonly name: string; readonly path: string; readonly text: string }

/** An engine that compiles files which others import. Over LSP they are Lake's business. */
export interface ModuleReader {
  /** Modules that a text imports itself and the library does not have, as Lean reads its first lines. */
  ownImports(text: string): Promise<string[]>
  /** @throws TwoModules where another file goes by the name of one of them */
  addModules(modules: readonly ModuleFile[]): Promise<void>
}

export class TwoModules extends Error {
  override readonly name = 'TwoModules'
  constructor(module: string, one: string, other: string) {
    super(`${module} is two files, ${one} and ${other}: work on them one after the other, or give --root`)
  }
}

/** An import that leads nowhere, or in a circle. */
export class BadImport extends Error {
  override readonly name = 'BadImport'
}

/** Folders above a file that are looked into. */
const MOST_FOLDERS = 32
/** Packages that nobody means by a file of their own; Lean says that they are missing, and the commands say what to do. */
const PACKAGES = /^(Mathlib|Aesop|Batteries|Qq|ProofWidgets|Plausible|ImportGraph|LeanSearchClient)(\.|$)/

/**
 * The files that a file imports, itself and through others, each after those it imports. They lie under one folder: `root`, or
 * the nearest folder above the file from which its first such import is found.
 * @param read gives a file's text as Lean reads it
 * @throws BadImport in one sentence, with the files that lead there
 */
export async function importedFiles(
  file: { readonly path: string; readonly text: string },
  reader: ModuleReader,
  read: (path: string) => Promise<string> = (path) => readFile(path, 'utf8'),
  root?: string,
): Promise<ModuleFile[]> {
  const found: ModuleFile[] = []
  const done = new Set<string>()
  let folder = root
  const visit = async (text: string, chain: readonly string[], names: readonly string[]): Promise<void> => {
    for (const name of await reader.ownImports(text)) {
      if (PACKAGES.test(name)) continue
      const importer = chain.at(-1) ?? file.path
      if (names.includes(name)) throw new BadImport(`files import each other: ${[...chain, name].join(' imports ')}`)
      if (done.has(name)) continue
      folder ??= folderOf(file.path, name)
      if (folder === undefined)
        throw new BadImport(
          `${importer} imports ${name}, which the library does not have, and there is no ${fileOf(name)} in the folder of ${file.path} or in one above it; say with --root where the project begins`,
        )
      const path = join(folder, fileOf(name))
      if (!existsSync(path))
        throw new BadImport(
          `${[...chain, name].join(' imports ')}, but there is no file ${path}; --root says where imports begin`,
        )
      const shown = relative(process.cwd(), path)
      const source = await read(path)
      await visit(source, [...chain, name], [...names, name])
      done.add(name)
      found.push({ name, path: shown.startsWith('..') ? path : shown, text: source })
    }
  }
  await visit(file.text, [file.path], [])
  return found
}

const fileOf = (module: string): string => `${module.split('.').join('/')}.lean`

/** The nearest folder above a file from which a module's path leads to a file. */
function folderOf(path: string, module: string): string | undefined {
  let folder = dirname(resolve(path))
  for (let i = 0; i < MOST_FOLDERS; i++) {
    if (existsSync(join(folder, fileOf(module)))) return folder
    const above = dirname(folder)
    if (above === folder) return undefined
    folder = above
  }
  return undefined
}
