import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { BUILT } from '../built.ts'
import { alive } from './alive.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** A program that has Lean in the middle of a tactic that never ends, and says which processes it has. */
const PROGRAM = `import { EmbeddedEngine } from '${root}${BUILT.sources}/lean/embedded/engine.js'
  const engine = await EmbeddedEngine.create({ processes: 1, verifies: false, onEvent: (e) => e.kind === 'started' && console.log('pid', e.pid) })
  const started = await engine.start({ name: 't', header: '', statement: 'theorem t : True' }, { heartbeats: 20000, wallClockMs: 600000 })
  const running = started.session.runTactics(started.session.root, ['have : (List.range 100000000).length = 3 := by decide +kernel'])
  setTimeout(() => console.log('busy'), 1000)
  process.on('SIGUSR2', () => { throw new Error('an error that nobody catches') })
  await running`

async function start(): Promise<{ program: ChildProcess; pids: number[] }> {
  const program = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const pids: number[] = []
  await new Promise<void>((resolve, reject) => {
    let output = ''
    program.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes('busy')) resolve()
    })
    program.on('close', () => reject(new Error('the program ended early')))
    program.stdout?.on('close', () => undefined)
    program.stdout?.on('data', () =>
      pids.splice(0, pids.length, ...[...output.matchAll(/pid (\d+)/g)].map((m) => Number(m[1]))),
    )
  })
  return { program, pids }
}

test.each([
  'SIGKILL',
  'SIGINT',
  'SIGUSR2',
] as const)('no Lean process outlives a program that ends by %s', async (signal) => {
  const { program, pids } = await start()
  expect(pids.length).toBeGreaterThanOrEqual(1)
  expect(pids.every(alive)).toBe(true)
  const ended = new Promise((resolve) => program.once('close', resolve))
  program.kill(signal)
  await ended
  // A host looks for its parent twice a second.
  for (let i = 0; i < 100 && pids.some(alive); i++) await sleep(100)
  expect(pids.filter(alive)).toEqual([])
})
