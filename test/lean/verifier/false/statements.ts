import type { FalseCase } from '../cases.ts'
import { forged } from './forge.ts'

const STATEMENT = 'another statement'
const FALSE = 'theorem t (a : Nat) : a = a + 1'

/** Files that prove another statement than the one given, under its name or so that it reads the same. */
export const OTHER_STATEMENTS: readonly FalseCase[] = [
  { what: 'a hypothesis more', statement: FALSE, source: 'theorem t (a : Nat) (h : a = a + 1) : a = a + 1 := h\n' },
  {
    what: 'an instance more',
    statement: FALSE,
    source:
      'theorem t (a : Nat) [h : Decidable False] [i : Inhabited (PLift False)] : a = a + 1 := i.default.down.elim\n',
  },
  { what: 'an implication', statement: FALSE, source: 'theorem t (a : Nat) : a = a + 1 → a = a + 1 := id\n' },
  {
    what: 'a variable that is included',
    statement: FALSE,
    source: 'variable (h : False)\ninclude h in\ntheorem t (a : Nat) : a = a + 1 := h.elim\n',
  },
  {
    what: 'a variable of the section',
    statement: 'theorem t : False',
    source: 'section\nvariable {h : False}\ninclude h\ntheorem t : False := h\nend\n',
  },
  {
    what: 'integers for naturals',
    statement: 'theorem t : ∃ x : Nat, x + 1 = 0',
    source: 'theorem t : ∃ x : Int, x + 1 = 0 := ⟨-1, rfl⟩\n',
  },
  { what: 'another number', statement: 'theorem t : 2 + 2 = 5', source: 'theorem t : 2 + 2 = 4 := rfl\n' },
  {
    what: 'one universe for all',
    statement: 'theorem t (α : Sort u) : Nonempty α',
    source: 'theorem t (α : Type) : Nonempty (α → α) := ⟨id⟩\n',
  },
  {
    what: 'only one universe',
    statement: 'theorem t (α : Type u) (β : Type v) : Nonempty (α → β → α)',
    source: 'theorem t (α : Type u) (β : Type u) : Nonempty (α → β → α) := ⟨fun a _ => a⟩\n',
  },
  {
    what: 'a fixed universe',
    statement: 'theorem t (α : Type u) (a : α) : a = a',
    source: 'theorem t (α : Type) (a : α) : a = a := rfl\n',
  },
  {
    what: 'universes exchanged',
    statement: 'theorem t.{u, v} (α : Type u) (β : Type v) (h : Nonempty α) : Nonempty (PProd α (α ⊕ β))',
    source: 'theorem t.{u, v} (α : Type v) (β : Type u) (h : Nonempty α) : Nonempty (PProd β (α ⊕ β)) := sorry\n',
  },
  {
    what: 'a subset of the cases',
    statement: 'theorem t : ∀ n : Nat, n < 10',
    source: 'theorem t : ∀ n : Fin 10, n.val < 10 := fun n => n.isLt\n',
  },
  {
    what: 'a name bound by itself',
    statement: 'theorem t (h : Nat.Prime = Nat.Prime) : False',
    source: 'theorem t (h : Nat.Prime = Nat.Prime) (k : False) : False := k\n',
  },
  {
    what: 'the converse',
    statement: 'theorem t (p q : Prop) (h : p → q) : q → p',
    source: 'theorem t (p q : Prop) (h : q → p) : q → p := h\n',
  },
  {
    what: 'the order of quantifiers',
    statement: 'theorem t : ∃ m : Nat, ∀ n : Nat, n < m',
    source: 'theorem t : ∀ n : Nat, ∃ m : Nat, n < m := fun n => ⟨n + 1, n.lt_succ_self⟩\n',
  },
  {
    what: 'a theorem inside a namespace',
    statement: 'theorem t : False',
    source: 'namespace Foo\ntheorem t : True := trivial\nend Foo\n',
  },
  {
    what: 'a theorem outside the namespace it is in',
    name: 'Foo.t',
    statement: 'theorem Foo.t : False',
    source: 'namespace Foo\ntheorem _root_.t : True := trivial\nend Foo\n',
  },
  { what: 'an example', statement: 'theorem t : 1 = 1', source: 'example : 1 = 1 := rfl\n' },
  { what: 'an empty file', statement: 'theorem t : 1 = 1', source: '' },
  { what: 'a comment only', statement: 'theorem t : 1 = 1', source: '/- theorem t : 1 = 1 := rfl -/\n' },
  {
    what: 'an unclosed comment before the theorem',
    statement: 'theorem t : 1 = 1',
    source: '/- theorem t : 1 = 1 := rfl\n',
  },
  {
    what: 'the end of the file before the theorem',
    statement: 'theorem t : 1 = 1',
    source: '#exit\ntheorem t : 1 = 1 := rfl\n',
  },
  {
    what: 'the statement as a definition of itself',
    statement: 'theorem t : ∃ n : Nat, n < 0',
    source: 'def t : Prop := ∃ n : Nat, n < 0\n',
  },
  { what: 'an alias', statement: 'theorem t : False', source: 'theorem u : True := trivial\nalias t := u\n' },
  { what: 'an instance under the name', statement: 'theorem t : False', source: 'instance t : Inhabited Nat := ⟨0⟩\n' },
  { what: 'a structure under the name', statement: 'theorem t : False', source: 'structure t where\n  x : Nat\n' },
  {
    what: 'an inductive proposition under the name',
    statement: 'theorem t : False',
    source: 'inductive t : Prop where\n  | intro\n',
  },
  {
    what: 'a constructor under the name',
    name: 'Foo.t',
    statement: 'theorem Foo.t : False',
    source: 'inductive Foo : Prop where\n  | t\n',
  },
  {
    what: 'a field under the name',
    name: 'Foo.t',
    statement: 'theorem Foo.t : False',
    source: 'structure Foo where\n  t : False\n',
  },
  { what: 'an opaque constant under the name', statement: 'theorem t : ∃ n : Nat, n < 0', source: 'opaque t : Nat\n' },
  { what: 'an error inside the theorem', statement: 'theorem t : 1 = 2', source: 'theorem t : 1 = 2 := foo\n' },
  {
    what: 'a theorem of the library under its own name',
    name: 'Nat.add_comm',
    statement: 'theorem Nat.add_comm : False',
    source: 'theorem u : True := trivial\n',
  },
  {
    what: 'a notation for equality',
    statement: FALSE,
    source:
      'local infix:50 (priority := high) " = " => fun (_ _ : Nat) => True\ntheorem t (a : Nat) : a = a + 1 := trivial\n',
  },
  {
    what: 'a macro for addition',
    statement: FALSE,
    source: 'macro_rules | `($a + $b) => `(HSub.hSub $a $b)\ntheorem t (a : Nat) : a = a + 1 - 1 + 1 := by omega\n',
  },
  {
    what: 'a notation for a number',
    statement: 'theorem t : (2 : Nat) = 3',
    source: 'notation (priority := 10000) "3" => 2\ntheorem t : (2 : Nat) = 3 := rfl\n',
  },
  {
    what: 'a notation for False',
    statement: 'theorem t : False',
    source: 'notation (priority := 10000) "False" => True\ntheorem t : False := trivial\n',
  },
  {
    what: 'a macro for the whole theorem',
    statement: FALSE,
    source:
      'macro (priority := 10000) "theorem" "t" "(a : Nat) : a = a + 1" : command => `(theorem $(Lean.mkIdent `t) : True := trivial)\ntheorem t (a : Nat) : a = a + 1\n',
  },
  {
    what: 'a macro for the quantifier',
    statement: 'theorem t : ∀ n : Nat, n < 5',
    source:
      'macro_rules | `(∀ $x:ident : Nat, $b) => `(∃ $x:ident : Nat, $b)\ntheorem t : ∀ n : Nat, n < 5 := ⟨0, by decide⟩\n',
  },
  {
    what: 'an instance of its own for ≤',
    statement: 'theorem t : (5 : Nat) ≤ 3',
    source: 'instance (priority := 5000) : LE Nat := ⟨fun _ _ => True⟩\ntheorem t : (5 : Nat) ≤ 3 := trivial\n',
  },
  {
    what: 'an instance of its own for the numerals',
    statement: 'theorem t : (5 : Nat) = 3',
    source: 'instance (priority := 5000) (n : Nat) : OfNat Nat n := ⟨Nat.zero⟩\ntheorem t : (5 : Nat) = 3 := rfl\n',
  },
  {
    what: 'an instance of its own for addition',
    statement: 'theorem t : (2 : Nat) + 2 = 5',
    source: 'instance (priority := 5000) : HAdd Nat Nat Nat := ⟨fun _ _ => 5⟩\ntheorem t : (2 : Nat) + 2 = 5 := rfl\n',
  },
  {
    what: 'an instance of its own for decidability',
    statement: 'theorem t : decide (1 = 2) = true',
    source:
      'instance (priority := 5000) : Decidable (1 = 2) := .isTrue sorry\ntheorem t : decide (1 = 2) = true := rfl\n',
  },
  {
    what: 'an instance of its own, the same by name',
    statement: 'theorem t : (5 : Nat) ≤ 3',
    source:
      'attribute [-instance] instLENat\nnamespace Mine\ninstance instLENat : LE Nat := ⟨fun _ _ => True⟩\nend Mine\nopen Mine in\ntheorem t : (5 : Nat) ≤ 3 := trivial\n',
  },
  {
    what: 'a coercion of its own',
    statement: 'theorem t (b : Bool) : b',
    source: 'instance (priority := 5000) : CoeSort Bool Prop := ⟨fun _ => True⟩\ntheorem t (b : Bool) : b := trivial\n',
  },
  {
    what: 'a name of the library in a namespace',
    statement: 'theorem t : Nat.succ 1 = 1',
    source: 'namespace Foo\ndef Nat.succ (n : Nat) : Nat := n\ntheorem _root_.t : Nat.succ 1 = 1 := rfl\nend Foo\n',
  },
  {
    what: 'a name of the library by export',
    statement: 'theorem t : ¬ True',
    source:
      'namespace Foo\ndef Not (_ : Prop) : Prop := True\nnotation:max (priority := 5000) "¬" p:40 => Foo.Not p\nend Foo\nexport Foo (Not)\ntheorem t : ¬ True := trivial\n',
  },
  {
    what: 'its own False by an open namespace',
    statement: 'theorem t : False',
    source: 'namespace Foo\ninductive False : Prop where\n  | intro\ntheorem _root_.t : False := .intro\nend Foo\n',
  },
  {
    what: 'strings of its own',
    statement: 'theorem t : "a".length = 2',
    source:
      'namespace Foo\nabbrev String.length (_ : String) := 2\ntheorem _root_.t : String.length "a" = 2 := rfl\nend Foo\n',
  },
  {
    what: 'a default argument',
    statement: 'theorem t (h : False) : False',
    source: 'theorem t (h : True := trivial) : True := h\n',
  },
  {
    what: 'an argument that a tactic fills in',
    statement: 'theorem t : 1 = 2',
    source: 'theorem t (h : 1 = 2 := by decide) : 1 = 2 := h\n',
  },
  { what: 'a statement with a metavariable', statement: 'theorem t : 1 = 2', source: 'theorem t : 1 = _ := rfl\n' },
  {
    what: 'another definition of the same name',
    header: 'def two := 2',
    statement: 'theorem t : two = 3',
    source: 'def two := 3\ntheorem t : two = 3 := rfl\n',
  },
].map((c) => ({ kind: STATEMENT, ...c }))

