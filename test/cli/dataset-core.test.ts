import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { datasetCoreCommand } from '../../src/cli/dataset-core.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-core-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Report = {
  theorems: number
  kept: number
  problems: unknown[]
  reasons: Record<string, number>
  left: { name: string; reason: string }[]
}
type Row = { name: string; header: string; statement: string; split?: string }

async function core(set: string): Promise<{ rows: Row[]; report: Report }> {
  const out = join(folder, 'core.jsonl')
  const written: string[] = []
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  try {
    await datasetCoreCommand().parseAsync([set, '-o', out, '--json'], { from: 'user' })
    expect(process.exitCode).toBe(0)
  } finally {
    stdout.mockRestore()
    process.exitCode = 0
  }
  const rows = readFileSync(out, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
  return { rows, report: JSON.parse(written.join('')) }
}

test('files as a clone of MiniF2F has them: what core Lean can state, and what the rest would need', async () => {
  await mkdir(join(folder, 'set/MiniF2F'), { recursive: true })
  await writeFile(join(folder, 'set/MiniF2F/Import.lean'), 'import Mathlib\n')
  await writeFile(
    join(folder, 'set/MiniF2F/Valid.lean'),
    `/- A set. -/
import MiniF2F.Import
set_option maxHeartbeats 400000
open BigOperators Real Nat Topology -- as everywhere

theorem whole (x y : ℕ) (h₀ : x * y + (x + y) = 71) : x ^ 2 + y ≤ 71 ^ 2 := by sorry

theorem integers (a : ℤ) (h : a ∣ 12) : a ≤ 12 := by
  sorry

theorem opened : gcd 12 18 = 6 := by norm_num

theorem real (x : ℝ) (h : x > 0) : x ≠ 0 := by positivity

theorem summed : ∑ i in Finset.range 3, i = 3 := by rfl

theorem even (n : ℕ) (h : Even n) : n % 2 = 0 := by sorry

lemma prime : Nat.Prime 7 := by norm_num

theorem factorial : 4 ! = 24 := rfl

theorem congruent : 2 ^ 5 ≡ 2 [MOD 5] := by decide
`,
  )
  await writeFile(
    join(folder, 'set/MiniF2F/Test.lean'),
    `import MiniF2F.Import

theorem before (a b : ℕ) : a + b = b + a := by ring

instance (priority := 2000) : LE ℕ := ⟨fun a b => b < a⟩

theorem behind (a : ℕ) : a ≤ a + 1 := by simp

theorem whole : 1 = 1 := rfl
`,
  )
  const { rows, report } = await core(join(folder, 'set'))
  const notations = 'notation "ℕ" => Nat\nnotation "ℤ" => Int'
  expect(rows.map(({ name, header }) => [name, header])).toEqual([
    ['before', notations],
    ['whole', `${notations}\nopen Nat`],
    ['integers', `${notations}\nopen Nat`],
    ['opened', `${notations}\nopen Nat`],
  ])
  expect(Object.fromEntries(report.left.map(({ name, reason }) => [name, reason]))).toEqual({
    behind: 'stands behind commands that may change it',
    whole: 'stands behind commands that may change it',
    real: 'needs `ℝ`',
    summed: 'needs the notation at `∑`',
    even: 'needs `Even`',
    prime: 'needs `Nat.Prime`',
    factorial: 'needs the notation at `=`',
    congruent: 'needs the notation at `≡`',
  })
  expect(report).toMatchObject({ theorems: 12, kept: 4, problems: [], sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
})

test('what core Lean states already stays as it is, and a name is one theorem', async () => {
  const file = join(folder, 'set.jsonl')
  const lines = [
    { name: 'plain', split: 'test', header: 'def f (n : Nat) := n', statement: 'theorem plain : f 2 = 2' },
    { name: 'plain', statement: 'theorem plain : 1 = 1' },
    { name: 'needs', header: 'import Mathlib\ndef f (n : ℕ) := n + x', statement: 'theorem needs : f 2 = 2' },
    {
      name: 'defined',
      header: 'import Mathlib\n/-- doc -/\ndef f (n : ℕ) := n + 1',
      statement: 'theorem defined : f 2 = 3',
    },
  ]
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const { rows, report } = await core(file)
  expect(rows[0]).toEqual({ ...lines[0] })
  expect(rows[1]).toEqual({
    ...lines[3],
    header: 'notation "ℕ" => Nat\nnotation "ℤ" => Int\ndef f (n : ℕ) := n + 1',
  })
  expect(report.problems).toMatchObject([{ line: 2, field: 'name' }])
  expect(report.reasons).toEqual({ 'its header: needs `x`': 1 })
})

const SHARED = '../shared/data/minif2f_valid.jsonl'
const STATED = '../shared/data/minif2f_core_valid.jsonl'
/** Every twelfth row, and all that a person has found to be core Lean's word for word. */
test.runIf(existsSync(SHARED))('of MiniF2F it keeps what people have found that core Lean can state', async () => {
  const read = (path: string) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row & { kind?: string })
  const known = new Map(read(STATED).map((row) => [row.name, row.kind]))
  const some = read(SHARED).filter(({ name }, i) => i % 12 === 0 || known.get(name) === 'verbatim')
  const file = join(folder, 'valid.jsonl')
  await writeFile(file, some.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const { rows } = await core(file)
  const kept = new Set(rows.map(({ name }) => name))
  for (const { name } of some) {
    if (known.get(name) === 'verbatim') expect(kept).toContain(name)
    if (!known.has(name)) expect(kept).not.toContain(name)
  }
})
