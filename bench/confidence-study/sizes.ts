import type { Method } from './seed.ts'

/** How much of everything. */
export type Sizes = {
  /** Direct answers: questions to learn over `epochs`, and those of one single epoch. */
  readonly questions: number
  readonly epochs: number
  readonly lookEvery: number
  readonly once: number
  /** Test questions, inside and outside each; questions of each difficulty that are neither learnt nor tested. */
  readonly test: number
  readonly unseen: number
  /** Test questions whose answers are ranked, by a beam this wide. */
  readonly ranked: number
  readonly beam: number
  /** Chain of thought: sums to learn from, new ones, and samples of each. */
  readonly sums: number
  readonly sumTests: number
  readonly samples: number
  /** Epochs of the network that all start from, on other sums. */
  readonly baseEpochs: number
  /** Epochs after which each way of training is looked at: the last ends it. */
  readonly looks: Readonly<Record<Method, readonly number[]>>
  readonly rollouts: number
  readonly grpo: { readonly group: number; readonly batchSize: number; readonly learningRate: number }
}

export const WHOLE: Sizes = {
  questions: 800,
  epochs: 24,
  lookEvery: 4,
  once: 25_000,
  test: 300,
  unseen: 256,
  ranked: 250,
  beam: 256,
  sums: 400,
  sumTests: 160,
  samples: 128,
  baseEpochs: 16,
  looks: { 'cross-entropy': [3, 9, 15], GRPO: [9, 27, 45], 'DCO^a 64': [3, 9, 15] },
  rollouts: 64,
  grpo: { group: 8, batchSize: 32, learningRate: 2e-4 },
}

/** Everything once, in seconds: that it runs, not what comes out. */
export const QUICK: Sizes = {
  questions: 64,
  epochs: 2,
  lookEvery: 1,
  once: 640,
  test: 20,
  unseen: 16,
  ranked: 4,
  beam: 32,
  sums: 64,
  sumTests: 8,
  samples: 64,
  baseEpochs: 4,
  looks: { 'cross-entropy': [1, 2], GRPO: [1, 2], 'DCO^a 64': [1, 2] },
  rollouts: 8,
  grpo: { group: 8, batchSize: 16, learningRate: 1e-3 },
}
