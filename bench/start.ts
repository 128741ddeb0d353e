import { readFileSync } from 'node:fs'
import { compiledCode, verifyIn } from '../src/lean/embedded/compiled-code.ts'
import { type LeanProcess, spawnLean } from '../src/lean/embedded/lean-process.ts'
import { findNodeBinary } from '../src/lean/embedded/node-binary.ts'
import { prepareLean } from '../src/lean/embedded/prepare.ts'
import { flagsOf } from './flags.ts'
import { processorMs } from './processor.ts'

/** Starts of one Lean process up to its first tactic answer: time by parts, and what it then has in memory. */
type Start = {
  readonly wallMs: number
  readonly cpuMs: number
  readonly residentMb: number
  readonly parts: Parts
  readonly fileMs: readonly [number, number]
}
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
    const cpuMs = processorMs(host.pid)
    const found = {
      wallMs,
      cpuMs,
      residentMb: residentMb(host.pid),
      parts,
      fileMs: [await verifyFile(host), await verifyFile(host)] as const,
    }
    host.kill('measured')
    await host.gone
    return found
  }
  // The first reads the files into the system's cache.
  await start()
  const starts: Start[] = []
  for (let i = 0; i < Number(values.starts); i++) starts.push(await start())
  const row = (what: string, wallMs: number, cpuMs: number) =>
    console.log(
      `${what.padEnd(44)}${(Number.isNaN(wallMs) ? '' : wallMs.toFixed(0)).padStart(10)}${cpuMs.toFixed(0).padStart(16)}`,
    )
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
  row('after it: a file with definitions verified', Number.NaN, least(starts.map(({ fileMs }) => fileMs[0])))
  row('  the same again', Number.NaN, least(starts.map(({ fileMs }) => fileMs[1])))
  console.log(
    `${'resident memory'.padEnd(44)}${median(starts.map((s) => s.residentMb))
      .toFixed(0)
      .padStart(10)} MB`,
  )
}

/** Not of the files that the kept machine code was made with. */
const FILE = {
  header:
    'inductive T | leaf | node (l r : T)\ndef size : T → Nat | .leaf => 1 | .node l r => size l + size r + 1\nstructure Q where\n  t : T',
  statement: 'theorem t (q : Q) : size q.t ≥ 1',
  proof: 'cases q.t <;> simp [size]',
}

/** @returns processor milliseconds of statement, proof and kernel */
async function verifyFile(host: LeanProcess): Promise<number> {
  const before = processorMs(host.pid)
  const { header, statement, proof } = FILE
  if (!(await verifyIn(host, header, statement, proof))) throw new Error('the proof was not verified')
  return processorMs(host.pid) - before
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const least = (values: readonly number[]): number => Math.min(...values)

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000
}

await main()
