import type { PolicyNetwork } from '../../src/policy/network/policy-network.ts'
import { WorkerNetwork } from '../../src/policy/network/worker-network.ts'
import type { Item } from '../../src/training/items.ts'
import { scoreItems } from '../../src/training/metrics.ts'
import { DEFAULT_SETTINGS } from '../../src/training/settings.ts'
import { train } from '../../src/training/trainer.ts'
import { DIRECT_RUN, type Problems } from './task.ts'

/** What is known about a network after an epoch, from exact probabilities on the test questions. */
export type Look = {
  readonly epoch: number
  /** Log-probability of the right answer of each test question. */
  readonly right: readonly number[]
  /** Confidence in the greedy answer of each test question, and whether that is the right one. */
  readonly greedy: readonly { readonly confidence: number; readonly correct: boolean }[]
}

/** One network trained with DCO at `n` (cross-entropy at 1), looked at after every so many epochs. */
export type DirectRun = {
  readonly n: number
  readonly looks: readonly Look[]
  readonly replaced: number
  readonly steps: number
}

export type DirectPlan = {
  readonly problems: Problems
  readonly epochs: number
  readonly seed: number | string
  readonly batchSize: number
  readonly learningRate: number
  /** Epochs between looks at the test questions. */
  readonly lookEvery: number
  /** The refill threshold where n > 1; 0.3 is the paper's on MATH. */
  readonly refill: number
}

export async function look(network: PolicyNetwork, test: readonly Item[], epoch: number): Promise<Look> {
  const right = await scoreItems(network, test)
  const rows = test.map((item) => item.rows[0] as Item['rows'][0])
  const greedy = await network.sample({
    prompts: rows.map((row) => row.prompt),
    seeds: rows.map(() => [0]),
    temperature: 0,
    topP: 1,
    maxTokens: 6,
  })
  return {
    epoch,
    right,
    greedy: greedy.map(([draw], i) => ({
      confidence: Math.exp(draw?.logProb ?? Number.NEGATIVE_INFINITY),
      correct: draw?.finished === true && draw.tokens.join() === rows[i]?.completion.slice(0, -1).join(),
    })),
  }
}

/** Trains and looks. `atLook` gets the network at each look, `keep` before it is disposed of. */
export async function runDirect(
  plan: DirectPlan,
  n: number,
  keep?: (network: PolicyNetwork) => Promise<void>,
  atLook?: (network: PolicyNetwork, epoch: number) => Promise<void>,
): Promise<DirectRun> {
  const network = await WorkerNetwork.start(DIRECT_RUN)
  try {
    await network.initialise(plan.seed)
    const looks: Look[] = []
    const settings = {
      ...DEFAULT_SETTINGS,
      batchSize: plan.batchSize,
      learningRate: plan.learningRate,
      epochs: plan.epochs,
      finalRate: 1,
      refillThreshold: n === 1 ? 0 : plan.refill,
      seed: plan.seed,
    }
    const data = { training: plan.problems.training, heldOut: [] }
    const outcome = await train(network, data, { kind: 'dco', n }, settings, {
      onEpoch: async (epoch) => {
        if (epoch % plan.lookEvery !== 0) return
        looks.push(await look(network, plan.problems.test, epoch))
        await atLook?.(network, epoch)
      },
    })
    await keep?.(network)
    return { n, looks, replaced: outcome.progress.replaced, steps: outcome.progress.step }
  } finally {
    await network.dispose()
  }
}

export type Estimate = { readonly mean: number; readonly error: number }

/** Mean and its standard error over questions. */
export function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, values.length - 1)
  return { mean, error: Math.sqrt(variance / values.length) }
}

/** pass@N coverage (Eq. 2), exact for each question: 1 - (1 - p)^N with p the probability of its one right answer. */
export function passAt(n: number, logProbs: readonly number[]): Estimate {
  return estimate(logProbs.map((logProb) => -Math.expm1(n * Math.log1p(-Math.min(1, Math.exp(logProb))))))
}
