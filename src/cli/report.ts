import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { evaluationFacts, evaluationTables, evaluationWarnings } from '../report/evaluation-tables.ts'
import { tableMarkdown, tableText } from '../report/table.ts'
import { readRun } from '../results/read-run.ts'
import { openResults } from '../results/store.ts'
import { type Summary, summarise } from '../results/summary.ts'
import { reportPage } from '../view/written.ts'
import { chooseRun } from './choose-run.ts'
import { EXIT, orBadInput } from './failure.ts'
import { atLeast, outFile } from './flags.ts'

type Options = {
  readonly run?: string
  readonly html?: string
  readonly markdown?: string
  readonly json?: string
  readonly treeNodes: number
}

/** `hedge report`: tables and pictures of a run. */
export function reportCommand(): Command {
  return new Command('report')
    .description('print the tables of a run; write them as HTML, Markdown or JSON')
    .argument('<results>', 'a results file of `hedge evaluate`')
    .option('--run <key>', 'the run whose key begins so; the latest if left out')
    .option('--html <file>', 'the page of `hedge view` as one file, with all its data inside', outFile)
    .option('--markdown <file>', 'the tables as Markdown', outFile)
    .option('--json <file>', 'every number', outFile)
    .option('--tree-nodes <count>', 'states of each search tree in the page at most', atLeast(1), 300)
    .action(async (path: string, options: Options) => {
      process.exitCode = await orBadInput(() => report(path, options))
    })
}

async function report(path: string, options: Options): Promise<number> {
  const database = openResults(path, { mustExist: true })
  try {
    const run = chooseRun(database, options.run)
    const summary = summarise(readRun(database, run))
    process.stdout.write(`${summaryText(summary)}\n`)
    if (options.markdown !== undefined) await writeFile(options.markdown, summaryMarkdown(summary))
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(summary, null, 2)}\n`)
    if (options.html !== undefined)
      await writeFile(options.html, await reportPage(database, run, { path, treeStates: options.treeNodes }))
    return EXIT.done
  } finally {
    database.close()
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
