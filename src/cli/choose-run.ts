import { listRuns, type RunRow } from '../results/read-run.ts'
import type { openResults } from '../results/store.ts'
import { InputError } from './failure.ts'

type Results = ReturnType<typeof openResults>

/** @throws InputError */
export function chooseRun(database: Results, key: string | undefined): RunRow {
  const runs = listRuns(database).filter((run) => key === undefined || run.key.startsWith(key))
  const [first, second] = runs
  if (first === undefined)
    throw new InputError(key === undefined ? 'the file has no runs' : `no run's key begins with ${key}`)
  if (key !== undefined && second !== undefined)
    throw new InputError(`the keys of ${runs.length} runs begin with ${key}`)
  if (second !== undefined)
    process.stderr.write(
      `the file has ${runs.length} runs; this is the latest. \`--run\` chooses:\n${runs
        .map((run) => `  ${run.key.slice(0, 12)} ${run.started_at} ${run.dataset}, ${run.mode}, ${run.passes} passes\n`)
        .join('')}`,
    )
  return first
}
