import { afterAll, describe, expect, it } from 'vitest'
import { beamSearch } from '../../src/policy/network/beam.ts'
import { createEngine } from '../../src/policy/network/create-engine.ts'
import { DEFAULT_OPTIMIZER, type NetworkEngine, type TokenBatch } from '../../src/policy/network/engine.ts'
import { type NetworkConfig, parameterCount, parameterSpecs } from '../../src/policy/network/network-config.ts'
import { PrefixCache } from '../../src/policy/network/prefix-cache.ts'
import { type Draw, sample, seedsOf } from '../../src/policy/network/sampler.ts'
import { END_ID } from '../../src/policy/network/tokenizer.ts'
import { createRandom } from '../../src/proof/random.ts'

async function start(config: NetworkConfig, spread: number, seed: string): Promise<NetworkEngine> {
  const engine = await createEngine({
    engine: 'ort',
    config,
    optimizer: DEFAULT_OPTIMIZER,
    threads: 1,
    notice: () => {},
  })
  const random = createRandom(seed)
  const zeros = () => new Float32Array(parameterCount(config))
  const parameters = zeros()
  for (const spec of parameterSpecs(config))
    for (let i = 0; i < spec.size; i++)
      parameters[spec.offset + i] = (spec.initial === 'ones' ? 1 : 0) + (random.next() - 0.5) * spread
  engine.writeState({ parameters, firstMoments: zeros(), secondMoments: zeros(), steps: 0 })
  return engine
}

const small = await start({ vocabularySize: 4, contextLength: 12, width: 8, layers: 2, heads: 2 }, 0.9, 'small')
const large = await start({ vocabularySize: 40, contextLength: 64, width: 32, layers: 3, heads: 4 }, 0.5, 'large')
afterAll(async () => {
  await small.dispose()
  await large.dispose()
})

/** Log-probability of a continuation by one pass over the whole row, without any cache. */
async function uncached(engine: NetworkEngine, prompt: readonly number[], draw: Draw): Promise<number> {
  const targets = draw.finished ? [...draw.tokens, END_ID] : draw.tokens
  const ids = [...prompt, ...targets].slice(0, -1)
  const batch: TokenBatch = {
    rows: 1,
    length: ids.length,
    ids: Int32Array.from(ids),
    places: Int32Array.from(targets, (_, i) => prompt.length - 1 + i),
    targets: Int32Array.from(targets),
  }
  return (await engine.score(batch)).reduce((sum, logProb) => sum + logProb, 0)
}

/** Every continuation of at most `limit` tokens with its exact probability: finished ones and cut ones. */
async function enumerate(prompt: readonly number[], limit: number): Promise<Map<string, number>> {
  const all = new Map<string, number>()
  const visit = async (tokens: readonly number[]): Promise<void> => {
    if (tokens.length === limit) {
      all.set(`${tokens} cut`, Math.exp(await uncached(small, prompt, { tokens, logProb: 0, finished: false })))
      return
    }
    all.set(`${tokens}`, Math.exp(await uncached(small, prompt, { tokens, logProb: 0, finished: true })))
    for (let token = 0; token < 4; token++) if (token !== END_ID) await visit([...tokens, token])
  }
  await visit([])
  return all
}

const key = (draw: Draw) => (draw.finished ? `${draw.tokens}` : `${draw.tokens} cut`)
const defaults = { temperature: 1, topP: 1 }

/** The engine, with counts of the prompts it reads and the decoding steps it does. */
function counting(engine: NetworkEngine): { engine: NetworkEngine; calls: { prompts: number; steps: number } } {
  const calls = { prompts: 0, steps: 0 }
  const startDecoding: NetworkEngine['startDecoding'] = async (prompts) => {
    calls.prompts += prompts.length
    const decoding = await engine.startDecoding(prompts)
    const { firstLogits, vocabularySize } = decoding
    return {
      firstLogits,
      vocabularySize,
      step: (ids) => {
        calls.steps++
        return decoding.step(ids)
      },
      select: (sources, newK) => decoding.select(sources, newK),
      free: () => decoding.free(),
    }
  }
  return { engine: { config: engine.config, startDecoding } as NetworkEngine, calls }
}

