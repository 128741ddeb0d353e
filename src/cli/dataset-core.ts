import { writeFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { type CoreError, type CoreRow, coreRow, type LeftOut } from '../dataset/core.ts'
import { FORMATS, type Format } from '../dataset/theorem-file.ts'
import { DEFAULT_LIMITS, type Engine } from '../lean/engine.ts'
import { openEngine } from '../lean/open.ts'
import { sha256 } from '../proof/sha256.ts'
import type { Theorem } from '../proof/theorem.ts'
import { plural } from '../report/plural.ts'
import { EXIT, orBadInput } from './failure.ts'
import { outFile } from './flags.ts'
import { FLAG } from './options.ts'
import { showSteps } from './terminal.ts'
import { problemText } from './theorem-set.ts'
import { readTheoremTexts } from './theorem-texts.ts'

type Options = { readonly out: string; readonly json?: boolean; readonly format?: Format }

/** `hedge dataset core`: what of a Mathlib set can be stated without Mathlib. */
export function datasetCoreCommand(): Command {
  return new Command('core')
    .description(
      'write those theorems of a Mathlib set that core Lean can state, with notations for ℕ and ℤ; each is elaborated, and the others are counted by what they need',
    )
    .argument('<set>', 'a .jsonl or .json file of theorems, .lean files, a folder or a glob of them')
    .requiredOption('-o, --out <file>', 'the .jsonl file to write', outFile)
    .addOption(
      new Option('--format <format>', 'how the theorems are written, if not to be told by the file').choices(FORMATS),
    )
    .addOption(FLAG.json('what was kept and what was left out'))
    .action(async (path: string, options: Options) => {
      process.exitCode = await orBadInput(() => writeCore(path, options))
    })
}

type Left = LeftOut & { readonly name: string; readonly file: string; readonly line: number }

async function writeCore(path: string, { out, json = false, format }: Options): Promise<number> {
  const { entries, problems, hash } = await readTheoremTexts(path, format)
  const steps = showSteps(false)
  const engine = await openEngine(undefined, { processes: 1, verifies: false, onProgress: steps.step })
  try {
    const rows: (CoreRow & { readonly split?: string })[] = []
    const left: Left[] = []
    const isNamespace = namespacesOf(engine)
    const names = new Map<string, string>()
    for (const [done, { theorem, split, file, line, context }] of entries.entries()) {
      steps.step('elaborating', done / entries.length)
      const leave = (why: LeftOut) => left.push({ name: theorem.name, file, line, ...why })
      const first = names.get(theorem.name)
      if (first !== undefined) leave({ reason: 'has the name of another', message: `see ${first}` })
      else if (context !== undefined) leave({ reason: 'stands behind commands that may change it', message: context })
      else {
        names.set(theorem.name, `${file}:${line}`)
        const row = await coreRow(theorem, (one) => errorOf(engine, one), isNamespace)
        if ('reason' in row) leave(row)
        else rows.push({ ...row, ...(split !== undefined && { split }) })
      }
    }
    steps.stop()
    const text = rows
      .map(({ name, split, header, statement }) => `${JSON.stringify({ name, split, header, statement })}\n`)
      .join('')
    await writeFile(out, text)
    const byReason = new Map<string, number>()
    for (const { reason } of left) byReason.set(reason, (byReason.get(reason) ?? 0) + 1)
    const counts = [...byReason].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    if (json) {
      const report = {
        set: path,
        sha256: hash,
        lean: engine.leanVersion,
        theorems: entries.length,
        kept: rows.length,
        out: { file: out, sha256: sha256(text) },
        problems,
        reasons: Object.fromEntries(counts),
        left,
      }
      process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    } else {
      for (const problem of problems) process.stdout.write(`${problemText(problem)}\n`)
      for (const [reason, count] of counts) process.stdout.write(`${String(count).padStart(5)} left out: ${reason}\n`)
      process.stdout.write(
        `${rows.length} of ${plural(entries.length, 'theorem')} can be stated in core Lean; written to ${out}\n`,
      )
    }
    return rows.length > 0 ? EXIT.done : EXIT.negative
  } finally {
    steps.stop()
    await engine.dispose()
  }
}

/** Lean's first error about a theorem's header or statement, if it has one. */
async function errorOf(engine: Engine, theorem: Theorem): Promise<CoreError | undefined> {
  const started = await engine.start(theorem, DEFAULT_LIMITS)
  if (started.kind === 'started') {
    await started.session.close()
    return undefined
  }
  const { where, diagnostics } = started
  const first = diagnostics.find(({ severity }) => severity === 'error') ?? diagnostics[0]
  if (first === undefined) return { where, text: 'Lean gives no reason', at: '' }
  const lines = (where === 'header' ? theorem.header : theorem.statement).split('\n')
  const at = [...(lines[first.line - 1] ?? '')].slice(first.column).join('').trim().split(/\s/)[0] ?? ''
  return { where, text: first.text, at: [...at].slice(0, 3).join('') }
}

/** Whether core Lean has a namespace; each is asked for once. */
function namespacesOf(engine: Engine): (name: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>()
  const ask = async (name: string) => {
    const theorem = { name: 't', header: `open ${name}`, statement: 'theorem t : True' }
    return (await errorOf(engine, theorem)) === undefined
  }
  return (name) => {
    const answer = known.get(name) ?? ask(name)
    known.set(name, answer)
    return answer
  }
}
