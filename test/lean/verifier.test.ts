import { beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { verifyProof } from '../../src/lean/verifier.ts'
import type { Verdict } from '../../src/proof/verdict.ts'
import { sharedEngine } from './shared-engine.ts'

let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
})

const FALSE = 'theorem t (a : Nat) : a = a + 1'
const TRUE = 'theorem t (a b : Nat) (h : a % 12 = 3) (k : b = 4 * a) : b % 48 = 12'

/** The verdict on a script for a statement, as `prove` asks for it. */
const script = (statement: string, tactics: string[], header = ''): Promise<Verdict> =>
  verifyProof(engine, { name: 't', header, statement }, { tactics })

/** The verdict on a whole file against a statement, as `hedge verify` asks for it. */
const file = (statement: string, source: string, header = ''): Promise<Verdict> =>
  engine.verify({ name: 't', header, statement }, { source, name: 't' })

const rejected = (verdict: Verdict): string =>
  verdict.kind === 'rejected' ? `${verdict.reason}: ${verdict.messages.join(' ')}` : 'VERIFIED'

describe('what is verified', () => {
  test('a script', async () => {
    expect(await script(TRUE, ['subst k', 'omega'])).toMatchObject({ kind: 'verified', axioms: [] })
  })

  test('the allowed axioms are named', async () => {
    const statement = 'theorem t (p q : Prop) (h : p ↔ q) : p = q ∧ (∃ x : Nat, x = 0)'
    const verdict = await script(statement, ['exact ⟨propext h, ⟨Classical.choice ⟨0⟩, Subsingleton.elim _ _⟩⟩'])
    expect(rejected(verdict)).toMatch(/error/)
    expect(
      await script(statement, ['have := Classical.choice (⟨0⟩ : Nonempty Nat)', 'exact ⟨propext h, 0, rfl⟩']),
    ).toMatchObject({
      kind: 'verified',
      axioms: ['Classical.choice', 'propext'],
    })
  })

  test('with code in the file, and with options that the kernel does not know', async () => {
    expect(await file(TRUE, `#eval 1 + 1\n${TRUE} := by omega\n`)).toMatchObject({ kind: 'verified', axioms: [] })
    expect(await script(TRUE, ['set_option debug.skipKernelTC true in omega'])).toMatchObject({
      kind: 'verified',
      axioms: [],
    })
  })

  test('on more libraries than are kept, and again on the first', { timeout: 300_000 }, async () => {
    const modules = [
      'Core',
      'Data.Nat.Basic',
      'Data.List.Basic',
      'Data.Int.Basic',
      'Omega',
      'Classical',
      'Grind',
      'Simproc',
      'Meta',
    ]
    const sources = modules.map(
      (module) => `import Init.${module}\ntheorem t (p : Prop) (h : p) : p ∧ True := ⟨h, trivial⟩\n`,
    )
    for (const source of [...sources, sources[0] as string])
      expect([source, rejected(await file('theorem t (p : Prop) (h : p) : p ∧ True', source))]).toEqual([
        source,
        'VERIFIED',
      ])
  })

  test('nothing behind an import that comes too late, the second time neither', async () => {
    const source = `def x := 1\nimport Init.Omega\n${TRUE} := by omega\n`
    for (let time = 0; time < 2; time++) expect(rejected(await file(TRUE, source))).toMatch(/an import must stand at/)
  })

  test('with an inductive type of its own', async () => {
    const source = 'inductive Mine : Prop\n  | intro\ntheorem t : ∃ p : Prop, p := ⟨Mine, .intro⟩\n'
    expect(rejected(await file('theorem t : ∃ p : Prop, p', source))).toBe('VERIFIED')
  })

  test('with an error elsewhere, which is told', async () => {
    const verdict = await file(TRUE, `theorem u : 1 = 2 := rfl\n${TRUE} := by omega\n`)
    expect(verdict).toMatchObject({ kind: 'verified', elsewhere: [expect.stringMatching(/^1:/), expect.anything()] })
  })

  test('helper lemmas and definitions in a file', async () => {
    const source = 'def two := 2\ntheorem helper : two = 2 := rfl\ntheorem t : 2 = two := helper.symm ▸ rfl\n'
    expect(rejected(await file('theorem t : 2 = two', source, 'def two := 2'))).toBe('VERIFIED')
    expect(
      rejected(
        await file(
          'theorem t (a : Nat) : a + 0 = a',
          'theorem h (a : Nat) : a + 0 = a := rfl\ntheorem t (a : Nat) : a + 0 = a := h a\n',
        ),
      ),
    ).toBe('VERIFIED')
  })

  test('universes, instances, recursion and namespaces', async () => {
    expect(
      rejected(await script('theorem t {α : Type u} [Inhabited α] : ∃ x : α, x = default', ['exact ⟨_, rfl⟩'])),
    ).toBe('VERIFIED')
    const recursive = 'theorem t : ∀ n : Nat, 0 + n = n\n  | 0 => rfl\n  | n + 1 => congrArg (· + 1) (t n)\n'
    expect(rejected(await file('theorem t : ∀ n : Nat, 0 + n = n', recursive))).toBe('VERIFIED')
    expect(rejected(await script('theorem t : succ 1 = 2', ['rfl'], 'namespace Nat'))).toBe('VERIFIED')
  })

  test('a proof that needs more heartbeats than one declaration gets is written with a higher limit', async () => {
    const header = 'set_option maxHeartbeats 100'
    const theorem = { name: 't', header, statement: TRUE }
    const verdict = await verifyProof(engine, theorem, { tactics: ['subst k', 'omega'] })
    expect(verdict).toMatchObject({
      kind: 'verified',
      source: expect.stringContaining('set_option maxHeartbeats 0 in'),
    })
  })
})

