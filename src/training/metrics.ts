import type { PolicyNetwork } from '../policy/network/policy-network.ts'
import { dco } from './dco-loss.ts'
import { batchOf, type Item, itemLength, itemLogProbs } from './items.ts'

/** Numbers of one training step, a line of the metrics file. */
export type StepMetrics = {
  readonly kind: 'step'
  readonly step: number
  readonly epoch: number
  /** Mean loss of the items trained on, before the step: the objective, and cross-entropy. */
  readonly loss: number
  readonly crossEntropy: number
  readonly meanFactor: number
  /** Mean probability of the wanted completions of the items trained on. */
  readonly confidence: number
  readonly replaced: number
  readonly learningRate: number
  /** Of a network only: the gradient before it is clipped, and the tokens in the step's rows, without fillings. */
  readonly gradientNorm?: number
  readonly tokens?: number
  readonly tokensPerSecond?: number
}

/** A look at data that is not trained on, a line of the metrics file. */
export type EvaluationMetrics = {
  readonly kind: 'evaluation'
  readonly step: number
  readonly epoch: number
  readonly loss: number
  readonly crossEntropy: number
  readonly meanFactor: number
  readonly confidence: number
  /** Mean probability the network gives its own greedy completions. */
  readonly greedyConfidence: number
  /** Share of prompts whose greedy completion is the wanted one. */
  readonly greedyAccuracy: number
  /** Of a log-linear policy: mean effective branching, exp(entropy of the distribution over its candidates). */
  readonly branching?: number
}
export type Metrics = StepMetrics | EvaluationMetrics

const ITEMS_PER_CALL = 32
const GREEDY_PROMPTS = 64

/** Log-probability of every item's completions, in order. Batches are made of items about equally long. */
export async function scoreItems(network: PolicyNetwork, items: readonly Item[]): Promise<number[]> {
  const order = Array.from(items.keys()).sort((a, b) => itemLength(items[a] as Item) - itemLength(items[b] as Item))
  const scores = new Array<number>(items.length)
  for (let at = 0; at < order.length; at += ITEMS_PER_CALL) {
    const places = order.slice(at, at + ITEMS_PER_CALL)
    const part = places.map((place) => items[place] as Item)
    const logProbs = itemLogProbs(part, await network.score(batchOf(part, network.config.contextLength)))
    places.forEach((place, i) => {
      scores[place] = logProbs[i] as number
    })
  }
  return scores
}

/** Losses at `n` over all `items`, and greedy decoding of up to 64 of their prompts, spread evenly. */
export async function evaluate(
  network: PolicyNetwork,
  items: readonly Item[],
  n: number,
): Promise<Omit<EvaluationMetrics, 'step' | 'epoch'>> {
  const logProbs = await scoreItems(network, items)
  const terms = logProbs.map((logProb) => dco(n, logProb))
  const rows = items.flatMap((item) => item.rows)
  const stride = Math.max(1, Math.ceil(rows.length / GREEDY_PROMPTS))
  const chosen = rows.filter((_, i) => i % stride === 0)
  const greedy = await network.sample({
    prompts: chosen.map((row) => row.prompt),
    seeds: chosen.map(() => [0]),
    temperature: 0,
    topP: 1,
    maxTokens: Math.max(...chosen.map((row) => row.completion.length)) + 1,
  })
  const right = chosen.filter((row, i) => {
    const draw = greedy[i]?.[0]
    return draw?.finished === true && draw.tokens.join() === row.completion.slice(0, -1).join()
  })
  return {
    kind: 'evaluation',
    loss: mean(terms.map((term) => term.loss)),
    crossEntropy: -mean(logProbs),
    meanFactor: mean(terms.map((term) => term.factor)),
    confidence: mean(logProbs.map(Math.exp)),
    greedyConfidence: mean(greedy.map((draws) => Math.exp(draws[0]?.logProb ?? Number.NEGATIVE_INFINITY))),
    greedyAccuracy: right.length / chosen.length,
  }
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length
}
