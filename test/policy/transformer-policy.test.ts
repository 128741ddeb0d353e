import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { writeCheckpoint } from '../../src/policy/network/checkpoint.ts'
import { initialParameters } from '../../src/policy/network/network-config.ts'
import { Tokenizer } from '../../src/policy/network/tokenizer.ts'
import { TransformerPolicy } from '../../src/policy/network/transformer-policy.ts'
import type { ProofState } from '../../src/proof/proof-state.ts'
import { createRandom } from '../../src/proof/random.ts'

const home = await mkdtemp(join(tmpdir(), 'hedge-policy-'))
const tokenizer = new Tokenizer([])
const config = { vocabularySize: tokenizer.vocabularySize, contextLength: 48, width: 16, layers: 1, heads: 2 }
// Parameters larger than usual, so that some tactics are drawn much more often than others.
const parameters = initialParameters(config, 1).map((x) => x * 3)
await writeCheckpoint(home, {
  config,
  settings: { nEff: 1, maxTacticTokens: 8 },
  tokenizer,
  parameters,
  training: {},
})
const policy = await TransformerPolicy.open(home)
afterAll(async () => {
  await policy.dispose()
  await rm(home, { recursive: true })
})

const states = ['⊢ a = a', '⊢ a ∧ b', '⊢ True'].map(
  (text): ProofState => ({ key: text, goals: [{ text, constants: [] }], path: [] }),
)
const stateOf = (i: number) => states[i % states.length] as ProofState

it('samples for many callers at once what each would get alone, though one of them leaves', async () => {
  const before = policy.counts
  const leave = new AbortController()
  const calls = Array.from({ length: 64 }, (_, i) => policy.sample(stateOf(i), 1, createRandom(i)))
  const left = expect(policy.sample(stateOf(0), 1, createRandom('left'), leave.signal)).rejects.toThrow('left')
  leave.abort(new Error('left'))
  await left
  const together = (await Promise.all(calls)).flat()
  expect(policy.counts.draws - before.draws).toBe(64)
  const other = await TransformerPolicy.open(home, { cacheBytes: 0 })
  try {
    for (const [i, candidate] of together.entries()) {
      const [alone] = await other.sample(stateOf(i), 1, createRandom(i))
      expect(candidate.tactic).toBe(alone?.tactic)
      expect(candidate.logProb).toBeCloseTo(alone?.logProb ?? 1, 4)
    }
  } finally {
    await other.dispose()
  }
})

it('gives the first draws of a longer list, whatever its length', async () => {
  const ten = await policy.sample(stateOf(1), 10, createRandom(5))
  expect(await policy.sample(stateOf(1), 4, createRandom(5))).toEqual(ten.slice(0, 4))
})

it('ranks a state the same way again, and hands out a list of its own', async () => {
  const first = await policy.rank(stateOf(0), 6)
  const copy = [...first]
  first.pop()
  expect(await policy.rank(stateOf(0), 6)).toEqual(copy)
  expect((await policy.rank(stateOf(0), 2)).length).toBeLessThanOrEqual(2)
  await expect(policy.rank(stateOf(0), 6, AbortSignal.abort(new Error('no more')))).rejects.toThrow('no more')
})

it('rejects draws that wait when it is disposed of', async () => {
  const short = await TransformerPolicy.open(home)
  const waiting = expect(short.sample(stateOf(0), 5, createRandom(1))).rejects.toThrow('disposed of')
  await short.dispose()
  await waiting
})
