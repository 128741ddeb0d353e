import type { TrueCase } from '../cases.ts'

const kind = 'helpers'
const ADD = 'theorem t (a : Nat) : a + 0 = a'

/** Files that declare more than the theorem. */
export const HELPERS: readonly TrueCase[] = [
  {
    what: 'a lemma',
    statement: 'theorem t (a b : Nat) : a + b = b + a',
    source:
      'theorem helper (a b : Nat) : a + b = b + a := Nat.add_comm a b\ntheorem t (a b : Nat) : a + b = b + a := helper a b\n',
  },
  {
    what: 'a lemma that shares the match of the statement',
    statement: 'theorem t (n : Nat) : (match n with | 0 => True | _ + 1 => n > 0)',
    source:
      'theorem helper (n : Nat) : (match n with | 0 => True | _ + 1 => n > 0) := by cases n <;> simp\ntheorem t (n : Nat) : (match n with | 0 => True | _ + 1 => n > 0) := helper n\n',
  },
  {
    what: 'a definition that shares the match of the statement',
    statement: 'theorem t : (match (0 : Nat) with | 0 => 1 | _ => 2) = 1',
    source:
      'def f (n : Nat) : Nat := match n with | 0 => 1 | _ => 2\ntheorem t : (match (0 : Nat) with | 0 => 1 | _ => 2) = 1 := (rfl : f 0 = 1)\n',
  },
  {
    what: 'a statement by cases',
    statement: 'theorem t : (fun | 0 => 1 | n + 1 => n : Nat → Nat) 3 = 2',
    source: 'theorem t : (fun | 0 => 1 | n + 1 => n : Nat → Nat) 3 = 2 := rfl\n',
  },
  {
    what: 'a statement that takes a pair apart',
    statement: 'theorem t (p : Nat × Nat) : (let ⟨a, b⟩ := p; a + b) = p.1 + p.2',
    source: 'theorem t (p : Nat × Nat) : (let ⟨a, b⟩ := p; a + b) = p.1 + p.2 := by cases p; rfl\n',
  },
  {
    what: 'a statement with if let',
    statement: 'theorem t (o : Option Nat) : (if let some n := o then n else 0) ≤ o.getD 5',
    source: 'theorem t (o : Option Nat) : (if let some n := o then n else 0) ≤ o.getD 5 := by cases o <;> simp\n',
  },
  {
    what: 'a definition',
    statement: 'theorem t : 2 * 2 = 4',
    source:
      'def double (n : Nat) : Nat := n + n\ntheorem eq (n : Nat) : double n = 2 * n := by unfold double; omega\ntheorem t : 2 * 2 = 4 := (eq 2).symm\n',
  },
  {
    what: 'a definition over lists',
    statement: 'theorem t (xs : List Nat) : xs.length + 0 = xs.length',
    source:
      'def len : List Nat → Nat\n  | [] => 0\n  | _ :: xs => len xs + 1\ntheorem eq (xs : List Nat) : len xs = xs.length := by induction xs <;> simp_all [len]\ntheorem t (xs : List Nat) : xs.length + 0 = xs.length := (eq xs) ▸ rfl\n',
  },
  {
    what: 'a polymorphic definition over lists',
    statement: 'theorem t (xs : List Nat) : xs.reverse.reverse = xs',
    source:
      'def rev {α : Type u} : List α → List α\n  | [] => []\n  | x :: xs => rev xs ++ [x]\ntheorem eq {α : Type u} (xs : List α) : rev xs = xs.reverse := by induction xs <;> simp_all [rev]\ntheorem t (xs : List Nat) : xs.reverse.reverse = xs := by rw [← eq, ← eq, eq, eq, List.reverse_reverse]\n',
  },
  {
    what: 'a definition that folds',
    statement: 'theorem t : [1, 2, 3].foldl (· + ·) 0 = 6',
    source:
      'def sum (xs : List Nat) : Nat := xs.foldl (· + ·) 0\ntheorem t : [1, 2, 3].foldl (· + ·) 0 = 6 := (rfl : sum [1, 2, 3] = 6)\n',
  },
  {
    what: 'a noncomputable definition',
    statement: 'theorem t : ∃ n : Nat, n = n',
    source:
      'noncomputable def some (h : Nonempty Nat) : Nat := Classical.choice h\ntheorem t : ∃ n : Nat, n = n := ⟨some ⟨0⟩, rfl⟩\n',
  },
  {
    what: 'an abbreviation',
    statement: 'theorem t (a : Nat) : a ≤ a',
    source:
      'abbrev N := Nat\ntheorem helper (a : N) : a ≤ a := Nat.le_refl a\ntheorem t (a : Nat) : a ≤ a := helper a\n',
  },
  {
    what: 'an opaque constant',
    statement: 'theorem t : ∃ n : Nat, n = n',
    source: 'opaque secret : Nat\ntheorem t : ∃ n : Nat, n = n := ⟨secret, rfl⟩\n',
  },
  {
    what: 'an irreducible definition',
    statement: 'theorem t : 3 = 3',
    source:
      '@[irreducible] def three : Nat := 3\ntheorem eq : three = 3 := by unfold three; rfl\ntheorem t : 3 = 3 := eq ▸ eq\n',
  },
  {
    what: 'an inductive type',
    statement: 'theorem t (n : Nat) : n = 0 ∨ 0 < n',
    source:
      'inductive Sign where\n  | zero\n  | positive\ndef sign (n : Nat) : Sign := if n = 0 then .zero else .positive\ntheorem t (n : Nat) : n = 0 ∨ 0 < n := by\n  cases h : sign n with\n  | zero => exact Nat.eq_zero_or_pos n\n  | positive => exact Nat.eq_zero_or_pos n\n',
  },
  {
    what: 'a recursive inductive type',
    statement: 'theorem t : 1 + 1 = 2',
    source:
      'inductive Tree where\n  | leaf\n  | node (l r : Tree)\ndef Tree.size : Tree → Nat\n  | .leaf => 1\n  | .node l r => l.size + r.size\ntheorem t : 1 + 1 = 2 := (rfl : (Tree.node .leaf .leaf).size = 2)\n',
  },
  {
    what: 'an inductive predicate',
    statement: 'theorem t : ∃ k, 4 = 2 * k',
    source:
      'inductive Even : Nat → Prop where\n  | zero : Even 0\n  | step (n : Nat) (h : Even n) : Even (n + 2)\ntheorem Even.half {n : Nat} (h : Even n) : ∃ k, n = 2 * k := by\n  induction h with\n  | zero => exact ⟨0, rfl⟩\n  | step n _ ih => obtain ⟨k, rfl⟩ := ih; exact ⟨k + 1, by omega⟩\ntheorem t : ∃ k, 4 = 2 * k := Even.half (.step 2 (.step 0 .zero))\n',
  },
  {
    what: 'an indexed family',
    statement: 'theorem t : 2 = 2',
    source:
      'inductive Vec (α : Type u) : Nat → Type u where\n  | nil : Vec α 0\n  | cons {n : Nat} (a : α) (v : Vec α n) : Vec α (n + 1)\ndef Vec.len {α : Type u} {n : Nat} (_ : Vec α n) : Nat := n\ntheorem t : 2 = 2 := (rfl : (Vec.cons 1 (.cons 2 .nil)).len = 2)\n',
  },
  {
    what: 'mutual inductive types',
    statement: 'theorem t : True ∧ True',
    source:
      'mutual\ninductive Even : Nat → Prop where\n  | zero : Even 0\n  | step (n : Nat) : Odd n → Even (n + 1)\ninductive Odd : Nat → Prop where\n  | step (n : Nat) : Even n → Odd (n + 1)\nend\ntheorem two : Even 2 := .step 1 (.step 0 .zero)\ntheorem t : True ∧ True := by have := two; exact ⟨trivial, trivial⟩\n',
  },
  {
    what: 'a nested inductive type',
    statement: 'theorem t : 1 = 1',
    source:
      'inductive Rose where\n  | node (cs : List Rose)\ntheorem nonempty : Nonempty Rose := ⟨.node []⟩\ntheorem t : 1 = 1 := by have := nonempty; rfl\n',
    refused: /nested/,
  },
  {
    what: 'a structure',
    statement: 'theorem t (a b : Nat) (h : a < b) : a ≤ b',
    source:
      'structure Interval where\n  lo : Nat\n  hi : Nat\n  ok : lo < hi\ntheorem Interval.le (i : Interval) : i.lo ≤ i.hi := Nat.le_of_lt i.ok\ntheorem t (a b : Nat) (h : a < b) : a ≤ b := Interval.le ⟨a, b, h⟩\n',
  },
  {
    what: 'a structure that extends another',
    statement: 'theorem t : 1 + 2 = 3',
    source:
      'structure A where\n  x : Nat\nstructure B extends A where\n  y : Nat\ndef b : B := { x := 1, y := 2 }\ntheorem t : 1 + 2 = 3 := (rfl : b.x + b.y = 3)\n',
  },
  {
    what: 'a structure with a parameter',
    statement: 'theorem t {α : Type u} (a : α) : a = a',
    source:
      'structure Box (α : Type u) where\n  val : α\ntheorem Box.eta {α : Type u} (b : Box α) : Box.mk b.val = b := rfl\ntheorem t {α : Type u} (a : α) : a = a := congrArg Box.val (Box.eta ⟨a⟩)\n',
  },
  {
    what: 'a class and an instance',
    statement: 'theorem t : 5 + 0 = 5',
    source:
      'class Pointed (α : Type u) where\n  point : α\ninstance : Pointed Nat := ⟨5⟩\ntheorem t : 5 + 0 = 5 := (rfl : Pointed.point + 0 = 5)\n',
  },
  {
    what: 'a deriving clause',
    statement: 'theorem t : 1 ≠ 2',
    source:
      'inductive Colour where\n  | red\n  | green\n  deriving DecidableEq\ntheorem differ : Colour.red ≠ .green := by decide\ntheorem t : 1 ≠ 2 := by have := differ; decide\n',
  },
  {
    what: 'derived representations',
    statement: 'theorem t : 1 = 1',
    source:
      'structure P where\n  x : Nat\n  deriving Repr, BEq, Hashable\ntheorem t : 1 = 1 := (rfl : (P.mk 1).x = 1)\n',
  },
  {
    what: 'an instance that the proof needs',
    statement: 'theorem t : ∃ f : Nat → Nat, f 0 = 1',
    source:
      'instance : Add (Nat → Nat) := ⟨fun f g x => f x + g x⟩\ntheorem t : ∃ f : Nat → Nat, f 0 = 1 := ⟨(fun _ => 0) + (fun _ => 1), rfl⟩\n',
  },
  {
    what: 'a mutual block of theorems',
    statement: 'theorem t (n : Nat) : n = n',
    source:
      'mutual\ntheorem t : (n : Nat) → n = n\n  | 0 => rfl\n  | n + 1 => congrArg (· + 1) (u n)\ntheorem u : (n : Nat) → n = n\n  | 0 => rfl\n  | n + 1 => congrArg (· + 1) (t n)\nend\n',
  },
  {
    what: 'a where-clause',
    statement: 'theorem t (a b : Nat) : a + b = b + a',
    source:
      'theorem t (a b : Nat) : a + b = b + a := comm a b\nwhere comm (x y : Nat) : x + y = y + x := Nat.add_comm x y\n',
  },
  {
    what: 'a let rec',
    statement: 'theorem t (n : Nat) : 0 + n = n',
    source:
      'theorem t (n : Nat) : 0 + n = n :=\n  let rec go : (k : Nat) → 0 + k = k\n    | 0 => rfl\n    | k + 1 => congrArg (· + 1) (go k)\n  go n\n',
  },
  {
    what: 'structural recursion',
    statement: 'theorem t : ∀ n : Nat, 0 + n = n',
    source: 'theorem t : ∀ n : Nat, 0 + n = n\n  | 0 => rfl\n  | n + 1 => congrArg (· + 1) (t n)\n',
  },
  {
    what: 'well-founded recursion',
    statement: 'theorem t (n : Nat) : n / 2 ≤ n',
    source:
      'def half (n : Nat) : Nat := if n < 2 then 0 else half (n - 2) + 1\ntermination_by n\ntheorem half_le (n : Nat) : half n ≤ n := by\n  unfold half\n  split\n  · omega\n  · have := half_le (n - 2)\n    omega\ntermination_by n\ntheorem t (n : Nat) : n / 2 ≤ n := by have := half_le n; omega\n',
  },
  {
    what: 'termination with a proof',
    statement: 'theorem t (n : Nat) : n = n',
    source:
      'theorem t (n : Nat) : n = n := by\n  if h : n = 0 then exact h ▸ rfl else\n    have := t (n - 1)\n    rfl\ntermination_by n\ndecreasing_by omega\n',
  },
  {
    what: 'a partial function beside it',
    statement: ADD,
    source: 'partial def loop (n : Nat) : Nat := loop (n + 1)\ntheorem t (a : Nat) : a + 0 = a := rfl\n',
  },
  {
    what: 'an unsafe function beside it',
    statement: ADD,
    source: 'unsafe def castIt (n : Nat) : Int := unsafeCast n\ntheorem t (a : Nat) : a + 0 = a := rfl\n',
  },
  {
    what: 'an axiom beside it that it does not use',
    statement: ADD,
    source: 'axiom unused : False\ntheorem t (a : Nat) : a + 0 = a := rfl\n',
  },
  {
    what: 'a sorry beside it',
    statement: ADD,
    source: 'theorem other : 1 = 2 := sorry\ntheorem t (a : Nat) : a + 0 = a := rfl\n',
  },
  {
    what: 'constants whose names print the same',
    statement: 'theorem t : 1 + 2 = 3',
    source: 'def «a.b» : Nat := 1\ndef a.b : Nat := 2\ntheorem t : 1 + 2 = 3 := (rfl : «a.b» + a.b = 3)\n',
  },
  {
    what: 'a helper under a name of the library in its namespace',
    statement: ADD,
    source:
      'namespace Nat\ntheorem my_add_zero (a : Nat) : a + 0 = a := rfl\nend Nat\ntheorem t (a : Nat) : a + 0 = a := a.my_add_zero\n',
  },
  {
    what: 'a helper with the name of a later library lemma',
    statement: ADD,
    source: "theorem Nat.add_zero' (a : Nat) : a + 0 = a := rfl\ntheorem t (a : Nat) : a + 0 = a := Nat.add_zero' a\n",
  },
  {
    what: 'a quotient',
    statement: 'theorem t : ∃ q : Quot (fun _ _ : Nat => True), q = Quot.mk _ 1',
    source: 'theorem t : ∃ q : Quot (fun _ _ : Nat => True), q = Quot.mk _ 1 := ⟨Quot.mk _ 0, Quot.sound trivial⟩\n',
  },
].map((c) => ({ kind, ...c }))
