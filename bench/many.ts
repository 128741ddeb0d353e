import { rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { schedule } from '../src/ensemble/scheduler.ts'
import { evaluationTables } from '../src/report/evaluation-tables.ts'
import { tableText } from '../src/report/table.ts'
import { listRuns, readRun } from '../src/results/read-run.ts'
import { beginRun, openResults } from '../src/results/store.ts'
import { summarise } from '../src/results/summary.ts'
import { reportPage } from '../src/view/written.ts'
import { cheapPolicy, cheapWorld, type LivePlan, member, planOf } from './cheap-run.ts'
import { flagsOf } from './flags.ts'

/**
 * What many theorems in one run cost beside Lean and the policy, by `npm run bench:many -- [--theorems 10000] [--passes 4]
 * [--reported 2000]`: memory, size of the results file, the way back into a run that was interrupted at half, a report.
 */
const SOURCE = { dataset: 'bench', datasetHash: '', leanVersion: '', libraryHash: '', commit: '', settings: {} }

async function main(): Promise<void> {
  const { values } = flagsOf('Many theorems in one run: memory, size of the results file, resuming, a report.', {
    options: {
      theorems: { type: 'string', default: '10000' },
      passes: { type: 'string', default: '4' },
      reported: { type: 'string', default: '2000' },
    },
  })
  const passes = Number(values.passes)
  const plan = planFor(Number(values.theorems), passes)
  await withFile(async (path, database) => {
    const half = plan.theorems.length / 2
    const first = await work(database, plan, half)
    const resumed = seconds()
    const second = await work(database, plan, Number.POSITIVE_INFINITY)
    const count = plan.theorems.length * passes
    database.pragma('wal_checkpoint(TRUNCATE)')
    row('theorems, passes in all', `${plan.theorems.length}, ${count}`)
    row('passes per processor second', (count / (first.seconds + second.seconds)).toFixed(0))
    for (const [at, bytes] of [...first.resident, ...second.resident])
      row(`resident memory after ${at} theorems`, `${Math.round(bytes / 1e6)} MB`)
    row('results file, bytes per pass', (statSync(path).size / count).toFixed(0))
    row('half done: processor seconds to the next theorem', (second.firstAt - resumed).toFixed(2))
  })
  const reported = planFor(Number(values.reported), passes)
  await withFile(async (path, database) => {
    await work(database, reported, Number.POSITIVE_INFINITY)
    const [run] = listRuns(database)
    if (run === undefined) throw new Error('no run')
    let began = seconds()
    const tables = evaluationTables(summarise(readRun(database, run))).map(tableText)
    row(`report of ${values.reported} theorems, processor seconds: tables`, (seconds() - began).toFixed(2))
    began = seconds()
    const page = await reportPage(database, run, { path, treeStates: 300 })
    row(`  its page (${(page.length / 1e6).toFixed(1)} MB)`, (seconds() - began).toFixed(2))
    if (tables.length === 0) throw new Error('no tables')
  })
}

/** Works on a run until `most` theorems have ended; resident memory at each fifth of them. */
async function work(database: Database, plan: LivePlan, most: number) {
  const began = seconds()
  const journal = beginRun(database, plan, SOURCE)
  const positions = journal.open(false)
  const stop = new AbortController()
  const resident: [number, number][] = []
  const done = plan.theorems.length - positions.length
  let ended = 0
  let firstAt = 0
  await schedule({
    ...{ plan, members: plan.members, world: cheapWorld, journal, positions, workers: 2, signal: stop.signal },
    onEvent({ kind }) {
      if (kind === 'theoremStarted' && firstAt === 0) firstAt = seconds()
      if (kind !== 'theoremEnded' || stop.signal.aborted) return
      ended++
      if ((done + ended) % Math.ceil(plan.theorems.length / 5) === 0)
        resident.push([done + ended, process.memoryUsage.rss()])
      if (ended >= most) stop.abort()
    },
  })
  return { seconds: seconds() - began, resident, firstAt }
}

function planFor(count: number, passes: number): LivePlan {
  const theorems = Array.from({ length: count }, (_, i) => ({ name: `m${i}`, header: '', statement: '' }))
  return planOf(theorems, [member('uniform', cheapPolicy)], passes)
}

async function withFile(use: (path: string, database: Database) => Promise<void>): Promise<void> {
  const path = join(tmpdir(), `hedge-bench-many-${process.pid}.sqlite`)
  const database = openResults(path)
  try {
    await use(path, database)
  } finally {
    database.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
  }
}

/** Of a processor, so far. */
function seconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function row(what: string, value: string): void {
  console.log(`${what.padEnd(56)}${value.padStart(14)}`)
}

await main()
