import type { Case } from './rules.ts'

/** What an attacker would try: each is a way in which a checker of this kind could come to accept too much. */

const same = (type: string, a: string, b: string): string => `Eq.{1} (${type}) (${a}) (${b})`
/** `theorem t : variables -> a = b`, by reflexivity. */
export const refl = (variables: string, type: string, a: string, b: string): string => {
  const arrows = variables === '' ? '' : `${variables.replaceAll(') (', ') -> (')} -> `
  const binders = variables === '' ? '' : `fun ${variables} => `
  return `theorem t : ${arrows}${same(type, a, b)} := ${binders}Eq.refl.{1} (${type}) (${b})`
}

const ETA: Case[] = [
  [
    'a structure with a proof',
    `inductive[0] S : Type | S.mk : (n : Nat) -> True -> S ${refl('(s : S)', 'S', 'S.mk (proj S 0 s) True.intro', 's')}`,
    'ok',
  ],
  [
    'of another structure',
    `inductive[0] S : Type | S.mk : (n : Nat) -> True -> S ${refl('(s : S) (r : S)', 'S', 'S.mk (proj S 0 r) True.intro', 's')}`,
    'declared type',
  ],
  [
    'a field of its own type',
    `inductive[0] S : Type | S.mk : S -> S ${refl('(s : S)', 'S', 'S.mk (proj S 0 s)', 's')}`,
    'declared type',
  ],
  [
    'functions into itself',
    `inductive[0] S : Type | S.mk : (Nat -> S) -> S ${refl('(s : S)', 'S', 'S.mk (proj S 0 s)', 's')}`,
    'declared type',
  ],
  [
    'nested in itself',
    `inductive[0 1] S : Type | S.mk : List.{0} S -> S ${refl('(s : S)', 'S', 'S.mk (proj S 0 s)', 's')}`,
    'declared type',
  ],
  [
    'through another type of its group',
    `inductive[0] A : Type | A.mk : B -> A with B : Type | B.mk : A -> B ${refl('(a : A)', 'A', 'A.mk (proj A 0 a)', 'a')}`,
    'declared type',
  ],
  [
    'a recursive type without values has not one',
    `inductive[0] L : Type | L.mk : L -> L ${refl('(a : L) (b : L)', 'L', 'a', 'b')}`,
    'declared type',
  ],
  [
    'a type with an index and one constructor',
    `inductive[1] E : Nat -> Nat -> Type | E.mk : (n : Nat) -> E n n ${refl('(a : E 1 1) (b : E 1 1)', 'E 1 1', 'a', 'b')}`,
    'declared type',
  ],
  [
    'a family that is no proposition has no K',
    `inductive[1] E : Nat -> Nat -> Type | E.mk : (n : Nat) -> E n n ${refl('(a : E 1 1)', 'Nat', 'E.rec.{1} 1 (fun (m : Nat) (e : E 1 m) => Nat) 5 1 a', '5')}`,
    'declared type',
  ],
  [
    'one of two constructors',
    refl('(b : Bool)', 'Nat', 'Bool.rec.{1} (fun (x : Bool) => Nat) 5 5 b', '5'),
    'declared type',
  ],
  [
    'a conjunction is not taken apart',
    refl(
      '(a : Prop) (b : Prop) (h : And a b)',
      'Nat',
      'And.rec.{1} a b (fun (x : And a b) => Nat) (fun (x : a) (y : b) => 5) h',
      '5',
    ),
    'declared type',
  ],
  ['truth has one proof', refl('(h : True)', 'Nat', 'True.rec.{1} (fun (x : True) => Nat) 5 h', '5'), 'ok'],
  [
    'a proof of an equality by computation',
    refl(
      '(h : Eq.{1} Nat (Nat.add 1 1) 2)',
      'Nat',
      'Eq.rec.{1, 1} Nat (Nat.add 1 1) (fun (m : Nat) (e : Eq.{1} Nat (Nat.add 1 1) m) => Nat) 5 2 h',
      '5',
    ),
    'ok',
  ],
  [
    'accessibility has no K',
    refl(
      '(r : Nat -> Nat -> Prop) (h : Acc.{1} Nat r 0)',
      'Nat',
      'Acc.rec.{1, 1} Nat r (fun (k : Nat) (a : Acc.{1} Nat r k) => Nat) (fun (k : Nat) (a : (y : Nat) -> r y k -> Acc.{1} Nat r y) (ih : (y : Nat) -> r y k -> Nat) => 5) 0 h',
      '5',
    ),
    'declared type',
  ],
  [
    'a function of two arguments',
    refl('(f : Nat -> Nat -> Nat)', 'Nat -> Nat -> Nat', 'fun (a : Nat) (b : Nat) => f b a', 'f'),
    'declared type',
  ],
  [
    'functions on an empty type',
    refl('(f : False -> Nat) (g : False -> Nat)', 'False -> Nat', 'f', 'g'),
    'declared type',
  ],
]

