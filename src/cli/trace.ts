import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { Command, Option } from 'commander'
import { bringImports } from '../api/imports.ts'
import { readLean } from '../api/read-lean.ts'
import { TRACE_FORMATS, type TraceFormat, type TraceFormatName } from '../dataset/traced-file.ts'
import { type Engine, RejectedInput } from '../lean/engine.ts'
import { openEngine } from '../lean/open.ts'
import type { FileTrace, TraceEvent, Untraced } from '../lean/tracing/file-trace.ts'
import { premisesFrom } from '../policy/open.ts'
import { contextOf } from '../policy/premises.ts'
import { sourceText } from '../proof/source-text.ts'
import type { TracedTheorem } from '../proof/traced-proof.ts'
import { plural } from '../report/plural.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { showLine } from './live-line.ts'
import { FLAG } from './options.ts'
import { showSteps } from './terminal.ts'

type Options = {
  readonly out?: string
  readonly format: TraceFormatName
  readonly workers: number
  readonly lean?: string
  readonly root?: string | undefined
}
type Source = { readonly path: string; readonly text: string }

/** `hedge trace`: the steps of the proofs in Lean files. */
export function traceCommand(): Command {
  return new Command('trace')
    .description('write the steps (proof state, tactic) of every proof by tactics in Lean files')
    .argument('<files...>', '.lean files whose imports the Lean has that is used')
    .addOption(FLAG.out('where the steps go; standard output if left out'))
    .addOption(
      new Option('--format <format>', 'how they are written')
        .choices(Object.keys(TRACE_FORMATS))
        .default('steps' satisfies TraceFormatName),
    )
    .addOption(FLAG.lean())
    .addOption(FLAG.root())
    .addOption(FLAG.workers())
    .addHelpText(
      'after',
      `
Every step has been replayed: its tactic, run on its state, gives the next one. Structured tactics are taken apart
where smaller steps lead to the same goals. Term proofs, errors and proofs that do not replay are reported on stderr.

Formats:
  steps     JSON lines {theorem, index, state, tactic, next, file, line, column, premises, context}, as
            \`hedge train --data\` reads them; next is null at the end, line counts from 1, column from 0; premises are
            the theorems in the terms that the tactic assigns; context has the constants of the goal and library
            theorems that share rare ones with it; with --lean both lists of theorems are empty, for Lean's
            language server does not tell them, and the constants are those that the goal's text shows
  leandojo  a JSON list of {full_name, file_path, start, end, traced_tactics}
  text      a line {state}:::{tactic} per step, escaped as inside a JSON string

With --lean, files may be those of the project (its own, or of its packages) or any others that import its libraries.

Exit codes: 0 traced, 1 nothing traced, 2 bad input (a file that cannot be read, or whose imports fail), 3 Lean cannot run.`,
    )
    .action(async (paths: string[], options: Options) => {
      process.exitCode = await orBadInput(() => trace(paths, options))
    })
}

async function trace(paths: readonly string[], { out, format, workers, lean, root }: Options): Promise<number> {
  const sources = await Promise.all(paths.map(readSource))
  const output = await openOutput(out, TRACE_FORMATS[format])
  const preparing = showSteps(false)
  try {
    const engine = await openEngine(lean, {
      processes: Math.min(workers, paths.length),
      verifies: false,
      onProgress: preparing.step,
    }).finally(preparing.stop)
    const progress = showProgress(paths.length === 1 ? (paths[0] as string) : `${paths.length} files`)
    try {
      let traced = 0
      const failures = await traceAll(engine, sources, { workers, root }, progress, (theorems) => {
        traced += theorems.length
        output.write(theorems)
      }).finally(progress.stop)
      for (const failure of failures) say(failure)
      if (failures.length > 0) return EXIT.badInput
      if (traced === 0) say('nothing was traced')
      return traced === 0 ? EXIT.negative : EXIT.done
    } finally {
      await engine.dispose()
    }
  } finally {
    await output.close()
  }
}

