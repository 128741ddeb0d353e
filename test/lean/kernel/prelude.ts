import { DeclarationCheck } from '../../../src/lean/kernel/declaration-check.ts'
import { Library } from '../../../src/lean/kernel/library.ts'
import type { KernelStep } from '../../../src/lean/kernel/session.ts'
import { declarations } from './text.ts'

/** A small library in the place of Lean's, for what does not need all of it. It is checked like any declaration. */
export const PRELUDE = `
inductive[0] False : Prop
inductive[0] True : Prop | True.intro : True
inductive[0] Bool : Type | Bool.false : Bool | Bool.true : Bool
inductive[0] Nat : Type | Nat.zero : Nat | Nat.succ : Nat -> Nat
inductive[2] Eq.{u} : (A : Sort u) -> A -> A -> Prop | Eq.refl : (A : Sort u) -> (a : A) -> Eq.{u} A a a
inductive[2] And : Prop -> Prop -> Prop | And.intro : (a : Prop) -> (b : Prop) -> a -> b -> And a b
inductive[2] Or : Prop -> Prop -> Prop
  | Or.inl : (a : Prop) -> (b : Prop) -> a -> Or a b | Or.inr : (a : Prop) -> (b : Prop) -> b -> Or a b
inductive[2] Exists.{u} : (A : Sort u) -> (A -> Prop) -> Prop
  | Exists.intro : (A : Sort u) -> (p : A -> Prop) -> (a : A) -> p a -> Exists.{u} A p
inductive[0] PUnit.{u} : Sort u | PUnit.unit : PUnit.{u}
inductive[0] Unit : Type | Unit.unit : Unit
inductive[2] Prod.{u, v} : (A : Sort u+1) -> (B : Sort v+1) -> Sort max(u+1, v+1)
  | Prod.mk : (A : Sort u+1) -> (B : Sort v+1) -> A -> B -> Prod.{u, v} A B
inductive[1] List.{u} : (A : Sort u+1) -> Sort u+1
  | List.nil : (A : Sort u+1) -> List.{u} A | List.cons : (A : Sort u+1) -> A -> List.{u} A -> List.{u} A
inductive[2] Acc.{u} : (A : Sort u) -> (A -> A -> Prop) -> A -> Prop
  | Acc.intro : (A : Sort u) -> (r : A -> A -> Prop) -> (x : A) -> ((y : A) -> r y x -> Acc.{u} A r y) -> Acc.{u} A r x
inductive[1] Vector.{u} : (A : Sort u+1) -> Nat -> Sort u+1
  | Vector.nil : (A : Sort u+1) -> Vector.{u} A Nat.zero
  | Vector.cons : (A : Sort u+1) -> (n : Nat) -> A -> Vector.{u} A n -> Vector.{u} A (Nat.succ n)
def id.{u} : (A : Sort u) -> A -> A := fun (A : Sort u) (a : A) => a
def Not : Prop -> Prop := fun (a : Prop) => a -> False
def Nat.add : Nat -> Nat -> Nat := fun (m : Nat) (n : Nat) =>
  Nat.rec.{1} (fun (k : Nat) => Nat) m (fun (k : Nat) (ih : Nat) => Nat.succ ih) n
def Nat.mul : Nat -> Nat -> Nat := fun (m : Nat) (n : Nat) =>
  Nat.rec.{1} (fun (k : Nat) => Nat) Nat.zero (fun (k : Nat) (ih : Nat) => Nat.add ih m) n
def Nat.pow : Nat -> Nat -> Nat := fun (m : Nat) (n : Nat) =>
  Nat.rec.{1} (fun (k : Nat) => Nat) 1 (fun (k : Nat) (ih : Nat) => Nat.mul ih m) n
def Nat.isZero : Nat -> Bool := fun (n : Nat) =>
  Nat.rec.{1} (fun (k : Nat) => Bool) Bool.true (fun (k : Nat) (ih : Bool) => Bool.false) n
def not : Bool -> Bool := fun (b : Bool) => Bool.rec.{1} (fun (k : Bool) => Bool) Bool.true Bool.false b
axiom propext : (a : Prop) -> (b : Prop) -> (a -> b) -> (b -> a) -> Eq.{1} Prop a b
axiom sorryAx.{u} : (A : Sort u) -> A
quot Quot.{u} : (A : Sort u) -> (A -> A -> Prop) -> Sort u
quot Quot.mk.{u} : (A : Sort u) -> (r : A -> A -> Prop) -> A -> Quot.{u} A r
quot Quot.lift.{u, v} : (A : Sort u) -> (r : A -> A -> Prop) -> (B : Sort v) -> (f : A -> B) ->
  ((a : A) -> (b : A) -> r a b -> Eq.{v} B (f a) (f b)) -> Quot.{u} A r -> B
quot Quot.ind.{u} : (A : Sort u) -> (r : A -> A -> Prop) -> (p : Quot.{u} A r -> Prop) ->
  ((a : A) -> p (Quot.mk.{u} A r a)) -> (q : Quot.{u} A r) -> p q
`

/** A library of its own for each use. */
export function preludeLibrary(): Library {
  const library = new Library(1_000_000, true)
  const prelude = new DeclarationCheck(library, declarations(PRELUDE), { as: 'library', axioms: 'reported' }).run()
  if (prelude.kind !== 'accepted') throw new Error(`the prelude is ${JSON.stringify(prelude)}`)
  return library
}

/** The outcome of declarations on top of the prelude. */
export function judge(text: string, options: { readonly axioms?: 'refused' | 'reported' } = {}): KernelStep {
  return new DeclarationCheck(preludeLibrary(), declarations(text), options).run()
}
