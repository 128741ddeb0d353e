import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseMember } from '../../../src/ensemble/member-spec.ts'
import type { Candidate } from '../../../src/policy/policy.ts'
import { ModelServer } from '../../../src/policy/remote/model-server.ts'
import { RemotePolicy } from '../../../src/policy/remote/remote-policy.ts'
import { keyFor, type RemoteSettings, readRemoteSettings } from '../../../src/policy/remote/settings.ts'
import { createRandom } from '../../../src/proof/random.ts'
import { state } from '../../search/toy.ts'
import {
  type Choice,
  type Script,
  type ScriptedServer,
  sendChoices,
  sendJson,
  startModelServer,
  streamed,
} from './model-server.ts'

const servers: ScriptedServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

/** A policy at a server of its own; retries wait for milliseconds only. */
async function open(
  script: Script,
  settings: Record<string, string | number | boolean> = {},
  { temperature = 1, key }: { temperature?: number; key?: string } = {},
) {
  const server = await startModelServer(script)
  servers.push(server)
  const remote = await readRemoteSettings(`${server.url}#m`, { temperature, seed: 0, settings })
  return { server, remote, policy: new RemotePolicy(new ModelServer(remote, key, 1), remote) }
}

const SIMP: Choice = {
  text: 'simp',
  tokens: [
    ['si', -1],
    ['mp', -0.5],
    ['</s>', -0.25],
  ],
} as const
const OMEGA: Choice = {
  text: 'omega',
  tokens: [
    ['omega', -2],
    ['</s>', -0.125],
  ],
} as const
/** The first draws of a request are simp, the others omega. */
const halves: Script = (asked, response) =>
  sendChoices(
    asked,
    response,
    Array.from({ length: asked.body.n }, (_, i) => (2 * i < asked.body.n ? SIMP : OMEGA)),
  )
const sure =
  (choice: Choice): Script =>
  (asked, response) =>
    sendChoices(
      asked,
      response,
      Array.from({ length: asked.body.n }, () => choice),
    )
const random = createRandom('test')
const tactics = (candidates: readonly Candidate[]) => candidates.map(({ tactic }) => tactic)

