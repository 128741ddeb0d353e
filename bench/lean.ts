import { compiledCode, WORK } from '../src/lean/embedded/compiled-code.ts'
import { EmbeddedEngine } from '../src/lean/embedded/engine.ts'
import { spawnLean } from '../src/lean/embedded/lean-process.ts'
import { findNodeBinary } from '../src/lean/embedded/node-binary.ts'
import { prepareLean } from '../src/lean/embedded/prepare.ts'
import { openHeader } from '../src/lean/embedded/session.ts'
import type { ProofSession } from '../src/lean/engine.ts'
import { flagsOf } from './flags.ts'
import { processorMs } from './processor.ts'

/** Tactics that the kept machine code was not made with, for each theorem of `WORK`. */
const OTHERS: readonly (readonly string[])[] = [
  ['rfl', 'ac_rfl', 'simp [Nat.add_comm]', 'contradiction', 'skip'],
  ['intro x', 'assumption', 'have := g', 'trivial'],
  ['rw [Nat.add_comm]', 'omega', 'exact List.length_append'],
]
/** Goals of different kinds, each with tactics that succeed, fail at once and fail late. */
const MIX = WORK.map(({ statement, tactics }, i) => ({ statement, tactics: [...tactics, ...(OTHERS[i] ?? [])] }))
/** Cheap tactics for the memory test: some open a state, which is released, and some fail. */
const CHEAP = [
  'skip',
  'intro x',
  'have hh := h',
  'exact foo',
  'constructor',
  'rw [Nat.add_comm]',
  'apply Nat.le_antisymm',
  'exact Nat.add_comm a b',
]

async function main(): Promise<void> {
  const { values } = flagsOf('Lean inside Node: start, tactics a second, memory.', {
    options: { runs: { type: 'string', default: '100000' }, seconds: { type: 'string', default: '20' } },
  })
  const node = await findNodeBinary()
  const lean = await prepareLean()
  const codeFile = await compiledCode(node, lean)
  const row = (what: string, value: string, target = '') =>
    console.log(`${what.padEnd(58)}${value.padStart(12)}   ${target}`)
  console.log(`Node ${node.version} for Lean, ${process.versions.node} here\n`)

  const begun = performance.now()
  const cold = spawnLean(node, lean, codeFile)
  await cold.request('hello', {}, 180_000)
  const up = performance.now()
  const opened = await cold.request('open', { header: 'import Init' }, 180_000)
  if (opened.kind !== 'opened') throw new Error('import Init failed')
  const { statement } = MIX[0] as (typeof MIX)[number]
  const started = await cold.request(
    'start',
    { environment: opened.environment, statement, heartbeats: 20_000 },
    60_000,
  )
  if (started.kind !== 'started') throw new Error('the theorem was rejected')
  await cold.run({ theorem: started.theorem, state: started.state, tactics: ['omega'] }, 60_000, () => {})
  row('cold start to the first tactic answer', `${((performance.now() - begun) / 1000).toFixed(2)} s`, 'target <= 4 s')
  row('  of it: process, module, import Init and self-test', `${((up - begun) / 1000).toFixed(2)} s`)
  const std = performance.now()
  await cold.request('open', { header: 'import Std' }, 180_000)
  row('a further import: Std', `${((performance.now() - std) / 1000).toFixed(2)} s`)
  cold.kill('done')

  const engine = await EmbeddedEngine.create({ processes: 1 })
  try {
    const memory = () => engine.pool.withWorker(({ process }) => process.request('memory', {}, 60_000))
    const sessions = await Promise.all(MIX.map(({ statement }) => begin(engine, statement)))
    const round = async (): Promise<number> => {
      let count = 0
      for (const [i, { tactics }] of MIX.entries()) {
        const session = sessions[i] as ProofSession
        for (const result of await session.runTactics(session.root, tactics)) {
          if (result.kind === 'open') session.release(result.state)
          count++
        }
      }
      return count
    }
    // V8 optimises what it has seen: the figure is for a process that has been at work for a while.
    for (let i = 0; i < 10; i++) await round()
    const before = await memory()
    const pid = await engine.pool.withWorker(async ({ process }) => process.pid)
    const processor = processorMs(pid)
    const start = performance.now()
    let tactics = 0
    while (performance.now() - start < Number(values.seconds) * 1000) tactics += await round()
    const elapsed = performance.now() - start
    const inLean = (await memory()).leanMs - before.leanMs
    row('tactics per second, one process, goals printed', (tactics / (elapsed / 1000)).toFixed(0), 'target >= 250')
    row('processor milliseconds per tactic', ((processorMs(pid) - processor) / tactics).toFixed(2))
    row('share of that time outside Lean', `${(100 * (1 - inLean / elapsed)).toFixed(1)} %`, 'target <= 10 %')

    const examples = await wholeExamples(engine, Math.max(3, Number(values.seconds) / 4))
    row('the same as one `example` per call, per second', examples.toFixed(0))
    row('  ratio', (tactics / (elapsed / 1000) / examples).toFixed(1))

    const session = sessions[0] as ProofSession
    const many = async (runs: number) => {
      for (let done = 0; done < runs; done += CHEAP.length) {
        for (const result of await session.runTactics(session.root, CHEAP))
          if (result.kind === 'open') session.release(result.state)
      }
    }
    await many(2000)
    const small = await memory()
    await many(Number(values.runs))
    const large = await memory()
    row('resident memory of the process', `${Math.round(large.residentBytes / 1e6)} MB`, 'target <= 1000 MB')
    row(
      `heap growth over ${values.runs} tactics on released states`,
      `${(100 * (large.heapBytes / small.heapBytes - 1)).toFixed(1)} %`,
      'target <= 5 %',
    )
  } finally {
    await engine.dispose()
  }
}

async function begin(engine: EmbeddedEngine, statement: string): Promise<ProofSession> {
  const started = await engine.start({ name: 't', header: 'import Init', statement })
  if (started.kind !== 'started') throw new Error(`rejected: ${statement}`)
  return started.session
}

/** Whole commands per second for the same goals and tactics: what a bridge without proof states would do. */
async function wholeExamples(engine: EmbeddedEngine, seconds: number): Promise<number> {
  return engine.pool.withWorker(async (worker) => {
    const { environment } = await openHeader(worker, 'import Init')
    const start = performance.now()
    let count = 0
    while (performance.now() - start < seconds * 1000) {
      for (const { statement, tactics } of MIX) {
        for (const tactic of tactics) {
          const source = `${statement.replace('theorem t', 'example')} := by\n  ${tactic}\n`
          await worker.process.request('elaborate', { environment, source }, 60_000)
          count++
        }
      }
    }
    return count / ((performance.now() - start) / 1000)
  })
}

await main()
