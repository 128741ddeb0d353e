import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadLlama } from '../../src/policy/gguf/llama.ts'
import { LlamaServer } from '../../src/policy/gguf/llama-server.ts'
import { writeGguf } from '../../src/policy/gguf/write-gguf.ts'
import type { Checkpoint } from '../../src/policy/network/checkpoint.ts'
import { DEFAULT_OPTIMIZER } from '../../src/policy/network/engine.ts'
import { initialParameters } from '../../src/policy/network/network-config.ts'
import { LocalNetwork } from '../../src/policy/network/policy-network.ts'
import { END_ID } from '../../src/policy/network/tokenizer.ts'
import { trainTokenizer } from '../../src/policy/network/tokenizer-trainer.ts'
import { openPolicy } from '../../src/policy/open.ts'
import { readRemoteSettings } from '../../src/policy/remote/settings.ts'
import { createRandom } from '../../src/proof/random.ts'
import { batchOf, itemLogProbs } from '../../src/training/items.ts'
import { DEFAULT_SETTINGS } from '../../src/training/settings.ts'
import { train } from '../../src/training/trainer.ts'

const PROMPTS = ['n : Nat\n⊢ n + 0 = n:::', 'n : Nat\n⊢ 0 + n = n:::']
const TACTICS = ['simp', 'exact Nat.zero_add n']
const tokenizer = trainTokenizer(
  PROMPTS.map((prompt, i) => `${prompt}${TACTICS[i]}`),
  290,
)
const config = { vocabularySize: tokenizer.vocabularySize, contextLength: 48, width: 32, layers: 2, heads: 4 }
const items = PROMPTS.map((prompt, i) => ({
  label: String(i),
  rows: [{ prompt: tokenizer.encode(prompt), completion: [...tokenizer.encode(TACTICS[i] as string), END_ID] }],
}))
const folder = await mkdtemp(join(tmpdir(), 'hedge-gguf-'))
afterAll(() => rm(folder, { recursive: true }))

/** A little of training: likely and unlikely tokens. */
const network = await LocalNetwork.start({
  engine: 'ort',
  config,
  optimizer: DEFAULT_OPTIMIZER,
  threads: 1,
  notice: () => {},
})
await network.writeState({ ...(await network.readState()), parameters: initialParameters(config, 5) })
const settings = { ...DEFAULT_SETTINGS, batchSize: 2, maxSteps: 120, learningRate: 5e-3 }
await train(network, { training: items, heldOut: [] }, { kind: 'dco', n: 8 }, settings)
const checkpoint: Checkpoint = {
  config,
  settings: { nEff: 8, maxTacticTokens: 20 },
  tokenizer,
  parameters: (await network.readState()).parameters,
  training: {},
}
const path = join(folder, 'model.gguf')
await writeFile(path, writeGguf(checkpoint, 'test'))

const installed = await import('node-llama-cpp' as string).then(
  () => true,
  () => false,
)
if (!installed)
  console.warn(
    'NOT RUN: networks as GGUF files in llama.cpp: NODE_LLAMA_CPP_SKIP_DOWNLOAD=true npm install node-llama-cpp@3.21.1',
  )

it('a GGUF file begins as the format says, with as many tensors as there are and one for the head', () => {
  const file = Buffer.from(writeGguf(checkpoint, 'test'))
  expect(file.subarray(0, 4).toString()).toBe('GGUF')
  expect(file.readUInt32LE(4)).toBe(3)
  // Embeddings, positions, head, 12 of each layer, the last norm.
  expect(file.readBigUInt64LE(8)).toBe(BigInt(3 + 12 * config.layers + 2))
  expect(file.length % 32).toBe(0)
})

it('who has not installed the library is told how', async ({ skip }) => {
  if (installed) return skip()
  await expect(
    openPolicy({ policy: path, temperature: 1, settings: {} }, async () => ({ find: () => [] }) as never),
  ).rejects.toThrow(/node-llama-cpp@3\.21\.1/)
})

describe.skipIf(!installed)('a network in llama.cpp', () => {
  it('gives what is drawn the log-probabilities of our own network', { timeout: 120_000 }, async () => {
    const { llama, model } = await loadLlama(path)
    const remote = await readRemoteSettings('http://in-process/v1#m', {
      temperature: 1,
      seed: 0,
      settings: { maxtokens: 20 },
    })
    const context = await model.createContext({ sequences: 4, contextSize: config.contextLength, threads: 1 })
    const server = new LlamaServer(model, context, 4, remote)
    expect(server.tokens(PROMPTS[0] as string)).toEqual(items[0]?.rows[0]?.prompt)
    const { continuations } = await server.complete(PROMPTS, 8, 1)
    let [compared, likely] = [0, 0]
    for (const [i, list] of continuations.entries())
      for (const { text, finish, tokens = [] } of list) {
        const completion = [...tokenizer.encode(text), ...(finish === 'stop' ? [END_ID] : [])]
        // The same text in other tokens is another draw.
        if (completion.length !== tokens.length || text.includes('\uFFFD')) continue
        const item = { label: '', rows: [{ prompt: tokenizer.encode(PROMPTS[i] as string), completion }] }
        const [ours = Number.NaN] = itemLogProbs([item], await network.score(batchOf([item], config.contextLength)))
        const theirs = tokens.reduce((sum, { logProb }) => sum + logProb, 0)
        expect(Math.abs(theirs - ours), text).toBeLessThan(0.02 * tokens.length)
        compared++
        if (text === TACTICS[i]) likely++
      }
    expect(compared).toBeGreaterThan(4)
    expect(likely).toBeGreaterThan(0)
    await context.dispose()
    await model.dispose()
    await llama.dispose()
  })

  it('is a policy: --policy model.gguf', { timeout: 120_000 }, async () => {
    const open = await openPolicy(
      { policy: path, temperature: 1, settings: { maxtokens: 20 } },
      async () => ({ find: () => [] }) as never,
    )
    expect(open.checkpointHash).toMatch(/^[0-9a-f]{64}$/)
    const policy = await open.policyFor({ name: 't', header: '', statement: 'theorem t (n : Nat) : n + 0 = n' })
    const state = { key: 'k', goals: [{ text: 'n : Nat\n⊢ n + 0 = n', constants: [] }], path: [] }
    const ranked = await policy.rank(state, 4)
    expect(ranked[0]?.tactic).toBe('simp')
    expect(ranked[0]?.logProb).toBeLessThan(0)
    expect((await policy.sample(state, 3, createRandom(1))).length).toBeGreaterThan(0)
    expect(open.usage?.().samples).toBeGreaterThan(3)
    await open.dispose()
    await expect(
      openPolicy({ policy: path, temperature: 1, settings: { retries: 2 } }, async () => ({ find: () => [] }) as never),
    ).rejects.toThrow(/no setting retries/)
  })
})