describe('draws', () => {
  test('of one state share a request, whose prompt is the template and whose log-probabilities are sums over tokens', async () => {
    const { server, policy } = await open(halves)
    const [a, b, c] = await Promise.all([
      policy.sample(state('p'), 2, random.fork(0)),
      policy.sample(state('q'), 1, random.fork(1)),
      policy.sample(state('p'), 2, random.fork(2)),
    ])
    expect(server.asked.map(({ body }) => [body.prompt, body.n]).sort()).toEqual([
      ['⊢ p:::', 4],
      ['⊢ q:::', 1],
    ])
    expect(a).toEqual([
      { tactic: 'simp', logProb: -1.75 },
      { tactic: 'simp', logProb: -1.75 },
    ])
    expect(b).toEqual([{ tactic: 'simp', logProb: -1.75 }])
    expect(c).toEqual([
      { tactic: 'omega', logProb: -2.125 },
      { tactic: 'omega', logProb: -2.125 },
    ])
    expect(policy.usage).toMatchObject({ requests: 2, retries: 0, samples: 5, promptTokens: 20, completionTokens: 13 })
  })

  test('have seeds by pass and state, which do not depend on what was drawn before', async () => {
    const { server, policy } = await open(halves, { n: 1 })
    const seeds = async (pass: number, name: string) => {
      await policy.sample(state(name), 1, random.fork(pass))
      return server.asked.at(-1)?.body.seed
    }
    const [first, other, elsewhere, again] = [
      await seeds(1, 'p'),
      await seeds(2, 'p'),
      await seeds(1, 'q'),
      await seeds(1, 'p'),
    ]
    expect(again).toBe(first)
    expect(new Set([first, other, elsewhere]).size).toBe(3)
    for (const seed of [first, other, elsewhere]) expect(seed).toBeGreaterThanOrEqual(0)
  })

  test('of several states go together where the server takes several prompts, and states too long alone have none', async () => {
    const script: Script = (asked, response) => {
      const prompts = [asked.body.prompt ?? []].flat()
      if (prompts.some((prompt) => prompt.includes('long')))
        return sendJson(response, { error: { message: "This model's maximum context length is 9 tokens" } }, 400)
      sendChoices(
        asked,
        response,
        prompts.flatMap((prompt) => Array.from({ length: asked.body.n }, () => ({ text: `exact ${prompt[2]}` }))),
      )
    }
    const { server, policy } = await open(script, { prompts: 3, n: 2 })
    const draw = (name: string) => policy.sample(state(name), 2, random)
    const some = await Promise.all(['a', 'b', 'c', 'd'].map(draw))
    expect(some.map((list) => tactics(list))).toEqual(['a', 'b', 'c', 'd'].map((x) => [`exact ${x}`, `exact ${x}`]))
    expect(server.asked.map(({ body }) => body.prompt).sort()).toEqual(
      [['⊢ a:::', '⊢ b:::', '⊢ c:::'], '⊢ d:::'].sort(),
    )
    const mixed = await Promise.all(['e', 'long', 'f'].map(draw))
    expect(mixed.map((list) => tactics(list))).toEqual([['exact e', 'exact e'], [], ['exact f', 'exact f']])
    expect(await policy.rank(state('long'), 4)).toEqual([])
    expect(policy.usage.tooLong).toBe(2)
  })

  test('are asked for again where a server gives one whatever n says', async () => {
    const { server, policy } = await open((asked, response) => sendChoices(asked, response, [SIMP]))
    expect(tactics(await policy.sample(state('p'), 3, random))).toEqual(['simp', 'simp', 'simp'])
    expect(server.asked.map(({ body }) => body.n)).toEqual([3, 1, 1])
    expect(new Set(server.asked.map(({ body }) => body.seed)).size).toBe(3)
  })

  test('at temperature 0 are one draw', async () => {
    const { server, policy } = await open(sure(SIMP), {}, { temperature: 0 })
    expect(await policy.sample(state('p'), 3, random)).toHaveLength(3)
    expect(tactics(await policy.rank(state('p'), 3))).toEqual(['simp'])
    expect(server.asked.map(({ body }) => body.n)).toEqual([1, 1])
  })

  test('that were cut off, filtered or are empty are no tactics', async () => {
    const choices: Choice[] = [
      { ...SIMP, finish: 'length' },
      { text: '  \n' },
      { ...OMEGA, finish: 'content_filter' },
      { text: '\n  intro h\n    rfl\n  simp\n', tokens: [['x', -1]] },
    ]
    const { policy } = await open((asked, response) => sendChoices(asked, response, choices.slice(0, asked.body.n)))
    expect(await policy.sample(state('p'), 4, random)).toEqual([{ tactic: 'intro h\n  rfl\nsimp', logProb: -1 }])
    expect(policy.usage).toMatchObject({ samples: 4, truncated: 3 })
  })

  test('have log-probabilities up to the stop, wherever the server stops telling', async () => {
    const beyond: Choice = {
      // The server cut the text, but lists the tokens of the stop string and more.
      text: 'use ℕ',
      tokens: [
        ['use', -1],
        [' ', -0.5],
        ['ℕ', -0.25],
        ['\n', -4],
        ['next', -8],
      ] as const,
    }
    const uncut: Choice = {
      text: 'simp\nnext',
      tokens: [
        ['simp\n', -1],
        ['next', -8],
      ] as const,
    }
    let choice = beyond
    const { server, policy } = await open((asked, response) => sendChoices(asked, response, [choice]), {
      stop: '\\n|end',
    })
    expect(await policy.sample(state('p'), 1, random)).toEqual([{ tactic: 'use ℕ', logProb: -1.75 }])
    expect(server.asked[0]?.body.stop).toEqual(['\n', 'end'])
    choice = uncut
    expect(await policy.sample(state('p'), 1, random)).toEqual([{ tactic: 'simp', logProb: -1 }])
  })
})

