import { afterAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/policy/network/create-engine.ts'
import {
  DEFAULT_OPTIMIZER,
  type EngineName,
  type NetworkEngine,
  type WeightedBatch,
} from '../../src/policy/network/engine.ts'
import { type NetworkConfig, parameterCount, parameterSpecs } from '../../src/policy/network/network-config.ts'
import { createRandom } from '../../src/proof/random.ts'

const config: NetworkConfig = { vocabularySize: 48, contextLength: 16, width: 16, layers: 2, heads: 2 }
const size = parameterCount(config)
const random = createRandom('parity')

/** Larger than a fresh network's, so that no gradient is lost in rounding. */
const parameters = new Float32Array(size)
for (const spec of parameterSpecs(config))
  for (let i = 0; i < spec.size; i++)
    parameters[spec.offset + i] = (spec.initial === 'ones' ? 1 : 0) + (random.next() - 0.5) * 0.6

const rows = 3
const length = 12
const places = Int32Array.from([2, 3, 4, 5, 13, 14, 15, 16, 17, 26, 27, 35])
const batch: WeightedBatch = {
  rows,
  length,
  ids: Int32Array.from({ length: rows * length }, () => Math.floor(random.next() * 48)),
  places,
  targets: places.map(() => Math.floor(random.next() * 48)),
  weights: Float32Array.from(places, () => 0.05 + random.next() * 0.2),
}

const engines: NetworkEngine[] = []
async function start(engine: EngineName): Promise<NetworkEngine> {
  const created = await createEngine({ engine, config, optimizer: DEFAULT_OPTIMIZER, threads: 1, notice: () => {} })
  const zeros = () => new Float32Array(size)
  created.writeState({ parameters: parameters.slice(), firstMoments: zeros(), secondMoments: zeros(), steps: 0 })
  engines.push(created)
  return created
}
afterAll(async () => {
  for (const engine of engines) await engine.dispose()
})

function objective(logProbs: Float32Array): number {
  return logProbs.reduce((sum, logProb, i) => sum - logProb * (batch.weights[i] as number), 0)
}

/** Largest difference, relative to the largest number of either. */
function distance(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length)
  let most = 0
  let scale = 1e-6
  for (let i = 0; i < a.length; i++) {
    const [x = 0, y = 0] = [a[i], b[i]]
    most = Math.max(most, Math.abs(x - y))
    scale = Math.max(scale, Math.abs(x), Math.abs(y))
  }
  return most / scale
}

const reference = await start('ort')
const { gradient, logProbs } = await reference.gradient(batch)

describe('gradients of the ort engine', () => {
  it('agree with finite differences in every parameter', async () => {
    for (const { name, offset, size } of parameterSpecs(config)) {
      const part = gradient.subarray(offset, offset + size)
      const norm = Math.sqrt(part.reduce((sum, g) => sum + g * g, 0))
      expect(norm, name).toBeGreaterThan(1e-3)
      // Unit directions in which every number's error adds up: the gradient itself, and its signs (1 where it is 0).
      const directions = [part.map((g) => g / norm), part.map((g) => (g < 0 ? -1 : 1) / Math.sqrt(size))]
      for (const direction of directions) {
        const step = 0.01
        const at = async (sign: number) => {
          const moved = parameters.slice()
          direction.forEach((d, i) => {
            moved[offset + i] = (moved[offset + i] as number) + sign * step * d
          })
          reference.writeState({ ...(await reference.readState()), parameters: moved })
          return objective(await reference.score(batch))
        }
        const slope = ((await at(1)) - (await at(-1))) / (2 * step)
        const expected = part.reduce((sum, g, i) => sum + g * (direction[i] as number), 0)
        // Rounding the log-probabilities to float32 moves the slope by about 1e-6 / step.
        expect(Math.abs(slope - expected), name).toBeLessThan(0.01 * expected + 1e-4)
      }
    }
    reference.writeState({ ...(await reference.readState()), parameters: parameters.slice() })
  })
})

describe.each(['tfjs-wasm', 'tfjs-cpu', 'ort-web'] as const)('%s', (name) => {
  it('gives the loss, the log-probabilities and the gradient that ort gives', async () => {
    const engine = await start(name)
    const other = await engine.gradient(batch)
    expect(distance(other.logProbs, logProbs)).toBeLessThan(2e-5)
    expect(objective(other.logProbs)).toBeCloseTo(objective(logProbs), 4)
    expect(distance(await engine.score(batch), logProbs)).toBeLessThan(2e-5)
    for (const { offset, size, name } of parameterSpecs(config)) {
      const part = (vector: Float32Array) => vector.subarray(offset, offset + size)
      expect(distance(part(other.gradient), part(gradient)), name).toBeLessThan(2e-4)
    }
  })

  it('learns as ort learns', async () => {
    const engine = await start(name)
    const first = await start('ort')
    for (let step = 0; step < 5; step++) {
      const a = await engine.trainStep(batch, 1e-3)
      const b = await first.trainStep(batch, 1e-3)
      expect(a.gradientNorm / b.gradientNorm).toBeCloseTo(1, 3)
      expect(distance(a.logProbs, b.logProbs)).toBeLessThan(1e-3)
    }
    const [mine, theirs] = [await engine.readState(), await first.readState()]
    expect(mine.steps).toBe(5)
    expect(distance(mine.parameters, theirs.parameters)).toBeLessThan(1e-3)
    expect(distance(mine.secondMoments, theirs.secondMoments)).toBeLessThan(1e-3)
  })

  it('decodes as ort decodes', async () => {
    const engine = await start(name)
    const prompts = [[5, 6, 7], [9, 1, 2, 3, 4, 5], [11]]
    const a = await engine.startDecoding(prompts)
    const b = await reference.startDecoding(prompts)
    expect(distance(a.firstLogits, b.firstLogits)).toBeLessThan(2e-5)
    const tokens = [Int32Array.from([1, 2, 3, 4, 5, 6]), Int32Array.from([7, 7, 8, 8, 9, 9])]
    for (const ids of tokens) expect(distance(await a.step(ids), await b.step(ids))).toBeLessThan(2e-5)
    const sources = Int32Array.from([1, 0, 1])
    a.select(sources, 1)
    b.select(sources, 1)
    const last = Int32Array.from([3, 4, 5])
    expect(distance(await a.step(last), await b.step(last))).toBeLessThan(2e-5)
    a.free()
    b.free()
  })
})
