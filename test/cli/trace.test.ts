import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { traceCommand } from '../../src/cli/trace.ts'

let folder: string
let said: string
const path = (name: string): string => join(folder, name)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-trace-'))
  said = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  process.exitCode = 0
  await rm(folder, { recursive: true, force: true })
})

const trace = (...args: string[]) => traceCommand().parseAsync(args, { from: 'user' })

test('what cannot be read is said in one sentence, before Lean is started', async () => {
  await trace(path('none.lean'))
  expect(process.exitCode).toBe(2)
  expect(said).toMatch(/^hedge: cannot read \S+none\.lean: ENOENT\n$/)
})

test('a folder that is no Lake project is bad input', async () => {
  await writeFile(path('some.lean'), 'theorem t : True := by trivial\n')
  const cases = [
    [folder, / is no Lake project with a lean-toolchain: `hedge doctor --lean \S+` says /],
    [path('none'), /there is no folder \S+none$/],
  ] as const
  for (const [project, message] of cases) {
    said = ''
    await trace(path('some.lean'), '--lean', project)
    expect(process.exitCode).toBe(2)
    expect(said.split('\n').at(-2)).toMatch(message)
  }
})

test('files are written in their order; one whose imports fail is left out, and the exit code says so', async () => {
  await writeFile(
    path('a.lean'),
    'theorem a (p : Prop) (h : p) : p ∧ p := by\n  constructor\n  · exact h\n  · exact h\n',
  )
  await writeFile(path('b.lean'), 'import Mathlib\ntheorem b : True := by trivial\n')
  await writeFile(
    path('c.lean'),
    'theorem c : True := trivial\ntheorem d : 1 = 2 := by\n  rfl\ntheorem e : 1 = 1 := by\n  rfl\n',
  )
  await trace(path('a.lean'), path('b.lean'), path('c.lean'), '-o', path('steps.jsonl'))
  expect(process.exitCode).toBe(2)
  const lines = (await readFile(path('steps.jsonl'), 'utf8')).trimEnd().split('\n')
  const steps = lines.map((line) => JSON.parse(line) as { theorem: string; tactic: string; next: string | null })
  expect(steps.map(({ theorem, tactic }) => `${theorem}: ${tactic}`)).toEqual([
    'a: constructor',
    'a: exact h',
    'a: exact h',
    'e: rfl',
  ])
  expect(steps[3]).toEqual({
    theorem: 'e',
    index: 0,
    state: '⊢ 1 = 1',
    tactic: 'rfl',
    next: null,
    file: path('c.lean'),
    line: 5,
    column: 2,
    premises: [],
    context: expect.objectContaining({ constants: expect.arrayContaining(['Eq', 'Nat']), related: expect.any(Array) }),
  })
  expect(said).toContain(`tracing 3 files`)
  expect(said).toContain(`${path('b.lean')}: the header does not elaborate: `)
  expect(said).toContain(`${path('c.lean')}:2:0: d has an error: 3:2: `)
  expect(said).toContain(`${path('c.lean')}: 1 theorem with 1 step; 1 proof by terms, 1 error, 0 not replayed`)
})