/** Chi-squared test of draws against the exact probability of each. */
function expectDistributed(draws: readonly Draw[], exact: ReadonlyMap<string, number>): void {
  const seen = new Map<string, number>()
  for (const draw of draws) seen.set(key(draw), (seen.get(key(draw)) ?? 0) + 1)
  let statistic = 0
  let cells = 0
  let rare = { expected: 0, seen: 0 }
  const add = (expected: number, count: number) => {
    statistic += (count - expected) ** 2 / expected
    cells++
  }
  for (const [name, probability] of exact) {
    const expected = probability * draws.length
    if (expected >= 5) add(expected, seen.get(name) ?? 0)
    else rare = { expected: rare.expected + expected, seen: rare.seen + (seen.get(name) ?? 0) }
  }
  if (rare.expected >= 5) add(rare.expected, rare.seen)
  expect(cells).toBeGreaterThan(15)
  // Mean cells - 1, variance 2 (cells - 1): five deviations are passed by a right sampler less than once in 10^5.
  expect(statistic).toBeLessThan(cells - 1 + 5 * Math.sqrt(2 * (cells - 1)))
}

/** The same tokens, and log-probabilities that differ by rounding at most. */
function expectSameDraws(draws: readonly Draw[][], others: readonly Draw[][]): void {
  expect(draws.map((list) => list.map(key))).toEqual(others.map((list) => list.map(key)))
  draws.flat().forEach((draw, i) => {
    expect(Math.abs(draw.logProb - (others.flat()[i]?.logProb ?? 0))).toBeLessThan(1e-4)
  })
}

describe('sampling', () => {
  it('gives log-probabilities that decoding without a cache confirms, for prompts of different lengths', async () => {
    const prompts = [[5, 6, 7, 8, 9, 10], [3], Array.from({ length: 30 }, (_, i) => (i * 7) % 40)]
    const request = { prompts, seeds: ['a', 'b', 'c'].map((seed) => seedsOf(seed, 12)), ...defaults, maxTokens: 25 }
    const draws = await sample(large, request)
    const lengths = new Set<number>()
    for (const [i, prompt] of prompts.entries()) {
      expect(draws[i]).toHaveLength(12)
      for (const draw of draws[i] as Draw[]) {
        lengths.add(draw.tokens.length)
        expect(draw.tokens).not.toContain(END_ID)
        expect(draw.logProb).toBeCloseTo(await uncached(large, prompt, draw), 3)
      }
    }
    // Draws of several lengths, so that places were given up on the way.
    expect(lengths.size).toBeGreaterThan(4)
  })

  it('draws what the exact probabilities say (chi-squared)', async () => {
    const prompt = [1, 2, 3]
    const exact = await enumerate(prompt, 3)
    expect([...exact.values()].reduce((a, b) => a + b)).toBeCloseTo(1, 4)
    const total = 20_000
    const [draws = []] = await sample(small, {
      prompts: [prompt],
      seeds: [seedsOf(7, total)],
      ...defaults,
      maxTokens: 3,
    })
    expectDistributed(draws, exact)
    for (const draw of draws.slice(0, 200)) expect(Math.exp(draw.logProb)).toBeCloseTo(exact.get(key(draw)) ?? -1, 5)
  })

  it('keeps to the likeliest tokens with top-p and temperature, and reports the untouched probability', async () => {
    const prompt = [3, 1]
    const exact = await enumerate(prompt, 1)
    const ranked = [...exact].sort((a, b) => b[1] - a[1])
    const [first = ['', 0], second = ['', 0]] = ranked
    const request = { prompts: [prompt], seeds: [seedsOf(1, 4000)], maxTokens: 1 }
    const names = async (temperature: number, topP: number) => {
      const [draws = []] = await sample(small, { ...request, temperature, topP })
      for (const draw of draws) expect(Math.exp(draw.logProb)).toBeCloseTo(exact.get(key(draw)) ?? -1, 5)
      return draws.map(key)
    }
    expect(new Set(await names(0, 1))).toEqual(new Set([first[0]]))
    expect(new Set(await names(1, first[1] * 0.99))).toEqual(new Set([first[0]]))
    const two = await names(1, (first[1] + second[1]) * 0.99)
    expect(new Set(two)).toEqual(new Set([first[0], second[0]]))
    const share = two.filter((name) => name === first[0]).length / two.length
    expect(Math.abs(share - first[1] / (first[1] + second[1]))).toBeLessThan(0.05)
    // Half the temperature squares the odds.
    const cold = await names(0.5, 1)
    const odds = cold.filter((name) => name === first[0]).length / cold.filter((name) => name === second[0]).length
    expect(Math.abs(Math.log(odds) - 2 * Math.log(first[1] / second[1]))).toBeLessThan(0.4)
  })

  it('gives the same draws for the same seed, alone and in a batch', async () => {
    const prompts = [
      [5, 6, 7],
      [9, 8],
    ]
    const draw = (which: number[]) =>
      sample(large, {
        prompts: which.map((i) => prompts[i] as number[]),
        seeds: which.map((i) => seedsOf(`seed ${i}`, 6)),
        ...defaults,
        maxTokens: 20,
      })
    const both = await draw([0, 1])
    expect((await draw([0, 1])).map((d) => d.map(key))).toEqual(both.map((d) => d.map(key)))
    const [alone = []] = await draw([1])
    expect(alone.map(key)).toEqual(both[1]?.map(key))
  })

  it('stops when told to, and refuses a prompt that fills the context', async () => {
    const request = { prompts: [[1]], seeds: [[1, 2]], ...defaults, maxTokens: 60 }
    const abort = new AbortController()
    abort.abort(new Error('enough'))
    await expect(sample(large, request, abort.signal)).rejects.toThrow('enough')
    const full = Array.from({ length: 64 }, () => 1)
    await expect(sample(large, { ...request, prompts: [full] })).rejects.toThrow(/leaves no room/)
  })
})

