import { describe, expect, test } from 'vitest'
import { type Choices, logProbs, WEIGHT_COUNT } from '../../src/policy/log-linear/features.ts'
import { Descent, OPTIMISERS, type Scored } from '../../src/training/descent.ts'

const [SHARED, OWN] = [7, 100]

/** `count` candidates with equal priors: all have the feature SHARED but the last half of them, and each one its own. */
function choicesWith(count: number): Choices {
  const features: number[] = []
  const starts = [0]
  for (let i = 0; i < count; i++) {
    if (i < count / 2) features.push(SHARED)
    features.push(OWN + i)
    starts.push(features.length)
  }
  return {
    tactics: Array.from({ length: count }, (_, i) => `tactic ${i}`),
    priors: new Float64Array(count),
    features: Uint32Array.from(features),
    starts: Uint32Array.from(starts),
  }
}

const scoredAt = (choices: Choices, weights: Float32Array, taken: number): Scored => ({
  choices,
  taken,
  scores: logProbs(choices, weights),
})
const lossOf = ({ scores, taken }: Scored) => -(scores[taken] as number)

/** dCE/dw by a central difference, which knows nothing of how gradients are summed up. */
function slope(choices: Choices, taken: number, place: number): number {
  const at = (value: number) => {
    const weights = new Float32Array(WEIGHT_COUNT)
    weights[place] = value
    return lossOf(scoredAt(choices, weights, taken))
  }
  return (at(1 / 64) - at(-1 / 64)) * 32
}

describe.each(OPTIMISERS)('%s', (optimiser) => {
  test('a weight that many candidates share moves along its gradient', () => {
    // Of 30 candidates 15 share a feature, and one of them is taken: the shared weight must rise.
    const choices = choicesWith(30)
    const descent = new Descent(optimiser, 0.03)
    descent.step([scoredAt(choices, descent.weights, 0)], 1)
    const moved = (place: number) => descent.weights[place] as number
    for (const place of [SHARED, OWN, OWN + 1, OWN + 29]) {
      expect(Math.sign(moved(place))).toBe(-Math.sign(slope(choices, 0, place)))
      expect(Math.abs(moved(place))).toBeGreaterThan(0)
    }
    expect(slope(choices, 0, SHARED)).toBeCloseTo(15 / 30 - 1, 3)
    if (optimiser === 'sgd') expect(moved(SHARED)).toBeCloseTo(-0.03 * slope(choices, 0, SHARED), 4)
    expect(lossOf(scoredAt(choices, descent.weights, 0))).toBeLessThan(Math.log(30))
  })

  test('a step at F = 0.06 is 0.06 of the step at F = 1, from the first one on', () => {
    const choices = choicesWith(6)
    const first = new Descent(optimiser, 0.03)
    const whole = new Descent(optimiser, 0.03)
    first.step([scoredAt(choices, first.weights, 2)], 0.06)
    whole.step([scoredAt(choices, whole.weights, 2)], 1)
    for (const place of [SHARED, OWN, OWN + 2])
      expect((first.weights[place] as number) / (whole.weights[place] as number)).toBeCloseTo(0.06, 5)
  })

  test('the tactics of a proof are one step', () => {
    const choices = choicesWith(4)
    const descent = new Descent(optimiser, 0.03)
    const item = [0, 1].map((taken) => scoredAt(choices, descent.weights, taken))
    descent.step(item, 1)
    // Taken once each, at the same state: the two gradients of these weights cancel out but for what others lose.
    expect(descent.weights[OWN]).toBeCloseTo(descent.weights[OWN + 1] as number, 9)
    expect(descent.weights[OWN]).toBeGreaterThan(0)
    expect(descent.weights[OWN + 2]).toBeLessThan(0)
  })
})
