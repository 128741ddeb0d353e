import type { TrueCase } from '../cases.ts'

const NAMES = 'names'
const ADD = '(a : Nat) : a + 0 = a'
/** The same theorem under names that are hard to write, print and compare. */
export const NAMED: readonly TrueCase[] = [
  '«a b»',
  '«a.b»',
  '«a.b».c',
  'a.«b c».d',
  '«»',
  '«1»',
  'a.«1»',
  '«theorem»',
  'x₁',
  "t'",
  't!',
  'αβγ',
  '«é ü»',
  '«\u{1d538}»',
  'Nat.my_own',
  '_root_.u',
  'Lean.Meta.t',
  'a.b.c.d.e.f',
  'rec',
  'x.match_1',
  '«_private».t',
  '«a\u{feff}b»',
].map((name) => ({
  kind: NAMES,
  what: `the name ${name}`,
  name,
  statement: `theorem ${name} ${ADD}`,
  source: `theorem ${name} ${ADD} := rfl\n`,
}))

export const NAMED_SCRIPTS: readonly TrueCase[] = ['«a b»', '«a.b».c', "t'", 'a.«b c».d', '«theorem»'].map((name) => ({
  kind: NAMES,
  what: `the name ${name} in a script`,
  name,
  statement: `theorem ${name} ${ADD}`,
  tactics: ['simp'],
}))

const BINDERS = 'binders and universes'
export const BINDER_CASES: readonly TrueCase[] = [
  {
    what: 'another universe name',
    statement: 'theorem t (α : Type u) (a : α) : a = a',
    source: 'universe v\ntheorem t (α : Type v) (a : α) : a = a := rfl\n',
  },
  {
    what: 'universes declared at the theorem',
    statement: 'theorem t (α : Type u) (β : Type v) (f : α → β) : f = f',
    source: 'theorem t.{x, y} (α : Type x) (β : Type y) (f : α → β) : f = f := rfl\n',
  },
  {
    what: 'Type _',
    statement: 'theorem t (α : Type u) (a : α) : a = a',
    source: 'theorem t (α : Type _) (a : α) : a = a := rfl\n',
  },
  {
    what: 'Sort _',
    statement: 'theorem t (α : Sort u) (a : α) : a = a',
    source: 'theorem t (α : Sort _) (a : α) : a = a := rfl\n',
  },
  {
    what: 'Type*-like variables',
    statement: 'theorem t (α : Type u) (β : Type v) (p : α × β) : (p.1, p.2) = p',
    source: 'universe a b\nvariable (α : Type a) (β : Type b)\ntheorem t (p : α × β) : (p.1, p.2) = p := rfl\n',
  },
  {
    what: 'universes in another order',
    statement: 'theorem t.{u, v} (α : Type u) (β : Type v) (a : α) (b : β) : (a, b).1 = a',
    source: 'theorem t.{v, u} (α : Type u) (β : Type v) (a : α) (b : β) : (a, b).1 = a := rfl\n',
  },
  {
    what: 'universes more general than asked for',
    statement: 'theorem t (α : Type) (a : α) : a = a',
    source: 'theorem t (α : Type u) (a : α) : a = a := rfl\n',
    refused: /universe/,
  },
  {
    what: 'renamed variables',
    statement: 'theorem t (a b : Nat) (h : a = b) : b = a',
    source: 'theorem t (x y : Nat) (hxy : x = y) : y = x := hxy.symm\n',
  },
  {
    what: 'variables without names',
    statement: 'theorem t (a : Nat) (h : a = 1) : a ≠ 2',
    source: 'theorem t (a : Nat) (_ : a = 1) : a ≠ 2 := by omega\n',
  },
  {
    what: 'an implicit argument for an explicit one',
    statement: 'theorem t (a b : Nat) (h : a = b) : b = a',
    source: 'theorem t {a b : Nat} (h : a = b) : b = a := h.symm\n',
  },
  {
    what: 'an explicit argument for an implicit one',
    statement: 'theorem t {a b : Nat} (h : a = b) : b = a',
    source: 'theorem t (a b : Nat) (h : a = b) : b = a := h.symm\n',
  },
  {
    what: 'strict implicit arguments',
    statement: 'theorem t (a : Nat) (h : a = 1) : a + 1 = 2',
    source: 'theorem t ⦃a : Nat⦄ (h : a = 1) : a + 1 = 2 := by rw [h]\n',
  },
  {
    what: 'an instance with a name',
    statement: 'theorem t {α : Type} [Inhabited α] : Nonempty α',
    source: 'theorem t {α : Type} [inst : Inhabited α] : Nonempty α := ⟨inst.default⟩\n',
  },
  {
    what: 'an instance without its name',
    statement: 'theorem t {α : Type} [inst : Inhabited α] : Nonempty α',
    source: 'theorem t {α : Type} [Inhabited α] : Nonempty α := ⟨default⟩\n',
  },
  {
    what: 'an instance as an explicit argument',
    statement: 'theorem t {α : Type} [Inhabited α] : Nonempty α',
    source: 'theorem t {α : Type} (i : Inhabited α) : Nonempty α := ⟨i.default⟩\n',
  },
  {
    what: 'an instance in a mutual block',
    statement: 'theorem t (p : Prop) [Decidable p] : p ∨ ¬ p',
    source:
      'mutual\ntheorem t (p : Prop) [Decidable p] : p ∨ ¬ p := Decidable.em p\ntheorem u (p : Prop) [Decidable p] : p ∨ ¬ p := t p\nend\n',
  },
  {
    what: 'arguments behind the colon',
    statement: 'theorem t (a b : Nat) : a + b = b + a',
    source: 'theorem t : ∀ a b : Nat, a + b = b + a := Nat.add_comm\n',
  },
  {
    what: 'arguments before the colon',
    statement: 'theorem t : ∀ a b : Nat, a + b = b + a',
    source: 'theorem t (a b : Nat) : a + b = b + a := Nat.add_comm a b\n',
  },
  {
    what: 'a hypothesis as an argument',
    statement: 'theorem t (p q : Prop) : p → q → p',
    source: 'theorem t (p q : Prop) (hp : p) (_ : q) : p := hp\n',
  },
  {
    what: 'variables of the section',
    statement: 'theorem t (a b : Nat) : a * b = b * a',
    source: 'section\nvariable (a b : Nat)\ntheorem t : a * b = b * a := Nat.mul_comm a b\nend\n',
  },
  {
    what: 'variables that are included',
    statement: 'theorem t (n : Nat) (h : n = 0) : n + n = n',
    source: 'section\nvariable (n : Nat) (h : n = 0)\ninclude h\ntheorem t : n + n = n := by simp [h]\nend\n',
  },
  {
    what: 'autobound names',
    statement: 'theorem t (xs : List α) : xs ++ [] = xs',
    source: 'theorem t {α : Type u_1} (xs : List α) : xs ++ [] = xs := by simp\n',
  },
  {
    what: 'a definitionally equal statement',
    statement: 'theorem t (a : Nat) : a < a + 1',
    source: 'theorem t (a : Nat) : a.succ ≤ a + 1 := Nat.le_refl _\n',
  },
  {
    what: 'a statement with a defined predicate unfolded',
    header: 'def Even (n : Nat) : Prop := ∃ k, n = 2 * k',
    statement: 'theorem t : Even 4',
    source: 'def Even (n : Nat) : Prop := ∃ k, n = 2 * k\ntheorem t : Even 4 := ⟨2, rfl⟩\n',
  },
].map((c) => ({ kind: BINDERS, ...c }))
