import { beforeAll, describe, expect, test } from 'vitest'
import { findPlaced, leanTarget } from '../../src/api/lean-file.ts'
import type { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import { verifyProof } from '../../src/lean/verifier.ts'
import { sourceText } from '../../src/proof/source-text.ts'
import { sharedEngine } from './shared-engine.ts'

/**
 * Kinds of files that people have, each with variants: a theorem is proved where it stands, or it is not a theorem there.
 * What is asked for is written as on the command line, behind `FILE`.
 */
let engine: EmbeddedEngine
beforeAll(async () => {
  engine = await sharedEngine()
})

const lines = (...all: string[]) => `${all.join('\n')}\n`

/** `verified`, or why not: of a tactic at a place of a file. */
async function outcome(file: string, target: string, tactic: string): Promise<string> {
  const wanted = leanTarget(`F.lean${target}`)
  if (wanted === undefined) throw new Error(`${target} is no target`)
  const { theorem } = await findPlaced(wanted, sourceText(file).text, engine)
  const started = await engine.start(theorem)
  if (started.kind === 'rejected') return `${started.where}: ${started.diagnostics[0]?.text}`
  const [result] = await started.session.runTactics(started.session.root, [tactic])
  await started.session.close()
  if (result?.kind !== 'finished') return result?.kind ?? 'nothing'
  const verdict = await verifyProof(engine, theorem, { tactics: [tactic] })
  return verdict.kind === 'verified' ? 'verified' : `refused: ${verdict.reason}: ${verdict.messages.join('; ')}`
}

type Case = readonly [file: string, target: string, tactic: string]
async function allVerified(cases: readonly Case[]) {
  for (const [file, target, tactic] of cases)
    expect([file, await outcome(file, target, tactic)]).toEqual([file, 'verified'])
}

describe('what stands between', () => {
  test('an instance, a notation, a name or a numeral that changes a meaning', async () => {
    const changed: Case[] = [
      [
        lines(
          'theorem warm_up : 1 + 1 = 2 := by sorry',
          'instance (priority := 2000) weird : LE Nat := ⟨fun a b => a = 0 ∧ b = 7⟩',
          'theorem t (a b : Nat) (h : a = b) : a ≤ b := by',
          '  sorry',
        ),
        ':t',
        'omega',
      ],
      [
        lines('instance (priority := 2000) : OfNat Nat 5 := ⟨6⟩', 'theorem t : (5 : Nat) = 4 + 1 := sorry'),
        ':t',
        'decide',
      ],
      [
        lines('local infixr:35 (priority := high) " ∧ " => Or', 'theorem t (p q : Prop) (h : p ∧ q) : p := sorry'),
        ':t',
        'exact h.1',
      ],
      [
        lines(
          'namespace A',
          'def max (a _ : Nat) := a',
          'end A',
          'section',
          'open A hiding max',
          'end',
          'namespace A',
          'theorem t (a b : Nat) : b ≤ max a b := sorry',
          'end A',
        ),
        ':A.t',
        'exact Nat.le_max_right a b',
      ],
      [
        lines(
          'attribute [-instance] instDecidableEqNat in',
          'local instance (priority := 2000) : BEq Nat := ⟨fun _ _ => true⟩',
          'theorem t : ((1 : Nat) == 2) = false := sorry',
        ),
        ':t',
        'rfl',
      ],
    ]
    for (const [file, target, tactic] of changed)
      expect([file, await outcome(file, target, tactic)]).toEqual([file, 'error'])
  })

  test('definitions and lemmas', () =>
    allVerified([
      [
        lines(
          'def twice (n : Nat) := n + n',
          'def quad (n : Nat) := twice (twice n)',
          'theorem t (n) : quad n % 2 = 0 := sorry',
        ),
        ':t',
        'unfold quad twice; omega',
      ],
      [
        lines(
          'def f (n : Nat) : Nat := go n 0',
          'where go : Nat → Nat → Nat',
          '  | 0, k => k',
          '  | n + 1, k => go n (k + 1)',
          'theorem t : f 3 = 3 := sorry',
        ),
        ':t',
        'rfl',
      ],
      [
        lines(
          '@[simp] theorem two (n : Nat) : n + n = 2 * n := by omega',
          'theorem t (n : Nat) : n + n - 2 * n = 0 := sorry',
        ),
        ':t',
        'simp',
      ],
      [
        lines(
          '@[reducible] def P (n : Nat) := n < 3',
          'theorem broken : P 1 := by',
          '  nonsense',
          'theorem t : P 2 := sorry',
        ),
        ':t',
        'decide',
      ],
    ]))

  test('namespaces, left, entered again, and inside each other', () =>
    allVerified([
      [
        lines(
          'namespace A',
          'variable (r : Nat)',
          'def f (k : Nat) := r * k',
          'theorem t : f r 0 = 0 := by',
          '  sorry',
          'end A',
        ),
        ':A.t',
        'rfl',
      ],
      [
        lines(
          'namespace A',
          'def f (n : Nat) := n + 1',
          'end A',
          'def f (n : Nat) := n',
          'namespace A',
          'theorem t : f 0 = 1 := sorry',
          'end A',
        ),
        ':A.t',
        'rfl',
      ],
      [lines('namespace A.B', 'theorem C.t : 1 = 1 := sorry', 'end A.B'), ':C.t', 'rfl'],
      [lines('namespace A', 'theorem _root_.top (a : Nat) : a = a := sorry', 'end A'), ':top', 'rfl'],
      [
        lines(
          'namespace A',
          'theorem t : 1 = 1 := sorry',
          'end A',
          'namespace B',
          'theorem t : 2 = 2 := sorry',
          'end B',
        ),
        ':B.t',
        'rfl',
      ],
    ]))

  test('`open`, in all its ways', () =>
    allVerified([
      [
        lines(
          'theorem a : 2 = 2 := rfl',
          'open Nat in',
          'theorem t (a b : Nat) (h : a < b) : succ a ≤ b := by',
          '  sorry',
        ),
        ':t',
        'omega',
      ],
      [
        lines(
          'namespace A',
          'def x := 1',
          'end A',
          'namespace B',
          'def x := 2',
          'end B',
          'open A hiding x',
          'open B',
          'theorem t : x = 2 := sorry',
        ),
        ':t',
        'rfl',
      ],
      [lines('namespace A', 'def x := 1', 'end A', 'open A renaming x → y', 'theorem t : y = 1 := sorry'), ':t', 'rfl'],
      [lines('namespace A', 'def x := 1', 'end A', 'export A (x)', 'theorem t : x = 1 := sorry'), ':t', 'rfl'],
      [
        lines(
          'namespace N',
          'scoped infixl:65 " ⊹ " => fun (a b : Nat) => a * b',
          'end N',
          'open scoped N in',
          'theorem t : 2 ⊹ 3 = 6 := sorry',
        ),
        ':t',
        'rfl',
      ],
    ]))

  test('chains of `… in`', () =>
    allVerified([
      [
        lines(
          'open Nat in',
          'set_option maxRecDepth 2000 in',
          'theorem t (a b : Nat) (h : a < b) : succ a ≤ b := by sorry',
        ),
        '',
        'omega',
      ],
      [
        lines(
          'universe u in',
          'open Nat in',
          'set_option pp.all true in',
          'variable (n : Nat) in',
          '/-- a comment with `theorem` in it -/',
          'theorem t (α : Sort u) : succ n = n + 1 := sorry',
        ),
        '',
        'rfl',
      ],
      [
        lines('variable (n : Nat) (h : n = 1) (k : n = 2)', 'include h k', 'omit k in', 'theorem t : n = 1 := sorry'),
        ':t',
        'exact h',
      ],
      [lines('def f (n : Nat) := n + 0', 'attribute [local simp] f in', 'theorem t : f 1 = 1 := sorry'), ':t', 'simp'],
    ]))

  test('inductive types, structures and classes', () =>
    allVerified([
      [
        lines(
          'inductive L where',
          '  | red | green',
          'def L.next : L → L',
          '  | .red => .green',
          '  | .green => .red',
          'theorem t (l : L) : l.next.next = l := by sorry',
        ),
        ':t',
        'cases l <;> rfl',
      ],
      [
        lines(
          'mutual',
          'inductive Ev : Nat → Prop',
          '  | z : Ev 0',
          '  | s : Od n → Ev (n + 1)',
          'inductive Od : Nat → Prop',
          '  | s : Ev n → Od (n + 1)',
          'end',
          'theorem t : Od 1 := sorry',
        ),
        ':t',
        'exact .s .z',
      ],
      [
        lines(
          '@[ext] structure Pt where',
          '  x : Nat',
          '  y : Nat',
          'theorem t (a b : Pt) (h : a.x = b.x) (k : a.y = b.y) : a = b := sorry',
        ),
        ':t',
        'exact Pt.ext h k',
      ],
      [
        lines(
          'class Grp (G : Type) where',
          '  mul : G → G → G',
          '  one : G',
          '  one_mul : ∀ a, mul one a = a',
          'variable {G : Type} [Grp G]',
          'theorem t (a : G) : Grp.mul Grp.one a = a := sorry',
        ),
        ':t',
        'exact Grp.one_mul a',
      ],
      [
        lines('inductive C | r | g', 'deriving instance DecidableEq for C', 'theorem t : C.r ≠ C.g := sorry'),
        ':t',
        'decide',
      ],
    ]))

  test('variables of sections, which an `example` has all of', () =>
    allVerified([
      [
        lines('section', 'variable (n : Nat) (h : n = 1)', 'include h', 'theorem t : n = 1 := by sorry', 'end'),
        ':t',
        'exact h',
      ],
      [lines('section', 'variable (n : Nat) (h : n = 1)', 'example : n = 1 := by', '  sorry', 'end'), ':3', 'exact h'],
      [
        lines(
          'variable {α : Type} [Inhabited α] (p : α → Prop) (hp : ∀ x, p x)',
          '/-- doc -/',
          'example : ∃ x, p x := sorry',
        ),
        '#L3',
        'exact ⟨default, hp _⟩',
      ],
      [
        lines(
          'section',
          'variable {α : Type} [DecidableEq α] (x : α)',
          'omit [DecidableEq α] in',
          'theorem t : x = x := by sorry',
          'end',
        ),
        ':t',
        'rfl',
      ],
      [
        lines(
          'universe u v',
          'variable {α : Type u} {β : Type v}',
          'theorem t (f : α → β) (x : α) : f x = f x := sorry',
        ),
        ':t',
        'rfl',
      ],
    ]))

  test('macros, syntax and a `lemma` of the file itself', () =>
    allVerified([
      [
        lines(
          'syntax "mytac" : tactic',
          'macro_rules | `(tactic| mytac) => `(tactic| omega)',
          'theorem t (a : Nat) (h : a = 1) : a < 2 := by sorry',
        ),
        ':t',
        'mytac',
      ],
      [
        lines(
          'macro mods:declModifiers "lemma " n:declId s:declSig v:declVal : command => `($mods:declModifiers theorem $n $s $v)',
          '/-- doc -/',
          '@[simp] lemma t (a : Nat) : a + 0 = a := by sorry',
        ),
        ':t',
        'rfl',
      ],
      [
        lines(
          'section',
          'local notation "∥" x "∥" => Int.natAbs x',
          'theorem t (x : Int) : ∥x∥ = ∥-x∥ := sorry',
          'end',
        ),
        ':t',
        'omega',
      ],
      [lines('macro "two" : term => `(2)', 'theorem t : two + two = 4 := sorry'), ':t', 'rfl'],
    ]))

  test('notation for what the file itself defines, for everybody, for its namespace or for itself', () => {
    const double = 'def dbl (n : Nat) : Nat := n + n'
    const four = (notation: string, term: string) => lines(double, notation, `theorem t : ${term} = 4 := by sorry`)
    const cases: Case[] = [
      [four('notation "⟪" n "⟫" => dbl n', '⟪2⟫'), ':t', 'decide'],
      [four('infixl:65 " ⊞ " => fun a b => dbl a + b', '(1 ⊞ 2)'), ':t', 'rfl'],
      [four('prefix:max "‡" => dbl', '‡2'), ':t', 'rfl'],
      [four('postfix:max "‡" => dbl', '2‡'), ':t', 'rfl'],
      [four('local notation "dd" => dbl', 'dd 2'), ':t', 'rfl'],
      [four('macro "twice " t:term:max : term => `(dbl $t)', 'twice 2'), ':t', 'rfl'],
      [four('syntax "twice " term:max : term\nmacro_rules | `(twice $t) => `(dbl $t)', 'twice 2'), ':t', 'rfl'],
      [four('namespace N\nscoped notation "dd" => dbl\nend N\nopen N in', 'dd 2'), ':t', 'rfl'],
      [four('private def mine := dbl\nnotation "mm" => mine', 'mm 2'), ':t', 'rfl'],
      [
        lines('module', 'public def d := 3', 'notation "dd" => d', 'public theorem t : dd = 3 := by sorry'),
        ':t',
        'rfl',
      ],
      [lines('module', 'def d := 3', 'local notation "dd" => d', 'theorem t : dd = 3 := by sorry'), ':t', 'rfl'],
    ]
    return allVerified(cases)
  })
})

describe('what the text looks like', () => {
  test('everyday definitions, whose code this Lean cannot generate', async () => {
    const files: [string, string][] = [
      [
        lines(
          'def bump (xs : List Nat) : List Nat := xs.map (· + 1)',
          'theorem t (xs : List Nat) : (bump xs).length = xs.length := by',
          '  simp [bump]',
        ),
        'simp [bump]',
      ],
      [
        lines('def conj (xs : List Bool) : Bool := xs.foldr and true', 'theorem t : conj [] = true := by', '  rfl'),
        'rfl',
      ],
      [
        lines(
          'def words (s : String) : List String := s.splitOn " "',
          'theorem t : words "" = words "" := by',
          '  rfl',
        ),
        'rfl',
      ],
      [
        lines(
          'def total (xs : List Nat) : Nat := Id.run do',
          '  let mut s := 0',
          '  for x in xs do s := s + x',
          '  return s',
          'theorem t : total [] = 0 := by',
          '  rfl',
        ),
        'rfl',
      ],
    ]
    await allVerified(files.map(([file, tactic]) => [file, ':t', tactic] as const))
    for (const [file, tactic] of files) {
      const { theorems, untraced } = await engine.tracer().traceFile('F.lean', sourceText(file).text)
      expect(theorems.map(({ name, steps }) => [name, steps.map((step) => step.tactic)])).toEqual([['t', [tactic]]])
      expect(untraced).toEqual([])
    }
  })

  test('names that are no plain words', () =>
    allVerified([
      [lines('theorem «2031_p4» (a b : Nat) (h : a < b) : a + 1 ≤ b := by sorry'), ':«2031_p4»', 'omega'],
      [lines('namespace A', 'theorem «12» (a : Nat) : a = a := sorry', 'end A'), ':A.«12»', 'rfl'],
      [lines('theorem «a.b».c (a : Nat) : a = a := sorry', 'theorem d : 1 = 1 := rfl'), ':«a.b».c', 'rfl'],
      [lines('theorem «amc/12 p9» (a : Nat) : a = a := sorry'), ':«amc/12 p9»', 'rfl'],
      [lines("theorem α₁' (a : Nat) : a = a := sorry"), ":α₁'", 'rfl'],
      [
        lines(
          'namespace A',
          'protected theorem p (n : Nat) : n = n := sorry',
          'private theorem q (n : Nat) : n = n := sorry',
          'end A',
        ),
        ':q',
        'rfl',
      ],
    ]))

  test('comments, strings and other ways to end a statement', () =>
    allVerified([
      ['theorem t (a : Nat) : a = a -- why\n  := by -- here\n  sorry -- done', ':t', 'rfl'],
      [
        lines(
          '/- /- theorem no : 1 = 2 := by sorry -/ -/',
          '/-- theorem bad : False -/',
          'theorem t : True := sorry -- theorem x : False := sorry',
        ),
        ':t',
        'trivial',
      ],
      [lines('theorem t (s : String) (h : s = r#"a " := by sorry -/ "#) : s = s := by', '  sorry'), ':t', 'rfl'],
      [lines('theorem t : ∀ n : Nat, 0 + n = n', '  | 0 => rfl', '  | n + 1 => by sorry'), ':t', 'intro n; omega'],
      [lines('theorem t : 1 = 1 ∧ 2 = 2 where', '  left := rfl', '  right := sorry'), ':t', 'simp'],
      [
        lines(
          'theorem t : (Id.run do',
          '  let mut s := 0',
          '  for i in [1, 2] do s := s + i',
          '  return s) = 3 := by',
          '  sorry',
        ),
        ':t',
        'rfl',
      ],
      [
        lines(
          'theorem t (n : Nat) : n < n + 1 := by',
          '  match n with',
          '  | 0 => sorry',
          '  | k + 1 => have := t k; omega',
          'termination_by n',
        ),
        ':t',
        'omega',
      ],
      [lines('theorem t : let x := 3; x + 1 = 4 := by', '  sorry'), ':t', 'rfl'],
      [
        lines('theorem t (o : Option Nat) (h : (match o with | some v => v | none => 0) = 3) : o ≠ none := sorry'),
        ':1',
        'rintro rfl; simp at h',
      ],
    ]))

  test('line ends, byte order marks and tabs', async () => {
    const plain = lines(
      '/-- two',
      'lines -/',
      'theorem t (a b : Nat) (h : a = b) : b = a := by',
      '  exact h.symm',
      '-- the end',
    )
    const tabs = plain.replace('(a', '\t(a').replace('  exact', '\texact').replace('-- the', '-- \tthe')
    for (const text of [plain, tabs])
      for (const file of [
        text,
        text.replaceAll('\n', '\r\n'),
        `\uFEFF${text}`,
        `\uFEFF${text.replaceAll('\n', '\r\n')}`,
      ]) {
        expect([file, await outcome(file, ':t', 'exact h.symm')]).toEqual([file, 'verified'])
        const { theorems } = await engine.tracer().traceFile('F.lean', sourceText(file).text)
        expect(theorems.map(({ steps }) => steps.map(({ tactic, line }) => [tactic, line]))).toEqual([
          [['exact h.symm', 4]],
        ])
      }
  })

  test('what stands behind `#exit`, and what is no theorem, is told apart', async () => {
    await expect(
      outcome(lines('theorem t : True := sorry', '#exit', 'theorem u : 1 = 1 := sorry'), ':u', 'rfl'),
    ).rejects.toThrow('F.lean has no theorem u; it has t (F.lean:1)')
    await expect(
      outcome(lines('instance : Inhabited Bool := ⟨sorry⟩', 'theorem t : True := sorry'), ':1', 'rfl'),
    ).rejects.toThrow(
      'no theorem stands at F.lean:1; there are t (F.lean:2); `hedge fill` fills the holes of other declarations',
    )
    await expect(outcome(lines('lemma t : True := sorry'), ':t', 'trivial')).rejects.toThrow(
      /F\.lean:1:0: error: unexpected identifier; expected command.*`lemma` is Mathlib's: write `theorem`/s,
    )
  })
})

describe('proofs that bring more than a theorem', () => {
  const verified = async (statement: string, source: string) => {
    const name = /^theorem ([^\s({[:.]+)/.exec(statement)?.[1] ?? ''
    const verdict = await engine.verify({ name, header: '', statement }, { source, name })
    expect([source, verdict.kind === 'verified' ? 'verified' : verdict]).toEqual([source, 'verified'])
  }
  test('helper definitions', async () => {
    const len = 'theorem t (xs : List Nat) : (xs.map (· + 1)).length = xs.length'
    await verified(
      len,
      lines(
        'def helper (xs : List Nat) := xs.map (· + 1)',
        `${len} := by`,
        '  have h : (helper xs).length = xs.length := by simp [helper]',
        '  exact h',
      ),
    )
    await verified(
      'theorem t : ∃ n : Nat, n * n = 49',
      lines('def seven := 7', 'theorem t : ∃ n : Nat, n * n = 49 := ⟨seven, rfl⟩'),
    )
    await verified(
      'theorem t (n : Nat) : 0 + n = n',
      lines(
        'namespace H',
        'theorem aux (n : Nat) : 0 + n = n := by omega',
        'end H',
        'open H in',
        'theorem t (n : Nat) : 0 + n = n := aux n',
      ),
    )
    await verified(
      'theorem t (n : Nat) : n ≤ 2 * n',
      lines('theorem t (n : Nat) : n ≤ 2 * n := aux n', 'where', '  aux (n : Nat) : n ≤ 2 * n := by omega'),
    )
  })
  test('types of their own', async () => {
    await verified(
      'theorem t : 0 ≤ 3',
      lines(
        'inductive Chain : Nat → Nat → Prop where',
        '  | refl (n : Nat) : Chain n n',
        '  | step {m n : Nat} : Chain m n → Chain m (n + 1)',
        'theorem chain_le {m n : Nat} (h : Chain m n) : m ≤ n := by',
        '  induction h with',
        '  | refl => exact Nat.le_refl _',
        '  | step _ ih => omega',
        'theorem t : 0 ≤ 3 := chain_le (.step (.step (.step (.refl 0))))',
      ),
    )
    await verified(
      'theorem t : ∃ n : Nat, n = 3',
      lines(
        'structure W where',
        '  n : Nat',
        '  h : n = 3',
        'def w : W := ⟨3, rfl⟩',
        'theorem t : ∃ n : Nat, n = 3 := ⟨w.n, w.h⟩',
      ),
    )
    await verified(
      'theorem t (b : Bool) : b = true ∨ b = false',
      lines(
        'inductive Two | a | b',
        'def Two.of : Bool → Two | true => .a | false => .b',
        'theorem t (b : Bool) : b = true ∨ b = false := by',
        '  match h : Two.of b with',
        '  | .a => cases b <;> simp',
        '  | .b => cases b <;> simp',
      ),
    )
  })
  test('universes of other names, in another order', async () => {
    const source = (universes: string, name: string, types: string) =>
      lines(`universe ${universes}`, `theorem ${name} ${types} (p : α × β) : (p.1, p.2) = p := rfl`)
    const statement = 'theorem t.{u, w} (α : Type u) (β : Type w) (p : α × β) : (p.1, p.2) = p'
    await verified(statement, source('v w', 't', '(α : Type v) (β : Type w)'))
    await verified(statement, source('w u', 't', '(α : Type w) (β : Type u)'))
    await verified(statement, source('x', 't.{y, x}', '(α : Type x) (β : Type y)').replace('universe x\n', ''))
    await verified(statement, source('_u _w', 't', '(α : Type _) (β : Type _)').replace(/^universe.*\n/, ''))
  })
})
