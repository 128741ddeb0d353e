import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openResults } from '../src/results/store.ts'
import { lastingRows } from '../test/results/rows.ts'
import { serverKinds, type TestServer } from '../test/scale/servers.ts'
import { flagsOf } from './flags.ts'
import { reportBytes } from './scale/reports.ts'
import { simulate } from './scale/simulation.ts'

/**
 * What a queue costs: `npm run bench:scale -- [--rounds 1] [--passes 16] [--simulate 10,100,1000] [--seconds 2,0]`.
 * First what reports weigh; then the same evaluation with real Lean by plain `-w 1` and `-w 2` and by one and two workers; then a coordinator
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
const HEDGE = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

async function main(): Promise<void> {
  const { values } = flagsOf('What a queue costs: with real Lean, then with many workers that only pretend.', {
    options: {
      rounds: { type: 'string', default: '1' },
      passes: { type: 'string', default: '16' },
      simulate: { type: 'string', default: '10,100,1000' },
      seconds: { type: 'string', default: '2,0' },
    },
  })
  const numbers = (text: string) =>
    text
      .split(',')
      .filter((part) => part !== '')
      .map(Number)
  console.log('Reports of one theorem with five members, one after every eight units of 32 passes:')
  console.log('| passes of each | reports | states of the tree | with all of the tree in each | as they are sent |')
  console.log('| ---: | ---: | ---: | ---: | ---: |')
  for (const passes of [128, 1024]) await reportBytes(passes, 8)
  if (Number(values.rounds) > 0) await overhead(Number(values.rounds), Number(values.passes))
  // A consumer of PostgreSQL keeps a connection, of which a server has a hundred: many of them are for Redis.
  const redis = serverKinds().find(({ name }) => name === 'Redis')
  if (redis === undefined) return console.log('no Redis is installed: the simulation is left out')
  const server = await redis.make()
  try {
    console.log('\nPretended workers over Redis; a job is a block of 32 passes with a tree of 1,000 edges.')
    console.log('| workers | s a job | jobs | jobs/s | possible | rows/s | processor a job | coordinator | Redis |')
    console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
    for (const seconds of numbers(values.seconds))
      for (const workers of numbers(values.simulate)) await simulate(server.url, workers, seconds)
  } finally {
    await server.remove()
  }
}

/** The real thing, with real Lean, alternately. */
async function overhead(rounds: number, passes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hedge-bench-scale-'))
  const set = join(folder, 'set.jsonl')
  const lines = STATEMENTS.map((statement, i) =>
    JSON.stringify({ name: `b${i}`, statement: `theorem b${i} ${statement}` }),
  )
  writeFileSync(set, `${lines.join('\n')}\n`)
  const args = (out: string) => {
    const file = join(folder, `${out}.sqlite`)
    // Lean's own limit ends a tactic, never the wall clock: rows then do not depend on how busy the machine is.
    const limits = ['--heartbeats', '2000', '--tactic-timeout', '10m']
    return ['evaluate', set, '-m', 'baseline', 'neff-8', '-n', `${passes}`, ...limits, '--force', '-o', file]
  }
  const [kind] = serverKinds()
  const server = (await kind?.make()) as TestServer
  const times: Record<string, number[]> = {}
  const note = (name: string, seconds: number) => {
    times[name] = [...(times[name] ?? []), seconds]
    console.log(`${name}: ${seconds.toFixed(1)} s`)
  }
  console.log(`${lines.length} theorems, ${passes} passes of two members and as many as both, over ${server.name}`)
  try {
    for (let round = 0; round < rounds; round++)
      for (const workers of [1, 2]) {
        const plain = `plain -w ${workers}`
        note(plain, await timed(folder, plain, hedge(...args(plain), '-w', `${workers}`)))
        const queued = `queue, ${workers} workers`
        const children = Array.from({ length: workers }, () => hedge('worker', '--queue', server.url, '-w', '1'))
        const evaluation = hedge(...args(queued), '-w', '1', '--queue', server.url)
        note(queued, await timed(folder, queued, evaluation))
        for (const child of children) child.kill('SIGINT')
        await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve))))
      }
    const best = (name: string) => Math.min(...(times[name] ?? []))
    const same = (name: string) => JSON.stringify(rows(folder, name)) === JSON.stringify(rows(folder, 'plain -w 1'))
    console.log('\n| workers | plain | queue | more | a theorem | rows |')
    console.log('| ---: | ---: | ---: | ---: | ---: | --- |')
    for (const workers of [1, 2]) {
      const [plain, queued] = [best(`plain -w ${workers}`), best(`queue, ${workers} workers`)]
      const more = (100 * (queued - plain)) / plain
      const each = (1000 * (queued - plain)) / lines.length
      const identical = same(`plain -w ${workers}`) && same(`queue, ${workers} workers`)
      console.log(
        `| ${workers} | ${plain.toFixed(1)} s | ${queued.toFixed(1)} s | ${more.toFixed(1)} % | ${each.toFixed(0)} ms | ${identical ? 'identical' : 'DIFFER'} |`,
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
  const units = database.prepare('SELECT ended_at, total_ms FROM units').all() as {
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

await main()
