import { Command, Option } from 'commander'
import { checkTheorems, type Finding } from '../dataset/check.ts'
import { FORMATS, type Format } from '../dataset/theorem-file.ts'
import { refute } from '../ensemble/refute.ts'
import { DEFAULT_LIMITS, RejectedInput } from '../lean/engine.ts'
import { mathlibHint } from '../lean/mathlib-hint.ts'
import { openEngine } from '../lean/open.ts'
import { plural } from '../report/plural.ts'
import { EXIT, orBadInput } from './failure.ts'
import { FLAG } from './options.ts'
import { showSteps } from './terminal.ts'
import { problemText, readSet } from './theorem-set.ts'

type Options = {
  readonly json?: boolean
  readonly workers: number
  readonly lean?: string
  readonly root?: string
  readonly format?: Format
}

/** `hedge dataset check`: what is wrong with the statements of a set, before anything is measured on it. */
export function datasetCheckCommand(): Command {
  return new Command('check')
    .description(
      'elaborate every statement of a set and report errors, auto-bound names, duplicates, vacuous hypotheses and false statements',
    )
    .argument('<theorems>', 'a .jsonl or .json file of theorems, .lean files, a folder or a glob of them')
    .addOption(
      new Option('--format <format>', 'how the theorems are written, if not to be told by the file').choices(FORMATS),
    )
    .addOption(FLAG.lean())
    .addOption(FLAG.root())
    .addOption(FLAG.workers(1))
    .addOption(FLAG.json('what was found'))
    .addHelpText('after', '\nExit codes: 0 nothing found, 2 something found or bad rows.')
    .action(async (path: string, options: Options) => {
      process.exitCode = await orBadInput(() => check(path, options))
    })
}

async function check(path: string, { json = false, workers, lean, format, root }: Options): Promise<number> {
  const steps = showSteps(false)
  const engine = await openEngine(lean, { processes: workers, onProgress: steps.step })
  try {
    const source = { reader: async () => engine, root: root ?? lean, onProgress: steps.step }
    const set = await readSet(path, format, source)
    const theorems = set.entries.map(({ theorem }) => theorem)
    let begun = 0
    const findings = await checkTheorems(theorems, async (theorem) => {
      steps.step('checking', begun++ / theorems.length)
      const started = await engine.start(theorem, DEFAULT_LIMITS)
      if (started.kind === 'rejected') {
        const { where, diagnostics } = started
        const [first] = diagnostics
        return {
          kind: 'rejected',
          message: mathlibHint(diagnostics) ?? new RejectedInput(where, diagnostics).message,
          ...(first && { at: { where, line: first.line, column: first.column } }),
        }
      }
      const { session } = started
      return {
        kind: 'opened',
        root: session.root,
        runTactics: (state, tactics) => session.runTactics(state, tactics),
        refute: async () => (await refute(engine, session, { limits: DEFAULT_LIMITS }))?.text,
        close: () => session.close(),
      }
    })
    steps.stop()
    const listed = [...findings].flatMap(([position, found]) =>
      found.map((finding) => ({
        name: theorems[position]?.name ?? '',
        file: set.entries[position]?.file ?? path,
        line: set.entries[position]?.line ?? 0,
        ...finding,
      })),
    )
    if (json) {
      const report = {
        file: path,
        sha256: set.hash,
        theorems: theorems.length,
        problems: set.problems,
        findings: listed,
      }
      process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    } else {
      for (const problem of set.problems) process.stdout.write(`${problemText(problem)}\n`)
      for (const finding of listed)
        process.stdout.write(`${finding.file}:${finding.line}: ${finding.name}: ${describe(finding)}\n`)
      const count = (kind: Finding['kind']) => listed.filter((finding) => finding.kind === kind).length
      process.stdout.write(
        `${plural(theorems.length, 'theorem')}, SHA-256 ${set.hash}\n${plural(set.problems.length, 'bad row')}, ${plural(count('error'), 'statement error')}, ` +
          `${count('autoImplicit')} with auto-bound names, ${plural(count('duplicate'), 'duplicate')}, ${count('vacuous')} vacuous, ${count('false')} false\n`,
      )
    }
    return listed.length + set.problems.length > 0 ? EXIT.badInput : EXIT.done
  } finally {
    steps.stop()
    await engine.dispose()
  }
}

function describe(finding: Finding): string {
  switch (finding.kind) {
    case 'error':
      return `${finding.at === undefined ? '' : `${finding.at.line}:${finding.at.column} of the ${finding.at.where}: `}${finding.message}`
    case 'autoImplicit':
      return `elaborates only with autoImplicit: ${finding.message}`
    case 'duplicate':
      return `states the same as ${finding.of}`
    case 'vacuous':
      return `\`${finding.tactic}\` proves False from its hypotheses`
    case 'false':
      return `is false: ${finding.at}`
    default:
      return finding satisfies never
  }
}
