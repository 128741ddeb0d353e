import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/proof/random.ts'
import {
  coverageAt,
  doublings,
  ensembleCoverageAt,
  passAtK,
  solvedWithin,
  tableColumns,
} from '../../src/results/coverage.ts'

/** Share of the subsets of k out of n passes that hold a success, by listing every one of them. */
function bruteForce(outcomes: readonly boolean[], k: number): number {
  let all = 0
  let hits = 0
  for (let subset = 0; subset < 2 ** outcomes.length; subset++) {
    const chosen = outcomes.filter((_, i) => (subset >> i) & 1)
    if (chosen.length !== k) continue
    all++
    if (chosen.some(Boolean)) hits++
  }
  return hits / all
}

describe('pass@k', () => {
  test('equals the share of all subsets of k passes that hold a success', () => {
    for (let n = 1; n <= 10; n++)
      for (let c = 0; c <= n; c++) {
        const outcomes = Array.from({ length: n }, (_, i) => i < c)
        for (let k = 1; k <= n; k++) expect(passAtK(n, c, k)).toBeCloseTo(bruteForce(outcomes, k), 12)
      }
  })

  test('has no bias: its mean over samples is 1 - (1-p)^k', () => {
    const random = createRandom('unbiased')
    const [p, n, k, trials] = [0.07, 20, 8, 20_000]
    let sum = 0
    for (let t = 0; t < trials; t++) {
      let c = 0
      for (let i = 0; i < n; i++) if (random.next() < p) c++
      sum += passAtK(n, c, k)
    }
    const exact = 1 - (1 - p) ** k
    // The estimate of one trial lies in [0, 1], so its deviation is at most 1/2.
    expect(Math.abs(sum / trials - exact)).toBeLessThan((5 * 0.5) / Math.sqrt(trials))
    // The plug-in estimate that it replaces is biased by more than that.
    let plugIn = 0
    for (let t = 0; t < trials; t++) {
      let c = 0
      for (let i = 0; i < n; i++) if (random.next() < p) c++
      plugIn += 1 - (1 - c / n) ** k
    }
    expect(exact - plugIn / trials).toBeGreaterThan((5 * 0.5) / Math.sqrt(trials))
  })

  test('is exact where the factors would overflow', () => {
    expect(passAtK(20_000, 1, 4096)).toBeCloseTo(4096 / 20_000, 10)
    expect(passAtK(20_000, 0, 20_000)).toBe(0)
    expect(passAtK(20_000, 20_000, 1)).toBe(1)
  })

  test('refuses what it cannot estimate', () => {
    expect(() => passAtK(4, 1, 5)).toThrow(RangeError)
    expect(() => passAtK(4, 5, 1)).toThrow(RangeError)
  })
})

describe('coverage of a theorem', () => {
  test('falls back on what was found where the clock ended the passes', () => {
    const cut = { n: 5, c: 1, first: 3 }
    expect(coverageAt(cut, 4, 'unbiased')).toBeCloseTo(0.8, 12)
    expect(coverageAt(cut, 8, 'unbiased')).toBe(1)
    expect(coverageAt({ n: 5, c: 0, first: undefined }, 8, 'unbiased')).toBe(0)
  })

  test('of a search that stops at its proof is known only as "solved within k"', () => {
    const counts = { n: 4, c: 1, first: 3 }
    expect([1, 3, 4, 8].map((k) => coverageAt(counts, k, 'solvedWithin'))).toEqual([0, 0, 1, 1])
    expect(solvedWithin(counts, 3)).toBe(false)
    expect(ensembleCoverageAt([counts, { n: 1, c: 1, first: 0 }], 1, 'solvedWithin')).toBe(1)
  })
})

test('curves and tables end at the budget', () => {
  expect(doublings(10)).toEqual([1, 2, 4, 8, 10])
  expect(doublings(8)).toEqual([1, 2, 4, 8])
  expect(tableColumns(4096)).toEqual([16, 64, 256, 1024, 4096])
  expect(tableColumns(100)).toEqual([16, 64, 100])
  expect(tableColumns(8)).toEqual([1, 2, 4, 8])
})
