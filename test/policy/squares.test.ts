import { describe, expect, test } from 'vitest'
import {
  affineOf,
  linearFactors,
  type Quadratic,
  quadraticOf,
  squaresOf,
  wholeRoots,
} from '../../src/policy/baseline/quadratic.ts'
import { createRandom } from '../../src/proof/random.ts'

const random = createRandom('squares')
const int = (from: number, to: number) => from + Math.floor(random.next() * (to - from + 1))
type Point = readonly bigint[]
const dot = (form: Point, point: Point) => [...point, 1n].reduce((sum, x, i) => sum + (form[i] as bigint) * x, 0n)
const quadratic = (value: (point: Point) => bigint, size: number) => quadraticOf(value, size) as Quadratic

describe('polynomials of degree two', () => {
  test('a sum of squares is found again: its squares and rest bound it from below, and nothing above that does', () => {
    for (let trial = 0; trial < 300; trial++) {
      const size = int(1, 4)
      const forms = Array.from({ length: int(1, 4) }, () => Array.from({ length: size + 1 }, () => BigInt(int(-6, 6))))
      const constant = BigInt(int(-20, 20))
      const value = (point: Point) => forms.reduce((sum, form) => sum + dot(form, point) ** 2n, constant)
      const found = squaresOf(quadratic(value, size))
      if (found === undefined) throw new Error('a sum of squares has a lower bound')
      expect(found.rest >= constant).toBe(true)
      expect(found.forms.length).toBeLessThanOrEqual(size)
      for (let i = 0; i < 30; i++) {
        const point = Array.from({ length: size }, () => BigInt(int(-15, 15)))
        expect(value(point) >= found.rest, `${point}`).toBe(true)
      }
    }
  })

  test('what has no lower bound has none, in whichever variable it falls', () => {
    for (const value of [
      ([x = 0n, y = 0n]: Point) => x * x - y * y,
      ([x = 0n, y = 0n]: Point) => x * y,
      ([x = 0n, y = 0n]: Point) => x * x + y,
      ([x = 0n, y = 0n]: Point) => x ** 2n + 4n * x * y + 3n * y ** 2n,
    ])
      expect(squaresOf(quadratic(value, 2))).toBeUndefined()
  })

  test('what is of another degree, or unreadable, is none; of degree one it has factors', () => {
    expect(quadraticOf(([x = 0n]) => x ** 3n, 1)).toBeUndefined()
    expect(quadraticOf(([x = 0n, y = 0n]) => x * x * y * y, 2)).toBeUndefined()
    expect(quadraticOf(([x = 0n]) => x / 2n, 1)).toBeUndefined()
    expect(quadraticOf(() => undefined, 1)).toBeUndefined()
    expect(affineOf(quadratic(([x = 0n, y = 0n]) => 3n * x - y + 7n, 2))).toEqual([3n, -1n, 7n])
    expect(affineOf(quadratic(([x = 0n]) => x * x, 1))).toBeUndefined()
  })

  test('whole roots are found, and only those', () => {
    for (let trial = 0; trial < 200; trial++) {
      const [a, b] = [BigInt(int(-30, 30)), BigInt(int(-30, 30))]
      const factor = BigInt(int(1, 5))
      const roots = wholeRoots(quadratic(([x = 0n]) => factor * (x - a) * (x - b), 1))
      expect([...roots].sort()).toEqual([...new Set([a, b])].sort())
    }
    expect(wholeRoots(quadratic(([x = 0n]) => x * x - 2n, 1))).toEqual([])
    expect(wholeRoots(quadratic(([x = 0n]) => x * x + 1n, 1))).toEqual([])
    expect(wholeRoots(quadratic(([x = 0n]) => (2n * x - 1n) * (x - 3n), 1))).toEqual([])
    expect(wholeRoots(quadratic(([x = 0n]) => x - 3n, 1))).toEqual([])
    const rational = quadratic(([x = 0n]) => (2n * x - 1n) * (x - 3n), 1)
    expect(
      linearFactors(rational)
        ?.map(([a, b]) => `${a} ${b}`)
        .sort(),
    ).toEqual(['1 -3', '2 -1'])
    expect(linearFactors(quadratic(([x = 0n]) => x * x - 2n, 1))).toBeUndefined()
  })
})
