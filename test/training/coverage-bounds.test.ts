import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/proof/random.ts'
import {
  expectedCoverage,
  maxConfidenceLowerBound,
  maxConfidenceUpperBound,
  optimalConfidences,
} from '../../src/training/coverage-bounds.ts'

const random = createRandom('bounds')
const SIZES = [2, 3, 4, 8, 16, 64, 256, 4096]

/** Accuracies of `count` ranked answers: sorted, distinct, summing to one. */
function accuracies(count: number, steepness: number): number[] {
  const raw = Array.from({ length: count }, () => (random.next() + 1e-6) ** steepness).sort((a, b) => b - a)
  const total = raw.reduce((a, b) => a + b)
  return raw.map((x) => x / total)
}

describe('the optimum of pass@N coverage', () => {
  it('is a distribution that no exchange between two answers improves', () => {
    for (const n of SIZES) {
      const p = accuracies(12, 3)
      const q = optimalConfidences(n, p)
      expect(q.reduce((a, b) => a + b)).toBeCloseTo(1, 9)
      const best = expectedCoverage(n, p, q)
      for (let trial = 0; trial < 300; trial++) {
        const from = Math.floor(random.next() * 12)
        const to = Math.floor(random.next() * 12)
        const amount = random.next() * (q[from] ?? 0)
        const moved = [...q]
        moved[from] = (moved[from] ?? 0) - amount
        moved[to] = (moved[to] ?? 0) + amount
        expect(expectedCoverage(n, p, moved)).toBeLessThanOrEqual(best + 1e-12)
      }
    }
  })

  it('is above the bound of Lemma 4.3 where the ranks after the first are equally accurate', () => {
    for (let trial = 0; trial < 300; trial++) {
      const p1 = 0.05 + random.next() * 0.9
      const p2 = Math.min(p1, 1 - p1) * (0.05 + 0.95 * random.next())
      const full = Math.floor((1 - p1) / p2)
      const last = 1 - p1 - full * p2
      const p = [p1, ...Array.from({ length: full }, () => p2), ...(last > 1e-9 ? [last] : [])]
      for (const n of SIZES)
        expect(optimalConfidences(n, p)[0]).toBeGreaterThanOrEqual(maxConfidenceLowerBound(n, p1, p2) - 1e-9)
    }
  })

  it('can be below the bound of Lemma 4.3 where a long tail of unlikely answers remains', () => {
    const p = [0.5, 0.4, ...Array.from({ length: 50 }, () => 0.002)]
    expect(optimalConfidences(4096, p)[0]).toBeLessThan(maxConfidenceLowerBound(4096, 0.5, 0.4) - 0.2)
  })

  it('is below the bound of Lemma 4.2 where ranks 2 to k are equally accurate', () => {
    for (let trial = 0; trial < 300; trial++) {
      const k = 2 + Math.floor(random.next() * 20)
      const epsilon = random.next() * 0.3
      const share = (1 - epsilon) / k
      const p1 = share + random.next() * (1 - epsilon - share) * 0.98
      const middle = Array.from({ length: k - 1 }, () => (1 - epsilon - p1) / (k - 1))
      const tail = accuracies(1 + Math.floor(random.next() * 40), 2).map((x) => x * epsilon)
      for (const n of SIZES) {
        const q1 = optimalConfidences(n, [p1, ...middle, ...tail])[0]
        expect(q1).toBeLessThanOrEqual(maxConfidenceUpperBound(n, p1, k, epsilon) + 1e-9)
      }
    }
  })

  it('can be above the bound of Lemma 4.2 where they are not', () => {
    // 1 - q1 = (k-1) / (1 + p1^r sum p_i^-r), r = 1/(N-1): convex in the p_i, so equal p_i give the smallest q1, not the largest.
    const p = [0.5, 0.49, 0.01]
    expect(optimalConfidences(64, p)[0]).toBeGreaterThan(maxConfidenceUpperBound(64, 0.5, 3, 0) + 0.005)
  })

  it('meets both bounds where they are tight: two answers share everything', () => {
    for (const n of SIZES) {
      const q1 = optimalConfidences(n, [0.8, 0.2])[0] ?? 0
      expect(maxConfidenceUpperBound(n, 0.8, 2, 0)).toBeCloseTo(q1, 8)
    }
  })

  it('has bounds that fall with N', () => {
    for (let i = 1; i < SIZES.length; i++) {
      const [a = 2, b = 2] = [SIZES[i - 1], SIZES[i]]
      expect(maxConfidenceUpperBound(b, 0.4, 10, 0.1)).toBeLessThan(maxConfidenceUpperBound(a, 0.4, 10, 0.1))
      expect(maxConfidenceLowerBound(b, 0.4, 0.2)).toBeLessThan(maxConfidenceLowerBound(a, 0.4, 0.2))
    }
  })
})