describe('sampling with a cache', () => {
  const prompts = [[5, 6, 7, 8, 9, 10], [3], Array.from({ length: 30 }, (_, i) => (i * 7) % 40)]
  const settings = [defaults, { temperature: 0.6, topP: 1 }, { temperature: 1, topP: 0.7 }, { temperature: 0, topP: 1 }]
  const requests = settings.flatMap((one, i) =>
    [0, 1].map((round) => ({
      prompts,
      seeds: prompts.map((_, s) => seedsOf(`${i} ${round} ${s}`, 10)),
      ...one,
      maxTokens: 20,
    })),
  )

  it('gives the draws that sampling without one gives, whatever was drawn before and how', async () => {
    const cache = new PrefixCache()
    for (const request of requests)
      expectSameDraws(await sample(large, request, undefined, cache), await sample(large, request))
    // Each once more, with every token known; and one by one.
    for (const request of requests) {
      const known = await sample(large, request, undefined, cache)
      expectSameDraws(known, await sample(large, request))
      const [seed = 0] = request.seeds[1] ?? []
      const alone = { ...request, prompts: [prompts[1] ?? []], seeds: [[seed]] }
      expect(await sample(large, alone, undefined, cache)).toEqual([known[1]?.slice(0, 1)])
    }
  })

  it('runs the network for unknown beginnings only, and reads a prompt once in a request', async () => {
    const { engine, calls } = counting(large)
    const cache = new PrefixCache()
    const request = {
      prompts: [...prompts, ...prompts],
      seeds: prompts.concat(prompts).map((_, i) => [i]),
      ...defaults,
      maxTokens: 12,
    }
    const draws = await sample(engine, request, undefined, cache)
    expect(calls.prompts).toBe(3)
    const { steps } = calls
    expect(await sample(engine, request, undefined, cache)).toEqual(draws)
    expect(calls).toEqual({ prompts: 3, steps })
    // Two hundred greedy draws are as long to decode as one.
    await sample(engine, { ...request, prompts: [[8, 8]], seeds: [seedsOf(1, 200)], temperature: 0 }, undefined, cache)
    expect(calls.prompts).toBe(4)
    expect(calls.steps).toBeLessThan(steps + 12)
  })

  it('draws what the exact probabilities say (chi-squared), in many small requests', async () => {
    const prompt = [1, 2, 3]
    const cache = new PrefixCache()
    const draws: Draw[] = []
    for (let i = 0; i < 2000; i++)
      draws.push(
        ...(
          await sample(
            small,
            { prompts: [prompt], seeds: [seedsOf(`r ${i}`, 10)], ...defaults, maxTokens: 3 },
            undefined,
            cache,
          )
        ).flat(),
      )
    const exact = await enumerate(prompt, 3)
    expectDistributed(draws, exact)
    for (const draw of draws.slice(0, 200)) expect(Math.exp(draw.logProb)).toBeCloseTo(exact.get(key(draw)) ?? -1, 5)
  })

  it('keeps to its bound, and gives the same draws while it forgets', async () => {
    for (const bound of [500, 5_000, 40_000]) {
      const cache = new PrefixCache(bound)
      for (const request of [...requests, ...requests]) {
        expectSameDraws(await sample(large, request, undefined, cache), await sample(large, request))
        expect(cache.bytes).toBeLessThanOrEqual(bound)
      }
      if (bound > 500) expect(cache.bytes).toBeGreaterThan(0)
      cache.clear()
      expect(cache.bytes).toBe(0)
    }
  })

  it('forgets the prompt that was not used for longest', () => {
    const logits = new Float32Array(1000)
    const cache = new PrefixCache(3 * 5300)
    for (const token of [1, 2, 3]) cache.trie([token]).record([], 0, logits)
    cache.trie([1])
    cache.trie([4]).record([], 0, logits)
    const known = [1, 2, 3, 4].filter((token) => cache.trie([token]).find([]) !== undefined)
    expect(known).toEqual([1, 3, 4])
    // A prompt that is forgotten while it is in use takes no more room, and one alone stops at the bound.
    const lost = cache.trie([1])
    for (let i = 0; i < 3; i++) cache.trie([5]).record([0, 0], i, logits)
    expect(lost.find([])).toBeUndefined()
    expect(lost.reserve(1)).toBe(false)
    expect(cache.prompts).toBe(1)
    cache.trie([5]).record([0, 0, 0], 3, logits)
    expect(cache.trie([5]).find([0, 0])).toBeDefined()
    expect(cache.trie([5]).find([0, 0, 0])).toBeUndefined()
  })

  it('lets prompts near the end of the context share a request with others', async () => {
    const near = Array.from({ length: 60 }, (_, i) => 2 + (i % 30))
    const request = { prompts: [near, [3]], seeds: [seedsOf(1, 3), seedsOf(2, 3)], ...defaults, maxTokens: 30 }
    const both = await sample(large, request)
    expect(Math.max(...(both[0] ?? []).map((draw) => draw.tokens.length))).toBeLessThanOrEqual(4)
    const alone = await Promise.all(
      [0, 1].map(async (i) => {
        const one = { ...request, prompts: [request.prompts[i] ?? []], seeds: [request.seeds[i] ?? []] }
        return (await sample(large, one))[0] ?? []
      }),
    )
    expectSameDraws(both, alone)
  })
})

