import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { compiledCode } from '../../src/lean/embedded/compiled-code.ts'
import { spawnLean } from '../../src/lean/embedded/lean-process.ts'
import { findNodeBinary } from '../../src/lean/embedded/node-binary.ts'
import { prepareLean } from '../../src/lean/embedded/prepare.ts'

const folder = mkdtempSync(join(tmpdir(), 'hedge-code-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a process starts with the code that was kept, and without it where the file is damaged', async () => {
  const [node, lean] = [await findNodeBinary(), await prepareLean()]
  const kept = await compiledCode(node, lean)
  if (kept === undefined) throw new Error('no code was kept')
  expect(await compiledCode(node, lean)).toBe(kept)
  const damaged = join(folder, 'damaged.bin')
  const contents = readFileSync(kept)
  contents[contents.length >> 1] = (contents[contents.length >> 1] ?? 0) ^ 1
  writeFileSync(damaged, contents)
  const codeTaken = async (file: string): Promise<boolean> => {
    const process = spawnLean(node, lean, file)
    try {
      // It answers when it has tested itself.
      return (await process.request('hello', {}, 180_000)).codeTaken
    } finally {
      process.kill('it has answered')
      await process.gone
    }
  }
  expect(await codeTaken(kept)).toBe(true)
  expect(await codeTaken(damaged)).toBe(false)
})
