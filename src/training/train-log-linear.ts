import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CANDIDATES } from '../policy/candidates-version.ts'
import { logProbs } from '../policy/log-linear/features.ts'
import { readLogLinear, writeLogLinear } from '../policy/log-linear/log-linear-policy.ts'
import { CheckpointError, refuseOtherKind } from '../policy/policy-files.ts'
import { createRandom } from '../proof/random.ts'
import { sha256 } from '../proof/sha256.ts'
import { dco } from './dco-loss.ts'
import { Descent, type Optimiser } from './descent.ts'
import type { Item, LogLinearData, Part } from './log-linear-data.ts'
import { type EvaluationMetrics, type Metrics, mean } from './metrics.ts'
import { readMetrics, writeMetrics } from './metrics-file.ts'
import { refillThreshold } from './objective.ts'
import { shuffle } from './order.ts'
import type { MemberResult } from './train-policy.ts'

/** A family of log-linear policies to be trained from a file of proof steps. */
export type LogLinearPlan = {
  readonly dataPath: string
  readonly heldOutShare: number
  /** `step`: step-wise DCO; `proof`: DCO of the product over each proof's steps. */
  readonly unit: 'step' | 'proof'
  /** An epoch is as many gradient steps as there are items. */
  readonly epochs: number
  readonly learningRate: number
  readonly optimiser: Optimiser
  /** The threshold of the refill rule; per N_eff the default one where it is left open. */
  readonly refillThreshold?: number | undefined
  readonly seed: number
}

export const DEFAULT_LOG_LINEAR = { epochs: 8, learningRate: 0.03, optimiser: 'adagrad' } as const

export type LogLinearHooks = {
  readonly force?: boolean
  readonly onMetrics?: (metrics: Metrics, done: number) => void
  readonly stop?: () => 'interrupt' | 'wallClock' | undefined
  /** Keep one policy for each epoch, in `epoch-N` of the directory. */
  readonly everyEpoch?: boolean
}

/** Items summed up in one line of the metrics. */
const ITEMS_PER_LINE = 64
/** An epoch looks at no more than this many times its items: with a limit, what is left to learn may run out. */
const MOST_LOOKS = 4

/**
 * Trains one policy at `nEff` into `directory`: one item at a time, F(nEff, p) times the gradient of cross-entropy (see
 * Descent). An item whose F is below the threshold is replaced by the next one, so an epoch has all its gradient steps
 * (the refill rule; a batch is one item), unless it has looked at every item MOST_LOOKS times. The policy starts as its
 * prior. Seconds per member, so an interrupted one starts again. Throws CheckpointError where the directory has another
 * policy.
 */
