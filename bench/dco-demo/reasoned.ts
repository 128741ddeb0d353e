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
}

export type ReasonedLook = {
  readonly epoch: number
  /** Right answers among the samples of each test question. */
  readonly right: readonly number[]
  /** Share of each test question's samples that give its commonest answer: the paper's p(y_mode | x). */
  readonly modeConfidence: readonly number[]
}
export type ReasonedRun = { readonly looks: readonly ReasonedLook[]; readonly replaced: number }

const MAX_TOKENS = 10
/** The paper drops samples with a factor below 0.01 in DCO^a. */
const REFILL = 0.01

export async function runReasoned(plan: ReasonedPlan): Promise<ReasonedRun> {
  const options = { engine: 'ort', config: REASONED_NETWORK, optimizer: DEFAULT_OPTIMIZER, threads: 1 } as const
  const network = await WorkerNetwork.start({ ...options, notice: console.log })
  try {
    await network.initialise(plan.seed)
    let calls = 0
    const rollOut = (items: readonly Item[], count: number): Promise<Draw[][]> => {
      const call = calls++
      return network.sample({
        prompts: items.map((item) => item.rows[0]?.prompt ?? []),
        seeds: items.map((_, i) => seedsOf(`${plan.seed} ${call} ${i}`, count)),
        temperature: 1,
        topP: 1,
        maxTokens: MAX_TOKENS,
      })
    }
    const objective: Objective = {
      kind: 'approximate',
      n: plan.n,
      estimate: async (items) => {
        const draws = await rollOut(items, plan.rollouts)
        return items.map((item, i) => ({ successes: successes(item, draws[i] ?? []), samples: plan.rollouts }))
      },
    }
    const looks: ReasonedLook[] = []
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
      onEpoch: async (epoch) => {
        if (plan.lookAt.includes(epoch)) looks.push(await lookAt(plan, rollOut, epoch))
      },
    })
    return { looks, replaced: outcome.progress.replaced }
  } finally {
    await network.dispose()
  }
}

async function lookAt(
  plan: ReasonedPlan,
  rollOut: (items: readonly Item[], count: number) => Promise<Draw[][]>,
  epoch: number,
): Promise<ReasonedLook> {
  const { test } = plan.problems
  const right: number[] = []
  const modeConfidence: number[] = []
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
      modeConfidence.push(Math.max(...answers.values()) / list.length)
    })
  }
  return { epoch, right, modeConfidence }
}

function successes(item: Item, draws: readonly Draw[]): number {
  return draws.filter((draw) => draw.finished && answersRight(item, draw.tokens)).length
}

export function reasonedPassAt(k: number, samples: number, look: ReasonedLook): Estimate {
  return estimate(look.right.map((right) => passAtK(samples, right, k)))
}
