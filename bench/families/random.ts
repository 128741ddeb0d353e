import { createRandom } from '../../src/proof/random.ts'

/** Whole numbers for the parameters of a statement. */
export type Draw = {
  /** Uniform from `from` to `to`, both included. */
  int(from: number, to: number): number
  /** The same, and never 0. */
  nonzero(from: number, to: number): number
  pick<T>(list: readonly T[]): T
}

export function drawFrom(seed: string): Draw {
  const random = createRandom(seed)
  const int = (from: number, to: number) => from + Math.floor(random.next() * (to - from + 1))
  return {
    int,
    nonzero(from, to) {
      for (;;) {
        const value = int(from, to)
        if (value !== 0) return value
      }
    },
    pick: (list) => list[int(0, list.length - 1)] as (typeof list)[number],
  }
}

/** `3 * x`, `-3 * x`, with brackets where the numeral is negative. */
export function times(factor: number, term: string): string {
  return factor === 1 ? term : factor < 0 ? `(${factor}) * ${term}` : `${factor} * ${term}`
}

/** ` + 3`, ` - 3`, or nothing. */
export function plus(value: number): string {
  return value === 0 ? '' : value < 0 ? ` - ${-value}` : ` + ${value}`
}

/** b ^ e modulo m. */
export function powerMod(base: number, exponent: number, modulus: number): number {
  let result = 1 % modulus
  for (let i = 0; i < exponent; i++) result = (result * base) % modulus
  return result
}

export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
