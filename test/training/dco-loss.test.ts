import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/proof/random.ts'
import {
  approximateDco,
  crossEntropy,
  dco,
  dcoLoss,
  exampleWeights,
  overconfidenceFactor,
  REDUCTIONS,
  type Reduction,
  stepwiseDco,
  wholeProofDco,
} from '../../src/training/dco-loss.ts'
import { DEFAULT_SETTINGS, learningRateAt, PRESETS } from '../../src/training/settings.ts'

/** A number and its derivative: forward-mode automatic differentiation. */
type Dual = { readonly value: number; readonly slope: number }
const exp = (a: Dual): Dual => ({ value: Math.exp(a.value), slope: Math.exp(a.value) * a.slope })
const expm1 = (a: Dual): Dual => ({ value: Math.expm1(a.value), slope: Math.exp(a.value) * a.slope })
const log1p = (a: Dual): Dual => ({ value: Math.log1p(a.value), slope: a.slope / (1 + a.value) })
const log = (a: Dual): Dual => ({ value: Math.log(a.value), slope: a.slope / a.value })
const times = (k: number, a: Dual): Dual => ({ value: k * a.value, slope: k * a.slope })

/** d(Eq. 3)/d(-log p): Eq. 3 written with log1p and expm1 and differentiated by machine with respect to log p. */
function factorByDifferentiation(n: number, logProb: number): number {
  const p = exp({ value: logProb, slope: 1 })
  const miss = times(n, log1p(times(-1, p)))
  return times(-1, log(times(-1, expm1(miss)))).slope * -1
}

const SIZES = [1, 2, 3, 4, 8, 16, 32, 64, 256, 1000, 4096, 65_536]

describe('DCO', () => {
  it('is cross-entropy, exactly, at N = 1', () => {
    const random = createRandom(1)
    for (let i = 0; i < 1000; i++) {
      const logProb = Math.log(random.next()) * 50
      expect(dco(1, logProb)).toEqual(crossEntropy(logProb))
      expect(stepwiseDco(1, logProb)).toEqual(crossEntropy(logProb))
    }
    for (const logProb of [0, -1e-16, -690, -1e6]) expect(dco(1, logProb)).toEqual(crossEntropy(logProb))
  })

  it('has the factor that differentiating Eq. 3 gives, at 1,000 random (N, p)', () => {
    const random = createRandom('factor')
    for (let i = 0; i < 1000; i++) {
      const n = Math.round(2 ** (random.next() * 16))
      const logProb = Math.log(10) * -(10 ** (random.next() * 4.4 - 2.4))
      if (logProb < -690) continue
      const expected = factorByDifferentiation(n, logProb)
      const actual = overconfidenceFactor(n, logProb)
      expect(Math.abs(actual - expected), `N ${n}, log p ${logProb}`).toBeLessThanOrEqual(1e-9 * expected + 1e-250)
    }
  })

  it('equals the plain formulas where those are exact enough', () => {
    for (const n of SIZES)
      for (const p of [0.001, 0.01, 0.1, 0.3, 0.5, 0.9, 0.999]) {
        const coverage = 1 - (1 - p) ** n
        expect(dcoLoss(n, Math.log(p))).toBeCloseTo(-Math.log(coverage), 10)
        expect(overconfidenceFactor(n, Math.log(p))).toBeCloseTo((n * (1 - p) ** (n - 1) * p) / coverage, 10)
      }
  })

  it('falls in p and in N, inside [0, 1], from p = 1e-300 to 1 - 1e-16', () => {
    const logProbs = [
      ...Array.from({ length: 600 }, (_, i) => (i / 2 - 300) * Math.LN10).filter((x) => x < -0.5),
      ...Array.from({ length: 32 }, (_, i) => Math.log1p(-(10 ** (-i / 2 - 0.5)))),
    ]
    for (const n of SIZES) {
      let before = 1
      for (const logProb of logProbs) {
        const { loss, factor } = dco(n, logProb)
        expect(Number.isFinite(loss)).toBe(true)
        expect(loss).toBeGreaterThanOrEqual(0)
        expect(factor).toBeGreaterThanOrEqual(0)
        // One part in 1e12 is rounding, where the exact factor is flat.
        expect(factor, `N ${n}, log p ${logProb}`).toBeLessThanOrEqual(before * (1 + 1e-12))
        before = factor
      }
    }
    for (const logProb of logProbs) {
      let before = 1
      for (const n of SIZES) {
        const factor = overconfidenceFactor(n, logProb)
        expect(factor).toBeLessThanOrEqual(before * (1 + 1e-12))
        if (n > 1 && logProb > -20 && before > 1e-200) expect(factor).toBeLessThan(before)
        before = factor
      }
    }
  })

  it('has the right limits at both ends', () => {
    for (const n of SIZES.slice(1)) {
      for (const logProb of [-690, -701, -1e5]) {
        expect(overconfidenceFactor(n, logProb)).toBeCloseTo(1, 14)
        // (1 - (1-p)^N) -> N p
        expect(dcoLoss(n, logProb)).toBeCloseTo(-logProb - Math.log(n), 9)
      }
      expect(overconfidenceFactor(n, 0)).toBe(0)
      expect(dcoLoss(n, 0)).toBe(0)
      expect(overconfidenceFactor(n, Math.log1p(-1e-16))).toBeLessThan(1e-14)
      // N p = 0.01: 1 - F is close to N p / 2 (second order in N p).
      const small = overconfidenceFactor(n, Math.log(0.01 / n))
      expect(1 - small).toBeCloseTo((0.01 / n) * ((n - 1) / 2), 4)
    }
    // Where the factor falls below 0.1: the README's figures for step-wise widths.
    for (const [n, p] of [
      [4, 0.67],
      [8, 0.39],
      [16, 0.21],
      [32, 0.11],
    ] as const) {
      expect(overconfidenceFactor(n, Math.log(p - 0.01))).toBeGreaterThan(0.1)
      expect(overconfidenceFactor(n, Math.log(p + 0.01))).toBeLessThan(0.1)
    }
  })

  it('refuses what is not a probability or not a width', () => {
    expect(() => dcoLoss(0.5, -1)).toThrow(/N must be/)
    expect(() => overconfidenceFactor(Number.NaN, -1)).toThrow(/N must be/)
    expect(() => dcoLoss(4, 0.1)).toThrow(/log-probability/)
    expect(() => dcoLoss(4, Number.NaN)).toThrow(/log-probability/)
  })
})

