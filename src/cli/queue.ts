import { Command } from 'commander'
import { tableText } from '../report/table.ts'
import type { RunStatus } from '../scale/admin.ts'
import type { QueueServer } from '../scale/server.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { openQueue } from './open-queue.ts'
import { FLAG } from './options.ts'

type Options = { readonly queue: string; readonly run?: string; readonly force?: boolean; readonly json?: boolean }

/** `hedge queue`: what a queue's server has, and what to do about it. */
export function queueCommand(): Command {
  const command = new Command('queue').description('evaluations on a queue: what waits, and what to do about it')
  const add = (name: string, description: string, work: (server: QueueServer, options: Options) => Promise<number>) => {
    const one = new Command(name)
      .description(description)
      .requiredOption('--queue <url>', 'redis://, rediss:// or postgres://')
      .option('--run <key>', 'the run whose key begins so, if there are several')
    if (name === 'status') one.addOption(FLAG.json('them'))
    if (name === 'drain') one.option('--force', 'even if results are in it that no coordinator has written')
    one.action(async (options: Options) => {
      process.exitCode = await orBadInput(() => on(options, work))
    })
    command.addCommand(one)
  }
  add('status', 'runs, their workers, and what waits', status)
  add('drain', 'take a run that nobody coordinates from the server', drain)
  add('retry', 'let theorems and results wait again that lost their worker too often', retry)
  return command
}

async function on(options: Options, work: (server: QueueServer, options: Options) => Promise<number>): Promise<number> {
  const server = await openQueue(options.queue)
  try {
    return await work(server, options)
  } finally {
    await server.close()
  }
}

async function status(server: QueueServer, { json, run = '' }: Options): Promise<number> {
  const { queueStatus } = await import('../scale/admin.ts')
  const runs = (await queueStatus(server)).filter(({ key }) => key.startsWith(run))
  if (json) process.stdout.write(`${JSON.stringify(runs)}\n`)
  else if (runs.length === 0) process.stdout.write('no runs\n')
  else
    process.stdout.write(
      `${tableText({
        title: `Runs at ${server.address.shown}`,
        head: ['run', 'dataset', 'workers', 'waiting', 'at work', 'set aside', 'results to be written', 'coordinator'],
        rows: runs.map(({ key, dataset, workers, theorems, reports, coordinated }) => [
          key.slice(0, 12),
          dataset,
          String(workers),
          String(theorems.waiting),
          String(theorems.active),
          String(theorems.failed + reports.failed),
          String(reports.waiting + reports.active),
          coordinated ? 'yes' : 'no',
        ]),
      })}\n`,
    )
  return EXIT.done
}

async function drain(server: QueueServer, options: Options): Promise<number> {
  const { removeRun } = await import('../scale/admin.ts')
  const run = await chosen(server, options)
  const name = `run ${run.key.slice(0, 12)} (${run.dataset})`
  if (run.coordinated)
    throw new InputError(`${name} has a coordinator, which would hand everything out again: stop it first`)
  const results = run.reports.waiting + run.reports.active + run.reports.failed
  if (results > 0 && !options.force)
    throw new InputError(
      `${name} has ${results} results that no coordinator has written: start its evaluation again to write them, or throw them away with --force`,
    )
  await removeRun(server, run.key)
  process.stdout.write(`${name} was taken from the queue; its results file is as it was\n`)
  return EXIT.done
}

async function retry(server: QueueServer, options: Options): Promise<number> {
  const { retryRun } = await import('../scale/admin.ts')
  const run = await chosen(server, options)
  await retryRun(server, run.key)
  process.stdout.write(
    `run ${run.key.slice(0, 12)}: ${run.theorems.failed} theorems and ${run.reports.failed} results wait again\n`,
  )
  return EXIT.done
}

async function chosen(server: QueueServer, { run = '' }: Options): Promise<RunStatus> {
  const { queueStatus } = await import('../scale/admin.ts')
  const runs = (await queueStatus(server)).filter(({ key }) => key.startsWith(run))
  const [one, another] = runs
  if (one === undefined) throw new InputError(run === '' ? 'the queue has no runs' : `no run's key begins with ${run}`)
  if (another !== undefined)
    throw new InputError(
      `the queue has ${runs.length} such runs: choose one with --run (${runs.map(({ key }) => key.slice(0, 12)).join(', ')})`,
    )
  return one
}
