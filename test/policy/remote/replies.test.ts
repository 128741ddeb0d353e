import { afterEach, describe, expect, test } from 'vitest'
import { ModelServer } from '../../../src/policy/remote/model-server.ts'
import { RemotePolicy } from '../../../src/policy/remote/remote-policy.ts'
import { readRemoteSettings } from '../../../src/policy/remote/settings.ts'
import { AnswerTally } from '../../../src/policy/remote/tally.ts'
import { createRandom } from '../../../src/proof/random.ts'
import { state } from '../../search/toy.ts'
import { type Script, type ScriptedServer, sendChoices, sendJson, startModelServer } from './model-server.ts'

const servers: ScriptedServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function open(script: Script, settings: Record<string, string | number | boolean> = { template: 'chat' }) {
  const server = await startModelServer(script)
  servers.push(server)
  const remote = await readRemoteSettings(`${server.url}#m`, { temperature: 1, seed: 0, settings })
  const tally = new AnswerTally()
  const policy = new RemotePolicy(new ModelServer(remote, undefined, 1, tally), remote, tally)
  return { server, policy, remarks: () => tally.remarks(remote) }
}

const random = createRandom('replies')
const always =
  (text: string, finish = 'stop'): Script =>
  (asked, response) =>
    sendChoices(
      asked,
      response,
      Array.from({ length: asked.body.n ?? 1 }, () => ({ text, finish })),
    )
const draw = async (script: Script, settings?: Record<string, string | number | boolean>) => {
  const opened = await open(script, settings)
  const drawn = await opened.policy.sample(state('p'), 1, random)
  return { ...opened, tactic: drawn[0]?.tactic }
}

describe('a reply of a chat model is read', () => {
  test.each([
    ['<think>\nTry omega.\n```lean\nsimp\n```\n</think>\n\nomega', 'omega'],
    ['The goal is linear.\n</think>\nomega', 'omega'],
    ['```lean\nomega', 'omega'],
    ['```lean4\nomega\n```', 'omega'],
    ['Either\n```tactics\nsimp\n```\nor better\n~~~\nomega\n~~~\n', 'omega'],
    ['```omega```', 'omega'],
    ['`omega`', 'omega'],
    ['by omega', 'omega'],
    [':= by\n  omega', 'omega'],
    ['by intro h\n   exact h', 'intro h\nexact h'],
    ['by\n  cases h\n  · simp\n  · omega', 'cases h\n· simp\n· omega'],
    ['omega<|im_end|>', 'omega'],
    ['omega</s>', 'omega'],
    ['omega<｜end▁of▁sentence｜>\n<|im_start|>user', 'omega'],
    ['```lean\ntheorem t (a : Nat) (h : a < 3) : a ≤ 3 := by\n  omega\n```', 'omega'],
    ['```lean\nimport Mathlib\n\nlemma x : True := trivial\n\ntheorem t : 1 = 1 := rfl\n```', 'exact rfl'],
    ['```lean\nexample (p : Prop) (h : p) : p := by\n  intro_done\n  exact h\n```', 'intro_done\nexact h'],
    ['refine ⟨x, ?_⟩ <|> simp', 'refine ⟨x, ?_⟩ <|> simp'],
    ['exact f <| g `name', 'exact f <| g `name'],
  ])('%j is %j', async (text, tactic) => {
    expect((await draw(always(text))).tactic).toBe(tactic)
  })

  test.each(['STOP', 'end_turn', 'eos', 'stop_sequence', 'COMPLETE'])('that ended with %s', async (finish) => {
    expect((await draw(always('omega', finish))).tactic).toBe('omega')
  })

  test('that was cut behind a closed fence, but not within one', async () => {
    expect((await draw(always('```lean\nomega\n```\nThis works bec', 'length'))).tactic).toBe('omega')
    expect((await draw(always('```lean\nsimp\n```\nor\n```lean\nome', 'length'))).tactic).toBeUndefined()
    expect((await draw(always('<think>```lean\nomega\n```\nno, but', 'length'))).tactic).toBeUndefined()
  })
})

describe('a reply of a model that continues a text is read', () => {
  test.each([
    ['by omega', 'omega'],
    ['omega</s>', 'omega'],
    ['</think>omega', 'omega'],
    // Its own words are not taken for marks of a conversation.
    ['exact foo `x', 'exact foo `x'],
  ])('%j is %j', async (text, tactic) => {
    expect((await draw(always(text), {})).tactic).toBe(tactic)
  })
})

describe('what is left out is counted and told', () => {
  test.each([
    ['omega and', 'length', 'were cut at maxtokens=99 and left out: raise maxtokens'],
    ['<think>hm', 'stop', 'ended within their <think> and were left out'],
    ['', 'stop', 'were empty and left out'],
    ['omega', 'content_filter', "were withheld by the server's content filter"],
    ['omega', 'tool_calls', 'ended for a reason that is not known ("tool_calls")'],
  ])('%j with %s', async (text, finish, remark) => {
    const { policy, remarks } = await open(always(text, finish), { template: 'chat', maxtokens: 99 })
    expect(await policy.sample(state('p'), 3, random)).toEqual([])
    expect(policy.usage).toMatchObject({ samples: 3, truncated: 3 })
    expect(remarks()).toEqual([expect.stringContaining(remark)])
    expect(remarks()[0]).toMatch(/^3 of 3 answers/)
  })

  test('and nothing is said where all was used', async () => {
    const { policy, remarks } = await open((asked, response) =>
      sendChoices(asked, response, [{ text: 'omega', tokens: [['omega', -1]] }]),
    )
    await policy.sample(state('p'), 1, random)
    expect(remarks()).toEqual([])
  })
})