describe('a ranking', () => {
  test('adds up the ways of writing a tactic in tokens, but not the times one way was drawn', async () => {
    const inOne: Choice = { text: 'simp', tokens: [['simp', Math.log(0.25)]] }
    const inTwo: Choice = {
      text: ' simp',
      tokens: [
        [' si', Math.log(0.5)],
        ['mp', Math.log(0.25)],
      ] as const,
    }
    const other: Choice = { text: 'omega', tokens: [['omega', Math.log(0.3)]] }
    const { policy } = await open((asked, response) =>
      sendChoices(asked, response, [inOne, inOne, inTwo, other].slice(0, asked.body.n)),
    )
    const ranked = await policy.rank(state('p'), 4)
    expect(tactics(ranked)).toEqual(['simp', 'omega'])
    expect(Math.exp(ranked[0]?.logProb ?? 0)).toBeCloseTo(0.375, 12)
    expect(Math.exp(ranked[1]?.logProb ?? 0)).toBeCloseTo(0.3, 12)
  })

  test('without log-probabilities goes by shares of the draws', async () => {
    const { policy, server } = await open(
      (asked, response) =>
        sendChoices(
          asked,
          response,
          ['a', 'b', 'a', 'a'].map((text) => ({ text })),
        ),
      { logprobs: false, n: 4 },
    )
    expect((await policy.rank(state('p'), 4)).map(({ tactic, logProb }) => [tactic, Math.exp(logProb)])).toEqual([
      ['a', 0.75],
      ['b', 0.25],
    ])
    expect(server.asked[0]?.body.logprobs).toBeUndefined()
    const drawn = await policy.sample(state('p'), 4, random)
    expect(drawn.map(({ logProb }) => Math.exp(logProb))).toEqual([0.75, 0.25, 0.75, 0.75])
  })

  test('asks on until it has enough tactics or there is nothing new, and keeps what it has', async () => {
    const { policy, server } = await open((asked, response, number) =>
      sendChoices(
        asked,
        response,
        Array.from({ length: asked.body.n }, (_, i) => ({ text: `t${Math.min(number * 2 + (i % 2), 6)}` })),
      ),
    )
    expect(tactics(await policy.rank(state('p'), 4)).sort()).toEqual(['t0', 't1', 't2', 't3'])
    expect(server.asked).toHaveLength(2)
    expect(await policy.rank(state('p'), 4)).toHaveLength(4)
    expect(server.asked).toHaveLength(2)
    // Seven tactics are all there are: the fifth request brings none.
    expect(tactics(await policy.rank(state('p'), 8)).sort()).toEqual(['t0', 't1', 't2', 't3', 't4', 't5', 't6'])
    expect(server.asked.map(({ body }) => body.n)).toEqual([4, 4, 8, 8, 8])
    expect(new Set(server.asked.map(({ body }) => body.seed)).size).toBe(5)
  })
})

