import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { type Engine, RejectedInput } from '../lean/engine.ts'
import { openEngine } from '../lean/open.ts'
import type { DeclarationExport } from '../proof/declarations/export.ts'
import { refusalReason } from '../proof/verdict.ts'
import { plural } from '../report/plural.ts'
import { type ExportedFile, exportProofs } from '../results/export.ts'
import { readRun, type TheoremResult } from '../results/read-run.ts'
import { openResults } from '../results/store.ts'
import { exportFolder, exportName, keptExport } from '../view/exports.ts'
import { chooseRun } from './choose-run.ts'
import { packedExport } from './export-lines.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { outFile, outFolder } from './flags.ts'
import { FLAG } from './options.ts'

type Options = {
  readonly run?: string
  readonly out: string
  readonly check?: boolean
  readonly exports?: string | true
  readonly lean?: string
}

/** Lean elaborates the whole file before the first theorem of it is checked. */
const CHECK_DEADLINE_MS = 600_000

/** `hedge proofs export`: every verified proof of a run in one file. */
export function proofsExportCommand(): Command {
  return new Command('export')
    .description('write all verified proofs of a run as .lean files that elaborate as a whole, one where that can be')
    .argument('<results>', 'a results file of `hedge evaluate`')
    .option('--run <key>', 'the run whose key begins so; the latest if left out')
    .option(
      '-o, --out <file>',
      'the file; theorems that cannot stand beside the others go to numbered files beside it',
      outFile,
      'proofs.lean',
    )
    .option('--check', 'verify every theorem again, from the files as they were written')
    .option(
      '--exports [folder]',
      'what the kernels checked of each proof, for `hedge view` and reports to check again in a browser (default: beside the results); with --check, or of a run that has kept it',
      outFolder,
    )
    .addOption(FLAG.lean())
    .action(async (path: string, options: Options) => {
      process.exitCode = await orBadInput(() => exportRun(path, options))
    })
}

async function exportRun(path: string, options: Options): Promise<number> {
  const database = openResults(path, { mustExist: true })
  const { run, theorems } = readRun(database, chooseRun(database, options.run))
  const kept = new Map(theorems.map((theorem) => [theorem, keptExport(database, theorem.id)]))
  database.close()
  const isKept = [...kept.values()].some((exported) => exported !== undefined)
  if (options.exports !== undefined && options.check !== true && !isKept)
    throw new InputError(
      '--exports needs --check: this run has not kept what was verified, as `evaluate --exports` does',
    )
  const folder = options.exports === true ? exportFolder(path) : options.exports
  const files = exportProofs(theorems)
  for (const [i, file] of files.entries()) {
    const name = i === 0 ? options.out : options.out.replace(/(\.lean)?$/, `-${i + 1}$1`)
    await writeFile(name, file.source)
    process.stdout.write(`${name}: ${plural(file.theorems.length, 'theorem')}\n`)
  }
  if (files.length === 0) process.stdout.write('the run has no proofs\n')
  if (options.check !== true) {
    if (folder !== undefined) await writeKept(folder, run.key, [...kept.values()])
    return EXIT.done
  }
  if (folder === undefined) return await checkFiles(files, options.lean, undefined)
  await mkdir(folder, { recursive: true })
  return await checkFiles(files, options.lean, async (theorem, data, engine) => {
    const name = exportName(run.key, theorems.indexOf(theorem))
    await writeFile(join(folder, name), packedExport(data, engine, theorem))
  })
}

/** What the run has kept, by position. */
async function writeKept(folder: string, key: string, kept: readonly (Uint8Array | undefined)[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  let count = 0
  for (const [position, exported] of kept.entries()) {
    if (exported === undefined) continue
    await writeFile(join(folder, exportName(key, position)), exported)
    count++
  }
  process.stdout.write(`${folder}: ${plural(count, 'export')}\n`)
}

/** Each theorem against its own statement, by the verifier, from the exported text alone. */
async function checkFiles(
  files: readonly ExportedFile[],
  lean: string | undefined,
  keep: ((theorem: TheoremResult, data: DeclarationExport, engine: Engine) => Promise<void>) | undefined,
): Promise<number> {
  const engine = await openEngine(lean, { processes: 1 })
  let refused = 0
  let verified = 0
  try {
    for (const { source, theorems } of files)
      for (const theorem of theorems) {
        const submission = { source, name: theorem.name }
        let exported: DeclarationExport | undefined
        const onExport = (data: DeclarationExport) => {
          exported = data
        }
        const options = { deadlineMs: CHECK_DEADLINE_MS, ...(keep === undefined ? {} : { onExport }) }
        const verdict = await engine.verify(theorem, submission, options).catch((error) => {
          if (!(error instanceof RejectedInput)) throw error
          return { kind: 'rejected', reason: error.message, messages: [] } as const
        })
        if (verdict.kind === 'verified') {
          verified++
          if (exported !== undefined) await keep?.(theorem, exported, engine)
        } else {
          refused++
          process.stderr.write(`${theorem.name}: ${refusalReason(verdict)}\n`)
        }
      }
  } finally {
    await engine.dispose()
  }
  process.stdout.write(`${plural(verified, 'theorem')} verified from the exported files, ${refused} refused\n`)
  return refused === 0 ? EXIT.done : EXIT.engineFailure
}
