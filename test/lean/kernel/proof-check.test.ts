import { describe, expect, test } from 'vitest'
import { DeclarationCheck } from '../../../src/lean/kernel/declaration-check.ts'
import { Library } from '../../../src/lean/kernel/library.ts'
import { ProofCheck } from '../../../src/lean/kernel/proof-check.ts'
import type { KernelStep } from '../../../src/lean/kernel/session.ts'
import { MalformedExport, validateExport } from '../../../src/proof/declarations/validate.ts'
import { preludeLibrary } from './prelude.ts'
import { declarations, unchecked } from './text.ts'

/** The outcome of a proof against a statement, both with what they rest on. */
const check = (stated: string, proof: string): KernelStep =>
  new ProofCheck(preludeLibrary(), declarations(stated), declarations(proof)).run()
const outcome = (stated: string, proof: string): string => {
  const step = check(stated, proof)
  return step.kind === 'accepted' ? 'ok' : step.kind === 'refused' ? step.rule : JSON.stringify(step)
}

describe('a proof against a statement', () => {
  const accepted: [string, string, string][] = [
    ['the same statement', 'axiom t : True', 'theorem t : True := True.intro'],
    [
      'another spelling of it',
      'axiom t : Eq.{1} Nat 4 4',
      'theorem t : Eq.{1} Nat (Nat.add 2 2) 4 := Eq.refl.{1} Nat 4',
    ],
    ['another name', 'axiom t : True', 'theorem s : True := True.intro'],
    ['helpers', 'axiom t : True', 'theorem h : True := True.intro theorem t : True := h'],
    [
      "a helper that is the statement's own",
      'def two : Nat := 2 axiom t : Eq.{1} Nat two 2',
      'def two : Nat := 2 theorem t : Eq.{1} Nat two 2 := Eq.refl.{1} Nat 2',
    ],
    [
      'a helper that rests on another',
      'def two : Nat := 2 def four : Nat := Nat.add two two axiom t : Eq.{1} Nat four 4',
      'def two : Nat := 2 def four : Nat := Nat.add two two theorem t : Eq.{1} Nat four 4 := Eq.refl.{1} Nat 4',
    ],
    [
      'universe parameters of other names',
      'axiom t.{u, v} : (A : Sort u) -> (B : Sort v) -> Eq.{max(u+1, 1)} (Sort u) A A',
      'theorem t.{x, y} : (A : Sort x) -> (B : Sort y) -> Eq.{x+1} (Sort x) A A := fun (A : Sort x) (B : Sort y) => Eq.refl.{x+1} (Sort x) A',
    ],
    [
      'a type of its own',
      'axiom t : True',
      'inductive[0] A : Type | A.mk : A theorem t : True := A.rec.{0} (fun (x : A) => True) True.intro A.mk',
    ],
    [
      'the same type as the statement has',
      'inductive[0] A : Type | A.mk : A axiom t : (x : A) -> Eq.{1} A x A.mk',
      'inductive[0] A : Type | A.mk : A theorem t : (x : A) -> Eq.{1} A x A.mk := fun (x : A) => Eq.refl.{1} A x',
    ],
    [
      "a constant with a name that is the kernel's",
      'axiom t : True',
      'def Nat.gcd : Nat -> Nat -> Nat := fun (m : Nat) (n : Nat) => 7 theorem t : True := True.intro',
    ],
  ]
  for (const [what, stated, proof] of accepted) test(what, () => expect(outcome(stated, proof)).toBe('ok'))

  const refused: [string, string, string, string][] = [
    ['another statement', 'axiom t : False', 'theorem t : True := True.intro', 'declared type'],
    [
      'a constant of the statement declared otherwise',
      'def claim : Prop := False axiom t : claim',
      'def claim : Prop := True theorem t : claim := True.intro',
      'declared type',
    ],
    [
      'a matcher of the statement declared otherwise',
      `def t.match_1 : (x : Nat) -> (Unit -> Prop) -> Prop := fun (x : Nat) (h : Unit -> Prop) => Not (h Unit.unit)
       axiom t : t.match_1 1 (fun (x : Unit) => True)`,
      `def t.match_1 : (x : Nat) -> (Unit -> Prop) -> Prop := fun (x : Nat) (h : Unit -> Prop) => h Unit.unit
       theorem t : t.match_1 1 (fun (x : Unit) => True) := True.intro`,
      'declared type',
    ],
    [
      'what a shared constant rests on declared otherwise',
      'def p : Prop := False def claim : Prop := p axiom t : claim',
      'def p : Prop := True def claim : Prop := p theorem t : claim := True.intro',
      'declared type',
    ],
    [
      'a constant of the library declared anew',
      'axiom t : False',
      'def False : Prop := True theorem t : False := True.intro',
      'declared type',
    ],
    [
      "the kernel's arithmetic declared anew",
      'axiom t : Eq.{1} Nat (Nat.add 2 2) 5',
      'def Nat.add : Nat -> Nat -> Nat := fun (m : Nat) (n : Nat) => 5 theorem t : Eq.{1} Nat (Nat.add 2 2) 5 := Eq.refl.{1} Nat 5',
      'declared type',
    ],
    [
      "the statement's type with another constructor",
      'inductive[0] A : Type axiom t : A -> False',
      'inductive[0] A : Type | A.mk : A theorem t : A -> False := A.rec.{0} (fun (x : A) => False)',
      'declared type',
    ],
    ['an axiom of its own', 'axiom t : False', 'axiom h : False theorem t : False := h', 'axiom'],
    [
      'an axiom of the library that is not allowed',
      'axiom t : False',
      'theorem t : False := sorryAx.{0} False',
      'axiom',
    ],
    ['an axiom as the last declaration', 'axiom t : False', 'axiom t : False', 'declared type'],
    ['a definition as the last declaration', 'axiom t : True', 'def t : True := True.intro', 'declared type'],
    ['a statement that is data', 'axiom t : Nat', 'theorem t : True := True.intro', 'theorem of a proposition'],
    [
      'a wrong helper',
      'axiom t : True',
      'theorem h : False := True.intro theorem t : True := True.intro',
      'declared type',
    ],
    [
      'fewer universes than the statement has',
      'axiom t.{u} : (A : Sort u) -> Eq.{u+1} (Sort u) A A',
      'theorem t : (A : Sort 1) -> Eq.{2} (Sort 1) A A := fun (A : Sort 1) => Eq.refl.{2} (Sort 1) A',
      'declared type',
    ],
  ]
  for (const [what, stated, proof, rule] of refused) test(what, () => expect(outcome(stated, proof)).toBe(rule))

  test('allowed axioms are told', () => {
    const step = check(
      'axiom t : Eq.{1} Prop True True',
      `theorem t : Eq.{1} Prop True True := propext True True (fun (h : True) => h) (fun (h : True) => h)`,
    )
    expect(step).toEqual({ kind: 'accepted', axioms: ['propext'] })
  })
})

