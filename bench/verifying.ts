import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseMembers } from '../src/ensemble/member-spec.ts'
import { closeMembers, openMembers } from '../src/ensemble/open-member.ts'
import { schedule } from '../src/ensemble/scheduler.ts'
import { engineWorld } from '../src/ensemble/world.ts'
import { EmbeddedEngine } from '../src/lean/embedded/engine.ts'
import { ANSWERS } from '../src/lean/embedded/lean-process.ts'
import { premisesFrom } from '../src/policy/open.ts'
import type { Theorem } from '../src/proof/theorem.ts'
import { beginRun, openResults } from '../src/results/store.ts'
import { planOf } from './cheap-run.ts'
import { flagsOf } from './flags.ts'
import { processorMs } from './processor.ts'

/**
 * What verification takes of an evaluation of easy theorems: `npm run bench:verifying -- [--theorems 90] [--passes 8]
 * [--workers 1,2]`. A clock's seconds are of this machine and whatever else runs on it; processor seconds are less so.
 */
async function main(): Promise<void> {
  const { values } = flagsOf('What verification takes of an evaluation of easy theorems.', {
    options: {
      theorems: { type: 'string', default: '90' },
      passes: { type: 'string', default: '8' },
      workers: { type: 'string', default: '1,2' },
      members: { type: 'string', default: 'baseline,neff-8' },
    },
  })
  const theorems = easy(Number(values.theorems))
  for (const workers of values.workers.split(',').map(Number))
    await evaluate(theorems, values.members.split(','), Number(values.passes), workers)
}

/** The easy and middling ones of the small set, and as many of the families as are wanted, of every kind. */
function easy(count: number): Theorem[] {
  const lines = (file: string) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ header: '', ...JSON.parse(line) }) as Theorem & { readonly split: string })
  const small = lines('datasets/core-small.jsonl').filter(({ split }) => split !== 'hard')
  const families = lines('datasets/families.jsonl')
  const every = Math.max(1, Math.floor(families.length / Math.max(1, count - small.length)))
  return [...small, ...families.filter((_, i) => i % every === 0)].slice(0, count)
}

async function evaluate(
  theorems: readonly Theorem[],
  names: readonly string[],
  passes: number,
  workers: number,
): Promise<void> {
  const alive = new Set<number>()
  const engine = await EmbeddedEngine.create({
    processes: workers,
    onEvent: ({ kind, pid }) => {
      if (kind === 'started') alive.add(pid)
    },
  })
  const search = { kind: 'rollouts' as const, settings: {} }
  const configs = parseMembers(names, { temperature: 1, search, settings: {} })
  if ('problem' in configs) throw new Error(configs.problem)
  const members = await openMembers(configs, async () => premisesFrom(engine))
  const file = join(tmpdir(), `hedge-bench-verifying-${process.pid}.sqlite`)
  const database = openResults(file)
  const spent = new Spent()
  try {
    const plan = planOf(theorems, members, passes)
    const source = { dataset: 'bench', datasetHash: '', leanVersion: '', libraryHash: '', commit: '', settings: {} }
    const journal = beginRun(database, plan, source)
    // Heartbeats end a tactic: a clock would end it sooner on a busy machine.
    const world = engineWorld(engine, { heartbeats: 4000, wallClockMs: 600_000 })
    const own = process.cpuUsage()
    const began = performance.now()
    await schedule({ plan, members, world, journal, positions: journal.open(false), workers })
    const seconds = (performance.now() - began) / 1000
    const here = process.cpuUsage(own)
    const sum = database
      .prepare(
        `SELECT sum(tactics_run) AS tactics, sum(verifier_ms) AS verifier, sum(engine_ms) AS engine, sum(policy_ms) AS policy,
          (SELECT count(*) FROM passes) AS passes, (SELECT count(DISTINCT theorem_id) FROM passes WHERE ending = 'proved') AS proved FROM units`,
      )
      .get() as Record<string, number>
    const all = (sum.verifier ?? 0) + (sum.engine ?? 0) + (sum.policy ?? 0)
    const processor = [...alive].reduce((total, pid) => total + (residentMb(pid) > 0 ? processorMs(pid) : 0), 0) / 1000
    const verifications = spent.count('checkProof')
    console.log(
      `${theorems.length} theorems, ${workers} processes: ${sum.proved} proved, ${sum.passes} passes, ${sum.tactics} tactics`,
    )
    console.log(
      `  seconds ${seconds.toFixed(1)}; processor seconds of Lean ${processor.toFixed(1)}, of the program ${((here.user + here.system) / 1e6).toFixed(1)}`,
    )
    console.log(
      `  passes a second ${((sum.passes ?? 0) / seconds).toFixed(1)}; theorems proved a minute ${((60 * (sum.proved ?? 0)) / seconds).toFixed(0)}`,
    )
    console.log(
      `  verifier ${((100 * (sum.verifier ?? 0)) / all).toFixed(1)} % of all waiting, ${verifications} verifications`,
    )
    const resident = [...alive].map(residentMb).filter((mb) => mb > 0)
    console.log(
      `  resident memory: ${Math.max(...resident)} MB the largest of ${resident.length} Lean processes, ${resident.reduce((a, b) => a + b, 0)} MB all; the program ${Math.round(process.memoryUsage.rss() / 1e6)} MB`,
    )
    spent.print()
  } finally {
    spent.stop()
    database.close()
    await closeMembers(members)
    await engine.dispose()
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  }
}

/** Processor time of Lean's main threads, by what they were asked: each answers one request after another. */
class Spent {
  readonly #last = new Map<number, number>()
  readonly #sum = new Map<string, { count: number; ms: number }>()
  readonly #hear = (message: unknown): void => {
    const { pid, method } = message as { readonly pid: number; readonly method: string }
    const now = threadMs(pid)
    const before = this.#last.get(pid) ?? now
    this.#last.set(pid, now)
    const sum = this.#sum.get(method) ?? { count: 0, ms: 0 }
    this.#sum.set(method, { count: sum.count + 1, ms: sum.ms + now - before })
  }

  constructor() {
    ANSWERS.subscribe(this.#hear)
  }
  stop(): void {
    ANSWERS.unsubscribe(this.#hear)
  }
  count(method: string): number {
    return this.#sum.get(method)?.count ?? 0
  }
  print(): void {
    for (const [method, { count, ms }] of [...this.#sum].sort((a, b) => b[1].ms - a[1].ms))
      console.log(
        `  ${method}: ${count} times, ${(ms / count).toFixed(1)} processor ms each, ${(ms / 1000).toFixed(2)} s`,
      )
  }
}

/** 0 where the process has ended. */
function residentMb(pid: number): number {
  try {
    return Math.round(Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000)
  } catch {
    return 0
  }
}

/** Of a process's main thread, on processors. */
function threadMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

await main()
