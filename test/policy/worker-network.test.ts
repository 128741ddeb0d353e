import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_OPTIMIZER, EngineFailure, type EngineOptions } from '../../src/policy/network/engine.ts'
import { LocalNetwork } from '../../src/policy/network/policy-network.ts'
import { seedsOf } from '../../src/policy/network/sampler.ts'
import { WorkerNetwork } from '../../src/policy/network/worker-network.ts'

const options: EngineOptions = {
  engine: 'ort',
  config: { vocabularySize: 64, contextLength: 128, width: 64, layers: 2, heads: 2 },
  optimizer: DEFAULT_OPTIMIZER,
  threads: 1,
  notice: () => {},
}
const worker = await WorkerNetwork.start(options)
const local = await LocalNetwork.start(options)
afterAll(async () => {
  await worker.dispose()
  await local.dispose()
})

const rows = 8
const length = 96
const places = Int32Array.from({ length: rows * length }, (_, i) => i)
const batch = {
  rows,
  length,
  ids: places.map((i) => 2 + ((i * 5) % 60)),
  places,
  targets: places.map((i) => 2 + ((i * 7) % 60)),
  weights: new Float32Array(places.length).fill(1 / places.length),
}
const request = { prompts: [[3, 4, 5]], seeds: [seedsOf('s', 4)], temperature: 1, topP: 1, maxTokens: 100 }

describe('a network in a worker thread', () => {
  it('computes what the network in this thread computes, to the bit', async () => {
    for (const network of [worker, local]) {
      await network.initialise(3)
      for (let step = 0; step < 3; step++) await network.trainStep(batch, 1e-3)
    }
    expect(await worker.readState()).toEqual(await local.readState())
    expect(await worker.score(batch)).toEqual(await local.score(batch))
    expect(await worker.sample(request)).toEqual(await local.sample(request))
    const beam = { prompt: [3, 4], width: 3, maxTokens: 8 }
    expect(await worker.beam(beam)).toEqual(await local.beam(beam))
    expect(worker.description).toBe(local.description)
  })

  it('leaves this thread free while it computes', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const work = Promise.all(Array.from({ length: 5 }, () => worker.trainStep(batch, 1e-3)))
    await work
    clearInterval(timer)
    // Blocked, it would count at most one turn per call.
    expect(turns).toBeGreaterThan(5)
  })

  it('stops sampling when asked, and goes on working', async () => {
    const abort = new AbortController()
    const long = worker.sample({ ...request, seeds: [seedsOf('s', 64)] }, abort.signal)
    abort.abort(new Error('no longer wanted'))
    await expect(long).rejects.toThrow('no longer wanted')
    expect(await worker.sample(request)).toHaveLength(1)
  })

  it('hands errors over', async () => {
    const bad = { ...batch, ids: Int32Array.from(batch.ids, () => 99) }
    await expect(worker.score(bad)).rejects.toThrow(EngineFailure)
    const refused = WorkerNetwork.start({ ...options, config: { ...options.config, width: 10 ** 9 } })
    await expect(refused).rejects.toThrow(Error)
  })

  it('rejects calls after it is gone', async () => {
    const short = await WorkerNetwork.start(options)
    const pending = short.trainStep(batch, 1e-3)
    const outcome = expect(pending).rejects.toThrow('disposed of')
    await short.dispose()
    await outcome
    await expect(short.score(batch)).rejects.toThrow('disposed of')
  })
})