describe('what is refused in a script', () => {
  const cases: [string, string, string[], RegExp][] = [
    ['a wrong proof', FALSE, ['omega'], /Lean reports an error/],
    ['sorry', FALSE, ['sorry'], /sorryAx/],
    ['sorry in a term', FALSE, ['exact sorry'], /sorryAx/],
    ['sorry in a have', FALSE, ['have h : 1 = 2 := sorry', 'omega'], /sorryAx/],
    ['admit', FALSE, ['admit'], /sorryAx/],
    ['stop', FALSE, ['stop', 'rfl'], /sorryAx/],
    ['native_decide', 'theorem t : 2 + 2 = 4', ['native_decide'], /error|ofReduceBool|trustCompiler|native/],
    ['a second declaration', TRUE, ['omega\n\ntheorem u : True := trivial'], /ends early|error/],
    ['a second declaration at the margin', TRUE, ['omega\ntheorem u : True := trivial'], /ends early|error/],
    ['an axiom after the theorem', TRUE, ['omega\n\naxiom bad : False'], /ends early|error/],
    ['#eval after the theorem', TRUE, ['omega\n#eval 1'], /runs code|ends early|error/],
    ['run_cmd', TRUE, ['omega\nrun_cmd Lean.logInfo "x"'], /runs code|ends early|error/],
    ['initialize', TRUE, ['omega\ninitialize foo : IO.Ref Nat ← IO.mkRef 0'], /runs code|ends early|error/],
    ['run_tac', FALSE, ['run_tac pure ()', 'omega'], /error/],
    ['an option that skips the kernel', FALSE, ['set_option debug.skipKernelTC true in omega'], /error/],
    ['a comment that swallows the rest', FALSE, ['/- '], /error/],
    ['nothing', FALSE, [''], /error/],
    ['a comment', FALSE, ['-- done'], /error/],
    ['its own theorem', FALSE, ['exact t a'], /error/],
    ['a script that leaves goals', TRUE, ['subst k'], /unsolved goals/],
  ]
  test.each(cases)('%s', async (_what, statement, tactics, reason) => {
    expect(rejected(await script(statement, tactics))).toMatch(reason)
  })
})