/** Traces files side by side; their theorems are written in the order of the files. Gives what is wrong with files. */
async function traceAll(
  engine: Engine,
  sources: readonly Source[],
  { workers, root }: Pick<Options, 'workers' | 'root'>,
  progress: ReturnType<typeof showProgress>,
  write: (theorems: FileTrace['theorems']) => void,
): Promise<string[]> {
  const tracer = engine.tracer()
  const premises = premisesFrom(engine)
  const failures: string[] = []
  const traces = new Map<number, FileTrace>()
  let [next, written] = [0, 0]
  const work = async () => {
    for (let i = next++; i < sources.length; i = next++) {
      const { path, text } = sources[i] as Source
      await bringImports(engine.modules, path, text, root)
      const nothing: FileTrace = { theorems: [], untraced: [], compared: 0, disagreed: 0 }
      const found = await tracer.traceFile(path, text, progress.report(path)).catch((error: unknown) => {
        if (!(error instanceof RejectedInput)) throw error
        failures.push(`${path}: ${firstLine(error.message)}`)
        return nothing
      })
      if (found !== nothing) progress.say(summary(path, found))
      const index = found.theorems.length === 0 ? undefined : await premises(importsOf(text))
      const inContext = ({ steps, ...theorem }: TracedTheorem): TracedTheorem => ({
        ...theorem,
        steps: steps.map((step) => ({ ...step, ...(index && { context: contextOf(step.constants, index) }) })),
      })
      traces.set(i, { ...found, theorems: found.theorems.map(inContext) })
      for (let ready = traces.get(written); ready !== undefined; ready = traces.get(written)) {
        write(ready.theorems)
        traces.delete(written++)
      }
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return failures
}

/** What a file imports, as a header of its own. */
function importsOf(text: string): string {
  const code = text.replace(/\/-[\s\S]*?-\//g, '').replace(/--.*$/gm, '')
  return (code.match(/^(module|prelude|((public|meta) )*import .+)$/gm) ?? []).join('\n')
}

async function readSource(path: string): Promise<Source> {
  return { path, text: sourceText(await readLean(path)).text }
}

async function openOutput(path: string | undefined, format: TraceFormat) {
  const stream: Writable = path === undefined ? process.stdout : createWriteStream(path)
  if (path !== undefined)
    await new Promise<void>((resolve, reject) => {
      stream.once('open', resolve)
      stream.once('error', (cause) => reject(new InputError(`${path} cannot be written: ${cause.message}`, { cause })))
    })
  let entries = 0
  stream.write(format.begin)
  return {
    write(theorems: FileTrace['theorems']): void {
      for (const theorem of theorems) stream.write((entries++ === 0 ? '' : format.between) + format.theorem(theorem))
    },
    async close(): Promise<void> {
      stream.write(format.end)
      if (path === undefined) return
      stream.end()
      await finished(stream)
    },
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** How far it is, in the program's one line; what is worth a line of its own: a theorem without steps, and a restart. */
function showProgress(files: string) {
  let [traced, at] = [0, '']
  const line = () => `tracing ${files}${traced === 0 ? '' : `: ${plural(traced, 'theorem')}, now ${at}`}`
  const shown = showLine(line)
  return {
    report: (path: string) => (event: TraceEvent) => {
      if (event.kind === 'restarted') shown.say(`${path}: Lean is started again: ${event.reason}`)
      else if (event.kind === 'untraced') sayUntraced(shown.say, path, event.untraced)
      else {
        traced++
        at = `${path}:${event.theorem.start.line}: ${event.theorem.name}`
      }
    },
    say: shown.say,
    stop: () => shown.stop(),
  }
}

function sayUntraced(say: (line: string) => void, path: string, { name, kind, reason, line, column }: Untraced): void {
  // A library has hundreds of proofs by terms, and nothing is wrong with them: they are only counted.
  if (kind === 'term') return
  const what = name === '' ? 'a command' : name
  say(`${path}:${line}:${column}: ${what} ${kind === 'error' ? 'has an error' : 'is not traced'}: ${firstLine(reason)}`)
}

function summary(path: string, { theorems, untraced, compared, disagreed }: FileTrace): string {
  const steps = theorems.reduce((sum, theorem) => sum + theorem.steps.length, 0)
  const count = (kind: Untraced['kind']) => untraced.filter((one) => one.kind === kind).length
  return (
    `${path}: ${plural(theorems.length, 'theorem')} with ${plural(steps, 'step')}; ${plural(count('term'), 'proof')} by terms, ` +
    `${plural(count('error'), 'error')}, ${count('replay')} not replayed; ` +
    `${plural(compared, 'goal')} compared with Lean's info trees, ${disagreed} differ`
  )
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
