import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/policy/network/create-engine.ts'
import {
  DEFAULT_OPTIMIZER,
  EngineFailure,
  type EngineName,
  type NetworkEngine,
  type WeightedBatch,
} from '../../src/policy/network/engine.ts'
import { initialParameters, type NetworkConfig, parameterCount } from '../../src/policy/network/network-config.ts'
import { LocalNetwork } from '../../src/policy/network/policy-network.ts'
import { createRandom } from '../../src/proof/random.ts'

const config: NetworkConfig = { vocabularySize: 48, contextLength: 16, width: 16, layers: 2, heads: 2 }
const random = createRandom('webgpu')
const places = Int32Array.from([2, 3, 4, 5, 13, 14, 15, 16, 17, 26, 27, 35])
const batch: WeightedBatch = {
  rows: 3,
  length: 12,
  ids: Int32Array.from({ length: 36 }, () => Math.floor(random.next() * 48)),
  places,
  targets: places.map(() => Math.floor(random.next() * 48)),
  weights: Float32Array.from(places, () => 0.05 + random.next() * 0.2),
}
const options = (engine: EngineName) => ({ engine, config, optimizer: DEFAULT_OPTIMIZER, threads: 1, notice: () => {} })

async function start(engine: EngineName): Promise<NetworkEngine> {
  const created = await createEngine(options(engine))
  const zeros = () => new Float32Array(parameterCount(config))
  created.writeState({
    parameters: initialParameters(config, 7),
    firstMoments: zeros(),
    secondMoments: zeros(),
    steps: 0,
  })
  return created
}

let gpu: NetworkEngine | undefined
beforeAll(async () => {
  try {
    gpu = await start('ort-webgpu')
    await gpu.score(batch)
  } catch (error) {
    gpu = undefined
    console.warn(`NOT RUN: the network on WebGPU: ${(error as Error).message}
  It needs onnxruntime-node@1.30.0 and a Vulkan driver. Without a GPU: libvulkan1, and VK_ICD_FILENAMES with the JSON of a SwiftShader.`)
  }
})
afterAll(() => gpu?.dispose())

describe('the network on WebGPU', () => {
  it('scores, differentiates and learns as on the processor', { timeout: 300_000 }, async ({ skip }) => {
    if (gpu === undefined) return skip()
    const reference = await start('ort')
    expect(gpu.description).toContain('webgpu')
    const close = (a: Float32Array, b: Float32Array, digits: number) => {
      expect(a.length).toBe(b.length)
      a.forEach((x, i) => {
        expect(x).toBeCloseTo(b[i] as number, digits)
      })
    }
    close(await gpu.score(batch), await reference.score(batch), 4)
    close((await gpu.gradient(batch)).gradient, (await reference.gradient(batch)).gradient, 4)
    for (let step = 0; step < 3; step++) {
      const [mine, theirs] = [await gpu.trainStep(batch, 3e-3), await reference.trainStep(batch, 3e-3)]
      close(mine.logProbs, theirs.logProbs, 3)
      expect(mine.gradientNorm).toBeCloseTo(theirs.gradientNorm, 3)
    }
    // What steps leave on the device is what is scored with, read, and gone on from.
    close(await gpu.score(batch), await reference.score(batch), 3)
    // By their lengths: a number whose gradient is next to nothing may go either way.
    const apart = (a: Float32Array, b: Float32Array) =>
      Math.hypot(...a.map((x, i) => x - (b[i] as number))) / Math.hypot(...b)
    const [mine, theirs] = [await gpu.readState(), await reference.readState()]
    expect(mine.steps).toBe(3)
    for (const name of ['parameters', 'firstMoments', 'secondMoments'] as const)
      expect(apart(mine[name], theirs[name]), name).toBeLessThan(0.01)
    for (const engine of [gpu, reference]) await engine.trainStep(batch, 3e-3)
    const later = await gpu.readState()
    expect(apart(later.parameters, (await reference.readState()).parameters)).toBeLessThan(0.01)
    expect(apart(later.parameters, mine.parameters)).toBeGreaterThan(1e-4)
    for (const engine of [gpu, reference]) engine.writeState(theirs)
    expect((await gpu.readState()).parameters).toEqual(theirs.parameters)
    close(await gpu.score(batch), await reference.score(batch), 3)
    await reference.dispose()
  })

  it('draws greedily what the processor draws', { timeout: 300_000 }, async ({ skip }) => {
    if (gpu === undefined) return skip()
    const request = { prompts: [[2, 3, 4], [9]], seeds: [[0], [0]], temperature: 0, topP: 1, maxTokens: 6 }
    const drawn = []
    for (const engine of ['ort-webgpu', 'ort'] as const) {
      const network = await LocalNetwork.start(options(engine))
      await network.initialise(3)
      drawn.push((await network.sample(request)).map((draws) => draws.map(({ tokens }) => tokens)))
      await network.dispose()
    }
    expect(drawn[0]).toEqual(drawn[1])
  })
})

it('who asks for a GPU that is not there is told, and gets nothing else', async () => {
  // There is no CUDA provider in the package as npm has it.
  const engine = await start('ort-cuda').catch((error: unknown) => error)
  if (engine instanceof Error) expect(engine).toBeInstanceOf(EngineFailure)
  else await expect((engine as NetworkEngine).score(batch)).rejects.toBeInstanceOf(EngineFailure)
})
