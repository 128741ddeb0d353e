import type { FalseCase } from '../cases.ts'
import { forged } from './forge.ts'

/**
 * Known faults of the kernel of Lean 4.28, each in words of our own. The code in the source only gives its declarations
 * to the kernel, which accepts them; so a verifier that asks this kernel alone must refuse what they need.
 */
const kind = 'kernel fault'
const FALSE = 'theorem t : False'

/** Three ways to say `false` of which the kernel identifies the first with the second and the second with the third only. */
const LADDER = `
def pick (x : Bool) (n : Nat) (f : (m : Nat) → m < n → Bool) : Bool :=
  match n with
  | 0 => x
  | k + 1 => f k (Nat.lt_succ_self k)
def walk (n : Nat) (h : Acc (· < ·) n) : Bool := Acc.rec (fun m _ => pick false m) h
opaque top : Acc (· < ·) 1 := Nat.lt_wfRel.wf.apply 1
def one := walk 1 top
def two := walk 1 (Acc.intro 1 fun _ => Acc.inv top)
def three := walk 0 (Acc.inv top (Nat.lt_succ_self 0))
theorem walk_eq (n : Nat) (h : Acc (· < ·) n) : walk n h = false := by
  induction h with
  | intro n smaller ih =>
    cases n with
    | zero => rfl
    | succ n => simpa only [walk, pick] using ih n (Nat.lt_succ_self n)
def Near : Prop := one = two
def Far : Prop := one = three
opaque far : Far := (walk_eq _ _).trans (walk_eq _ _).symm
def sortOf (h : Near) : Type := Eq.rec (motive := fun _ _ => Type) Prop h
theorem differ (p : Prop) (bit : p → Bool) (a b : p) (ha : bit a = false) (hb : bit b = true) : False :=
  Bool.noConfusion (ha.symm.trans ((congrArg bit (proof_irrel a b)).trans hb))
`
const P = '.str (.num (.mkSimple "_private") 0)'
/** Constants of the file are private to it. */
const own = (name: string): string => `(.const (${P} "${name}") [])`

const SORT_BY_COMPUTATION = `
let holder : Name := .mkSimple "Holder"
let near := ${own('Near')}
let bool := c "Bool"
put (.inductDecl [] 1 [{
  name := holder
  type := pi near (mkApp ${own('sortOf')} (.bvar 0))
  ctors := [{ name := .str holder "mk", type := pi near (pi bool (mkApp (.const holder []) (.bvar 1))) }] }] false)
put (defn "asProp" (pi near (.sort levelZero)) (lam near (mkApp (.const holder []) (.bvar 0))))
let farProof := ${own('far')}
put (defn "held" (.sort levelZero) (mkApp (c "asProp") farProof))
put (defn "bit" (pi (c "held") bool) (lam (c "held") (.proj holder 0 (.bvar 0))))
let mk (b : Expr) := mkApp2 (.const (.str holder "mk") []) farProof b
put (defn "no" (c "held") (mk (c "Bool.false")))
put (defn "yes" (c "held") (mk (c "Bool.true")))
let refl (b : Expr) := fn "Eq.refl" [bool, b] [levelOne]
put (thmN T (c "False") (mkAppN ${own('differ')} #[c "held", c "bit", c "no", c "yes", refl (c "Bool.false"), refl (c "Bool.true")]))`

