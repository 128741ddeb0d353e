import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { bringImports } from '../api/imports.ts'
import { checkComments, readLean } from '../api/read-lean.ts'
import { type Engine, RejectedInput } from '../lean/engine.ts'
import { openEngine } from '../lean/open.ts'
import type { DeclarationExport } from '../proof/declarations/export.ts'
import { type Kernels, kernelsText } from '../proof/kernels.ts'
import { codeTokens } from '../proof/lean-text.ts'
import { sourceText } from '../proof/source-text.ts'
import { isCommandWord } from '../proof/statement.ts'
import type { Theorem } from '../proof/theorem.ts'
import { exportLines } from './export-lines.ts'
import { EXIT, InputError } from './failure.ts'
import { outFile } from './flags.ts'
import { addKernelOptions, FLAG, judgingOf, type KernelFlags } from './options.ts'
import { sayRejected } from './rejected.ts'
import { statementOf } from './target.ts'
import { alsoChecked, sayWritten, showSteps } from './terminal.ts'

type Flags = KernelFlags & {
  statement: string
  header?: string
  lean?: string
  root?: string
  json?: true
  export?: string
  kernels?: true
}

export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('check a proof from anywhere against a statement you trust')
    .argument('<file>', 'a .lean file, or file.lean:name where the theorem has another name than the statement')
    .requiredOption('--statement <lean>', 'the statement that must be proved, as `theorem NAME … : TYPE`')
    .option('--header <lean>', 'trusted Lean commands before the statement; the imports of the file are not trusted')
    .addOption(FLAG.lean())
    .addOption(FLAG.root())
    .addOption(FLAG.json('the verdict'))
    .option(
      '--export <file>',
      "write what was checked as NDJSON, in lean4export's format 3.1, for other checkers",
      outFile,
    )
    .option('--kernels', "print what Lean's kernel and our own said, with times")
  return addKernelOptions(command).action(async (file: string, flags: Flags) => {
    process.exitCode = await verify(file, flags)
  })
}

async function verify(what: string, flags: Flags): Promise<number> {
  const [, path = what, named] = /^(.*\.lean)(?::(.+))?$/s.exec(what) ?? []
  checkComments(flags.statement, '--statement')
  checkComments(flags.header ?? '', '--header')
  const parsed = statementOf(flags.statement, '--statement')
  const theorem = { ...parsed, header: flags.header === undefined ? parsed.header : sourceText(flags.header).text }
  if (named !== undefined && unquoted(named) !== unquoted(theorem.name)) {
    throw new InputError(`the statement is about ${theorem.name}, not ${named}: give both the same name`)
  }
  const source = await readLean(path)
  const steps = showSteps(flags.json === true)
  const engine = await openEngine(flags.lean, { processes: 1, ...judgingOf(flags), onProgress: steps.step }).finally(
    steps.stop,
  )
  try {
    await bringImports(engine.modules, path, source, flags.root)
    await bringImports(engine.modules, path, theorem.header, flags.root)
    let exported: DeclarationExport | undefined
    const onExport = (data: DeclarationExport) => {
      exported = data
    }
    const options = flags.export === undefined ? {} : { onExport }
    const verdict = await engine.verify(theorem, { source, name: theorem.name }, options)
    if (flags.json === true) console.log(JSON.stringify({ theorem, verdict, lean: engine.leanVersion }, null, 2))
    else if (verdict.kind === 'verified') {
      const axioms = verdict.axioms.length === 0 ? 'none beyond those of the library' : verdict.axioms.join(', ')
      console.log(
        `verified: ${theorem.name}; axioms: ${axioms}${clause(kernelsText(verdict.kernels))}${alsoChecked(verdict.alsoCheckedBy)}`,
      )
      if (flags.kernels === true) console.log(kernelLines(verdict.kernels))
      for (const message of verdict.elsewhere ?? []) console.log(`  ${ELSEWHERE}: ${message.replaceAll('\n', '\n  ')}`)
    } else {
      console.log(`rejected: ${verdict.reason}`)
      for (const message of verdict.messages) console.log(`  ${message.replaceAll('\n', '\n  ')}`)
    }
    if (flags.export !== undefined && verdict.kind === 'verified')
      await writeExport(flags.export, exported, engine, theorem)
    return verdict.kind === 'verified' ? EXIT.done : EXIT.negative
  } catch (error) {
    if (!(error instanceof RejectedInput)) throw error
    sayRejected(theorem, { kind: 'rejected', where: error.where, diagnostics: error.diagnostics })
    if (flags.header === undefined && parsed.header === '' && declaresMore(source)) console.error(UNTRUSTED_HINT)
    return EXIT.badInput
  } finally {
    await engine.dispose()
  }
}

const clause = (text: string): string => (text === '' ? '' : `; ${text}`)

function kernelLines(kernels: Kernels | undefined): string {
  if (kernels === undefined) return '  this Lean has no second kernel beside it'
  const { leanMs, own } = kernels
  const said = own.kind === 'accepted' ? 'accepted' : `not finished, limit of ${own.limit}`
  return `  Lean's kernel: accepted, ${leanMs.toFixed(0)} ms\n  our kernel:    ${said}, ${own.ms.toFixed(0)} ms`
}

const ELSEWHERE = 'note: an error elsewhere in the file, on which the theorem does not rest'
const UNTRUSTED_HINT =
  'hedge: the imports and definitions of the file itself are not trusted: --header gives the statement what it needs'

/** Quotes are not part of a name: `«t»` is `t`. */
const unquoted = (name: string): string => name.replace(/[«»]/g, '')

/** Whether a file has commands beside its theorems. */
function declaresMore(source: string): boolean {
  for (const { kind, text, start } of codeTokens(source)) {
    const begins = start === 0 || source[start - 1] === '\n'
    if (begins && kind === 'word' && isCommandWord(text) && !/^(theorem|lemma|example|end)$/.test(text)) return true
  }
  return false
}

async function writeExport(
  path: string,
  data: DeclarationExport | undefined,
  engine: Engine,
  theorem: Theorem,
): Promise<void> {
  if (data === undefined) throw new InputError('--export: this Lean does not hand over what it has checked')
  await writeFile(path, [...exportLines(data, engine, theorem)].join(''))
  sayWritten(path)
}