describe('beam search', () => {
  it('finds the likeliest continuations when it is wide enough to see all', async () => {
    const prompt = [2, 3]
    const exact = [...(await enumerate(prompt, 3))]
      .filter(([name]) => !name.endsWith('cut'))
      .sort((a, b) => b[1] - a[1])
    const found = await beamSearch(small, { prompt, width: 13, maxTokens: 3 })
    const finished = found.filter((draw) => draw.finished)
    // Continuations of up to two tokens and the end fit in three.
    expect(finished).toHaveLength(13)
    expect(finished.map(key)).toEqual(exact.slice(0, 13).map(([name]) => name))
    finished.forEach((draw, i) => {
      expect(Math.exp(draw.logProb)).toBeCloseTo(exact[i]?.[1] ?? -1, 5)
    })
  })

  it('is greedy decoding at width 1, and cached and uncached probabilities agree', async () => {
    const prompt = [4, 5, 6]
    const [greedy] = await beamSearch(large, { prompt, width: 1, maxTokens: 30 })
    const [[same] = []] = await sample(large, {
      prompts: [prompt],
      seeds: [[1]],
      temperature: 0,
      topP: 1,
      maxTokens: 30,
    })
    expect(greedy?.tokens).toEqual(same?.tokens)
    const wide = await beamSearch(large, { prompt, width: 8, maxTokens: 30 })
    expect(new Set(wide.map(key)).size).toBe(wide.length)
    for (const draw of wide) expect(draw.logProb).toBeCloseTo(await uncached(large, prompt, draw), 3)
  })
})