export const KERNEL_FAULTS: readonly FalseCase[] = [
  {
    kind,
    what: 'a type whose sort is computed, and data from its proofs',
    statement: FALSE,
    source: forged(SORT_BY_COMPUTATION, LADDER),
  },
  {
    kind,
    what: 'the same, the sort below a definition',
    statement: FALSE,
    source: forged(
      SORT_BY_COMPUTATION.replace(`(mkApp ${own('sortOf')} (.bvar 0))`, `(mkApp ${own('sortOf2')} (.bvar 0))`),
      `${LADDER}\ndef sortOf2 (h : Near) : Type := id (sortOf h)`,
    ),
  },
  {
    kind,
    what: 'the same, the whole type of the type by computation',
    statement: FALSE,
    source: forged(
      SORT_BY_COMPUTATION.replace(`type := pi near (mkApp ${own('sortOf')} (.bvar 0))`, `type := ${own('Whole')}`),
      `${LADDER}\ndef Whole : Type := (h : Near) → sortOf h`,
    ),
  },
  {
    kind,
    what: 'a nested type whose argument is ill typed',
    statement: 'theorem t : True',
    source: forged(
      `let w := c "W"
let hold : Name := .mkSimple "Hold"
let inner := mkApp (.const hold []) (.bvar 0)
let wrong := Expr.proj (.mkSimple "Pair") 0 (.proj (.mkSimple "Pair") 0 (.bvar 0))
put (.inductDecl [] 1 [{
  name := hold
  type := pi w (.sort levelOne)
  ctors := [{ name := .str hold "mk", type := pi w (pi (mkApp2 (c "Phantom") inner wrong) (mkApp (.const hold []) (.bvar 1))) }] }] false)
put (defn "use" (.sort levelOne) (mkApp (.const hold []) (fn "W.mk" [fn "Proof.mk" [c "Bool.true"]])))
put (thmN T (c "True") (.letE (.mkSimple "x") (.sort levelOne) (c "use") (c "True.intro") false))`,
      `public inductive Proof : Prop where
  | mk (b : Bool)
public structure Pair where
  b : Bool
public inductive W : Type where
  | mk (p : Proof)
public inductive Phantom (α : Type) (b : Bool) : Type where
  | mk`,
    ),
  },
  {
    kind,
    what: 'an opaque constant with a free variable, after the cache has seen one',
    statement: FALSE,
    source: forged(
      `let x : Expr := .fvar ⟨.num (.mkSimple "_kernel_fresh") 0⟩
let value := .app (lam (pi (c "False") (c "False")) x) (lam (c "False") (.bvar 0))
put (.opaqueDecl { name := .mkSimple "no", levelParams := [], type := c "False", value, isUnsafe := false, all := [.mkSimple "no"] })
put (thmN T (c "False") (c "no"))`,
    ),
  },
  {
    kind,
    what: 'an opaque constant with a metavariable',
    statement: FALSE,
    source: forged(
      `put (.opaqueDecl { name := .mkSimple "no", levelParams := [], type := c "False", value := .mvar ⟨.mkSimple "x"⟩, isUnsafe := false, all := [.mkSimple "no"] })
put (thmN T (c "False") (c "no"))`,
    ),
  },
  {
    kind,
    what: 'a type in the names of the auxiliary types of nested ones',
    statement: FALSE,
    source: forged(
      `let aux : Name := .str (.mkSimple "_nested") "Host_1"
put (.defnDecl { name := aux, levelParams := [], type := .sort levelZero, value := c "False", hints := .abbrev, safety := .safe })
put (.inductDecl [] 0 [{ name := .mkSimple "Host", type := .sort levelZero, ctors := [{ name := .str (.mkSimple "Host") "mk", type := pi (.const aux []) (c "Host") }] }] false)
put (thmN T (c "False") (c "Host.mk"))`,
    ),
  },
  {
    kind,
    what: 'two types of one name in a group',
    statement: FALSE,
    source: forged(
      `let a : Name := .mkSimple "A"
put (.inductDecl [] 0 [
  { name := a, type := .sort levelZero, ctors := [{ name := .str a "mk", type := c "A" }] },
  { name := a, type := .sort levelZero, ctors := [] }] false)
put (thmN T (c "False") (fn "A.rec" [lam (c "A") (c "False"), c "A.mk"]))`,
    ),
  },
  {
    kind,
    what: 'a proposition by imax, with large elimination',
    statement: FALSE,
    source: forged(
      `let a : Name := .mkSimple "A"
put (.inductDecl [] 0 [{ name := a, type := .sort (.imax levelOne levelZero), ctors := [{ name := .str a "x", type := c "A" }, { name := .str a "y", type := c "A" }] }] false)
let side := lam (c "A") (fn "A.rec" [lam (c "A") (c "Bool"), c "Bool.true", c "Bool.false", .bvar 0] [levelOne])
put (defn "side" (pi (c "A") (c "Bool")) side)
let refl (b : Expr) := fn "Eq.refl" [c "Bool", b] [levelOne]
put (thmN T (c "False") (fn "Bool.noConfusion" [c "False", c "Bool.true", c "Bool.false", fn "congrArg" [c "A", c "Bool", c "A.x", c "A.y", c "side", fn "Eq.refl" [c "A", c "A.x"] [levelZero]] [levelZero, levelOne]] [levelZero]))`,
    ),
  },
  {
    kind,
    what: 'a type in Prop that holds a number, projected',
    statement: FALSE,
    source: forged(
      `let a : Name := .mkSimple "A"
put (.inductDecl [] 0 [{ name := a, type := .sort levelZero, ctors := [{ name := .str a "mk", type := pi (c "Bool") (c "A") }] }] false)
put (defn "bit" (pi (c "A") (c "Bool")) (lam (c "A") (.proj a 0 (.bvar 0))))
put (thmN T (c "False") (fn "Bool.noConfusion" [c "False", c "Bool.true", c "Bool.false", fn "congrArg" [c "A", c "Bool", fn "A.mk" [c "Bool.true"], fn "A.mk" [c "Bool.false"], c "bit", fn "Eq.refl" [c "A", fn "A.mk" [c "Bool.true"]] [levelZero]] [levelZero, levelOne]] [levelZero]))`,
    ),
  },
  {
    kind,
    what: 'a type that occurs negatively in itself',
    statement: FALSE,
    source: forged(
      `let a : Name := .mkSimple "A"
put (.inductDecl [] 0 [{ name := a, type := .sort levelOne, ctors := [{ name := .str a "mk", type := pi (pi (c "A") (c "False")) (c "A") }] }] false)
put (thmN T (c "False") (c "A.mk"))`,
    ),
  },
  {
    kind,
    what: 'a type that is too small for its universe',
    statement: FALSE,
    source: forged(
      `let a : Name := .mkSimple "A"
put (.inductDecl [] 0 [{ name := a, type := .sort levelOne, ctors := [{ name := .str a "mk", type := pi (.sort levelOne) (c "A") }] }] false)
put (thmN T (c "False") (c "A.mk"))`,
    ),
  },
]