test('nothing unsafe of the library is there for a proof', () => {
  const library = preludeLibrary()
  library.add(declarations('unsafe axiom cast.{u} : (A : Sort u) -> A unsafe def loop : False := loop'), [], [])
  for (const constant of ['cast.{0} False', 'loop']) {
    const step = new ProofCheck(
      library,
      declarations('axiom t : False'),
      declarations(`theorem t : False := ${constant}`),
    ).run()
    expect(step).toMatchObject({ kind: 'refused', rule: 'unknown constant' })
  }
})

describe('what cannot be said at all', () => {
  test('an open term: lean4 14484 needs a free variable in an opaque constant', () => {
    const data = unchecked('opaque t : Nat := 5')
    const open = { ...data, terms: [...data.terms, { bvar: 0 }] }
    const [declaration] = open.declarations
    if (declaration === undefined || !('opaque' in declaration)) throw new Error('no opaque constant')
    const opaque = { ...declaration.opaque, value: open.terms.length - 1 }
    expect(() => validateExport({ ...open, declarations: [{ opaque }] })).toThrow(MalformedExport)
  })
  test('a free variable', () => {
    const data = unchecked('opaque t : Nat := 5')
    expect(() => validateExport({ ...data, terms: [...data.terms, { fvar: 0 }] })).toThrow(MalformedExport)
  })
})

describe('limits', () => {
  const powers = 'theorem t : Eq.{1} Nat (Nat.pow 2 16777216) 0 := Eq.refl.{1} Nat 0'
  const run = (text: string, limits: { steps?: number; terms?: number }) =>
    new DeclarationCheck(preludeLibrary(), declarations(text), { limits }).run()

  test('steps, the same number each time', () => {
    const loop = 'theorem t : Eq.{1} Nat (Nat.pow 3 100) (Nat.pow 3 101) := Eq.refl.{1} Nat (Nat.pow 3 100)'
    expect(run(loop, { steps: 20 })).toMatchObject({ kind: 'unfinished', limit: 'steps' })
    expect(run(loop, {}).kind).toBe('refused')
  })
  test('numbers that are too large to hold', () => {
    expect(run(powers, {}).kind).toBe('refused')
    const more = 'theorem t : Eq.{1} Nat (Nat.mul (Nat.pow 16 16777216) (Nat.pow 16 16777215)) 0 := Eq.refl.{1} Nat 0'
    expect(run(more, {})).toMatchObject({ kind: 'unfinished', limit: 'number size' })
  })
  test('terms: then the library is begun anew', () => {
    const library = new Library(5, true)
    const step = new DeclarationCheck(library, declarations('def t : Type := (A : Type) -> A'), {}).run()
    expect(step).toMatchObject({ kind: 'unfinished', limit: 'terms' })
    expect(library.isRetired).toBe(true)
  })
})