const BINDERS: Case[] = [
  [
    'the first of two variables',
    refl('', 'Nat -> Nat -> Nat', 'fun (x : Nat) (y : Nat) => x', 'fun (x : Nat) (y : Nat) => y'),
    'declared type',
  ],
  [
    'one body under two binders',
    `theorem t : Eq.{2} ((A : Type) -> A -> A) (fun (A : Type) (x : A) => x) (fun (A : Type) (x : A) => (fun (A : Type) (y : A) => y) A x) :=
      Eq.refl.{2} ((A : Type) -> A -> A) (fun (A : Type) (x : A) => x)`,
    'ok',
  ],
  [
    'a body that was well typed under another binder',
    `def s : Nat -> Nat := fun (x : Nat) => Nat.succ x def t : Bool -> Nat := fun (x : Bool) => Nat.succ x`,
    'application',
  ],
  ['two values of one variable', refl('', 'Nat', 'let x : Nat := 1; x', 'let x : Nat := 2; x'), 'declared type'],
  [
    'a value stays with its variable',
    `theorem s : ${same('Nat', '1', '1')} := let x : Nat := 1; (Eq.refl.{1} Nat x) theorem t : ${same('Nat', '2', '1')} := let x : Nat := 2; (Eq.refl.{1} Nat x)`,
    'declared type',
  ],
  [
    'a variable without the value that another has',
    `theorem t : (x : Nat) -> ${same('Nat', 'x', '1')} := fun (x : Nat) => let y : Nat := x; (Eq.refl.{1} Nat y)`,
    'declared type',
  ],
  ['a type hidden by a let', 'def t : Nat := let A : Type := Bool; (fun (x : A) => 1) 1', 'application'],
  [
    'a variable out of its binder',
    'def t : Nat -> Nat := fun (x : Nat) => (fun (f : (y : Nat) -> Nat) => f x) (fun (y : Nat) => x)',
    'ok',
  ],
  ['arguments of one definition that is not injective', refl('', 'Nat', 'Nat.mul 0 1', 'Nat.mul 0 2'), 'ok'],
  [
    'arguments of a constructor',
    refl('', 'List.{0} Nat', 'List.cons.{0} Nat 1 (List.nil.{0} Nat)', 'List.cons.{0} Nat 2 (List.nil.{0} Nat)'),
    'declared type',
  ],
  [
    'proofs of two propositions',
    'theorem t : (a : Prop) -> (b : Prop) -> a -> b := fun (a : Prop) (b : Prop) (h : a) => h',
    'declared type',
  ],
  ['a proposition and its proof', 'theorem t : (a : Prop) -> a := fun (a : Prop) => a', 'declared type'],
  [
    'what is equal to a proof is of its proposition',
    'theorem t : (a : Prop) -> (p : a -> Prop) -> (x : a) -> (y : a) -> p x -> p y := fun (a : Prop) (p : a -> Prop) (x : a) (y : a) (h : p x) => h',
    'ok',
  ],
]

const UNIVERSES: Case[] = [
  ['an instance', 'def U.{u} : Sort u+1 := Sort u theorem t : Eq.{2} Type U.{0} Prop := Eq.refl.{2} Type Prop', 'ok'],
  [
    'of another level',
    'def U.{u} : Sort u+1 := Sort u theorem t : Eq.{2} Type U.{1} Prop := Eq.refl.{2} Type Prop',
    'application',
  ],
  [
    'parameters change places at once',
    'def A.{u, v} : Sort u+1 := Sort u def B.{u, v} : Sort v+1 := A.{v, u} def t.{u, v} : Sort v+1 := B.{u, v}',
    'ok',
  ],
  [
    'and are not the first one’s',
    'def A.{u, v} : Sort u+1 := Sort u def t.{u, v} : Sort u+1 := A.{v, u}',
    'declared type',
  ],
  [
    'one parameter named like another’s',
    'def A.{u, v} : Sort max(u, v)+1 := Sort max(u, v) def t.{v} : Sort max(v+1, v)+1 := A.{v+1, v}',
    'ok',
  ],
  ['a successor under imax', u('imax(0, v)+1', 'imax(0, v)'), 'declared type'],
  ['both ways round they are the maximum', u('max(imax(u, v), imax(v, u))', 'max(u, v)'), 'ok'],
  ['the same where both are more than 0', u('max(imax(u+1, v+1), imax(v+1, u+1))', 'max(u, v)+1'), 'ok'],
  ['a type that contains all types', 'inductive[0] A : Type 1', 'function expected'],
  ['all types in one', 'inductive[0] A : Sort 2 | A.mk : Type -> A def t : Type := A', 'declared type'],
  [
    'a universe that is 0 for one value only',
    'inductive[0] A.{u} : Sort imax(1, u) | A.mk : Nat -> A.{u}',
    'inductive: universe',
  ],
  ['a universe that is always 0', 'inductive[0] A.{u} : Sort imax(u, 0) | A.mk : Type -> A.{u}', 'ok'],
  [
    'which gives no data',
    'inductive[0] A.{u} : Sort imax(u, 0) | A.mk : Nat -> A.{u} def t : A.{1} -> Nat := fun (a : A.{1}) => proj A 0 a',
    'projection',
  ],
  [
    'nor by its recursor',
    'inductive[0] A.{u} : Sort imax(u, 0) | A.mk : Nat -> A.{u} def t.{u} : Nat := A.rec.{1, u}',
    'universe arity',
  ],
  [
    'a field that lives where the type does',
    'inductive[0] A.{u} : Sort u | A.mk : PUnit.{u} -> A.{u} theorem t : A.{0} -> PUnit.{0} := fun (a : A.{0}) => proj A 0 a',
    'ok',
  ],
  ['a function of propositions into data', 'def t : Prop := Prop -> Nat', 'declared type'],
  ['a family over all sorts', 'def t.{u} : Sort u+1 := (A : Sort u) -> A', 'declared type'],
]

function u(left: string, right: string): string {
  return `def t.{u, v, w} : Sort (${left})+1 := Sort ${right}`
}

export const named = (about: string, cases: readonly Case[]): Case[] =>
  cases.map(([what, text, outcome]): Case => [`${about}: ${what}`, text, outcome])

export const ATTACKS: readonly Case[] = [
  ...named('eta and K', ETA),
  ...named('binders', BINDERS),
  ...named('universes', UNIVERSES),
]
