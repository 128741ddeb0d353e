import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_OPTIMIZER } from '../../src/policy/network/engine.ts'
import { LocalNetwork } from '../../src/policy/network/policy-network.ts'
import { SampleQueue } from '../../src/policy/network/sample-queue.ts'
import { type Draw, type SampleRequest, seedsOf } from '../../src/policy/network/sampler.ts'

const config = { vocabularySize: 64, contextLength: 64, width: 32, layers: 2, heads: 2 }
const options = { engine: 'ort', config, optimizer: DEFAULT_OPTIMIZER, threads: 1, notice: () => {} } as const
const network = await LocalNetwork.start(options)
await network.initialise(1)
const uncached = await LocalNetwork.start({ ...options, cacheBytes: 0 })
await uncached.initialise(1)
afterAll(async () => {
  await network.dispose()
  await uncached.dispose()
})

const settings = { temperature: 1, topP: 1, maxTokens: 10 }
const prompts = [[3, 4, 5], [6], [7, 8, 9, 10]]
const promptOf = (i: number) => prompts[i % prompts.length] as number[]
const tokens = (draws: readonly Draw[][]) => draws.map((list) => list.map((draw) => draw.tokens))

/** A queue on a network that takes note of the requests. */
function recorded(answer: (request: SampleRequest, signal?: AbortSignal) => Promise<Draw[][]>) {
  const requests: SampleRequest[] = []
  const sample = (request: SampleRequest, signal?: AbortSignal) => {
    requests.push(request)
    return answer(request, signal)
  }
  return { queue: new SampleQueue({ sample }, settings), requests }
}
/** Answers when the signal aborts, and not before. */
const hanging = (_: SampleRequest, signal?: AbortSignal) =>
  new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('stopped'))))

describe('a queue of draws', () => {
  it('makes one request of the calls of one turn, with the draws that each gets alone', async () => {
    const { queue, requests } = recorded((request, signal) => uncached.sample(request, signal))
    const calls = Array.from({ length: 64 }, (_, i) => queue.sample([promptOf(i)], [[`call ${i}`]]))
    const together = await Promise.all(calls)
    expect(requests).toHaveLength(1)
    expect(together.every((draws) => draws.length === 1 && draws[0]?.length === 1)).toBe(true)
    for (const [i, draws] of together.entries()) {
      const alone = await uncached.sample({ ...settings, prompts: [promptOf(i)], seeds: [[`call ${i}`]] })
      expect(tokens(draws)).toEqual(tokens(alone))
      expect(draws[0]?.[0]?.logProb).toBeCloseTo(alone[0]?.[0]?.logProb ?? 1, 4)
    }
  })

  it('gives each call its own prompts and counts', async () => {
    const { queue } = recorded((request) => network.sample(request))
    const [a, b] = await Promise.all([
      queue.sample([promptOf(0), promptOf(1)], [seedsOf('a', 2), seedsOf('b', 5)]),
      queue.sample([promptOf(2)], [[]]),
    ])
    expect(a.map((list) => list.length)).toEqual([2, 5])
    expect(b).toEqual([[]])
  })

  it('puts what is asked during a request into the next one, and bounds a request', async () => {
    const { queue, requests } = recorded((request) => network.sample(request))
    const first = queue.sample([promptOf(0)], [[1]])
    await new Promise((resolve) => setImmediate(resolve))
    expect(requests).toHaveLength(1)
    await Promise.all([first, ...[2, 3, 4].map((seed) => queue.sample([promptOf(0)], [[seed]]))])
    expect(requests).toHaveLength(2)
    await Promise.all([1, 2, 3].map((i) => queue.sample([promptOf(0)], [seedsOf(i, 400)])))
    expect(requests.slice(2).map(({ seeds }) => seeds.flat().length)).toEqual([800, 400])
  })

  it('lets one caller go without disturbing the others', async () => {
    const { queue, requests } = recorded((request, signal) => network.sample(request, signal))
    const [before, during] = [new AbortController(), new AbortController()]
    const call = (i: number, signal?: AbortSignal) => queue.sample([promptOf(i)], [[i]], signal)
    const others = [call(0), call(1, new AbortController().signal)]
    const early = expect(call(2, before.signal)).rejects.toThrow('not yet sent')
    const late = expect(call(3, during.signal)).rejects.toThrow('on its way')
    before.abort(new Error('not yet sent'))
    await new Promise((resolve) => setImmediate(resolve))
    during.abort(new Error('on its way'))
    await Promise.all([early, late])
    const alone = await network.sample({ ...settings, prompts: [promptOf(0), promptOf(1)], seeds: [[0], [1]] })
    expect(tokens((await Promise.all(others)).flat())).toEqual(tokens(alone))
    expect(requests[0]?.prompts).toHaveLength(3)
    await expect(call(4, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
    expect(requests).toHaveLength(1)
  })

  it('ends a request that nobody waits for, and goes on', async () => {
    let answer: typeof hanging | LocalNetwork['sample'] = hanging
    const { queue, requests } = recorded((request, signal) => answer(request, signal))
    const aborts = [new AbortController(), new AbortController()]
    const gone = aborts.map(({ signal }) => expect(queue.sample([[3]], [[1]], signal)).rejects.toThrow('gone'))
    await new Promise((resolve) => setImmediate(resolve))
    for (const abort of aborts) abort.abort(new Error('gone'))
    await Promise.all(gone)
    answer = (request, signal) => network.sample(request, signal)
    expect(await queue.sample([[3]], [[1, 2]])).toHaveLength(1)
    expect(requests).toHaveLength(2)
  })

  it('hands a failure to all callers of the request, and goes on', async () => {
    let works = false
    const { queue } = recorded(async (request) => {
      if (!works) throw new Error('broken')
      return network.sample(request)
    })
    const answers = await Promise.allSettled([1, 2, 3].map((seed) => queue.sample([[3]], [[seed]])))
    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected', 'rejected'])
    works = true
    expect(await queue.sample([[3]], [[1]])).toHaveLength(1)
  })
})

describe('the cache of a network', () => {
  const request = { ...settings, temperature: 0, prompts: [[3, 4], [9]], seeds: [[1], [1]] }
  const rows = 4
  const length = 12
  const places = Int32Array.from({ length: rows * length }, (_, i) => i)
  const batch = {
    rows,
    length,
    ids: places.map((i) => 2 + ((i * 5) % 60)),
    places,
    targets: places.map((i) => 2 + ((i * 7) % 60)),
    weights: new Float32Array(places.length).fill(1 / places.length),
  }

  it('is dropped when parameters change', async () => {
    const start = await network.readState()
    const first = await network.sample(request)
    const changes = [
      () => network.trainStep(batch, 1e-2),
      () => network.initialise(2),
      () => network.writeState({ ...start, parameters: start.parameters.map((x) => x * 2) }),
    ]
    for (const change of changes) {
      const before = await network.sample(request)
      await change()
      const after = await network.sample(request)
      await uncached.writeState(await network.readState())
      const exact = await uncached.sample(request)
      expect(tokens(after)).toEqual(tokens(exact))
      for (const [i, draws] of after.entries()) {
        expect(draws[0]?.logProb).toBeCloseTo(exact[i]?.[0]?.logProb ?? 1, 4)
        expect(Math.abs((draws[0]?.logProb ?? 0) - (before[i]?.[0]?.logProb ?? 0))).toBeGreaterThan(1e-3)
      }
    }
    await network.writeState(start)
    expect(await network.sample(request)).toEqual(first)
  })
})
