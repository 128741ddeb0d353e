import type { Family } from './families.ts'
import { gcd, plus, powerMod, times } from './random.ts'

/** Remainders, divisors, digits and powers. */
export const NUMBER_FAMILIES: Readonly<Record<string, Family>> = {
  remainder_of_linear: (d) => {
    const [m, a, b] = [d.int(3, 17), d.int(2, 9), d.int(0, 20)]
    const r = d.int(0, m - 1)
    return `(n : Nat) (h : n % ${m} = ${r}) : (${a} * n${plus(b)}) % ${m} = ${(a * r + b) % m}`
  },
  power_remainder: (d) => {
    const [b, e, m] = [d.int(2, 19), d.int(20, 300), d.int(3, 30)]
    return `: ${b} ^ ${e} % ${m} = ${powerMod(b, e, m)}`
  },
  square_remainders: (d) => {
    const m = d.pick([3, 4, 5, 6, 7, 8])
    const c = d.int(0, 9)
    const values = [...new Set(Array.from({ length: m }, (_, r) => (r * r + c) % m))].sort((a, b) => a - b)
    const text = values.map((v) => `(n ^ 2${plus(c)}) % ${m} = ${v}`).join(' ∨ ')
    return `(n : ${d.pick(['Nat', 'Int'])}) : ${text}`
  },
  cube_remainders: (d) => {
    const m = d.pick([7, 9])
    const k = d.int(1, 6)
    const values = [...new Set(Array.from({ length: m }, (_, r) => (k * r * r * r) % m))].sort((a, b) => a - b)
    return `(n : Nat) : ${values.map((v) => `${k} * n ^ 3 % ${m} = ${v}`).join(' ∨ ')}`
  },
  divisible_product: (d) => {
    const [k, a] = [d.pick([2, 3, 4]), d.int(0, 5)]
    const factor = Array.from({ length: k }, (_, i) => (i + a === 0 ? 'n' : `(n + ${i + a})`)).join(' * ')
    return `(n : Nat) : ${k} ∣ ${factor}`
  },
  divisible_power_difference: (d) => {
    const b = d.int(3, 20)
    return `(n : Nat) : ${b - 1} ∣ ${b} ^ n - 1`
  },
  two_remainders: (d) => {
    const [a, b] = d.pick([
      [3, 5],
      [4, 7],
      [5, 8],
      [7, 9],
      [3, 11],
    ] as const)
    const n = d.int(0, a * b - 1)
    return `(n : Nat) (h₀ : n < ${a * b}) (h₁ : n % ${a} = ${n % a}) (h₂ : n % ${b} = ${n % b}) : n = ${n}`
  },
  gcd_of_numbers: (d) => {
    const g = d.int(2, 40)
    const [a, b] = [g * d.int(3, 200), g * d.int(3, 200)]
    return `: Nat.gcd ${a} ${b} = ${gcd(a, b)}`
  },
  gcd_of_neighbours: (d) => {
    const k = d.int(1, 6)
    return `(n : Nat) : Nat.gcd (${times(k, 'n')} + 1) n = 1`
  },
  two_digits: (d) => {
    const [a, b] = [d.int(1, 9), d.int(0, 9)]
    return `(a b : Nat) (h₀ : a < 10) (h₁ : b < 10) (h₂ : 10 * a + b = ${10 * a + b}) : a + b = ${a + b}`
  },
  digits_reversed: (d) => {
    const [a, b] = [d.int(2, 9), d.int(0, 9)]
    return `(a b : Nat) (h₀ : a < 10) (h₁ : b < 10) (h₂ : a + b = ${a + b}) (h₃ : 10 * a + b + ${9 * (b - a) >= 0 ? 9 * (b - a) : 0} = 10 * b + a + ${9 * (b - a) >= 0 ? 0 : 9 * (a - b)}) : a = ${a}`
  },
  exponent_from_power: (d) => {
    const [b, e] = [d.int(2, 5), d.int(3, 9)]
    return `(n : Nat) (h : ${b} ^ n = ${b ** e}) : n = ${e}`
  },
  odd_square: (d) => {
    const c = d.int(0, 20)
    return `(n : Int) (h : n % 2 = 1) : (n ^ 2${plus(c)}) % 8 = ${(1 + c) % 8}`
  },
  no_square_sum: (d) => {
    const c = 4 * d.int(0, 30) + 3
    return `(x y : Int) : x ^ 2 + y ^ 2 ≠ ${c}`
  },
  count_divisors: (d) => {
    const n = d.int(12, 120)
    const count = Array.from({ length: n }, (_, i) => i + 1).filter((k) => n % k === 0).length
    return `: ((List.range ${n + 1}).filter (fun k => ${n} % k == 0 && k != 0)).length = ${count}`
  },
}
