import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
// Inside node_modules, so that the compiled files find their packages and nobody finds them.
const out = `${root}node_modules/.cache/hedge-compiled-worker`
afterAll(() => rm(out, { recursive: true, force: true }))

it('the worker starts from compiled files as well, and lets the process end', async () => {
  await run(
    process.execPath,
    [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`, '--outDir', out, '--noCheck'],
    { cwd: root },
  )
  const script = `
    const { WorkerNetwork } = await import(${JSON.stringify(pathToFileURL(`${out}/policy/network/worker-network.js`).href)})
    const { DEFAULT_OPTIMIZER } = await import(${JSON.stringify(pathToFileURL(`${out}/policy/network/engine.js`).href)})
    const config = { vocabularySize: 16, contextLength: 16, width: 16, layers: 1, heads: 2 }
    const network = await WorkerNetwork.start({ engine: 'ort', config, optimizer: DEFAULT_OPTIMIZER, threads: 1, notice: console.error })
    await network.initialise(1)
    const draws = await network.sample({ prompts: [[3]], seeds: [[1, 2, 3, 4, 5]], temperature: 1, topP: 1, maxTokens: 4 })
    console.log(draws[0].length)
  `
  // Without dispose: an idle network must not hold the process.
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 })
  expect(stdout.trim()).toBe('5')
})
