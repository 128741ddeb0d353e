import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { mergeResults } from '../results/merge.ts'
import { openResults } from '../results/store.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'

/** `hedge results merge`: shards of a run, or runs of several machines, in one file. */
export function resultsMergeCommand(): Command {
  return new Command('merge')
    .description('take the runs of results files into one; merging again changes nothing')
    .argument('<into>', 'the results file that grows; created if it is not there')
    .argument('<from...>', 'results files to read')
    .action(async (into: string, from: string[]) => {
      process.exitCode = await orBadInput(async () => merge(into, from))
    })
}

function merge(into: string, from: readonly string[]): number {
  for (const path of from) if (!existsSync(path)) throw new InputError(`there is no file ${path}`)
  const database = openResults(into)
  try {
    for (const path of from) {
      const other = openResults(path, { mustExist: true })
      try {
        const { runs, theorems, passes, proofs } = mergeResults(database, other)
        process.stdout.write(`${path}: ${runs} runs, ${theorems} theorems, ${passes} passes, ${proofs} proofs more\n`)
      } finally {
        other.close()
      }
    }
    return EXIT.done
  } finally {
    database.close()
  }
}
