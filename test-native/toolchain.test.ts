import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LspEngine } from '../src/lean/native/engine.ts'
import { askCheckers, findCheckers } from '../src/lean/native/other-checkers.ts'
import { leanOf, openProject } from '../src/lean/native/project.ts'
import { runCommand } from '../src/lean/native/run-lean.ts'
import { verifyProof } from '../src/lean/verifier.ts'
import type { Verdict } from '../src/proof/verdict.ts'

/** A project whose toolchain is installed: `HEDGE_LEAN_PROJECT`, or the one that comes with hedge. */
const PROJECT = process.env.HEDGE_LEAN_PROJECT ?? fileURLToPath(new URL('../lean-project', import.meta.url))
const installed = spawnSync('lake', ['--version']).status === 0
if (!installed)
  console.error(
    '\n*** NOTHING WAS TESTED: there is no `lake` on the PATH. `npm run hedge -- doctor --lean lean-project` says how to get it. ***\n',
  )
const checkers = installed ? await findCheckers(PROJECT) : []
if (installed && checkers.length === 0)
  console.error(
    '\n*** NO OTHER CHECKER WAS TESTED: the project has neither leanchecker nor lean4checker. `npm run hedge -- doctor --lean lean-project` says how to get one. ***\n',
  )

describe.runIf(installed)('with a toolchain', () => {
  let engine: LspEngine
  beforeAll(async () => {
    engine = await openProject(PROJECT, { processes: 1 })
  })
  afterAll(() => engine?.dispose())

  const FALSE = 'theorem t (a : Nat) : a = a + 1'
  const file = (statement: string, source: string, header = ''): Promise<Verdict> =>
    engine.verify({ name: 't', header, statement }, { source, name: 't' })
  const script = (statement: string, tactics: string[], header = ''): Promise<Verdict> =>
    verifyProof(engine, { name: 't', header, statement }, { tactics })

  test('a batch of tactics on a state', async () => {
    const started = await engine.start({
      name: 't',
      header: '',
      statement: 'theorem t (p q : Prop) (h : p ∧ q) : q ∧ p',
    })
    if (started.kind !== 'started') throw new Error(started.diagnostics[0]?.text)
    const { session } = started
    const results = await session.runTactics(session.root, ['exact ⟨h.2, h.1⟩', 'constructor', 'exact foo', 'sorry'])
    expect(results.map(({ kind }) => kind)).toEqual(['finished', 'open', 'error', 'error'])
  })

  test('the steps of a file', async () => {
    const source =
      'namespace A\ntheorem t (p q : Prop) (h : p ∧ q) : q ∧ p := by\n  constructor\n  · exact h.2\n  · exact h.1\n'
    const { theorems, untraced, compared, disagreed } = await engine.tracer().traceFile('t.lean', source)
    expect(untraced).toEqual([])
    expect(theorems.map(({ name, steps }) => [name, steps.map(({ tactic }) => tactic)])).toEqual([
      ['A.t', ['constructor', 'exact h.2', 'exact h.1']],
    ])
    expect([compared, disagreed]).toEqual([3, 0])
  })

  test('what is verified, with the axioms Lean found', async () => {
    expect(await script('theorem t (a b : Nat) : a + b = b + a', ['exact Nat.add_comm a b'])).toMatchObject({
      kind: 'verified',
    })
    expect(await script('theorem t : succ 1 = 2', ['rfl'], 'namespace Nat')).toMatchObject({ kind: 'verified' })
    expect(await script('theorem t (p : Prop) (h : ¬¬p) : p', ['exact Classical.byContradiction h'])).toMatchObject({
      kind: 'verified',
      axioms: expect.arrayContaining(['Classical.choice']),
    })
  })

  test.each([
    ['sorry', FALSE, `${FALSE} := sorry\n`],
    ['sorry without a warning', FALSE, `set_option warn.sorry false\n${FALSE} := sorry\n`],
    ['an axiom', FALSE, `axiom bad : ∀ a : Nat, a = a + 1\n${FALSE} := bad a\n`],
    ['native_decide', 'theorem t : 2 + 2 = 4', 'theorem t : 2 + 2 = 4 := by native_decide\n'],
    ['another statement', FALSE, 'theorem t (a : Nat) : a = a := rfl\n'],
    [
      'a redefined notation',
      FALSE,
      `local infix:50 (priority := high) " = " => fun (_ _ : Nat) => True\n${FALSE} := trivial\n`,
    ],
    [
      'a shadowed name',
      'theorem t : ∃ x : Nat, x < 0',
      'namespace Foo\nabbrev Nat := Int\nend Foo\nopen Foo (Nat)\ntheorem t : ∃ x : Nat, x < 0 := ⟨-1, by decide⟩\n',
    ],
    [
      'an instance',
      'theorem t : (1 : Nat) < 1',
      'instance (priority := 2000) : LT Nat := ⟨fun _ _ => True⟩\ntheorem t : (1 : Nat) < 1 := trivial\n',
    ],
    ['the kernel skipped', FALSE, `set_option debug.skipKernelTC true\n${FALSE} := by omega\n`],
    ['a missing theorem', FALSE, 'theorem u : True := trivial\n'],
    ['code', 'theorem t : True', '#eval IO.println "x"\ntheorem t : True := trivial\n'],
  ])('%s is refused', async (_what, statement, source) => {
    expect((await file(statement, source)).kind).toBe('rejected')
  })

  test('a definition of the statement that means another thing in the source', async () => {
    const statement = 'theorem t : two = 2'
    expect((await file(statement, `def two := 2\n${statement} := rfl\n`, 'def two := 2')).kind).toBe('verified')
    expect((await file('theorem t : two = 3', 'def two := 3\ntheorem t : two = 3 := rfl\n', 'def two := 2')).kind).toBe(
      'rejected',
    )
  })
})

/** Compiles, and declares `False` proved by `True.intro`: the kernel was told not to look. */
const UNCHECKED = `import Lean
open Lean Elab Command
set_option debug.skipKernelTC true
run_cmd liftCoreM (addDecl (.thmDecl {
  name := \`t, levelParams := [], type := .const \`\`False [], value := .const \`\`True.intro [] }))
`

describe.runIf(checkers.length > 0)(`with ${checkers.map(({ name }) => name).join(' and ')}`, () => {
  test('a proof is accepted by each', async () => {
    const engine = await openProject(PROJECT, { processes: 1 })
    try {
      const statement = 'theorem t (a : Nat) : a + 0 = a'
      expect(
        await engine.verify({ name: 't', header: '', statement }, { name: 't', source: `${statement} := rfl\n` }),
      ).toEqual({ kind: 'verified', axioms: [], alsoCheckedBy: checkers.map(({ name }) => name) })
    } finally {
      await engine.dispose()
    }
  })

  test.each(checkers)('what the kernel has not seen is refused by $name', async (checker) => {
    const folder = await mkdtemp(join(tmpdir(), 'hedge-native-'))
    try {
      const module = 'HedgeUnchecked'
      await writeFile(join(folder, `${module}.lean`), UNCHECKED)
      const compile = leanOf(PROJECT)(['-o', join(folder, `${module}.olean`), join(folder, `${module}.lean`)])
      expect(await runCommand(compile, 300_000)).toMatchObject({ kind: 'ended', code: 0 })
      const compiled = { directory: folder, module }
      expect(await askCheckers([checker], compiled, join(folder, 'alone'), 300_000)).toMatchObject({
        kind: 'rejected',
        reason: `${checker.name} refuses the proof`,
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