export async function trainLogLinear(
  plan: LogLinearPlan,
  data: LogLinearData,
  nEff: number,
  directory: string,
  hooks: LogLinearHooks = {},
): Promise<MemberResult> {
  const threshold = plan.refillThreshold ?? refillThreshold(nEff)
  const { epochs, learningRate, optimiser, seed } = plan
  const setUp = {
    model: 'log-linear',
    candidates: CANDIDATES,
    data: { file: basename(plan.dataPath), sha256: data.dataHash, heldOutShare: plan.heldOutShare, unit: plan.unit },
    nEff,
    settings: { epochs, learningRate, optimiser, refillThreshold: threshold, seed },
    templates: sha256(JSON.stringify(data.templates)),
  }
  const fingerprint = sha256(JSON.stringify(setUp))
  await mkdir(directory, { recursive: true })
  if (hooks.force !== true) await refuseOtherKind(directory, 'log-linear')
  const known = hooks.force === true ? undefined : await readLogLinear(directory).catch(() => undefined)
  if (known !== undefined) {
    if (known.training.fingerprint !== fingerprint)
      throw new CheckpointError(`${directory} has a policy that was trained otherwise; --force replaces it.`)
    return { kind: 'known', hash: known.hash, metrics: await readMetrics(directory) }
  }
  const began = performance.now()
  const { items } = data.training
  const descent = new Descent(optimiser, learningRate)
  const { weights } = descent
  const planned = Math.ceil(items.length * epochs)
  const metrics: Metrics[] = []
  const note = (row: Metrics) => {
    metrics.push(row)
    hooks.onMetrics?.(row, taken / planned)
  }
  /** Gradient steps, items looked at, and items replaced. */
  let [taken, looks, replaced, replacedBefore] = [0, 0, 0, 0]
  let line: { loss: number; logProb: number; factor: number }[] = []
  let reason: 'epochs' | 'wallClock' = 'epochs'
  const lookAtHeldOut = (epoch: number) => {
    if (data.heldOut.items.length > 0) note({ step: taken, epoch, ...evaluate(weights, data.heldOut.items, nEff) })
  }
  const endLine = (epoch: number) => {
    if (line.length === 0) return
    const row = {
      kind: 'step' as const,
      step: taken,
      epoch,
      loss: mean(line.map((term) => term.loss)),
      crossEntropy: -mean(line.map((term) => term.logProb)),
      meanFactor: mean(line.map((term) => term.factor)),
      confidence: mean(line.map((term) => Math.exp(term.logProb))),
      replaced: replaced - replacedBefore,
      learningRate,
    }
    note(row)
    replacedBefore = replaced
    line = []
  }
  const policyNow = (extra: object) =>
    [
      { nEff, templates: data.templates, weights },
      { fingerprint, ...setUp, ...extra },
    ] as const
  const stream = endless(items, seed)
  lookAtHeldOut(0)
  training: for (let epoch = 0; epoch < epochs; epoch++) {
    const end = Math.min(planned, taken + items.length)
    const lastLook = looks + MOST_LOOKS * items.length
    while (taken < end && looks < lastLook) {
      if (looks % ITEMS_PER_LINE === 0) {
        // The only place where signals and clocks are heard.
        await nextTurn()
        const stop = hooks.stop?.()
        if (stop === 'interrupt') return { kind: 'interrupted' }
        if (stop === 'wallClock') {
          reason = 'wallClock'
          break training
        }
      }
      looks++
      const item = stream.next().value
      const scored = item.map(({ choices, taken }) => ({ choices, taken, scores: logProbs(choices, weights) }))
      const logProb = scored.reduce((sum, { scores, taken }) => sum + (scores[taken] as number), 0)
      const { loss, factor } = dco(nEff, logProb)
      if (factor < threshold) {
        replaced++
        continue
      }
      taken++
      line.push({ loss, logProb, factor })
      descent.step(scored, factor)
      if (line.length >= ITEMS_PER_LINE) endLine(epoch)
    }
    endLine(epoch)
    lookAtHeldOut(epoch + 1)
    if (hooks.everyEpoch === true)
      await writeLogLinear(join(directory, `epoch-${epoch + 1}`), ...policyNow({ epoch: epoch + 1 }))
  }
  const evaluations = metrics.filter((row): row is EvaluationMetrics => row.kind === 'evaluation')
  const count = ({ items, steps, unreachable, theorems }: Part) => ({
    items: items.length,
    steps,
    unreachable,
    theorems,
  })
  const hash = await writeLogLinear(
    directory,
    ...policyNow({
      counts: { training: count(data.training), heldOut: count(data.heldOut), templates: data.templates.length },
      ended: reason,
      steps: taken,
      replaced,
      onTrainingData: evaluate(weights, items, nEff),
      seconds: Math.round((performance.now() - began) / 100) / 10,
      evaluations,
    }),
  )
  await writeMetrics(directory, metrics)
  return { kind: 'trained', hash, steps: taken, reason, replaced, metrics }
}

/** The items in random order, again and again, each time in another. */
function* endless(items: readonly Item[], seed: number): Generator<Item, never> {
  for (let time = 0; ; time++)
    for (const at of shuffle(Array.from(items.keys()), createRandom(seed).fork(`epoch ${time}`)))
      yield items[at] as Item
}

function evaluate(
  weights: Float32Array,
  items: readonly Item[],
  nEff: number,
): Omit<EvaluationMetrics, 'step' | 'epoch'> {
  const steps: { taken: number; greedy: number; right: boolean; branching: number }[] = []
  const terms = items.map((item) => {
    let logProb = 0
    for (const { choices, taken } of item) {
      const scores = logProbs(choices, weights)
      const best = scores.reduce((top, score, i) => (score > (scores[top] as number) ? i : top), 0)
      logProb += scores[taken] as number
      // The perplexity of the choice: how many equally likely tactics it amounts to.
      const branching = Math.exp(-scores.reduce((sum, score) => sum + Math.exp(score) * score, 0))
      steps.push({ taken: scores[taken] as number, greedy: scores[best] as number, right: best === taken, branching })
    }
    return dco(nEff, logProb)
  })
  return {
    kind: 'evaluation',
    loss: mean(terms.map((term) => term.loss)),
    crossEntropy: -mean(steps.map((step) => step.taken)),
    meanFactor: mean(terms.map((term) => term.factor)),
    confidence: mean(steps.map((step) => Math.exp(step.taken))),
    greedyConfidence: mean(steps.map((step) => Math.exp(step.greedy))),
    greedyAccuracy: mean(steps.map((step) => (step.right ? 1 : 0))),
    branching: mean(steps.map((step) => step.branching)),
  }
}