const CONSTANTS = 'constants of the statement'
const MATCH = 'theorem t : (match (1 : Nat) with | 0 => True | _ => False)'

/** `P` is the statement as the source elaborates it; in it the matcher of the statement is another one. */
const swapped = (what: string, type: string, matcher = 'match_1'): FalseCase => ({
  kind: CONSTANTS,
  what,
  statement: `theorem t : ${type}`,
  source: forged(
    `let env := (← get).env
match env.find? (.str (.num (.mkSimple "_private") 0) "P") with
| some (.defnInfo p) =>
  let old : Name := .str p.name "${matcher}"
  let new : Name := .str T "${matcher}"
  match env.find? old with
  | some m =>
    put (.defnDecl { name := new, levelParams := m.levelParams, type := propOf m.type, value := always m.type, hints := .abbrev, safety := .safe })
    put (thmN T (renamed old new p.value) (c "True.intro"))
  | none => pure ()
| _ => pure ()`,
    `def P : Prop := ${type}
-- The same arguments, with a value that is true whatever it is asked.
public meta def propOf : Expr → Expr
  | .forallE n d b i => .forallE n d (propOf b) i
  | _ => .sort .zero
public meta def always : Expr → Expr
  | .forallE n d b i => .lam n d (always b) i
  | _ => mkConst ("True".toName)
public meta def renamed (old new : Name) : Expr → Expr
  | .const n ls => if n == old then .const new ls else .const n ls
  | .app f a => .app (renamed old new f) (renamed old new a)
  | .lam n d b i => .lam n (renamed old new d) (renamed old new b) i
  | .forallE n d b i => .forallE n (renamed old new d) (renamed old new b) i
  | .letE n t v b d => .letE n (renamed old new t) (renamed old new v) (renamed old new b) d
  | .mdata _ e => renamed old new e
  | .proj s i e => .proj s i (renamed old new e)
  | e => e`,
  ),
})