describe('Lemma A.1', () => {
  it('makes an optimal policy calibrated: a likelier answer never gets less confidence', () => {
    for (let trial = 0; trial < 50; trial++) {
      const p = accuracies(2 + Math.floor(random.next() * 20), 1 + 3 * random.next()).sort(() => random.next() - 0.5)
      for (const n of SIZES) {
        const q = optimalConfidences(n, p)
        for (let i = 0; i < p.length; i++)
          for (let j = 0; j < p.length; j++)
            if ((p[i] as number) > (p[j] as number)) expect(q[i]).toBeGreaterThanOrEqual((q[j] as number) - 1e-12)
      }
    }
  })

  it('because exchanging two confidences that are the wrong way round never lowers coverage', () => {
    for (let trial = 0; trial < 1000; trial++) {
      const p = accuracies(8, 2)
      const q = accuracies(8, 2).sort(() => random.next() - 0.5)
      const [i, j] = [Math.floor(random.next() * 8), Math.floor(random.next() * 8)].sort((a, b) => a - b) as [
        number,
        number,
      ]
      if ((q[i] as number) >= (q[j] as number)) continue
      const exchanged = q.map((x, k) => (k === i ? q[j] : k === j ? q[i] : x) as number)
      for (const n of SIZES)
        expect(expectedCoverage(n, p, exchanged)).toBeGreaterThanOrEqual(expectedCoverage(n, p, q) - 1e-15)
    }
  })
})

describe('Lemma 4.1', () => {
  const coverage = (n: number, p: number) => -Math.expm1(n * Math.log1p(-p))

  it('of one problem, coverage at N rises with coverage at any other N', () => {
    for (let trial = 0; trial < 2000; trial++) {
      const [n, m] = [1 + Math.floor(random.next() * 300), 1 + Math.floor(random.next() * 300)]
      const [p, q] = [random.next() * 0.02, random.next() * 0.02]
      expect(Math.sign(coverage(n, p) - coverage(n, q))).toBe(Math.sign(coverage(m, p) - coverage(m, q)))
    }
  })

  it('fails for two problems: certainty wins at N = 1 and loses at large N', () => {
    const mean = (n: number, ps: readonly number[]) => ps.reduce((sum, p) => sum + coverage(n, p), 0) / ps.length
    expect(mean(1, [1, 0])).toBe(0.5)
    expect(mean(1, [0.1, 0.1])).toBeCloseTo(0.1, 12)
    expect(mean(1000, [1, 0])).toBe(0.5)
    expect(mean(1000, [0.1, 0.1])).toBeGreaterThan(0.999)
  })
})

describe('the bounds with the parameters of Fig. 11', () => {
  it('fall with N and tend to 1 as N does', () => {
    const upper = (n: number) => maxConfidenceUpperBound(n, 1 / 2, 2, 1 / 4)
    const lower = (n: number) => maxConfidenceLowerBound(n, 1 / 2, 1 / 4)
    const sizes = Array.from({ length: 60 }, (_, i) => 1.01 + 0.2 * i)
    for (const bound of [upper, lower]) {
      expect(bound(1.01)).toBeGreaterThan(0.999)
      for (let i = 1; i < sizes.length; i++)
        expect(bound(sizes[i] as number)).toBeLessThan(bound(sizes[i - 1] as number))
    }
    for (const n of sizes) expect(upper(n)).toBeGreaterThanOrEqual(lower(n))
  })
})
