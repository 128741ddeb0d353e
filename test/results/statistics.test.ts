import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/proof/random.ts'
import { mcnemar, mean, median, wilson } from '../../src/results/statistics.ts'

describe('the Wilson interval', () => {
  test('agrees with published values', () => {
    // Newcombe 1998 (Statistics in Medicine 17), table I, method 3: 81/263, 15/148, 0/20, 1/29.
    const published: [number, number, number, number][] = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ]
    for (const [x, n, low, high] of published) {
      expect(wilson(x, n).low).toBeCloseTo(low, 4)
      expect(wilson(x, n).high).toBeCloseTo(high, 4)
    }
  })

  test('covers the true rate about 95 times in 100', () => {
    const random = createRandom('wilson')
    let covered = 0
    const trials = 4000
    for (let t = 0; t < trials; t++) {
      let successes = 0
      for (let i = 0; i < 60; i++) if (random.next() < 0.37) successes++
      const { low, high } = wilson(successes, 60)
      if (low <= 0.37 && 0.37 <= high) covered++
    }
    expect(covered / trials).toBeGreaterThan(0.93)
    expect(covered / trials).toBeLessThan(0.975)
  })

  test('says nothing of no trials, and refuses the impossible', () => {
    expect(wilson(0, 0).value).toBeNaN()
    expect(() => wilson(3, 2)).toThrow(RangeError)
  })
})

describe("McNemar's exact test", () => {
  const pairs = (onlyFirst: number, onlySecond: number, both = 7): [boolean, boolean][] => [
    ...Array.from({ length: onlyFirst }, (): [boolean, boolean] => [true, false]),
    ...Array.from({ length: onlySecond }, (): [boolean, boolean] => [false, true]),
    ...Array.from({ length: both }, (): [boolean, boolean] => [true, true]),
  ]

  test('counts the coin tosses at least as uneven', () => {
    for (let flips = 0; flips <= 12; flips++)
      for (let heads = 0; heads <= flips; heads++) {
        let extreme = 0
        for (let toss = 0; toss < 2 ** flips; toss++) {
          const count = toss.toString(2).replaceAll('0', '').length
          if (Math.abs(2 * count - flips) >= Math.abs(2 * heads - flips)) extreme++
        }
        expect(mcnemar(pairs(heads, flips - heads)).p).toBeCloseTo(extreme / 2 ** flips, 12)
      }
  })

  test('does not overflow', () => {
    expect(mcnemar(pairs(2000, 2000)).p).toBeCloseTo(1, 9)
    expect(mcnemar(pairs(3000, 2000)).p).toBeLessThan(1e-40)
  })
})

test('mean and median', () => {
  expect(mean([1, 2, 6])).toBe(3)
  expect(median([5, 1, 3])).toBe(3)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})