/** Constants that the statement itself brings, or that its header declares, as the source would have them. */
export const STATEMENT_CONSTANTS: readonly FalseCase[] = [
  swapped('the matcher of a match', '(match (1 : Nat) with | 0 => True | _ => False)'),
  swapped('the matcher of a function by cases', '(fun | 0 => True | _ => False : Nat → Prop) 1'),
  swapped('the matcher of a let that takes a pair apart', '(let ⟨a, b⟩ := ((1, 2) : Nat × Nat); a = b)'),
  swapped('the matcher of if let', '(if let some _ := (none : Option Nat) then True else False)'),
  swapped(
    'the matcher of two arguments',
    '(match (1 : Nat), (2 : Nat) with | 0, _ => True | _, 0 => True | _, _ => False)',
  ),
  {
    kind: CONSTANTS,
    what: 'the matcher written by hand, with another meaning',
    statement: MATCH,
    source: `def t.match_1.{u} (_motive : Nat → Sort u) (_x : Nat) (h_1 : Unit → Prop) (_h_2 : Nat → Prop) : Prop := h_1 ()
theorem t : t.match_1 (fun _ => Prop) 1 (fun _ => True) (fun _ => False) := trivial
`,
  },
  {
    kind: CONSTANTS,
    what: 'the matcher written by hand, of the right type',
    statement: MATCH,
    source: `def t.match_1.{u} (motive : Nat → Sort u) (x : Nat) (h_1 : Unit → motive 0) (h_2 : (x : Nat) → motive x) : motive x := h_2 x
theorem t : t.match_1 (fun _ => Prop) 1 (fun _ => True) (fun _ => True) := trivial
`,
  },
  {
    kind: CONSTANTS,
    what: "the header's definition with another value",
    header: 'def f (n : Nat) : Nat := n + 1',
    statement: 'theorem t : f 1 = 1',
    source: 'def f (n : Nat) : Nat := n\ntheorem t : f 1 = 1 := rfl\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's public definition with another value",
    header: 'public def f (n : Nat) : Nat := n + 1',
    statement: 'theorem t : f 1 = 1',
    source: 'public def f (n : Nat) : Nat := n\ntheorem t : f 1 = 1 := rfl\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's structure with another field",
    header: 'structure Box where\n  x : Empty',
    statement: 'theorem t : Nonempty Box',
    source: 'structure Box where\n  x : Nat\ntheorem t : Nonempty Box := ⟨⟨0⟩⟩\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's inductive type with another constructor",
    header: 'inductive Thing : Type\n',
    statement: 'theorem t : Nonempty Thing',
    source: 'inductive Thing : Type\n  | it\ntheorem t : Nonempty Thing := ⟨.it⟩\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's inductive type with its constructors exchanged",
    header: 'inductive Two where\n  | a\n  | b\ndef Two.toNat : Two → Nat\n  | .a => 0\n  | .b => 1',
    statement: 'theorem t : Two.toNat .a = 1',
    source:
      'inductive Two where\n  | b\n  | a\ndef Two.toNat : Two → Nat\n  | .b => 0\n  | .a => 1\ntheorem t : Two.toNat .a = 1 := rfl\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's class with another instance",
    header: 'class Small (α : Type) where\n  small : Nat\ninstance : Small Nat := ⟨5⟩',
    statement: 'theorem t : Small.small Nat = 1',
    source:
      'class Small (α : Type) where\n  small : Nat\ninstance : Small Nat := ⟨1⟩\ntheorem t : Small.small Nat = 1 := rfl\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's opaque constant with a value",
    header: 'opaque secret : Nat',
    statement: 'theorem t : secret = 7',
    source: 'def secret : Nat := 7\ntheorem t : secret = 7 := rfl\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's irreducible definition with another value",
    header: '@[irreducible] def hidden : Nat := 3',
    statement: 'theorem t : hidden = 7',
    source: '@[irreducible] def hidden : Nat := 7\ntheorem t : hidden = 7 := by unfold hidden; rfl\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's recursive definition with another equation",
    header: 'def fac : Nat → Nat\n  | 0 => 1\n  | n + 1 => (n + 1) * fac n',
    statement: 'theorem t : fac 3 = 3',
    source: 'def fac : Nat → Nat\n  | 0 => 0\n  | n + 1 => 1 + fac n\ntheorem t : fac 3 = 3 := rfl\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's theorem with another statement",
    header: 'theorem key : 1 = 1 := rfl',
    statement: 'theorem t : 1 = 2',
    source: 'theorem key : 1 = 2 := sorry\ntheorem t : 1 = 2 := key\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's constants under names that print the same",
    header: 'def «a.b» : Nat := 1\ndef a.b : Nat := 2',
    statement: 'theorem t : «a.b» = a.b',
    source: 'def a.b : Nat := 2\ntheorem t : a.b = a.b := rfl\n',
  },
  {
    kind: CONSTANTS,
    what: "the header's constants, the one taken for the other",
    header: 'def «a.b» : Nat := 1\ndef a.b : Nat := 2',
    statement: 'theorem t : «a.b» = a.b',
    source: 'def «a.b» : Nat := 2\ndef a.b : Nat := 2\ntheorem t : «a.b» = a.b := rfl\n',
  },
]
