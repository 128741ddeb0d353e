/**
 * `npm run bench:throughput -- [--theorems 20] [--passes 64] [--members 5] [--lean-ms 20] [--model-ms 150] [--workers 2] [--concurrency 64] [--block 128] [--at-once 16]`:
 * what the program itself costs a large evaluation. A server that only pretends to be a model (a process of its own) and a
 * Lean that only pretends take the times they are told; requests, HTTP, search, trees, SQLite are real.
 *
 * A resource that is idle is a loss only while the other is not full: the second figure of each says that.
 *
 * The paper's run is `--theorems 2000 --passes 4096`; `--theorems 100 --passes 1024` has its shape.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import PQueue from 'p-queue'
import { parseMembers } from '../src/ensemble/member-spec.ts'
import { closeMembers, openMembers } from '../src/ensemble/open-member.ts'
import type { Plan } from '../src/ensemble/plan.ts'
import { passesTogether, schedule, theoremsAtOnce } from '../src/ensemble/scheduler.ts'
import type { World } from '../src/ensemble/world.ts'
import type { TacticResult } from '../src/proof/tactic-result.ts'
import { beginRun, openResults } from '../src/results/store.ts'
import type { Domain } from '../src/search/domain.ts'
import { flagsOf } from './flags.ts'
import { loadOf, type Span } from './throughput/load.ts'
import { chance, outcome, stateOf, TACTICS } from './throughput/pretended.ts'

const FILE = fileURLToPath(import.meta.url)
const { values } = flagsOf(
  'A large evaluation with a pretended model and a pretended Lean: what the program itself costs.',
  {
    options: {
      theorems: { type: 'string', default: '20' },
      passes: { type: 'string', default: '64' },
      members: { type: 'string', default: '5' },
      'lean-ms': { type: 'string', default: '20' },
      'model-ms': { type: 'string', default: '150' },
      workers: { type: 'string', default: '2' },
      concurrency: { type: 'string', default: '64' },
      /** Theorems worked on at the same time; the program's own choice if left out. */
      'at-once': { type: 'string' },
      block: { type: 'string' },
      serve: { type: 'boolean', default: false },
    },
  },
)
const LEAN_MS = Number(values['lean-ms'])
const MODEL_MS = Number(values['model-ms'])
/** Of this machine: what processes may compare. */
const now = () => performance.timeOrigin + performance.now()

