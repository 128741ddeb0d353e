import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { BUILT } from '../built.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Saves and ends when it is asked to stop; told to hang, it goes on. */
const PROGRAM = `import { listenForInterrupt } from '${root}${BUILT.sources}/cli/interrupt.js'
  const interrupt = listenForInterrupt((line) => console.log(line.trim()))
  process.on('exit', () => console.log('processes ended'))
  const work = setInterval(() => {}, 1000)
  interrupt.signal.addEventListener('abort', () => {
    if (process.argv[1] === 'hangs') return
    console.log('saved')
    interrupt.release()
    clearInterval(work)
  })
  console.log('working')`

/** Sends each signal once a line has come out since the last one, and gives how it ended. */
async function run(how: string, signals: readonly NodeJS.Signals[]) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, how], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const left = [...signals]
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    const next = left.shift()
    if (next !== undefined) child.kill(next)
  })
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, out })))
}

test('the first signal asks to stop and save', async () => {
  expect(await run('saves', ['SIGINT'])).toEqual({
    code: 0,
    signal: null,
    out: 'working\nstopping; once more stops at once\nsaved\nprocesses ended\n',
  })
})

test.each([
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGINT'],
] as const)('%s and then %s end it at once, with the processes it has started', async (first, second) => {
  expect(await run('hangs', [first, second])).toEqual({
    code: null,
    signal: 'SIGKILL',
    out: 'working\nstopping; once more stops at once\nprocesses ended\n',
  })
})
