import { named, refl } from './attacks.ts'
import type { Case } from './rules.ts'

const POSITIVITY: Case[] = [
  ['behind beta', 'inductive[0] A : Type | A.mk : ((fun (X : Type) => X -> Nat) A) -> A', 'inductive: positivity'],
  ['behind a beta that forgets it', 'inductive[0] A : Type | A.mk : ((fun (X : Type) => Nat) A) -> A', 'ok'],
  ['behind a let', 'inductive[0] A : Type | A.mk : (let X : Type := A; X -> Nat) -> A', 'inductive: positivity'],
  ['a let that is positive', 'inductive[0] A : Type | A.mk : (let X : Type := A; Nat -> X) -> A', 'ok'],
  [
    'behind a recursor',
    'inductive[0] A : Type | A.mk : (Bool.rec.{2} (fun (b : Bool) => Type) Nat (A -> Nat) Bool.true) -> A',
    'inductive: positivity',
  ],
  [
    'behind a recursor that forgets it',
    'inductive[0] A : Type | A.mk : (Bool.rec.{2} (fun (b : Bool) => Type) Nat (A -> Nat) Bool.false) -> A',
    'ok',
  ],
  [
    'behind a stuck recursor',
    'inductive[0] A : Type | A.mk : (b : Bool) -> (Bool.rec.{2} (fun (b : Bool) => Type) Nat A b) -> A',
    'inductive: positivity',
  ],
  ['in a list of functions', 'inductive[0 1] A : Type | A.mk : List.{0} (A -> Nat) -> A', 'inductive: positivity'],
  ['in functions to lists', 'inductive[0 1] A : Type | A.mk : (Nat -> List.{0} A) -> A', 'ok'],
  [
    'in the half of a pair that is a function',
    'inductive[0 1] A : Type | A.mk : Prod.{0, 0} Nat (A -> Nat) -> A',
    'inductive: positivity',
  ],
  [
    'in a quotient',
    'inductive[0] A : Type | A.mk : Quot.{1} A (fun (a : A) (b : A) => True) -> A',
    'inductive: positivity',
  ],
  [
    'in the relation of a quotient',
    'inductive[0] A : Type | A.mk : Quot.{1} Nat (fun (a : Nat) (b : Nat) => A -> False) -> A',
    'inductive: positivity',
  ],
  ['in a conjunction', 'inductive[0 1] A : Prop | A.mk : And A True -> A', 'ok'],
  ['in a negation', 'inductive[0] A : Prop | A.mk : Not A -> A', 'inductive: positivity'],
  [
    'in another type of the group',
    'inductive[0] A : Type | A.mk : B -> A with B : Type | B.mk : (A -> Nat) -> B',
    'inductive: positivity',
  ],
  ['a constructor named as the recursor', 'inductive[0] A : Type | A.rec : A', 'constant declared twice'],
  [
    'a constructor named as a copy’s recursor',
    'inductive[0 1] A : Type | A.rec_1 : List.{0} A -> A',
    'constant declared twice',
  ],
  ['a sort behind a let', 'inductive[0] A : (let X : Type := Nat; Type)', 'inductive: result sort'],
  ['a constructor behind a let', 'inductive[0] A : Type | A.mk : (let X : Type := Nat; A)', 'inductive: constructor'],
]

const QUOTIENTS: Case[] = [
  [
    'classes of different values',
    `theorem t : Eq.{1} (Quot.{1} Nat (Eq.{1} Nat)) (Quot.mk.{1} Nat (Eq.{1} Nat) 1) (Quot.mk.{1} Nat (Eq.{1} Nat) 2) := Eq.refl.{1} (Quot.{1} Nat (Eq.{1} Nat)) (Quot.mk.{1} Nat (Eq.{1} Nat) 2)`,
    'declared type',
  ],
  [
    'a function that tells related values apart',
    `def t : Quot.{1} Nat (fun (a : Nat) (b : Nat) => True) -> Nat := Quot.lift.{1, 1} Nat (fun (a : Nat) (b : Nat) => True) Nat (fun (a : Nat) => a) (fun (a : Nat) (b : Nat) (h : True) => Eq.refl.{1} Nat a)`,
    'application',
  ],
  [
    'a lift of an unknown class',
    refl(
      '(q : Quot.{1} Nat (Eq.{1} Nat))',
      'Nat',
      'Quot.lift.{1, 1} Nat (Eq.{1} Nat) Nat (fun (n : Nat) => n) (fun (a : Nat) (b : Nat) (h : Eq.{1} Nat a b) => h) q',
      '3',
    ),
    'declared type',
  ],
  [
    'a class of a value of another type',
    'def t : Quot.{1} Nat (Eq.{1} Nat) := Quot.mk.{1} Nat (Eq.{1} Nat) Bool.true',
    'application',
  ],
]

const LITERALS: Case[] = [
  ['numbers of its own', 'inductive[0] N : Type | N.z : N | N.s : N -> N def t : N := 5', 'declared type'],
  ['a successor is not zero', refl('(n : Nat)', 'Nat', 'Nat.succ n', '0'), 'declared type'],
  ['a successor is no unknown number', refl('(n : Nat)', 'Nat', 'Nat.succ n', 'n'), 'declared type'],
  ['a literal and a tower', refl('', 'Nat', 'Nat.succ 2', '3'), 'ok'],
  ['a sum of a proof', 'def t : Nat := Nat.add True.intro 1', 'application'],
  ['a sum of three', 'def t : Nat := Nat.add 1 2 3', 'function expected'],
  [
    'a sum with a computed argument',
    refl('', 'Nat', 'Nat.add (Bool.rec.{1} (fun (b : Bool) => Nat) 1 2 Bool.true) 3', '5'),
    'ok',
  ],
  [
    'a sum with a stuck argument',
    refl('(b : Bool)', 'Nat', 'Nat.add (Bool.rec.{1} (fun (b : Bool) => Nat) 1 2 b) 3', '5'),
    'declared type',
  ],
  [
    'a recursor goes one step into a large literal',
    refl(
      '',
      'Nat',
      'Nat.rec.{1} (fun (k : Nat) => Nat) 0 (fun (k : Nat) (ih : Nat) => k) 100000000000000000000',
      '99999999999999999999',
    ),
    'ok',
  ],
  [
    'and not into another',
    refl(
      '',
      'Nat',
      'Nat.rec.{1} (fun (k : Nat) => Nat) 0 (fun (k : Nat) (ih : Nat) => k) 100000000000000000000',
      '100000000000000000000',
    ),
    'declared type',
  ],
]

/** As in attacks.ts: inductive types, quotients and literals. */
export const ATTACKS_ON_DATA: readonly Case[] = [
  ...named('positivity', POSITIVITY),
  ...named('quotients', QUOTIENTS),
  ...named('literals', LITERALS),
]
