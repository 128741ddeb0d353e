import { describe, expect, test } from 'vitest'
import { findPlaced, leanTarget } from '../../../src/api/lean-file.ts'
import { fillFile } from '../../../src/fill/fill-file.ts'
import { listHoles } from '../../../src/fill/holes.ts'
import type { Engine } from '../../../src/lean/engine.ts'
import { leanOf } from '../../../src/lean/native/project.ts'
import { verifyNatively } from '../../../src/lean/native/verify-source.ts'
import { sourceText } from '../../../src/proof/source-text.ts'
import { standInProject } from '../stand-in-project.ts'
import { embedded, lsp, verifyBy } from './engines.ts'

/** Holes and theorems in their files over LSP. */
const TACTICS = ['assumption', 'rfl', 'omega', 'simp_all', 'decide', 'constructor <;> assumption']
const lines = (...all: string[]) => `${all.join('\n')}\n`

/** What becomes of the holes of a file: each is given a few scripts, in order. */
async function filled(
  engine: Engine,
  file: string,
  scripts: readonly (readonly string[])[] = TACTICS.map((tactic) => [tactic]),
) {
  const source = sourceText(file)
  const reading = await engine.readFile(source.text)
  const result = await fillFile(
    engine,
    source.text,
    reading,
    listHoles(reading, () => true),
    {
      limits: { heartbeats: 20_000, wallClockMs: 20_000 },
      outOfTime: () => false,
      signal: new AbortController().signal,
      async search(_theorem, session, verify) {
        const tried = await session.runTactics(
          session.root,
          scripts.map(([tactic]) => tactic as string),
        )
        for (const [i, tactics] of scripts.entries()) {
          let result = tried[i]
          for (const tactic of tactics.slice(1)) {
            if (result?.kind !== 'open') break
            result = (await session.runTactics(result.state, [tactic]))[0]
          }
          if (result?.kind === 'finished' && (await verify({ tactics })).kind === 'verified') return
        }
      },
    },
  )
  return { text: source.edited(result.edits), statuses: result.holes.map(({ status }) => status), holes: result.holes }
}

describe('fill over LSP', () => {
  test('holes of every shape, in their place', async () => {
    const file = lines(
      'def two := 2',
      'theorem one (n : Nat) (h : n = two) : n = 2 := by',
      '  sorry',
      'namespace Deep',
      '  theorem bullets (p q : Prop) (hp : p) (hq : q) : p ∧ q := by',
      '    constructor',
      '    · sorry',
      '    · admit',
      'end Deep',
      'theorem steps (a b c : Nat) : a + b + c = c + b + a := by',
      '  calc a + b + c = a + (b + c) := by sorry',
      '    _ = (b + c) + a := sorry',
      '    _ = c + b + a := by omega',
      '/-- A value with a hole in it. -/',
      'instance : Inhabited { n : Nat // 0 < n } := ⟨3, sorry⟩',
      'section',
      'variable (n : Nat) (known : n = 1)',
      'example : n = 1 := sorry',
      'end',
      '/-- Alternatives of a term look like those of a tactic. -/',
      'theorem matched (n : Nat) : n + 0 = n := match n with',
      '  | 0 => sorry',
      '  | k + 1 => by',
      '    sorry',
    )
    const { text, statuses, holes } = await filled(lsp, file)
    expect(holes.flatMap(({ line, reason }) => (reason === undefined ? [] : [[line, reason]]))).toEqual([])
    expect(text).not.toMatch(/sorry|admit/)
    // What is in no theorem has nothing to be verified against.
    expect(statuses).toEqual(statuses.map((_, i) => (i === 5 ? 'closes its goal' : 'proved')))
    expect(statuses).toHaveLength(9)
    const after = await embedded.readFile(text)
    expect(after.commands.flatMap(({ errors }) => errors)).toEqual([])
    expect(listHoles(after, () => true)).toEqual([])
  })

  test('what is not to be filled, or not proved by it, is called the same as with the embedded Lean', async () => {
    const file = lines(
      'macro "later" : tactic => `(tactic| sorry)',
      'theorem a0 (n : Nat) : n = n + 1 := by sorry',
      'theorem rests : (1 : Nat) = 2 := by sorry',
      'theorem twice (p q : Prop) (h : p ∧ q) : q ∧ p := by',
      '  sorry',
      'theorem stated (a : Nat) (h : sorry) : a = a := by sorry',
      'def g : Nat := sorry',
      'theorem closed : ∃ n : Nat, n * n = 49 := by',
      '  exists 7',
      '  sorry',
      'theorem elsewhere (a : Nat) : a + 0 = a ∧ a = a := by',
      '  constructor',
      '  · sorry',
      '  · omgea',
      'theorem behind (a : Nat) : a + 0 = a := by sorry',
    )
    const scripts = [['exact a0 1'], ['rfl'], ['later'], ['cases h', 'constructor <;> assumption']]
    const [there, here] = [await filled(embedded, file, scripts), await filled(lsp, file, scripts)]
    expect(here.statuses).toEqual(there.statuses)
    expect(new Set(here.statuses)).toEqual(
      new Set(['open', 'closes its goal', 'proved', 'in the statement', 'data', 'out of reach']),
    )
    expect(here.text).toBe(there.text)
  })

  test('a place that Lean comes to twice is out of reach', async () => {
    const { holes } = await filled(lsp, lines('theorem t : 1 = 1 ∧ 2 = 2 := by', '  constructor', '  all_goals sorry'))
    expect(holes).toMatchObject([{ status: 'out of reach', reason: expect.stringMatching(/more than once/) }])
  })

  test('a script that ends its command early stands in no hole', async () => {
    const file = lines('theorem t : 1 = 1 := by', '  sorry')
    const { places } = await lsp.readFile(file)
    const start = places.length - 'sorry\n'.length
    const check = (text: string) => lsp.holes.checkCommand(file, 0, [{ start, end: start + 5, text }])
    expect(await check('rfl')).toEqual({ errors: [], whole: true, holes: 0 })
    expect(await check('rfl\n\ntheorem u : 2 = 2 := by\n  rfl')).toEqual({ errors: [], whole: false, holes: 0 })
    expect(await check('omega')).toMatchObject({ errors: [], whole: true })
    expect(await check('exact foo')).toMatchObject({ errors: [{ line: 2, column: 8 }], whole: true })
  })

  test('what nobody can verify closes its goal', async () => {
    const file = lines('theorem t (a b : Nat) (h : a = b) : b = a := by', '  sorry')
    const project = standInProject()
    const lean = leanOf(project.directory)
    verifyBy((theorem, submission) => verifyNatively(lean, [], theorem, submission))
    expect((await filled(lsp, file)).statuses).toEqual(['proved'])
    const refused = await filled(lsp, `-- refused\n${file}`)
    expect(refused.statuses).toEqual(['refused'])
    project.dispose()
    const { holes } = await filled(lsp, file)
    verifyBy(undefined)
    expect(holes).toMatchObject([
      { status: 'closes its goal', reason: expect.stringMatching(/toolchain cannot be run/), replacement: 'omega' },
    ])
  })
})

