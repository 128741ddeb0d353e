import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { evaluationFacts, evaluationTables, evaluationWarnings } from '../report/evaluation-tables.ts'
import { tableMarkdown, tableText } from '../report/table.ts'
import { theoremReports } from '../report/theorem-rows.ts'
import { type RunRow, readRun } from '../results/read-run.ts'
import { openResults } from '../results/store.ts'
import { type Summary, summarise } from '../results/summary.ts'
import { reportPage } from '../view/written.ts'
import { chooseRun } from './choose-run.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { atLeast } from './flags.ts'
import { FLAG } from './options.ts'
import { sayWritten } from './terminal.ts'

const FORMATS = ['html', 'markdown', 'json'] as const
type Format = (typeof FORMATS)[number]
type Options = { readonly [format in Format]?: true } & {
  readonly run?: string
  readonly out?: string
  readonly treeNodes: number
}

/** `hedge report`: tables and pictures of a run. */
export function reportCommand(): Command {
  return new Command('report')
    .description('print the tables of a run, as text, HTML, Markdown or JSON')
    .argument('<results>', 'a results file of `hedge evaluate`')
    .option('--run <key>', 'the run whose key begins so; the latest if left out')
    .option('--html', 'the page of `hedge view` as one file, with all its data inside')
    .option('--markdown', 'the tables as Markdown')
    .addOption(FLAG.json('every number, and what became of each theorem,'))
    .addOption(FLAG.out('write it to a file: .html, .md and .json say how, if no flag does'))
    .option('--tree-nodes <count>', 'states of each search tree in the page at most', atLeast(1), 300)
    .action(async (path: string, options: Options) => {
      process.exitCode = await orBadInput(() => report(path, options))
    })
}

async function report(path: string, options: Options): Promise<number> {
  const format = formatOf(options)
  const database = openResults(path, { mustExist: true })
  try {
    const run = chooseRun(database, options.run)
    const text = await written(database, run, format, { path, treeStates: options.treeNodes })
    if (options.out === undefined) process.stdout.write(text)
    else {
      await writeFile(options.out, text)
      sayWritten(options.out)
    }
    return EXIT.done
  } finally {
    database.close()
  }
}

/** @throws InputError where two are asked for */
function formatOf(options: Options): Format | undefined {
  const asked = FORMATS.filter((format) => options[format] === true)
  if (asked.length > 1)
    throw new InputError(`${asked.map((format) => `--${format}`).join(' and ')} are two reports: ask for one at a time`)
  const ending = /\.(html|md|json)$/.exec(options.out ?? '')?.[1]
  return asked[0] ?? (ending === 'md' ? 'markdown' : (ending as Format | undefined))
}

async function written(
  database: ReturnType<typeof openResults>,
  run: RunRow,
  format: Format | undefined,
  page: { readonly path: string; readonly treeStates: number },
): Promise<string> {
  if (format === 'html') return reportPage(database, run, page)
  const results = readRun(database, run)
  const summary = summarise(results)
  switch (format) {
    case 'json':
      return `${JSON.stringify({ ...summary, theorems: theoremReports(results) }, null, 2)}\n`
    case 'markdown':
      return summaryMarkdown(summary)
    case undefined:
      return `${summaryText(summary)}\n`
    default:
      return format satisfies never
  }
}

function summaryText(summary: Summary): string {
  const facts = evaluationFacts(summary)
  const width = Math.max(...facts.map(([name]) => name.length))
  return [
    ...evaluationWarnings(summary).map((warning) => `! ${warning}`),
    facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n'),
    ...evaluationTables(summary).map(tableText),
  ].join('\n\n')
}

function summaryMarkdown(summary: Summary): string {
  const facts = evaluationFacts(summary).map(([name, value]) => `- ${name}: ${value}`)
  const warnings = evaluationWarnings(summary).map((warning) => `> ${warning}`)
  return [
    `## ${summary.dataset}`,
    ...warnings,
    facts.join('\n'),
    ...evaluationTables(summary).map(tableMarkdown),
    '',
  ].join('\n\n')
}
