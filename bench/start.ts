import { readFileSync } from 'node:fs'
import { compiledCode } from '../src/lean/embedded/compiled-code.ts'
import { spawnLean } from '../src/lean/embedded/lean-process.ts'
import { findNodeBinary } from '../src/lean/embedded/node-binary.ts'
import { prepareLean } from '../src/lean/embedded/prepare.ts'
import { flagsOf } from './flags.ts'
import { processorMs } from './processor.ts'

/** Starts of one Lean process up to its first tactic answer: time by parts, and what it then has in memory. */
type Start = { readonly wallMs: number; readonly cpuMs: number; readonly residentMb: number; readonly parts: Parts }
type Parts = readonly { readonly what: string; readonly wallMs: number; readonly cpuMs: number }[]

const DEADLINE_MS = 180_000
const STATEMENT = 'theorem t (a b : Nat) (h : a ≤ b) : a + b = b + a'

async function main(): Promise<void> {
  const { values } = flagsOf('Starts of one Lean process up to its first tactic answer: time by parts, and memory.', {
    options: { starts: { type: 'string', default: '7' } },
  })
  const node = await findNodeBinary()
  const lean = await prepareLean()
  const codeFile = await compiledCode(node, lean)
  const start = async (): Promise<Start> => {
    const began = performance.now()
    const host = spawnLean(node, lean, codeFile)
    const { parts = [] } = (await host.request('hello', {}, DEADLINE_MS)) as { parts?: Parts }
    const opened = await host.request('open', { header: 'import Init' }, DEADLINE_MS)
    if (opened.kind !== 'opened') throw new Error('import Init failed')
    const { environment } = opened
    const started = await host.request('start', { environment, statement: STATEMENT, heartbeats: 20_000 }, DEADLINE_MS)
    if (started.kind !== 'started') throw new Error('the theorem was rejected')
    await host.run({ theorem: started.theorem, state: started.state, tactics: ['omega'] }, DEADLINE_MS, () => {})
    const wallMs = performance.now() - began
    const found = { wallMs, cpuMs: processorMs(host.pid), residentMb: residentMb(host.pid), parts }
    host.kill('measured')
    await host.gone
    return found
  }
  // The first reads the files into the system's cache.
  await start()
  const starts: Start[] = []
  for (let i = 0; i < Number(values.starts); i++) starts.push(await start())
  const row = (what: string, wallMs: number, cpuMs: number) =>
    console.log(`${what.padEnd(44)}${wallMs.toFixed(0).padStart(10)}${cpuMs.toFixed(0).padStart(16)}`)
  console.log(`Node ${node.version} for Lean; medians of ${starts.length} starts, least of processor time\n`)
  console.log(`${'part'.padEnd(44)}${'wall ms'.padStart(10)}${'processor ms'.padStart(16)}`)
  for (const [i, { what }] of (starts[0]?.parts ?? []).entries()) {
    row(
      `  ${what}`,
      median(starts.map((s) => s.parts[i]?.wallMs ?? 0)),
      least(starts.map((s) => s.parts[i]?.cpuMs ?? 0)),
    )
  }
  row('start to the first tactic answer', median(starts.map((s) => s.wallMs)), least(starts.map((s) => s.cpuMs)))
  console.log(
    `${'resident memory'.padEnd(44)}${median(starts.map((s) => s.residentMb))
      .toFixed(0)
      .padStart(10)} MB`,
  )
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const least = (values: readonly number[]): number => Math.min(...values)

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000
}

await main()