describe('a server that gives less than it was asked for', () => {
  const body = (extra: object) => ({
    choices: [{ index: 0, message: { content: 'omega' }, finish_reason: 'stop', ...extra }],
  })

  test('may count no tokens', async () => {
    const { policy } = await open((_, response) => sendJson(response, { ...body({}), usage: {} }))
    expect(await policy.sample(state('p'), 1, random)).toHaveLength(1)
    expect(policy.usage).toMatchObject({ requests: 1, retries: 0, promptTokens: 0 })
  })

  test.each([
    { logprobs: { tokens: ['omega'], token_logprobs: [null] } },
    { logprobs: { tokens: ['om', 'ega'], token_logprobs: [null, -1] } },
    { logprobs: { content: [{ token: 'omega', logprob: null }] } },
    { logprobs: { content: null } },
    {},
  ])('may tell no probabilities: %j', async (extra) => {
    const { policy, remarks } = await open((_, response) => sendJson(response, body(extra)))
    expect(await policy.sample(state('p'), 1, random)).toEqual([{ tactic: 'omega', logProb: 0 }])
    expect(policy.usage.retries).toBe(0)
    expect(remarks()).toEqual([expect.stringContaining('1 of 1 answers came without log-probabilities')])
  })

  test.each<[string, number, unknown]>([
    ['a sentence', 400, { error: { message: "'n' must be 1 for this model" } }],
    ['a path', 422, { detail: [{ loc: ['body', 'n'], msg: 'Input should be less than or equal to 1' }] }],
    ['words about choices', 400, { error: { message: 'Only one completion choice is allowed' } }],
    ['a server error', 500, { error: { message: 'n > 1 is not supported' } }],
  ])('may refuse several draws: %s', async (_, status, refusal) => {
    const { policy, server, remarks } = await open((asked, response, number) =>
      (asked.body.n ?? 1) > 1 ? sendJson(response, refusal, status) : always('omega')(asked, response, number),
    )
    expect(await policy.sample(state('p'), 3, random)).toHaveLength(3)
    expect(await policy.sample(state('q'), 2, random)).toHaveLength(2)
    // One refusal, and then one request for each draw, each with a seed of its own.
    expect(server.asked).toHaveLength(6)
    expect(new Set(server.asked.slice(1).map((asked) => asked.body.seed)).size).toBe(5)
    expect(remarks()).toContainEqual(
      expect.stringMatching(/^the server said ".*"; it was asked for one answer at a time/),
    )
  })

  test.each<[string, number, unknown]>([
    ['words below no error', 400, { object: 'error', message: '`logprobs` is not available', code: 400 }],
    ['a sentence', 400, { error: { message: 'logprobs is not supported by this model' } }],
    ['a server error', 500, { error: { message: 'logprobs needs a model created with logits_all=True' } }],
  ])('may refuse log-probabilities: %s', async (_, status, refusal) => {
    const { policy, server, remarks } = await open((asked, response, number) =>
      asked.body.logprobs === undefined
        ? always('omega')(asked, response, number)
        : sendJson(response, refusal, status),
    )
    expect(await policy.sample(state('p'), 2, random)).toHaveLength(2)
    expect(server.asked).toHaveLength(2)
    expect(remarks()).toContainEqual(expect.stringContaining('logprobs=false'))
  })

  test('may refuse both, one after the other', async () => {
    const { policy, server } = await open((asked, response, number) => {
      if ((asked.body.n ?? 1) > 1) return sendJson(response, { error: { message: 'n must be 1' } }, 400)
      if (asked.body.logprobs !== undefined)
        return sendJson(response, { error: { message: 'unknown field logprobs' } }, 400)
      return always('omega')(asked, response, number)
    })
    expect(await policy.sample(state('p'), 2, random)).toHaveLength(2)
    expect(server.asked).toHaveLength(4)
  })

  test('and refuses again what it is no longer asked for, fails with its own words', async () => {
    const { policy } = await open((_, response) => sendJson(response, { error: { message: 'n must be 1' } }, 400))
    await expect(policy.sample(state('p'), 2, random)).rejects.toThrow('answered 400: n must be 1')
  })

  test.each([
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
    'The decoder prompt (length 5000) is longer than the maximum model length of 4096',
    'Input is too long for requested model',
    'the request exceeds the available context size',
  ])('has no tactics for a state that does not fit: %s', async (message) => {
    const { policy } = await open((_, response) => sendJson(response, { error: { message } }, 400))
    expect(await policy.sample(state('p'), 2, random)).toEqual([])
    expect(policy.usage.tooLong).toBe(1)
  })
})
