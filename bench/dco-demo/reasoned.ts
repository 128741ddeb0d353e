import { DEFAULT_OPTIMIZER } from '../../src/policy/network/engine.ts'
import { type Draw, seedsOf } from '../../src/policy/network/sampler.ts'
import { WorkerNetwork } from '../../src/policy/network/worker-network.ts'
import { passAtK } from '../../src/results/coverage.ts'
import type { Item } from '../../src/training/items.ts'
import type { Objective } from '../../src/training/objective.ts'
import { DEFAULT_SETTINGS } from '../../src/training/settings.ts'
import { train } from '../../src/training/trainer.ts'
import { type Estimate, estimate } from './experiment.ts'
import { answersRight, type Problems, REASONED_NETWORK } from './task.ts'

/** The chain-of-thought variant: the probability of an answer is a sum over reasonings, so it is estimated by sampling. */
export type ReasonedPlan = {
  readonly problems: Problems
  readonly epochs: number
  readonly seed: number | string
  /** N' of DCO^a; cross-entropy at 1. */
  readonly n: number
  /** Roll-outs per training question for the estimate of p. */
  readonly rollouts: number
  /** Samples per test question. */
  readonly samples: number
  /** Epochs after which the test questions are sampled. */
  readonly lookAt: readonly number[]
  /** Parameters to start from; fresh ones where they are left out. */
  readonly base?: Float32Array
}

export type ReasonedLook = {
  readonly epoch: number
  /** Right answers among the samples of each test question. */
  readonly right: readonly number[]
  /** Share of each test question's samples that give its commonest answer: the paper's p(y_mode | x). */
  readonly modeConfidence: readonly number[]
  /** Whether that answer is the right one. */
  readonly modeRight: readonly boolean[]
}
export type ReasonedRun = {
  readonly looks: readonly ReasonedLook[]
  readonly replaced: number
  /** Questions that each step passed over. */
  readonly replacedAt: readonly number[]
  /** Parameters at the end. */
  readonly parameters: Float32Array
}

const MAX_TOKENS = 10
/** The paper drops samples with a factor below 0.01 in DCO^a. */
const REFILL = 0.01

/** Draws `count` continuations of each item; no two calls draw the same. */
export type RollOut = (items: readonly Item[], count: number) => Promise<Draw[][]>

/** A network for the sums, with what draws from it, for as long as `work` takes. */
export async function withReasoner<R>(
  { seed, base }: Pick<ReasonedPlan, 'seed' | 'base'>,
  work: (network: WorkerNetwork, rollOut: RollOut) => Promise<R>,
): Promise<R> {
  const options = { engine: 'ort', config: REASONED_NETWORK, optimizer: DEFAULT_OPTIMIZER, threads: 1 } as const
  const network = await WorkerNetwork.start({ ...options, notice: console.error })
  try {
    await network.initialise(seed)
    if (base !== undefined) await network.writeState({ ...(await network.readState()), parameters: base })
    let calls = 0
    return await work(network, (items, count) => {
      const call = calls++
      return network.sample({
        prompts: items.map((item) => item.rows[0]?.prompt ?? []),
        seeds: items.map((_, i) => seedsOf(`${seed} ${call} ${i}`, count)),
        temperature: 1,
        topP: 1,
        maxTokens: MAX_TOKENS,
      })
    })
  } finally {
    await network.dispose()
  }
}

export function runReasoned(plan: ReasonedPlan): Promise<ReasonedRun> {
  return withReasoner(plan, async (network, rollOut) => {
    const objective: Objective = {
      kind: 'approximate',
      n: plan.n,
      estimate: async (items) => {
        const draws = await rollOut(items, plan.rollouts)
        return items.map((item, i) => ({ successes: successes(item, draws[i] ?? []), samples: plan.rollouts }))
      },
    }
    const looks: ReasonedLook[] = []
    const replacedAt: number[] = []
    const settings = {
      ...DEFAULT_SETTINGS,
      batchSize: 64,
      learningRate: 3e-3,
      finalRate: 1,
      epochs: plan.epochs,
      refillThreshold: plan.n === 1 ? 0 : REFILL,
      seed: plan.seed,
    }
    const outcome = await train(network, { training: plan.problems.training, heldOut: [] }, objective, settings, {
      onMetrics: (metrics) => {
        if (metrics.kind === 'step') replacedAt.push(metrics.replaced)
      },
      onEpoch: async (epoch) => {
        if (plan.lookAt.includes(epoch)) looks.push(await lookAt(plan, rollOut, epoch))
      },
    })
    const { parameters } = await network.readState()
    return { looks, replaced: outcome.progress.replaced, replacedAt, parameters }
  })
}

export async function lookAt(
  plan: Pick<ReasonedPlan, 'problems' | 'samples'>,
  rollOut: RollOut,
  epoch: number,
): Promise<ReasonedLook> {
  const { test } = plan.problems
  const right: number[] = []
  const modeConfidence: number[] = []
  const modeRight: boolean[] = []
  for (let at = 0; at < test.length; at += 16) {
    const items = test.slice(at, at + 16)
    const draws = await rollOut(items, plan.samples)
    items.forEach((item, i) => {
      const list = draws[i] ?? []
      right.push(successes(item, list))
      const answers = new Map<string, number>()
      for (const { tokens } of list) {
        const answer = tokens.slice(-3).join()
        answers.set(answer, (answers.get(answer) ?? 0) + 1)
      }
      const [mode, times] = [...answers].reduce((a, b) => (b[1] > a[1] ? b : a))
      modeConfidence.push(times / list.length)
      modeRight.push(mode === item.rows[0]?.completion.slice(-4, -1).join())
    })
  }
  return { epoch, right, modeConfidence, modeRight }
}

function successes(item: Item, draws: readonly Draw[]): number {
  return draws.filter((draw) => draw.finished && answersRight(item, draw.tokens)).length
}

export function reasonedPassAt(k: number, samples: number, look: ReasonedLook): Estimate {
  return estimate(look.right.map((right) => passAtK(samples, right, k)))
}
