import type { Family } from './families.ts'
import { gcd, plus, powerMod, times } from './random.ts'

/** What policies may learn from: families of their own, none of which is among those that are measured. */
export const TRAIN_FAMILIES: Readonly<Record<string, Family>> = {
  last_digit_of_sum: (d) => {
    const [a, e, b, f] = [d.int(2, 30), d.int(5, 90), d.int(2, 30), d.int(5, 90)]
    return `: (${a} ^ ${e} + ${b} ^ ${f}) % 10 = ${(powerMod(a, e, 10) + powerMod(b, f, 10)) % 10}`
  },
  smaller_modulus: (d) => {
    const [m, k] = [d.int(2, 9), d.int(2, 9)]
    const r = d.int(0, m * k - 1)
    return `(n : ${d.pick(['Nat', 'Int'])}) (h : n % ${m * k} = ${r}) : n % ${m} = ${r % m}`
  },
  square_difference: (d) => {
    const [s, t] = [d.int(-20, 20), d.int(-20, 20)]
    return `(a b : Int) (h₀ : a + b = ${s}) (h₁ : a - b = ${t}) : a ^ 2 - b ^ 2 = ${s * t}`
  },
  equation_with_brackets: (d) => {
    const [a, b, x] = [d.nonzero(-9, 9), d.int(-9, 9), d.int(-12, 12)]
    return `(x : Int) (h : ${times(a, `(x${plus(b)})`)} = ${a * (x + b)}) : x = ${x}`
  },
  product_of_remainders: (d) => {
    const m = d.int(2, 6)
    const [r, s] = [d.int(0, m - 1), d.int(0, m - 1)]
    return `(a b : ${d.pick(['Nat', 'Int'])}) (h₀ : a % ${m} = ${r}) (h₁ : b % ${m} = ${s}) : a * b % ${m} = ${(r * s) % m}`
  },
  fermat: (d) => {
    const p = d.pick([2, 3, 5, 7])
    const k = p * d.int(0, 3) + p - 1
    return `(n : ${d.pick(['Nat', 'Int'])}) : (n ^ ${p} + ${times(k, 'n')}) % ${p} = 0`
  },
  shifted_function: (d) => {
    const [a, b, c, x] = [d.int(1, 9), d.nonzero(-6, 6), d.int(-9, 9), d.int(0, 12)]
    return `(f : Int → Int) (h : ∀ x, f (x + ${a}) = ${times(b, 'x')}${plus(c)}) : f ${x + a} = ${b * x + c}`
  },
  lcm_of_numbers: (d) => {
    const [a, b] = [d.int(4, 90), d.int(4, 90)]
    return `: Nat.lcm ${a} ${b} = ${(a * b) / gcd(a, b)}`
  },
  inverse_modulo: (d) => {
    const [m, a] = [d.int(5, 40), d.int(2, 30)]
    if (gcd(a, m) !== 1) return undefined
    return `: ∃ x : Nat, x < ${m} ∧ ${a} * x % ${m} = 1`
  },
  never_a_remainder: (d) => {
    const [m, k] = [d.int(3, 12), d.int(20, 90)]
    const squares = new Set(Array.from({ length: m }, (_, r) => (r * r) % m))
    const r = d.int(0, m - 1)
    return squares.has(r) ? undefined : `(n : Nat) (h : n < ${k}) : n ^ 2 % ${m} ≠ ${r}`
  },
  product_below_square: (d) => {
    const s = d.int(-12, 12)
    return `(a b : Int) (h : a + b = ${2 * s}) : a * b ≤ ${s * s}`
  },
  least_of_quadratic: (d) => {
    const [k, c] = [d.nonzero(-9, 9), d.int(-20, 20)]
    return `(x : Int) : ${c - k * k} ≤ x ^ 2 ${k < 0 ? '-' : '+'} ${Math.abs(2 * k)} * x${plus(c)}`
  },
  combination_divisible: (d) => {
    const [m, p, q] = [d.int(2, 15), d.int(2, 9), d.int(2, 9)]
    return `(a b : ${d.pick(['Nat', 'Int'])}) (h₀ : ${m} ∣ a) (h₁ : ${m} ∣ b) : ${m} ∣ ${p} * a + ${q} * b`
  },
  alternating_sequence: (d) => {
    const [c, s, n] = [d.int(1, 9), d.int(2, 12), d.int(4, 9)]
    return `(a : Nat → Int) (h₀ : a 0 = ${c}) (h₁ : ∀ n, a (n + 1) = ${s} - a n) : a ${n} = ${n % 2 === 0 ? c : s - c}`
  },
  quotient_and_remainder: (d) => {
    const [m, q] = [d.int(3, 15), d.int(2, 30)]
    const r = d.int(0, m - 1)
    return `(n : Nat) (h₀ : n / ${m} = ${q}) (h₁ : n % ${m} = ${r}) : n = ${m * q + r}`
  },
  power_leaves_one: (d) => {
    const b = d.int(3, 12)
    return `(n : Nat) : ${b} ^ n % ${b - 1} = 1`
  },
  sum_of_odds: (d) => {
    const k = d.int(1, 6)
    return `(s : Nat → Nat) (h₀ : s 0 = 0) (h₁ : ∀ n, s (n + 1) = s n + ${times(k, '(2 * n + 1)')}) (n : Nat) : s n = ${times(k, 'n ^ 2')}`
  },
  three_unknowns: (d) => {
    const [x, y, z] = [d.int(-9, 9), d.int(-9, 9), d.int(-9, 9)]
    return `(x y z : Int) (h₀ : x + y = ${x + y}) (h₁ : y + z = ${y + z}) (h₂ : z + x = ${z + x}) : x * y * z = ${x * y * z}`
  },
  absolute_value: (d) => {
    const [a, k] = [d.nonzero(-9, 9), d.int(1, 20)]
    return `(x : Int) (h : (x${plus(-a)}).natAbs = ${k}) : x = ${a + k} ∨ x = ${a - k}`
  },
  neighbours_even: (d) => {
    const k = d.int(1, 9)
    return `(n : Nat) : n * (n + ${2 * k - 1}) % 2 = 0`
  },
  divisor_in_range: (d) => {
    const [a, b] = [d.int(2, 12), d.int(13, 40)]
    return `(n : Nat) (h₀ : n ∣ ${a * b}) (h₁ : ${b} ≤ n) (h₂ : n ≤ ${b + 1}) : ${(a * b) % (b + 1) === 0 ? `n = ${b} ∨ n = ${b + 1}` : `n = ${b}`}`
  },
  sum_over_range: (d) => {
    const [n, k] = [d.int(5, 40), d.int(1, 5)]
    const sum = Array.from({ length: n }, (_, i) => k * i * i).reduce((a, b) => a + b, 0)
    return `: ((List.range ${n}).map (fun i => ${times(k, 'i')} ^ 2)).sum = ${sum}`
  },
  divisor_of_power: (d) => {
    const [p, e] = [d.pick([2, 3, 5, 7]), d.int(2, 4)]
    return `(n : ${d.pick(['Nat', 'Int'])}) (h : ${p} ∣ n ^ ${e}) : ${p} ∣ n`
  },
  power_less_itself: (d) => {
    const [p, k] = [d.pick([2, 3, 5]), d.int(1, 4)]
    return `(n : ${d.pick(['Nat', 'Int'])}) : ${p} ∣ ${times(k, `n ^ ${p}`)} - ${times(k, 'n')}`
  },
  sum_and_product: (d) => {
    const [a, b] = [d.int(-12, 12), d.int(-12, 12)]
    return a === b ? undefined : `(x y : Int) (h₀ : x + y = ${a + b}) (h₁ : x * y = ${a * b}) : x = ${a} ∨ x = ${b}`
  },
  equal_squares: (d) => {
    const k = d.int(1, 9)
    return `(a b : Int) (h : a ^ 2 = ${k === 1 ? 'b ^ 2' : `(${k} * b) ^ 2`}) : a = ${times(k, 'b')} ∨ a = -(${times(k, 'b')})`
  },
  greater_square: (d) => {
    const k = d.int(0, 9)
    return `(a b : Int) (h₀ : ${k} ≤ a) (h₁ : a < b) : a ^ 2${plus(k)} < b ^ 2${plus(k)}`
  },
  no_such_square: (d) => {
    const m = d.int(3, 9)
    const squares = new Set(Array.from({ length: m }, (_, r) => (r * r) % m))
    const r = d.int(0, m - 1)
    return squares.has(r) ? undefined : `: ¬ ∃ x : ${d.pick(['Nat', 'Int'])}, x ^ 2 % ${m} = ${r}`
  },
  common_divisor: (d) => {
    const [g, a, b] = [d.int(2, 9), d.int(2, 9), d.int(2, 9)]
    if (gcd(a, b) !== 1) return undefined
    return `(n : Nat) (h₀ : n ∣ ${g * a}) (h₁ : n ∣ ${g * b}) : n ≤ ${g}`
  },
}
