import type { Family } from './families.ts'
import { plus, times } from './random.ts'

/** Equations, inequalities, functions and recurrences. */
export const ALGEBRA_FAMILIES: Readonly<Record<string, Family>> = {
  linear_system: (d) => {
    const [x, y] = [d.int(-9, 9), d.int(-9, 9)]
    const [a, b, c, e] = [d.nonzero(-6, 6), d.nonzero(-6, 6), d.nonzero(-6, 6), d.nonzero(-6, 6)]
    if (a * e === b * c) return undefined
    return `(x y : Int) (h₀ : ${times(a, 'x')} + ${times(b, 'y')} = ${a * x + b * y}) (h₁ : ${times(c, 'x')} + ${times(e, 'y')} = ${c * x + e * y}) : x = ${x}`
  },
  quadratic_roots: (d) => {
    const [p, q] = [d.int(-12, 12), d.int(-12, 12)]
    if (p === q || p + q === 0 || p * q === 0) return undefined
    const middle = -(p + q)
    return `(x : Int) (h : x ^ 2 ${middle < 0 ? '-' : '+'} ${Math.abs(middle)} * x${plus(p * q)} = 0) : x = ${p} ∨ x = ${q}`
  },
  natural_root: (d) => {
    const [r, b] = [d.int(2, 30), d.int(1, 12)]
    return `(n : Nat) (h : n * n + ${b} * n = ${r * r + b * r}) : n = ${r}`
  },
  product_is: (d) => {
    const [x, y] = [d.int(2, 12), d.int(2, 12)]
    return `(x y : Nat) (h₀ : x + y = ${x + y}) (h₁ : x * y = ${x * y}) : x ^ 2 + y ^ 2 = ${x * x + y * y}`
  },
  sum_of_squares: (d) => {
    const [s, p] = [d.int(-15, 15), d.int(-30, 30)]
    return `(x y : Int) (h₀ : x + y = ${s}) (h₁ : x * y = ${p}) : x ^ 2 + y ^ 2 = ${s * s - 2 * p}`
  },
  cube_identity: (d) => {
    const k = d.int(1, 7)
    return `(a b : Int) : (a - ${times(k, 'b')}) * (a ^ 2 + ${times(k, 'a')} * b + ${k * k} * b ^ 2) = a ^ 3 - ${k ** 3} * b ^ 3`
  },
  consecutive: (d) => {
    const [n, k] = [d.int(3, 200), d.int(2, 5)]
    const terms = Array.from({ length: k }, (_, i) => (i === 0 ? 'n' : `(n + ${i})`)).join(' + ')
    return `(n : Nat) (h : ${terms} = ${k * n + (k * (k - 1)) / 2}) : n = ${n}`
  },
  ages: (d) => {
    const [a, k, t] = [d.int(5, 15), d.int(2, 4), d.int(2, 9)]
    const b = k * a
    return `(a b : Nat) (h₀ : b = ${k} * a) (h₁ : a + b + ${2 * t} = ${a + b + 2 * t}) : b + ${t} = ${b + t}`
  },
  square_inequality: (d) => {
    const [k, l] = [d.int(1, 5), d.int(1, 5)]
    return `(x y : Int) : ${2 * k * l} * (x * y) ≤ ${k * k} * x ^ 2 + ${l * l} * y ^ 2`
  },
  three_squares: (d) => {
    const k = d.int(1, 6)
    return `(x y z : Int) : ${k} * (x * y + y * z + z * x) ≤ ${k} * (x ^ 2 + y ^ 2 + z ^ 2)`
  },
  linear_bound: (d) => {
    const [a, b, x] = [d.int(2, 9), d.int(0, 20), d.int(2, 30)]
    return `(x : Nat) (h : ${a} * x + ${b} < ${a * x + b}) : x < ${x}`
  },
  function_twice: (d) => {
    const [a, b, c] = [d.nonzero(-5, 5), d.int(-9, 9), d.int(-9, 9)]
    const f = (x: number) => a * x + b
    return `(f : Int → Int) (h : ∀ x, f x = ${times(a, 'x')}${plus(b)}) : f (f ${c < 0 ? `(${c})` : c}) = ${f(f(c))}`
  },
  two_functions: (d) => {
    const [a, b, c] = [d.int(2, 5), d.int(0, 9), d.int(0, 9)]
    return `(f g : Int → Int) (h₀ : ∀ x, f x = ${a} * x + ${b}) (h₁ : ∀ x, g x = x ^ 2) : g (f ${c}) - f (g ${c}) = ${(a * c + b) ** 2 - (a * c * c + b)}`
  },
  recurrence_value: (d) => {
    const [p, q, n] = [d.int(1, 3), d.int(1, 3), d.int(5, 9)]
    const a = [d.int(0, 4), d.int(0, 4)]
    for (let i = 2; i <= n; i++) a.push(p * (a[i - 1] as number) + q * (a[i - 2] as number))
    return `(a : Nat → Nat) (h₀ : a 0 = ${a[0]}) (h₁ : a 1 = ${a[1]}) (h₂ : ∀ n, a (n + 2) = ${times(p, 'a (n + 1)')} + ${times(q, 'a n')}) : a ${n} = ${a[n]}`
  },
  recurrence_closed: (d) => {
    const [c, a] = [d.int(0, 9), d.int(2, 9)]
    return `(f : Nat → Nat) (h₀ : f 0 = ${c}) (h₁ : ∀ n, f (n + 1) = f n + ${a}) (n : Nat) : f n = ${a} * n${plus(c)}`
  },
  sum_recurrence: (d) => {
    const a = d.int(1, 6)
    return `(s : Nat → Nat) (h₀ : s 0 = 0) (h₁ : ∀ n, s (n + 1) = s n + ${a} * (n + 1)) (n : Nat) : 2 * s n = ${a} * (n * (n + 1))`
  },
  geometric: (d) => {
    const [c, q] = [d.int(1, 9), d.int(2, 7)]
    return `(f : Nat → Nat) (h₀ : f 0 = ${c}) (h₁ : ∀ n, f (n + 1) = ${q} * f n) (n : Nat) : f n = ${c} * ${q} ^ n`
  },
  exponential_beats: (d) => {
    const [b, k] = [d.int(2, 5), d.int(1, 3)]
    let n = 1
    while (!(k * n < b ** n)) n++
    return `(n : Nat) (h : ${n} ≤ n) : ${times(k, 'n')} < ${b} ^ n`
  },
  coins: (d) => {
    const [a, b, x, y] = [d.int(3, 9), d.int(10, 17), d.int(1, 9), d.int(1, 9)]
    return `: ∃ x y : Nat, ${a} * x + ${b} * y = ${a * x + b * y}`
  },
}