describe('what is refused in a file', () => {
  const cases: [string, string, string, RegExp][] = [
    ['an axiom', FALSE, `axiom bad : ∀ a : Nat, a = a + 1\n${FALSE} := bad a\n`, /axiom bad/],
    [
      'an axiom under the name of an allowed one',
      FALSE,
      `axiom «propext'» : ∀ a : Nat, a = a + 1\n${FALSE} := «propext'» a\n`,
      /axiom/,
    ],
    [
      'an axiom that hides behind dots in its name',
      FALSE,
      `axiom «Quot.sound» : ∀ a : Nat, a = a + 1\n${FALSE} := «Quot.sound» a\n`,
      /axiom|error/,
    ],
    ['another statement', FALSE, 'theorem t (a : Nat) : a = a := rfl\n', /another statement/],
    [
      'a weaker statement',
      'theorem t (a b : Nat) : a * b = b * a',
      'theorem t (a b : Nat) (h : a = b) : a * b = b * a := Nat.mul_comm a b\n',
      /another statement/,
    ],
    ['a missing theorem', FALSE, 'theorem u : True := trivial\n', /does not declare t/],
    ['a definition instead of a theorem', 'theorem t : 2 = 2', 'def t : 2 = 2 := rfl\n', /not a theorem/],
    [
      'a redefined notation',
      FALSE,
      `local infix:50 (priority := high) " = " => fun (_ _ : Nat) => True\n${FALSE} := trivial\n`,
      /another statement|error/,
    ],
    [
      'a macro for a symbol',
      FALSE,
      `macro_rules | \`($a = $b) => \`(($a : Nat) ≤ $b)\n${FALSE} := Nat.le_succ a\n`,
      /another statement|error/,
    ],
    [
      'a shadowed name',
      'theorem t : ∃ x : Nat, x < 0',
      'namespace Foo\nabbrev Nat := Int\ntheorem t : ∃ x : Nat, x < 0 := ⟨-1, by decide⟩\nend Foo\n',
      /does not declare|another statement/,
    ],
    [
      'a shadowed name opened',
      'theorem t : ∃ x : Nat, x < 0',
      'namespace Foo\nabbrev Nat := Int\nend Foo\nopen Foo (Nat)\ntheorem t : ∃ x : Nat, x < 0 := ⟨-1, by decide⟩\n',
      /another statement|error/,
    ],
    [
      'a coerced instance',
      'theorem t : (1 : Nat) < 1',
      'instance (priority := 2000) : LT Nat := ⟨fun _ _ => True⟩\ntheorem t : (1 : Nat) < 1 := trivial\n',
      /another statement/,
    ],
    [
      'an unsafe definition',
      FALSE,
      `unsafe def bad (a : Nat) : a = a + 1 := bad a\n${FALSE} := bad a\n`,
      /error|unsafe/,
    ],
    ['a partial constant', FALSE, `${FALSE} := t a\n`, /error/],
    [
      'the kernel skipped for a false proof',
      FALSE,
      `set_option debug.skipKernelTC true\n${FALSE} := by omega\n`,
      /error/,
    ],
    [
      'a proof replaced by sorry through an option',
      FALSE,
      `set_option debug.proofAsSorry true\n${FALSE} := by omega\n`,
      /error|sorryAx/,
    ],
    [
      'implemented_by and ofReduceBool',
      FALSE,
      `def a1 : Bool := false\ntheorem t (a : Nat) : a = a + 1 := absurd (Lean.ofReduceBool a1 true rfl) (by decide)\n`,
      /error|ofReduceBool/,
    ],
    [
      'a nested inductive type of its own',
      'theorem t : ∃ p : Prop, p',
      'inductive Mine where\n  | many (all : List Mine)\ntheorem t : ∃ p : Prop, p := ⟨∃ m : Mine, m = m, ⟨.many [], rfl⟩⟩\n',
      /nested/,
    ],
  ]
  test.each(cases)('%s', async (_what, statement, source, reason) => {
    expect(rejected(await file(statement, source))).toMatch(reason)
  })

  test('an axiom in the trusted header', async () => {
    const header = 'axiom bad : ∀ a : Nat, a = a + 1'
    expect(rejected(await script(FALSE, ['exact bad a'], header))).toMatch(/axiom bad/)
  })
})

test('a statement that does not elaborate is bad input, not a verdict', async () => {
  await expect(script('theorem t : foo', ['rfl'])).rejects.toThrow('does not elaborate')
  await expect(script('theorem t : 1 = 1', ['rfl'], 'open Nowhere')).rejects.toThrow('header does not elaborate')
})
