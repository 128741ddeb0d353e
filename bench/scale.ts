import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Member } from '../src/ensemble/member.ts'
import type { Plan } from '../src/ensemble/plan.ts'
import { unitSeed } from '../src/ensemble/unit-loop.ts'
import { createRandom } from '../src/proof/random.ts'
import { beginRun, openResults, runConfig } from '../src/results/store.ts'
import { parseAddress } from '../src/scale/address.ts'
import { coordinate } from '../src/scale/coordinator.ts'
import { PROTOCOL, pack, queueNames, type Report, type SentUnit, workSchema } from '../src/scale/protocol.ts'
import { connect } from '../src/scale/server.ts'
import { newStatistics } from '../src/search/outcome.ts'
import { lastingRows } from '../test/results/rows.ts'
import { serverKinds, type TestServer } from '../test/scale/servers.ts'

/**
 * What a queue costs: `npm run bench:scale -- [--rounds 2] [--passes 64] [--simulate 10,100,1000] [--seconds 2,0]`.
 * First the same evaluation with real Lean by plain `-w 1` and `-w 2` and by one and two workers; then a coordinator
 * with many workers that only pretend, and send reports as large as real ones. Times are of this machine and whatever
 * else runs on it.
 */
const STATEMENTS = [
  '(a b : Nat) : a + b = b + a',
  '(a b c : Nat) : a * (b + c) = a * b + a * c',
  '(p q : Prop) : p ∧ q ↔ q ∧ p',
  '(p q r : Prop) (h : p ∨ q) (hp : p → r) (hq : q → r) : r',
  '(n : Nat) (h : 3 ∣ n) : n % 3 = 0',
  '(x y : Int) (h : 2 * x + 3 * y = 7) (h2 : x - y = 1) : x = 2',
  '(xs : List Nat) : xs.length = 0 ↔ xs = []',
  '(n : Nat) : n < 2 ^ n',
]
const FILE = fileURLToPath(import.meta.url)
const HEDGE = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '2' },
      passes: { type: 'string', default: '64' },
      simulate: { type: 'string', default: '10,100,1000' },
      seconds: { type: 'string', default: '2,0' },
      fake: { type: 'string' },
      url: { type: 'string' },
      key: { type: 'string' },
      body: { type: 'string' },
    },
  })
  const { fake, url, key, body } = values
  const numbers = (text: string) =>
    text
      .split(',')
      .filter((part) => part !== '')
      .map(Number)
  if (fake !== undefined && url !== undefined && key !== undefined && body !== undefined)
    return pretend(Number(fake), url, key, Number(values.seconds), body)
  if (Number(values.rounds) > 0) await overhead(Number(values.rounds), Number(values.passes))
  // A consumer of PostgreSQL keeps a connection, of which a server has a hundred: many of them are for Redis.
  for (const { name, make } of serverKinds().filter(({ name }) => name === 'Redis')) {
    const server = await make()
    try {
      for (const seconds of numbers(values.seconds))
        for (const workers of numbers(values.simulate)) await simulate(name, server.url, workers, seconds)
    } finally {
      await server.remove()
    }
  }
}