describe('answers', () => {
  const shapes = [true, false].flatMap((stream) =>
    ['step', 'chat'].flatMap((template) => [true, false].map((obeys) => ({ stream, template, obeys }))),
  )
  test.each(shapes)('are the same: stream=$stream, template=$template, obeyed: $obeys', async (shape) => {
    const { stream, template, obeys } = shape
    const { policy, server } = await open(
      (asked, response) => {
        const { body } = asked
        sendChoices(
          { ...asked, body: { ...body, stream: obeys === stream } },
          response,
          [SIMP, OMEGA, SIMP].slice(0, body.n),
        )
      },
      { stream, template, maxtokens: 77 },
      { temperature: 0.5 },
    )
    expect(await policy.sample(state('p'), 3, random)).toEqual([
      { tactic: 'simp', logProb: -1.75 },
      { tactic: 'omega', logProb: -2.125 },
      { tactic: 'simp', logProb: -1.75 },
    ])
    expect(policy.usage).toMatchObject({ requests: 1, promptTokens: 10, completionTokens: 8 })
    const [asked] = server.asked
    expect(asked?.path).toBe(template === 'chat' ? '/v1/chat/completions' : '/v1/completions')
    expect(asked?.body).toMatchObject({ model: 'm', temperature: 0.5, top_p: 1, max_tokens: 77, n: 3, stream })
    if (template === 'chat') expect(asked?.body.messages?.at(-1)).toEqual({ role: 'user', content: '⊢ p' })
  })

  test('of chat models may be fenced', async () => {
    const { policy } = await open(sure({ text: 'I would try\n```lean\n  simp\n```\n' }), { template: 'chat' })
    expect(tactics(await policy.sample(state('p'), 1, random))).toEqual(['simp'])
  })

  const troubles: Record<string, Script> = {
    'a 429': (_, response) => sendJson(response, { error: { message: 'slow down' } }, 429),
    'a 503': (_, response) => void response.writeHead(503).end('<html>busy</html>'),
    'a dropped connection': (_, response) => void response.destroy(),
    'a connection dropped within the body': (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"choices": [')
      setImmediate(() => response.destroy())
    },
    'a stream cut off': (asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write([...streamed(asked, [SIMP, OMEGA])][0])
      response.end()
    },
    'a stream with an error in it': (asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write([...streamed(asked, [SIMP, OMEGA])][0])
      response.end('data: {"error": {"message": "CUDA out of memory"}}\n\n')
    },
    'a stream of no JSON': (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end('data: <html>\n\ndata: [DONE]\n\n')
    },
    silence: () => {},
    'a body that stalls': (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    'a stream that stalls': (asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write([...streamed(asked, [SIMP, OMEGA])][0])
    },
    'no JSON': (_, response) => void response.end('<html>'),
    'other JSON': (_, response) => sendJson(response, { hello: [1] }),
    'no choices': (_, response) => sendJson(response, { choices: [] }),
    'a NaN': (_, response) => void response.end('{"choices": [{"text": "simp", "logprobs": NaN}]}'),
    'probabilities above 1': (asked, response) => sendChoices(asked, response, [{ text: 'x', tokens: [['x', 3]] }]),
    'fewer probabilities than tokens': (_, response) =>
      sendJson(response, {
        choices: [{ index: 0, text: 'x', logprobs: { tokens: ['x', 'y'], token_logprobs: [-1] } }],
      }),
  }
  test.each(Object.keys(troubles))('come after %s', async (trouble) => {
    const { policy, server } = await open(
      (asked, response, number) => {
        const script = number < 2 ? (troubles[trouble] as Script) : halves
        return script(asked, response, number)
      },
      { timeout: 0.5, retries: 2 },
    )
    expect(await policy.sample(state('p'), 2, random)).toEqual([
      { tactic: 'simp', logProb: -1.75 },
      { tactic: 'omega', logProb: -2.125 },
    ])
    expect(server.asked).toHaveLength(3)
    expect(new Set(server.asked.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(policy.usage).toMatchObject({ requests: 1, retries: 2 })
  })

  test('are not asked for earlier than Retry-After says', async () => {
    let refusedAt: number | undefined
    const { policy, server } = await open(
      (asked, response, number) => {
        if (refusedAt !== undefined && performance.now() - refusedAt >= 990) return halves(asked, response, number)
        refusedAt = performance.now()
        return sendJson(response, {}, 429, { 'retry-after': '1' })
      },
      { retries: 1 },
    )
    expect(await policy.sample(state('p'), 1, random)).toHaveLength(1)
    expect(server.asked).toHaveLength(2)
  })

  test('are under way in bounds, of all models of a server together', async () => {
    const { server, remote, policy } = await open(
      async (asked, response, number) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        return halves(asked, response, number)
      },
      { concurrency: 3 },
    )
    const other = { ...remote, model: 'other' }
    const second = new RemotePolicy(new ModelServer(other, undefined, 1), other)
    const names = Array.from({ length: 12 }, (_, i) => `s${i}`)
    const all = await Promise.all(
      [policy, second].flatMap((one) => names.map((name) => one.sample(state(name), 1, random))),
    )
    expect(all.flat()).toHaveLength(24)
    expect(server.busiest).toBe(3)
  })
})

describe('a server that fails', () => {
  test('for good is a failure that says what it is, and not a list without tactics', async () => {
    const { policy, server } = await open((_, response) =>
      sendJson(response, { error: { message: 'no model m' } }, 404),
    )
    const message = `the model server ${server.url} (m) answered 404: no model m`
    await expect(policy.sample(state('p'), 1, random)).rejects.toMatchObject({ name: 'PolicyFailure', message })
    expect(server.asked).toHaveLength(1)
    await expect(policy.rank(state('p'), 4)).rejects.toThrow('answered 404')
  })

  test('again and again, or wants too much patience, is one as well', async () => {
    const { policy, server } = await open((_, response) => void response.destroy(), { retries: 2 })
    await expect(policy.sample(state('p'), 1, random)).rejects.toThrow(/cannot be reached \(.*\), 3 times in a row/)
    expect(server.asked).toHaveLength(3)
    server.script = (_, response) => sendJson(response, {}, 429, { 'retry-after': '86400' })
    await expect(policy.sample(state('p'), 1, random)).rejects.toThrow('asks to wait for 86400 s')
    await server.close()
    const { remote } = await open(halves, { retries: 1 })
    const nobody = { ...remote, baseUrl: server.url }
    await expect(new ModelServer(nobody, undefined, 1).greet()).rejects.toThrow(/cannot be reached .*ECONNREFUSED/)
  })

  test('never gets its key into a message', async () => {
    const key = 'sk-very-secret'
    const { policy, server } = await open(
      (asked, response) => sendJson(response, { error: { message: `Bad header ${asked.headers.authorization}` } }, 401),
      {},
      { key },
    )
    const error = await policy.sample(state('p'), 1, random).catch((caught: Error) => caught)
    expect(server.asked[0]?.headers.authorization).toBe(`Bearer ${key}`)
    expect(error).toMatchObject({
      name: 'PolicyFailure',
      message: expect.stringContaining('does not take the key (401)'),
    })
    const everything = (value: unknown, depth = 0): string =>
      typeof value !== 'object' || value === null || depth > 8
        ? String(value)
        : Reflect.ownKeys(value)
            .map((name) => everything((value as Record<PropertyKey, unknown>)[name], depth + 1))
            .join(' ')
    expect(everything(error)).toContain('[key]')
    expect(everything(error)).not.toContain(key)
  })

  test('is left at once when the search is over, and others get their turn', async () => {
    const { policy, server } = await open(() => {}, { concurrency: 1 })
    const over = new AbortController()
    const hung = [policy.sample(state('p'), 1, random, over.signal), policy.rank(state('q'), 2, over.signal)]
    const settled = Promise.allSettled(hung)
    while (server.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    over.abort(new Error('time is up'))
    for (const result of await settled)
      expect(result).toMatchObject({ status: 'rejected', reason: expect.objectContaining({ message: 'time is up' }) })
    server.script = halves
    expect(await policy.sample(state('p'), 1, random)).toHaveLength(1)
  })
})

describe('settings', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hedge-template-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const read = (policy: string, settings: Record<string, string | number | boolean> = {}): Promise<RemoteSettings> =>
    readRemoteSettings(policy, { temperature: 1, seed: 0, settings })

  test('are read from a member as it is written', async () => {
    const text = 'http://h:8000/v1#org/m@2-chat@0.7,neff=8,maxtokens=64,stop=\\n|a\\|b,inprice=0.5,outprice=2,name=n8'
    const parsed = parseMember(text)
    if (parsed.kind !== 'member') throw new Error(parsed.problem)
    expect(parsed.config).toMatchObject({
      name: 'n8',
      temperature: 0.7,
      nEff: 8,
      policy: 'http://h:8000/v1#org/m@2-chat',
    })
    expect(await read(parsed.config.policy, parsed.config.settings)).toMatchObject({
      baseUrl: 'http://h:8000/v1',
      model: 'org/m@2-chat',
      maxTokens: 64,
      stop: ['\n', 'a|b'],
      promptPrice: 0.5,
      completionPrice: 2,
    })
    expect(await read('http://h:8000/#m')).toMatchObject({ baseUrl: 'http://h:8000/v1' })
  })

  test.each([
    ['http://h:8000/v1', {}, 'names no model'],
    ['http://#m', {}, 'is not an address'],
    ['http://h/v1#m', { topp: 2 }, 'topp must be above 0 and at most 1, not `2`'],
    ['http://h/v1#m', { stop: 'a||b' }, 'stop must be'],
    ['http://h/v1#m', { colour: 1 }, 'has no setting `colour`'],
    [
      'http://h/v1#m',
      { template: '/nowhere.txt' },
      'template `/nowhere.txt` is none of bfs-prover, chat, deepseek-prover-v2, goedel-prover-v2, kimina, step, whole, nor a file (ENOENT)',
    ],
    ['http://h/v1#m', { template: 'chat', prompts: 2 }, 'prompts must be 1 for a chat template'],
  ])('%s %j is refused: %s', async (policy, settings, message) => {
    await expect(read(policy, settings as Record<string, string | number>)).rejects.toThrow(message)
  })

  test('a key in a member is refused without being repeated', () => {
    for (const text of [
      'http://u:geheim@h/v1#m',
      'http://h/v1?k=geheim#m',
      'http://h/v1#m,api_key=geheim',
      'http://h/v1#m,keyenv=sk-geheim',
    ]) {
      const parsed = parseMember(text)
      expect(parsed).toMatchObject({ kind: 'problem', problem: expect.stringContaining('HEDGE_API_KEY') })
      expect(JSON.stringify(parsed)).not.toContain('geheim')
    }
  })

  test("OpenAI's key is sent to OpenAI alone", () => {
    const environment = { OPENAI_API_KEY: 'openai', HEDGE_API_KEY: ' hedge\n', MINE: 'mine' }
    const key = (baseUrl: string, env: Record<string, string>, keyVariable?: string) =>
      keyFor({ baseUrl, keyVariable }, env)
    expect(key('http://h/v1', environment)).toBe('hedge')
    expect(key('http://h/v1', { OPENAI_API_KEY: 'openai' })).toBeUndefined()
    expect(key('https://openai.com.evil.example/v1', { OPENAI_API_KEY: 'openai' })).toBeUndefined()
    expect(key('https://api.openai.com/v1', { OPENAI_API_KEY: 'openai' })).toBe('openai')
    expect(key('http://h/v1', environment, 'MINE')).toBe('mine')
    expect(() => key('http://h/v1', environment, 'OTHER')).toThrow('the environment has no OTHER')
  })

  test('templates come from files, as text or as messages', async () => {
    const text = join(folder, 'template.txt')
    await writeFile(text, 'Goals:\n{state}\nTactic:\n')
    const chat = join(folder, 'template.json')
    await writeFile(chat, JSON.stringify([{ role: 'user', content: 'Prove {state} ($&)' }]))
    const prompts: unknown[] = []
    for (const template of [text, chat]) {
      const { policy, server } = await open(halves, { template })
      await policy.sample(state('p'), 1, random)
      prompts.push(server.asked[0]?.body.prompt ?? server.asked[0]?.body.messages)
    }
    expect(prompts).toEqual(['Goals:\n⊢ p\nTactic:', [{ role: 'user', content: 'Prove ⊢ p ($&)' }]])
    await writeFile(text, 'no place for it')
    await expect(read('http://h/v1#m', { template: text })).rejects.toThrow(
      'must have one of {state} and {theorem} in it, not neither',
    )
    await writeFile(chat, '[1]')
    await expect(read('http://h/v1#m', { template: chat })).rejects.toThrow('is not a JSON list')
  })

  test('prices become a cost', async () => {
    const { policy } = await open(sure(SIMP), { inprice: 2, outprice: 10 })
    await policy.sample(state('p'), 2, random)
    // 10 tokens at 2 and 6 at 10 a million.
    expect(policy.usage.cost).toBeCloseTo(80e-6, 12)
  })
})
