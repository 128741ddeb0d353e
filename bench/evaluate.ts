import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { schedule } from '../src/ensemble/scheduler.ts'
import { engineWorld, type World } from '../src/ensemble/world.ts'
import { EmbeddedEngine } from '../src/lean/embedded/engine.ts'
import { DEFAULT_LIMITS } from '../src/lean/engine.ts'
import { BaselinePolicy } from '../src/policy/baseline.ts'
import type { Policy } from '../src/policy/policy.ts'
import type { Theorem } from '../src/proof/theorem.ts'
import { beginRun, openResults } from '../src/results/store.ts'
import { cheapPolicy, cheapWorld, type LivePlan, member, planOf } from './cheap-run.ts'
import { flagsOf } from './flags.ts'

/**
 * What an evaluation costs beside Lean and the policy: `npm run bench:evaluate -- [--passes 64] [--workers 1,2]
 * [--memory-passes 40000]`. Wall-clock numbers are of this machine and whatever else runs on it.
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

/** Counts the time in which nobody waits for Lean or the policy. */
class Idle {
  #active = 0
  #since = performance.now()
  ms = 0
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#active++ === 0) this.ms += performance.now() - this.#since
    try {
      return await work()
    } finally {
      if (--this.#active === 0) this.#since = performance.now()
    }
  }
}

async function main(): Promise<void> {
  const { values } = flagsOf('What an evaluation costs beside Lean and the policy.', {
    options: {
      passes: { type: 'string', default: '64' },
      workers: { type: 'string', default: '1,2' },
      'memory-passes': { type: 'string', default: '40000' },
    },
  })
  const passes = Number(values.passes)
  const theorems = STATEMENTS.map(
    (statement, i): Theorem => ({ name: `b${i}`, header: '', statement: `theorem b${i} ${statement}` }),
  )
  for (const workers of values.workers.split(',').map(Number)) await withLean(theorems, passes, workers)
  await memory(Number(values['memory-passes']))
}

async function withLean(theorems: readonly Theorem[], passes: number, workers: number): Promise<void> {
  const engine = await EmbeddedEngine.create({ processes: workers })
  try {
    const idle = new Idle()
    const lean = engineWorld(engine, DEFAULT_LIMITS)
    const world: World = {
      async open(theorem, signal) {
        const opened = await idle.during(() => lean.open(theorem, signal))
        if (opened.kind === 'rejected') return opened
        const { domain } = opened
        return {
          ...opened,
          domain: {
            root: domain.root,
            runTactics: (state, tactics, abort) => idle.during(() => domain.runTactics(state, tactics, abort)),
            release: (state) => domain.release(state),
          },
          verify: (proof) => idle.during(() => opened.verify(proof)),
        }
      },
    }
    const members = [0.5, 1, 2].map((temperature) => {
      const policy = new BaselinePolicy({ temperature })
      const timed: Policy = {
        name: policy.name,
        rank: (state, width) => idle.during(() => policy.rank(state, width)),
        sample: (state, count, random) => idle.during(() => policy.sample(state, count, random)),
      }
      return member(`baseline@${temperature}`, timed)
    })
    const { ms, row } = await evaluate(planOf(theorems, members, passes), world, workers)
    const asked = row.tactics + row.hits
    console.log(
      `${workers} worker${workers === 1 ? '' : 's'}: ${row.passes} passes in ${(ms / 1000).toFixed(1)} s, ${((1000 * row.passes) / ms).toFixed(1)} passes/s, ` +
        `${((1000 * row.tactics) / ms).toFixed(1)} tactics/s, cache ${((100 * row.hits) / asked).toFixed(1)} %, ` +
        `outside Lean and policy ${((100 * idle.ms) / ms).toFixed(2)} %, ` +
        `verifying ${(row.verifierMs / 1000).toFixed(1)} s of all theorems' time`,
    )
  } finally {
    await engine.dispose()
  }
}

/** Passes that cost nothing but bookkeeping, so that many hours' worth of them run in minutes. */
async function memory(passes: number): Promise<void> {
  const theorems = Array.from({ length: Math.ceil(passes / 1000) }, (_, i) => ({
    name: `m${i}`,
    header: '',
    statement: '',
  }))
  const samples: number[] = []
  const timer = setInterval(() => samples.push(process.memoryUsage.rss()), 500)
  const { ms } = await evaluate(planOf(theorems, [member('uniform', cheapPolicy)], 1000), cheapWorld, 2)
  clearInterval(timer)
  const mb = (bytes: number | undefined) => `${Math.round((bytes ?? 0) / 1e6)} MB`
  const at = (share: number) => mb(samples[Math.floor(share * (samples.length - 1))])
  console.log(
    `bookkeeping alone: ${theorems.length * 1000} passes in ${(ms / 1000).toFixed(1)} s; resident ${at(0.1)} after 10 %, ${at(0.5)} after 50 %, ${at(1)} at the end`,
  )
}

async function evaluate(plan: LivePlan, world: World, workers: number) {
  const file = join(tmpdir(), `hedge-bench-${process.pid}.sqlite`)
  const database = openResults(file)
  try {
    const source = { dataset: 'bench', datasetHash: '', leanVersion: '', libraryHash: '', commit: '', settings: {} }
    const journal = beginRun(database, plan, source)
    const began = performance.now()
    await schedule({ plan, members: plan.members, world, journal, positions: journal.open(false), workers })
    const ms = performance.now() - began
    const row = database
      .prepare(
        'SELECT sum(tactics_run) AS tactics, sum(cache_hits) AS hits, sum(verifier_ms) AS verifierMs, (SELECT count(*) FROM passes) AS passes FROM units',
      )
      .get() as { tactics: number; hits: number; verifierMs: number; passes: number }
    return { ms, row }
  } finally {
    database.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  }
}

await main()
