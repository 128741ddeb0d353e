import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { HEDGE } from '../built.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs the command with an output that nobody reads any more, as `| head -0` leaves it. */
async function intoClosedPipe(node: readonly string[]): Promise<{ code: number | null; err: string }> {
  // With the output closed before a byte is written: what the command writes finds no reader.
  const child = spawn(process.execPath, [...node, 'iterate', '--help'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.destroy()
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, err })))
}

test.each([
  ['the build', [HEDGE]],
  // tsx puts a listener of its own on the output before ours.
  ['the sources', ['--import', 'tsx', 'src/cli/main.ts']],
])('a closed pipe ends the command without a stack trace: %s', async (_, node) => {
  expect(await intoClosedPipe(node)).toEqual({ code: 0, err: '' })
})
