import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import type { Member } from '../../src/ensemble/member.ts'
import type { Plan } from '../../src/ensemble/plan.ts'
import { unitSeed } from '../../src/ensemble/unit-loop.ts'
import type { World } from '../../src/ensemble/world.ts'
import { createRandom } from '../../src/proof/random.ts'
import { beginRun, openResults, runConfig } from '../../src/results/store.ts'
import { parseAddress } from '../../src/scale/address.ts'
import { coordinate } from '../../src/scale/coordinator.ts'
import { PROTOCOL, pack, type SentUnit } from '../../src/scale/protocol.ts'
import { connect } from '../../src/scale/server.ts'
import { newStatistics } from '../../src/search/outcome.ts'

const FAKE = fileURLToPath(new URL('./fake-workers.ts', import.meta.url))
const MOST_MS = 240_000
const BLOCK = 32
const MEMBERS = 5

/** Nobody proves anything here, and nothing is said about what is false. */
const world: World = {
  open: async () => ({ kind: 'rejected', message: 'there is no Lean' }),
}

/** Work that only takes time, reported as work that was done. Prints a row of the table. */
export async function simulate(url: string, workers: number, seconds: number): Promise<void> {
  // Fewer than two theorems for each worker, so that all are split; not so many that a slow queue takes minutes.
  const plan = simulatedPlan(Math.min(2 * workers - 1, seconds > 0 ? 250 : 60))
  const jobs = plan.theorems.length * MEMBERS
  const folder = mkdtempSync(join(tmpdir(), 'hedge-bench-scale-'))
  const database = openResults(join(folder, 'run.sqlite'))
  const source = { dataset: 'simulated', datasetHash: '', leanVersion: '', libraryHash: '', commit: '', settings: {} }
  const journal = beginRun(database, plan, source)
  const config = runConfig(plan, source)
  const { key } = journal
  const server = await connect(parseAddress(url, {}))
  const redis = new Redis(url)
  const body = join(folder, 'body.json')
  writeFileSync(body, JSON.stringify(simulatedBodies(plan)))
  const options = ['--workers', `${workers}`, '--url', url, '--key', key, '--seconds', `${seconds}`, '--body', body]
  const child = spawn(process.execPath, ['--import', 'tsx', FAKE, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve))
    let [most, mostOfRedis, first, last, reports] = [0, 0, 0, 0, 0]
    let cpu = process.cpuUsage()
    timer = setInterval(async () => {
      most = Math.max(most, process.memoryUsage.rss())
      const info = await redis.info('memory').catch(() => '')
      mostOfRedis = Math.max(mostOfRedis, Number(/used_memory:(\d+)/.exec(info)?.[1] ?? 0))
    }, 500)
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
      world,
      trust: true,
      costly: [],
      signal: AbortSignal.timeout(MOST_MS),
      onEvent: ({ kind }) => {
        if (kind !== 'unit') return
        last = performance.now()
        reports++
        if (first > 0) return
        first = last
        cpu = process.cpuUsage()
      },
      say: () => {},
      who: 'bench',
    })
    const s = Math.max(0.001, (last - first) / 1000)
    const { user, system } = process.cpuUsage(cpu)
    const written = Number(database.prepare('SELECT count(*) FROM passes').pluck().get())
    const possible = seconds > 0 ? (workers / seconds).toFixed(0) : '-'
    const cells = [
      workers,
      seconds,
      reports === jobs ? jobs : `${reports} of ${jobs}`,
      (reports / s).toFixed(0),
      possible,
      (written / s).toFixed(0),
      `${((user + system) / 1e3 / Math.max(1, reports - 1)).toFixed(1)} ms`,
      `${Math.round(most / 1e6)} MB`,
      `${Math.round(mostOfRedis / 1e6)} MB`,
    ]
    console.log(`| ${cells.join(' | ')} |`)
  } finally {
    clearInterval(timer)
    child.kill('SIGKILL')
    redis.disconnect()
    await server.close()
    database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function simulatedPlan(theorems: number): Plan {
  const members = Array.from(
    { length: MEMBERS },
    (_, i): Member => ({
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
    passes: BLOCK,
    matched: false,
    shortFirst: true,
    block: BLOCK,
    depth: 20,
    wallClockMs: undefined,
    sliceMs: 1000,
    seed: 'bench',
  }
}

/** A block of each member, with a tree of 100 states of four lines each and ten tactics tried at each. */
function simulatedBodies(plan: Plan): readonly string[] {
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
      passes: Array.from({ length: BLOCK }, (_, index) => ({
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
  const tree = { states, edges, left: 0 }
  return parts.map((part) => pack({ parts: [part], tree }))
}
