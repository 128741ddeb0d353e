import { expect, test } from 'vitest'
import { DeclarationCheck } from '../../../src/lean/kernel/declaration-check.ts'
import type { KernelStep } from '../../../src/lean/kernel/session.ts'
import { preludeLibrary } from './prelude.ts'
import { declarations } from './text.ts'

/** The operations are computed wherever the library has them; what they are defined by is not looked at here. */
const NUMBERS = ['sub', 'div', 'mod', 'gcd', 'land', 'lor', 'xor', 'shiftLeft', 'shiftRight']
const OPERATIONS = [
  ...NUMBERS.map((name) => `opaque Nat.${name} : Nat -> Nat -> Nat := fun (m : Nat) (n : Nat) => m`),
  ...['beq', 'ble'].map((name) => `opaque Nat.${name} : Nat -> Nat -> Bool := fun (m : Nat) (n : Nat) => Bool.true`),
  'opaque Nat.log2 : Nat -> Nat := fun (n : Nat) => n',
].join('\n')

const library = preludeLibrary()
const added = new DeclarationCheck(library, declarations(OPERATIONS), { as: 'library' }).run()

const judge = (text: string): KernelStep => new DeclarationCheck(library, declarations(text), { apart: true }).run()
const equal = (type: 'Nat' | 'Bool', a: string, b: string) =>
  judge(`theorem t : Eq.{1} ${type} (${a}) (${b}) := Eq.refl.{1} ${type} (${b})`)

const BIG = '123456789012345678901234567890'
/** [operation, value, another value] */
const TABLE: readonly (readonly [string, string, string])[] = [
  ['Nat.sub 3 5', '0', '2'],
  [`Nat.sub ${BIG} 1`, '123456789012345678901234567889', BIG],
  ['Nat.div 7 2', '3', '4'],
  ['Nat.div 7 0', '0', '7'],
  ['Nat.mod 7 0', '7', '0'],
  [`Nat.mod ${BIG} 97`, '52', '97'],
  ['Nat.gcd 0 0', '0', '1'],
  ['Nat.gcd 12 18', '6', '12'],
  ['Nat.gcd 0 5', '5', '0'],
  ['Nat.pow 0 0', '1', '0'],
  ['Nat.pow 2 64', '18446744073709551616', '0'],
  ['Nat.log2 0', '0', '1'],
  ['Nat.log2 1', '0', '1'],
  ['Nat.log2 1023', '9', '10'],
  ['Nat.log2 1024', '10', '9'],
  ['Nat.land 12 10', '8', '12'],
  ['Nat.lor 12 10', '14', '12'],
  ['Nat.xor 12 10', '6', '14'],
  ['Nat.shiftLeft 1 70', '1180591620717411303424', '64'],
  ['Nat.shiftLeft 0 100000000000000000000', '0', '1'],
  ['Nat.shiftRight 1 100000000000000000000', '0', '1'],
  ['Nat.shiftRight 1024 3', '128', '1024'],
  ['Nat.shiftRight 1024 10', '1', '0'],
  ['Nat.shiftRight 1024 11', '0', '1'],
]
test('operations on literals, with zero, at limits and over all sizes', () => {
  expect(added.kind).toBe('accepted')
  for (const [operation, value, other] of TABLE) {
    expect([operation, equal('Nat', operation, value)]).toMatchObject([operation, { kind: 'accepted' }])
    expect([operation, equal('Nat', operation, other)]).toMatchObject([operation, { rule: 'declared type' }])
  }
  expect(equal('Bool', 'Nat.ble 5 5', 'Bool.true').kind).toBe('accepted')
  expect(equal('Bool', 'Nat.ble 6 5', 'Bool.true').kind).toBe('refused')
  expect(equal('Bool', 'Nat.beq 5 6', 'Bool.false').kind).toBe('accepted')
})

test('numbers with more digits than are computed with: what is shifted out of a sum is not zero', () => {
  // 2 ^ (2 ^ 26 - 1), doubled twice: sums are not bounded.
  const half = 'Nat.shiftLeft 1 67108863'
  const sum = `let x : Nat := ${half}; let y : Nat := Nat.add x x; let z : Nat := Nat.add y y; Nat.shiftRight z 67108865`
  expect(equal('Nat', sum, '1').kind).toBe('accepted')
  expect(equal('Nat', sum, '0').kind).toBe('refused')
  for (const tooLarge of ['Nat.shiftLeft 1 67108864', 'Nat.pow 2 16777216 ', `Nat.mul (${half}) (${half})`])
    expect([tooLarge, equal('Nat', tooLarge, '0').kind]).toEqual([
      tooLarge,
      tooLarge.includes('pow') ? 'refused' : 'unfinished',
    ])
})

test('an operation on what is no literal is not computed', () => {
  const under = (type: string, proof: string) => judge(`theorem t : (n : Nat) -> ${type} := fun (n : Nat) => ${proof}`)
  expect(under('Eq.{1} Nat (Nat.div n 0) 0', 'Eq.refl.{1} Nat 0').kind).toBe('refused')
  expect(under('Eq.{1} Nat (Nat.gcd n n) n', 'Eq.refl.{1} Nat n').kind).toBe('refused')
  expect(under('Eq.{1} Nat (Nat.div n 0) (Nat.div n 0)', 'Eq.refl.{1} Nat (Nat.div n 0)').kind).toBe('accepted')
})
