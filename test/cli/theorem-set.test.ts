import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { problemText, readSet } from '../../src/cli/theorem-set.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { sharedEngine } from '../lean/shared-engine.ts'

/** Sets of theorems that stand in Lean files, read in place. */
const ROOT = 'test/fixtures/imports'
let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
}, 300_000)
const lean = (root?: string) => ({ reader: async () => engine, root })

/** A row of LeanDojo's benchmark. */
const row = (full_name: string, file_path: string, line: number) => ({
  url: 'https://example.org/garden',
  commit: '0123456789abcdef',
  full_name,
  file_path,
  start: [line, 1],
  end: [line + 1, 8],
  traced_tactics: [],
})
function written(name: string, data: string | Uint8Array): string {
  const path = join(mkdtempSync(join(tmpdir(), 'hedge-set-')), name)
  writeFileSync(path, data)
  return path
}

test('files are read with the files that they import', { timeout: 300_000 }, async () => {
  const { entries, problems } = await readSet(`${ROOT}/*.lean`, undefined, lean())
  expect(problems).toEqual([])
  const places = entries.map(({ theorem, file, line }) => `${file}:${line}: ${theorem.name}`)
  expect(places).toContain(`${ROOT}/Main.lean:8: beds_even`)
  expect(entries.find(({ theorem }) => theorem.name === 'beds_even')?.theorem.header).toContain('import Garden.Order')
})

test("LeanDojo's rows are found by name and place; another commit is told", { timeout: 300_000 }, async () => {
  const rows = [
    row('beds_even', 'Main.lean', 8),
    row('Garden.beds_eq', 'Garden/Basic.lean', 10),
    // Moved since: the name counts.
    row('plot_le', 'Main.lean', 3),
    row('plot_gone', 'Main.lean', 11),
    row('nowhere', 'Main.lean', 400),
    row('lost', 'Lost.lean', 1),
  ]
  const path = written('test.json', JSON.stringify(rows))
  await expect(readSet(path, undefined, lean())).rejects.toThrow(/give its folder with --root/)
  const { entries, problems } = await readSet(path, undefined, lean(ROOT))
  expect(entries.map(({ theorem, line }) => [theorem.name, line])).toEqual([
    ['beds_even', 8],
    ['Garden.beds_eq', 10],
    ['plot_le', 18],
  ])
  expect(problems.map(problemText)).toEqual([
    `${ROOT}/Main.lean:11: line 11 is now \`own_secret\`, not \`plot_gone\`: the files are of another commit than the benchmark`,
    `${ROOT}/Main.lean:400: line 400 is now no theorem, not \`nowhere\`: the files are of another commit than the benchmark`,
    `${ROOT}/Lost.lean:1: cannot read ${ROOT}/Lost.lean: ENOENT`,
  ])
})

test('what is no text, or needs Mathlib, is one line', { timeout: 300_000 }, async () => {
  const latin = written('latin.lean', Uint8Array.of(0x74, 0x68, 0xe9, 0x0a))
  const { problems } = await readSet(latin, undefined, lean())
  expect(problems.map(problemText)).toEqual([expect.stringContaining('is not valid UTF-8')])
  const mathlib = written('needs.lean', 'import Mathlib.Tactic\ntheorem t : 1 = 1 := rfl\n')
  const read = await readSet(mathlib, undefined, lean())
  expect(read.problems.map(problemText)).toEqual([expect.stringContaining('this Lean has no Mathlib')])
})
