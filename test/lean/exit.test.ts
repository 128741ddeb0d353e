import { spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROTOCOL_FD } from '../../src/lean/embedded/protocol.ts'
import { BUILT } from '../built.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-exit-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a program ends by itself after its Lean was killed in the middle of a message', { timeout: 60_000 }, async () => {
  const stalled = join(folder, 'stalled')
  await writeFile(
    stalled,
    `#!/bin/sh\nprintf 'Content-Length: 100\\r\\n\\r\\n{"jsonrpc"' >&${PROTOCOL_FD}\nexec sleep 600\n`,
  )
  await chmod(stalled, 0o755)
  const main = join(folder, 'main.mjs')
  await writeFile(
    main,
    `
    import { spawnLean } from '${join(root, BUILT.sources, 'lean/embedded/lean-process.js')}'
    const files = { directory: '/', wasmFile: '/', glueFile: '/', libraryDir: '/', libraryHash: '' }
    const lean = spawnLean({ path: '${stalled}' }, files)
    await new Promise((resolve) => setTimeout(resolve, 500))
    lean.kill('tired of waiting')
    console.log((await lean.gone).reason)
  `,
  )
  const child = spawn(process.execPath, [main], { cwd: root })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  const late = setTimeout(() => child.kill('SIGKILL'), 40_000)
  const code = await new Promise((resolve) => child.once('close', resolve))
  clearTimeout(late)
  expect(out).toBe('tired of waiting\n')
  expect(code).toBe(0)
})
