import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { RejectedInput } from '../lean/engine.ts'
import { EXIT, InputError } from './failure.ts'
import { LEAN_FLAG, openEngine } from './open-engine.ts'
import { statementOf } from './target.ts'
import { alsoChecked, renderDiagnostics, showSteps } from './terminal.ts'

type Flags = { statement: string; header?: string; lean?: string; json?: true }

export function verifyCommand(): Command {
  return new Command('verify')
    .description('check a proof from anywhere against a statement you trust')
    .argument('<file>', 'a .lean file, or file.lean:name where the theorem has another name than the statement')
    .requiredOption('--statement <lean>', 'the statement that must be proved, as `theorem NAME … : TYPE`')
    .option('--header <lean>', 'trusted Lean commands before the statement; the imports of the file are not trusted')
    .option(...LEAN_FLAG)
    .option('--json', 'print the verdict as JSON')
    .action(async (file: string, flags: Flags) => {
      process.exitCode = await verify(file, flags)
    })
}

async function verify(what: string, flags: Flags): Promise<number> {
  const [, path = what, named] = /^(.*\.lean)(?::(.+))?$/s.exec(what) ?? []
  const parsed = statementOf(flags.statement, '--statement')
  const theorem = { ...parsed, header: flags.header ?? parsed.header }
  if (named !== undefined && named !== theorem.name) {
    throw new InputError(`the statement is about ${theorem.name}, not ${named}: give both the same name`)
  }
  const source = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(`cannot read ${path}: ${cause.code ?? cause.message}`, { cause })
  })
  const steps = showSteps(flags.json === true)
  const engine = await openEngine(flags.lean, { processes: 1, onProgress: steps.step }).finally(steps.stop)
  try {
    const verdict = await engine.verify(theorem, { source, name: theorem.name })
    if (flags.json === true) console.log(JSON.stringify({ theorem, verdict, lean: engine.leanVersion }, null, 2))
    else if (verdict.kind === 'verified') {
      const axioms = verdict.axioms.length === 0 ? 'none beyond those of the library' : verdict.axioms.join(', ')
      console.log(`verified: ${theorem.name}; axioms: ${axioms}${alsoChecked(verdict.alsoCheckedBy)}`)
    } else {
      console.log(`rejected: ${verdict.reason}`)
      for (const message of verdict.messages) console.log(`  ${message.replaceAll('\n', '\n  ')}`)
    }
    return verdict.kind === 'verified' ? EXIT.done : EXIT.negative
  } catch (error) {
    if (!(error instanceof RejectedInput)) throw error
    console.error(`hedge: the ${error.where} does not elaborate`)
    const text = error.where === 'header' ? theorem.header : theorem.statement
    console.error(renderDiagnostics(text, error.diagnostics))
    return EXIT.badInput
  } finally {
    await engine.dispose()
  }
}
