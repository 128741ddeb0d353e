import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { datasetCheckCommand } from '../../src/cli/dataset-check.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-check-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a set is told what is wrong with it', { timeout: 600_000 }, async () => {
  const rows = [
    { name: 'good', statement: 'theorem good (a b : Nat) (h : a < b) : ¬ b ≤ a := by' },
    { name: 'wrong', statement: 'theorem wrong : (1 : Nat) = "one"' },
    { name: 'bound', statement: 'theorem bound (h : n = 1) : n + 1 = 2' },
    { name: 'vacuous', statement: 'theorem vacuous (n : Nat) (h : n < 0) : n = 17' },
    { name: 'again', statement: 'theorem again (a b : Nat)\n  (h : a < b) : ¬ b ≤ a' },
    { name: 'untrue', statement: 'theorem untrue (n : Nat) : n < 5' },
  ]
  const file = join(folder, 'set.jsonl')
  await writeFile(file, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n{"name": 1}\n`)
  const written: string[] = []
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  try {
    await datasetCheckCommand().parseAsync([file, '--json'], { from: 'user' })
    expect(process.exitCode).toBe(2)
  } finally {
    stdout.mockRestore()
    process.exitCode = 0
  }
  const report = JSON.parse(written.join(''))
  expect(report).toMatchObject({
    theorems: 6,
    problems: [{ line: 7 }],
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(
    report.findings.map(({ name, kind, line }: { name: string; kind: string; line: number }) => [name, kind, line]),
  ).toEqual([
    ['wrong', 'error', 2],
    ['bound', 'autoImplicit', 3],
    ['vacuous', 'vacuous', 4],
    ['again', 'duplicate', 5],
    ['untrue', 'false', 6],
  ])
  // Where in the statement.
  expect(report.findings[0].at).toEqual({ where: 'statement', line: 1, column: rows[1]?.statement.indexOf('"one"') })
})
