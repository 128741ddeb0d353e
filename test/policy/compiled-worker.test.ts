import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { BUILT } from '../built.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

it('the worker starts from compiled files as well, and lets the process end', async () => {
  const script = `
    const { WorkerNetwork } = await import('./${BUILT.sources}/policy/network/worker-network.js')
    const { DEFAULT_OPTIMIZER } = await import('./${BUILT.sources}/policy/network/engine.js')
    const config = { vocabularySize: 16, contextLength: 16, width: 16, layers: 1, heads: 2 }
    const network = await WorkerNetwork.start({ engine: 'ort', config, optimizer: DEFAULT_OPTIMIZER, threads: 1, notice: console.error })
    await network.initialise(1)
    const draws = await network.sample({ prompts: [[3]], seeds: [[1, 2, 3, 4, 5]], temperature: 1, topP: 1, maxTokens: 4 })
    console.log(draws[0].length)
  `
  // Without dispose: an idle network must not hold the process.
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: root, timeout: 60_000 })
  expect(stdout.trim()).toBe('5')
})
