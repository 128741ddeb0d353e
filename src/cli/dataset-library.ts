import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { type LibraryRow, readLibrary, splitLibrary } from '../dataset/library.ts'
import { openLibrary } from '../lean/open.ts'
import { sha256 } from '../proof/sha256.ts'
import { formatDuration } from './clock.ts'
import { outFolder, pattern } from './flags.ts'
import { showLine } from './live-line.ts'
import { FLAG } from './options.ts'

type Options = { readonly out: string; readonly workers: number; readonly modules?: RegExp }

/** Reasons for which a statement that was printed is left out. */
const PRINTS_OTHERWISE = 'prints as something else'
const FAILS = 'does not elaborate as printed'

/** `hedge dataset library`: the embedded library's own theorems as a set to prove. */
export function datasetLibraryCommand(): Command {
  return new Command('library')
    .description('write the theorems of the embedded library, each to be proved in what its module imports')
    .option('-o, --out <folder>', 'where the files go', outFolder, 'datasets/library')
    .addOption(FLAG.workers())
    .option('--modules <pattern>', 'only modules whose name matches this regular expression', pattern)
    .action(async (options: Options) => {
      process.exitCode = await writeLibrary(options)
    })
}

async function writeLibrary({ out, workers, modules }: Options): Promise<number> {
  const began = performance.now()
  let at = { done: 0, all: 0, kept: 0 }
  const line = () => {
    const spent = performance.now() - began
    const { done, all, kept } = at
    const left = done === 0 ? 'time left unknown' : `${formatDuration((spent * (all - done)) / done)} left`
    return `${formatDuration(spent)} | ${done}/${all} modules | ${kept} theorems kept | ${left}`
  }
  const shown = showLine(line, () => "reading the library's modules")
  const source = await openLibrary({ processes: workers }).catch((error) => {
    shown.stop()
    throw error
  })
  try {
    const library = await readLibrary(source, {
      workers,
      where: (module) => modules?.test(module) ?? true,
      onModule(done, all, kept) {
        at = { done, all, kept }
        shown.update()
      },
    }).finally(() => shown.stop(line()))
    const rows = splitLibrary(library.theorems)
    await mkdir(out, { recursive: true })
    const random = jsonLines(rows, (row) => row.split)
    const novel = jsonLines(rows, (row) => row.novel)
    const count = (split: (row: LibraryRow) => string) =>
      Object.fromEntries(
        ['train', 'valid', 'test'].map((name) => [name, rows.filter((row) => split(row) === name).length]),
      )
    const manifest = {
      lean: source.leanVersion,
      libraryHash: source.libraryHash,
      modules: library.modules,
      kept: rows.length,
      left: library.left,
      files: {
        'library.jsonl': { sha256: sha256(random), ...count((row) => row.split) },
        'library-novel.jsonl': { sha256: sha256(novel), ...count((row) => row.novel) },
      },
    }
    await writeFile(join(out, 'library.jsonl'), random)
    await writeFile(join(out, 'library-novel.jsonl'), novel)
    await writeFile(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`)
    const tried = rows.length + (library.left[PRINTS_OTHERWISE] ?? 0) + (library.left[FAILS] ?? 0)
    process.stderr.write(
      `${rows.length} of ${tried} statements elaborated back to the same type where they are to be proved; no other is kept\n`,
    )
    return 0
  } finally {
    await source.dispose()
  }
}

function jsonLines(rows: readonly LibraryRow[], split: (row: LibraryRow) => string): string {
  return rows
    .map((row) =>
      JSON.stringify({
        name: row.name,
        split: split(row),
        module: row.module,
        header: row.header,
        statement: row.statement,
      }),
    )
    .map((line) => `${line}\n`)
    .join('')
}