describe('whole-proof DCO', () => {
  it('multiplies the gradient of every step by F of the product', () => {
    const steps = [-0.3, -1.2, -0.05, -2]
    const n = 64
    const { loss, factor } = wholeProofDco(n, steps)
    const p = Math.exp(steps.reduce((a, b) => a + b))
    expect(loss).toBeCloseTo(-Math.log(1 - (1 - p) ** n), 12)
    for (let i = 0; i < steps.length; i++) {
      const h = 1e-6
      const moved = (by: number) =>
        wholeProofDco(
          n,
          steps.map((s, j) => (j === i ? s + by : s)),
        ).loss
      expect((moved(-h) - moved(h)) / (2 * h)).toBeCloseTo(factor, 7)
    }
  })
  it('is one certain event for a proof without steps', () => {
    expect(wholeProofDco(16, [])).toEqual({ loss: 0, factor: 0 })
  })
})

describe('approximate DCO', () => {
  it('uses the share of right roll-outs as p', () => {
    expect(approximateDco(64, 3, 30)).toEqual(dco(64, Math.log(0.1)))
    // The paper: at N' = 64 a factor under 0.01 means a success rate above 0.1.
    expect(approximateDco(64, 10, 100).factor).toBeLessThan(0.01)
    expect(approximateDco(64, 9, 100).factor).toBeGreaterThan(0.01)
    expect(approximateDco(64, 0, 30)).toEqual({ loss: Number.POSITIVE_INFINITY, factor: 1 })
    expect(approximateDco(64, 30, 30)).toEqual({ loss: 0, factor: 0 })
    expect(() => approximateDco(64, 1, 0)).toThrow(/not an estimate/)
  })
})

describe('reductions', () => {
  it('divide as their names say', () => {
    expect(exampleWeights([1, 0.5], [3, 7], 'sum')).toEqual([0.5, 0.25])
    expect(exampleWeights([1, 0.5], [3, 7], 'example-mean')).toEqual([1 / 6, 0.5 / 7 / 2])
    expect(exampleWeights([1, 0.5], [3, 7], 'batch-mean')).toEqual([0.1, 0.05])
  })

  it('weigh the tokens of a short and a long example alike in one of them only', () => {
    const perToken = (reduction: Reduction) => exampleWeights([1, 1], [2, 8], reduction)
    const whole = (reduction: Reduction) => perToken(reduction).map((weight, i) => weight * (i === 0 ? 2 : 8))
    expect(new Set(perToken('sum')).size).toBe(1)
    expect(new Set(whole('example-mean')).size).toBe(1)
    // Of one batch `sum` and `batch-mean` are the same but for the rate; `example-mean` is another direction.
    expect(perToken('batch-mean').map((weight) => weight * 5)).toEqual(perToken('sum'))
    expect(perToken('example-mean')[0]).toBe(4 * (perToken('example-mean')[1] ?? 0))
  })

  it('and presets have the same names and values in Python', () => {
    const python = (file: string) =>
      readFileSync(new URL(`../../training/hedge_training/${file}.py`, import.meta.url), 'utf8')
    const names = /^REDUCTIONS = \((.*)\)$/m.exec(python('losses'))?.[1]
    expect(JSON.parse(`[${names}]`)).toEqual(REDUCTIONS)
    for (const [name, { reduction, refillThreshold, finalRate }] of Object.entries(PRESETS)) {
      const preset = new RegExp(`^ {4}"${name}": (\\{.*\\}),$`, 'm').exec(python('settings'))?.[1] ?? ''
      expect(JSON.parse(preset)).toEqual({ reduction, threshold: refillThreshold, schedule: 'constant' })
      expect(learningRateAt({ ...DEFAULT_SETTINGS, finalRate }, 1000, 0.99)).toBe(DEFAULT_SETTINGS.learningRate)
    }
  })
})
