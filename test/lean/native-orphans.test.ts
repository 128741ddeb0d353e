import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { alive } from './alive.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** A program whose Lean is in the middle of a tactic that never ends, and that says which process that is. */
const PROGRAM = `import { LspEngine } from '${root}src/lean/native/engine.ts'
  import { wasmPeer } from '${root}test/lean/wasm-worker/peer.ts'
  const engine = new LspEngine(await wasmPeer(), { processes: 1 })
  const started = await engine.start({ name: 't', header: '', statement: 'theorem t : True' }, { heartbeats: 20000, wallClockMs: 600000 })
  const running = started.session.runTactics(started.session.root, ['have : (List.range 100000000).length = 3 := by decide +kernel'])
  setTimeout(() => console.log('busy', ...engine.pids), 2000)
  process.on('SIGUSR2', () => { throw new Error('an error that nobody catches') })
  await running`

test.each(['SIGKILL', 'SIGUSR2'] as const)('no worker outlives a program that ends by %s', async (signal) => {
  const program = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROGRAM], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const pids = await new Promise<number[]>((resolve, reject) => {
    let output = ''
    program.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const found = /busy ([\d ]+)\n/.exec(output)?.[1]
      if (found !== undefined) resolve(found.split(' ').map(Number))
    })
    program.on('close', () => reject(new Error('the program ended early')))
  })
  expect(pids.length).toBe(1)
  expect(pids.every(alive)).toBe(true)
  const ended = new Promise((resolve) => program.once('close', resolve))
  program.kill(signal)
  await ended
  for (let i = 0; i < 100 && pids.some(alive); i++) await sleep(100)
  expect(pids.filter(alive)).toEqual([])
})