/** What differs where Lean reads the text before a theorem as a document; the rest is in test/lean/file-kinds.test.ts. */
test('theorems in their files over LSP', async () => {
  const cases: readonly (readonly [file: string, target: string, tactic: string, kind: string])[] = [
    [
      lines(
        'theorem warm_up : 1 + 1 = 2 := by sorry',
        'instance (priority := 2000) weird : LE Nat := ⟨fun a b => a = 0 ∧ b = 7⟩',
        'theorem t (a b : Nat) (h : a = b) : a ≤ b := by',
        '  sorry',
      ),
      ':t',
      'omega',
      'error',
    ],
    [lines('namespace A', 'theorem _root_.top (a : Nat) : a = a := sorry', 'end A'), ':top', 'rfl', 'finished'],
    [
      lines(
        'universe u in',
        'open Nat in',
        'set_option pp.all true in',
        '/-- with `theorem` in it -/',
        'theorem t (α : Sort u) (n : Nat) : succ n = n + 1 := sorry',
      ),
      '',
      'rfl',
      'finished',
    ],
    [
      lines('variable (n : Nat) (h : n = 1) (k : n = 2)', 'include h k', 'omit k in', 'theorem t : n = 1 := sorry'),
      ':t',
      'exact h',
      'finished',
    ],
    [
      lines(
        'macro mods:declModifiers "lemma " n:declId s:declSig v:declVal : command => `($mods:declModifiers theorem $n $s $v)',
        '/-- doc -/',
        '@[simp] lemma t (a : Nat) : a + 0 = a := by sorry',
      ),
      ':t',
      'rfl',
      'finished',
    ],
    [
      lines('theorem t : ∀ n : Nat, 0 + n = n', '  | 0 => rfl', '  | n + 1 => by sorry'),
      ':t',
      'intro n; omega',
      'finished',
    ],
    // An earlier theorem without a proof says nothing about this one; nor does it forbid itself to be wrong.
    [lines('theorem step : 1 = 1 := sorry', 'theorem t : 1 + 1 = 3 := by sorry'), ':t', 'rfl', 'error'],
    ['theorem t (a : Nat) : a = a -- why\n  := by -- here\n  sorry -- done', ':t', 'rfl', 'finished'],
    [lines('theorem «2031_p4» (a b : Nat) (h : a < b) : a + 1 ≤ b := by sorry'), ':«2031_p4»', 'omega', 'finished'],
  ]
  for (const [file, target, tactic, kind] of cases) {
    const wanted = leanTarget(`F.lean${target}`)
    if (wanted === undefined) throw new Error(`${target} is no target`)
    const { theorem } = await findPlaced(wanted, sourceText(file).text, lsp)
    const started = await lsp.start(theorem)
    if (started.kind === 'rejected') throw new Error(`${file}: ${started.diagnostics[0]?.text}`)
    const [result] = await started.session.runTactics(started.session.root, [tactic])
    expect([file, result?.kind]).toEqual([file, kind])
  }
})