/** Answers as vLLM does, after its time; any number of requests at once. Says when they were under way. */
async function serve(): Promise<void> {
  const spans: [number, number][] = []
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/models')) return void response.end('{"data":[]}')
    if (request.url?.endsWith('/told')) return void response.end(JSON.stringify(spans))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { prompt, n, seed } = JSON.parse(Buffer.concat(chunks).toString()) as {
      prompt: string
      n: number
      seed: number
    }
    const begun = now()
    await wait(MODEL_MS)
    const choices = Array.from({ length: n }, (_, index) => {
      const u = chance(`${seed} ${index} ${prompt}`)
      const number = Math.floor(TACTICS * u * u)
      const tokens = ['nlin', 'arith', ' [', 'sq_nonneg', ' (', 'x', ' - ', String(number), ')', ']']
      const logprobs = { tokens, token_logprobs: tokens.map(() => -0.2) }
      return { index, text: tokens.join(''), finish_reason: 'stop', logprobs }
    })
    spans.push([begun, now()])
    response.end(JSON.stringify({ choices, usage: { prompt_tokens: 300, completion_tokens: 10 * n } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  console.log((server.address() as { port: number }).port)
}

async function main(): Promise<void> {
  const [count, passes, workers] = [Number(values.theorems), Number(values.passes), Number(values.workers)]
  const child = spawn(process.execPath, [...process.execArgv, FILE, '--serve', '--model-ms', String(MODEL_MS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const folder = mkdtempSync(join(tmpdir(), 'hedge-throughput-'))
  try {
    await measure(await portOf(child), join(folder, 'run.sqlite'), count, passes, workers)
  } finally {
    child.kill()
    rmSync(folder, { recursive: true })
  }
}

async function portOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) return line
  throw new Error('the server did not start')
}

async function measure(port: string, path: string, count: number, passes: number, workers: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/v1`
  const configs = parseMembers(
    Array.from(
      { length: Number(values.members) },
      (_, i) => `${url}#n${i},name=n${i},concurrency=${values.concurrency}`,
    ),
  )
  if ('problem' in configs) throw new Error(configs.problem)
  const members = await openMembers(configs, async () => async () => ({ find: () => [] }) as never)
  const pool = new PQueue({ concurrency: workers })
  const lean: Span[] = []
  let tactics = 0
  const runTactics: Domain['runTactics'] = async (state, asked) => {
    const results: TacticResult[] = []
    await pool.add(async () => {
      const from = now()
      await wait(LEAN_MS * asked.length)
      // A process would be done then, and idle until it is heard.
      lean.push({ from, to: from + LEAN_MS * asked.length })
      tactics += asked.length
      results.push(...asked.map((tactic) => outcome(state, tactic)))
    })
    return results
  }
  const world: World = {
    open: async ({ name }) => ({
      kind: 'opened',
      domain: { root: stateOf(name, []), runTactics, release: () => {} },
      verify: async ({ tactics: proof }) => ({ kind: 'verified', source: proof.join('\n'), axioms: [] }),
      close: async () => {},
    }),
  }
  const theorems = Array.from({ length: count }, (_, i) => ({
    name: `t${i}`,
    header: 'import Mathlib',
    statement: `theorem t${i} (x y : ℝ) : x + y = ${i}`,
  }))
  const shared = {
    mode: 'union',
    matched: false,
    depth: 50,
    shortFirst: true,
    sliceMs: 2000,
    seed: '0',
  } as const
  const block =
    values.block === undefined
      ? passesTogether(members, { mode: 'union', wallClockMs: undefined })
      : Number(values.block)
  const plan = { ...shared, block, theorems, members, passes, wallClockMs: undefined } satisfies Plan
  const database = openResults(path)
  const provenance = {
    dataset: 'throughput',
    datasetHash: '',
    leanVersion: '',
    libraryHash: '',
    commit: '',
    settings: {},
  }
  const journal = beginRun(database, plan, provenance)
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const processor = process.cpuUsage()
  const begun = now()
  let units = 0
  const positions = theorems.map((_, i) => i)
  const onEvent = ({ kind }: { kind: string }) => {
    if (kind === 'unit') units++
  }
  const atOnce = values['at-once'] === undefined ? theoremsAtOnce(members, workers) : Number(values['at-once'])
  const result = await schedule({ plan, members, world, journal, positions, workers, theoremsAtOnce: atOnce, onEvent })
  const ended = now()
  const ms = ended - begun
  const { user, system } = process.cpuUsage(processor)
  delay.disable()
  await closeMembers(members)
  const told = (await (await fetch(`${url}/told`)).json()) as [number, number][]
  const requests = told.map(([from, to]) => ({ from, to }))
  const bounds = { concurrency: Number(values.concurrency), workers }
  const load = loadOf(requests, lean, [begun, ended], bounds)
  const rows = (table: string) => Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
  const done = rows('passes')
  const [answers, proofs] = [rows('answers'), rows('proofs')]
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
  const bytes = statSync(path).size
  const share = (part: number) => `${(100 * part).toFixed(1)} %`
  const lines: [string, string][] = [
    ['run', `${result.kind}: ${count} theorems x ${members.length} members x ${passes} passes, ${units} units`],
    ['seconds, and of the processor', `${(ms / 1000).toFixed(1)}, ${((user + system) / 1e6).toFixed(1)}`],
    ['passes/s', (done / (ms / 1000)).toFixed(1)],
    ['theorems at once, passes in a block', `${atOnce}, ${plan.block}`],
    ['requests/s, under way in the mean', `${(requests.length / (ms / 1000)).toFixed(1)}, ${load.requests.toFixed(1)}`],
    ['server idle; while Lean is not full', `${share(load.serverIdle)}; ${share(load.serverIdleForNothing)}`],
    ['Lean idle; while the server is not full', `${share(load.leanIdle)}; ${share(load.leanIdleForNothing)}`],
    ['tactics run, per pass', `${tactics}, ${(tactics / done).toFixed(2)}`],
    [
      'event loop delay, median, 99 %, most',
      [delay.percentile(50), delay.percentile(99), delay.max].map((ns) => `${(ns / 1e6).toFixed(0)} ms`).join(', '),
    ],
    ['rows per pass', ((done + answers + proofs + units) / done).toFixed(2)],
    ['bytes per pass', (bytes / done).toFixed(0)],
    ['processor ms per pass', ((user + system) / 1000 / done).toFixed(2)],
  ]
  for (const [name, value] of lines) console.log(`${name.padEnd(38)} ${value}`)
}

await (values.serve ? serve() : main())