/** The real thing, with real Lean, alternately. */
async function overhead(rounds: number, passes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hedge-bench-scale-'))
  const set = join(folder, 'set.jsonl')
  const lines = [0, 1].flatMap((copy) =>
    STATEMENTS.map((statement, i) =>
      JSON.stringify({ name: `b${copy}${i}`, statement: `theorem b${copy}${i} ${statement}` }),
    ),
  )
  writeFileSync(set, `${lines.join('\n')}\n`)
  const args = (out: string) => [
    set,
    '-m',
    'baseline',
    'neff-8',
    '-n',
    `${passes}`,
    '-o',
    join(folder, `${out}.sqlite`),
  ]
  const [kind] = serverKinds()
  const server = (await kind?.make()) as TestServer
  const times: Record<string, number[]> = {}
  const note = (name: string, seconds: number) => {
    times[name] = [...(times[name] ?? []), seconds]
  }
  try {
    for (let round = 0; round < rounds; round++)
      for (const workers of [1, 2]) {
        const plain = `plain-${workers}`
        note(plain, await timed(folder, plain, hedge('evaluate', ...args(plain), '--force', '-w', `${workers}`)))
        const queued = `queue-${workers}`
        const children = Array.from({ length: workers }, () => hedge('worker', '--queue', server.url, '-w', '1'))
        const evaluation = hedge('evaluate', ...args(queued), '--force', '-w', '1', '--queue', server.url)
        note(queued, await timed(folder, queued, evaluation))
        for (const child of children) child.kill('SIGINT')
        await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))))
      }
    const best = (name: string) => Math.min(...(times[name] ?? []))
    const same = (name: string) => JSON.stringify(rows(folder, name)) === JSON.stringify(rows(folder, 'plain-1'))
    for (const workers of [1, 2]) {
      const [plain, queued] = [best(`plain-${workers}`), best(`queue-${workers}`)]
      const more = (100 * (queued - plain)) / plain
      console.log(
        `${workers} worker${workers === 1 ? '' : 's'} over ${server.name}, ${lines.length} theorems, ${passes} passes of 2 members and as many as both: ` +
          `plain -w ${workers} ${plain.toFixed(1)} s, queue ${queued.toFixed(1)} s, ${more.toFixed(1)} % more ` +
          `(${((1000 * (queued - plain)) / lines.length).toFixed(0)} ms a theorem; best of ${rounds}); ` +
          `results ${same(`plain-${workers}`) && same(`queue-${workers}`) ? 'identical' : 'DIFFER'}`,
      )
    }
  } finally {
    await server.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

function hedge(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', HEDGE, ...args], { stdio: 'ignore' })
}

/** Seconds from the first unit's begin to the last one's end: starting Lean is not the queue's affair. */
async function timed(folder: string, name: string, child: ChildProcess): Promise<number> {
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
  const database = openResults(join(folder, `${name}.sqlite`))
  const units = database.prepare('SELECT ended_at, total_ms, verifier_ms FROM units').all() as {
    ended_at: string
    total_ms: number
  }[]
  database.close()
  const ends = units.map(({ ended_at }) => Date.parse(ended_at))
  const begins = units.map(({ ended_at, total_ms }) => Date.parse(ended_at) - total_ms)
  return (Math.max(...ends) - Math.min(...begins)) / 1000
}

function rows(folder: string, name: string): unknown {
  const database = openResults(join(folder, `${name}.sqlite`))
  const found = lastingRows(database)
  database.close()
  return found
}

/** Work that only takes time, reported as work that was done. */
async function simulate(name: string, url: string, workers: number, seconds: number): Promise<void> {
  const theorems = Math.min(20_000, seconds > 0 ? Math.ceil((workers * 12) / seconds) : 3_000)
  const plan = simulatedPlan(theorems)
  const folder = mkdtempSync(join(tmpdir(), 'hedge-bench-scale-'))
  const file = join(folder, 'run.sqlite')
  const database = openResults(file)
  const source = { dataset: 'simulated', datasetHash: '', leanVersion: '', libraryHash: '', commit: '', settings: {} }
  const journal = beginRun(database, plan, source)
  const config = runConfig(plan, source)
  const key = (database.prepare('SELECT key FROM runs').pluck().get() ?? '') as string
  const server = await connect(parseAddress(url, {}))
  const body = join(folder, 'body')
  writeFileSync(body, simulatedBody(plan))
  const options = ['--fake', `${workers}`, '--url', url, '--key', key, '--seconds', `${seconds}`, '--body', body]
  const child = spawn(process.execPath, ['--import', 'tsx', FILE, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const cpu = process.cpuUsage()
    const began = performance.now()
    let most = 0
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss())
    }, 200)
    await coordinate({
      server,
      card: {
        protocol: PROTOCOL,
        key,
        config,
        dataset: 'simulated',
        commit: '',
        lockMs: 30_000,
        began: new Date().toISOString(),
      },
      plan,
      journal,
      positions: journal.open(false),
      judge: undefined,
      costly: [],
      signal: AbortSignal.timeout(240_000),
      say: () => {},
      who: 'bench',
    })
    clearInterval(timer)
    const s = (performance.now() - began) / 1000
    const { user, system } = process.cpuUsage(cpu)
    const done = Number(database.prepare("SELECT count(*) FROM theorems WHERE outcome = 'done'").pluck().get())
    const written = Number(database.prepare('SELECT count(*) FROM passes').pluck().get())
    const bytes = statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0)
    console.log(
      `${name}, ${workers} workers, ${seconds} s a theorem: ${done} of ${theorems} theorems in ${s.toFixed(1)} s, ` +
        `${(done / s).toFixed(0)} jobs/s${seconds > 0 ? ` of ${(workers / seconds).toFixed(0)} that the workers could do` : ''}, ` +
        `${(done / s).toFixed(0)} transactions/s with ${(written / s).toFixed(0)} passes/s, ` +
        `coordinator ${((user + system) / 1e4 / s).toFixed(0)} % of a core and ${Math.round(most / 1e6)} MB, ` +
        `${Math.round(bytes / Math.max(1, done))} bytes of file a theorem`,
    )
  } finally {
    child.kill('SIGKILL')
    await server.close()
    database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Workers that sleep and then send what they were given to send. */
async function pretend(count: number, url: string, key: string, seconds: number, bodyFile: string): Promise<void> {
  const { readFileSync } = await import('node:fs')
  const body = readFileSync(bodyFile, 'utf8')
  const server = await connect(parseAddress(url, {}))
  const names = queueNames(key)
  const reports = server.queue(names.reports)
  for (let i = 0; i < count; i++)
    server.consume(
      names.work,
      async ({ id = '', data }) => {
        const { position, units } = workSchema.parse(data)
        await wait(1000 * seconds)
        const report: Report = {
          position,
          work: id,
          first: units,
          worker: `fake ${i}`,
          end: { kind: 'ended', outcome: { kind: 'done', completion: 'complete' } },
          body,
        }
        await reports.add([{ id: `${id}-r0`, data: report }])
      },
      { concurrency: 1, lockMs: 30_000, most: 5 },
    )
  // Until all are connected.
  while ((await server.queue(names.work).consumers()) < count) await wait(500)
  process.stdout.write('ready\n')
}

function simulatedPlan(theorems: number): Plan {
  const members = [0, 1, 2, 3, 4].map(
    (i): Member => ({
      name: `m${i}`,
      policy: 'simulated',
      temperature: 1,
      nEff: null,
      checkpointHash: null,
      seed: i,
      search: { kind: 'rollouts', settings: {} },
      settings: {},
      policyFor: async () => {
        throw new Error('nobody asks it')
      },
    }),
  )
  return {
    theorems: Array.from({ length: theorems }, (_, i) => ({
      name: `t${i}`,
      header: '',
      statement: `theorem t${i} : True`,
    })),
    members,
    mode: 'union',
    passes: 32,
    matched: false,
    block: 32,
    depth: 20,
    wallClockMs: undefined,
    sliceMs: 1000,
    seed: 'bench',
  }
}

/** One unit of each member, and a tree of 100 states of four lines each, with ten tactics tried at each. */
function simulatedBody(plan: Plan): string {
  const random = createRandom('body')
  const word = () => Math.floor(random.next() * 2 ** 32).toString(36)
  const tactic = () => `rw [${word()}, ${word()}]`
  const states = Array.from({ length: 100 }, (_, i) => ({
    key: `state ${i}`,
    goals: [
      {
        text: [0, 1, 2, 3].map(() => `${word()} : ${word()} = ${word()} + ${word()}`).join('\n'),
        constants: ['Nat', 'HAdd.hAdd'],
      },
    ],
    path: Array.from({ length: i % 8 }, tactic),
  }))
  const edges = states.flatMap((_, from) =>
    Array.from({ length: 10 }, (_, i) => ({
      from,
      tactic: tactic(),
      logProb: -random.next(),
      outcome:
        i === 0 && from + 1 < states.length
          ? { kind: 'open', to: from + 1 }
          : { kind: 'error', message: `${word()} ${word()} failed: ${word()} is not ${word()}` },
    })),
  )
  const parts = plan.members.map((member, i): { kind: 'unit'; unit: SentUnit } => ({
    kind: 'unit',
    unit: {
      member: i,
      firstPass: 0,
      seed: unitSeed(plan.seed, member, 't'),
      open: true,
      statistics: newStatistics(),
      passes: Array.from({ length: 32 }, (_, index) => ({
        index,
        end: 'error',
        depth: 4,
        tactics: Array.from({ length: 5 }, tactic),
        proof: undefined,
      })),
      proofs: [],
      refusals: [],
    },
  }))
  return pack({ parts, tree: { states, edges, left: 0 } })
}

await main()
