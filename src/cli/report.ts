import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { evaluationPage, type PageTheorem } from '../report/evaluation-page.ts'
import { evaluationPlots } from '../report/evaluation-plots.ts'
import { evaluationFacts, evaluationTables, evaluationWarnings } from '../report/evaluation-tables.ts'
import { tableMarkdown, tableText } from '../report/table.ts'
import { renderTreePage } from '../report/tree-page.ts'
import { unpackTree } from '../results/journal.ts'
import { memberSolves, type RunResults, readRun } from '../results/read-run.ts'
import { openResults } from '../results/store.ts'
import { type Summary, summarise } from '../results/summary.ts'
import { restoreTree } from '../search/tree-record.ts'
import { chooseRun } from './choose-run.ts'
import { EXIT, orBadInput } from './failure.ts'
import { atLeast } from './flags.ts'

type Options = {
  readonly run?: string
  readonly html?: string
  readonly markdown?: string
  readonly json?: string
  readonly treeNodes: number
}

type Results = ReturnType<typeof openResults>

/** `hedge report`: tables and pictures of a run. */
export function reportCommand(): Command {
  return new Command('report')
    .description('print the tables of a run; write them as HTML, Markdown or JSON')
    .argument('<results>', 'a results file of `hedge evaluate`')
    .option('--run <key>', 'the run whose key begins so; the latest if left out')
    .option('--html <file>', 'one page with pictures, proofs and search trees')
    .option('--markdown <file>')
    .option('--json <file>', 'every number')
    .option('--tree-nodes <count>', 'states shown of each search tree at most', atLeast(1), 80)
    .action(async (path: string, options: Options) => {
      process.exitCode = await orBadInput(() => report(path, options))
    })
}

async function report(path: string, options: Options): Promise<number> {
  const database = openResults(path, { mustExist: true })
  try {
    const results = readRun(database, chooseRun(database, options.run))
    const summary = summarise(results)
    process.stdout.write(`${summaryText(summary)}\n`)
    if (options.markdown !== undefined) await writeFile(options.markdown, summaryMarkdown(summary))
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(summary, null, 2)}\n`)
    if (options.html !== undefined) {
      const plots = await evaluationPlots(summary)
      await writeFile(options.html, evaluationPage(summary, plots, pageTheorems(database, results, options.treeNodes)))
    }
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

function pageTheorems(database: Results, { theorems, members, run }: RunResults, maxNodes: number): PageTheorem[] {
  const tree = database.prepare('SELECT record FROM trees WHERE theorem_id = ?').pluck()
  return theorems.map((theorem) => {
    const record = tree.get(theorem.id)
    return {
      theorem,
      provedBy: members
        .filter((_, member) => memberSolves(theorem, member, Math.max(run.passes, members[member]?.quota ?? 0)))
        .map(({ name }) => name),
      treePage: record instanceof Uint8Array ? treePage(record, theorem.name, maxNodes) : undefined,
    }
  })
}

function treePage(packed: Uint8Array, title: string, maxNodes: number): string | undefined {
  const record = unpackTree(packed)
  const [root] = record.states
  return root === undefined ? undefined : renderTreePage(restoreTree(record, root), { title, maxNodes })
}
