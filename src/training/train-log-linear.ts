import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { DatasetError, type ProofStep, readStepFile } from '../dataset/step-file.ts'
import { firstGoal } from '../policy/baseline/goal-view.ts'
import { type Choices, logProbs, WEIGHT_COUNT } from '../policy/log-linear/features.ts'
import { readLogLinear, writeLogLinear } from '../policy/log-linear/log-linear-policy.ts'
import { skeletonOf } from '../policy/log-linear/names.ts'
import { choicesAt } from '../policy/log-linear/proposer.ts'
import { shapeOf } from '../policy/log-linear/shape.ts'
import { learnTemplates, TemplateBank, type Templates } from '../policy/log-linear/templates.ts'
import { CheckpointError } from '../policy/policy-files.ts'
import { premisesOfContext } from '../policy/premises.ts'
import type { ProofState } from '../proof/proof-state.ts'
import { createRandom } from '../proof/random.ts'
import { sha256 } from '../proof/sha256.ts'
import { dco } from './dco-loss.ts'
import { type EvaluationMetrics, type Metrics, mean } from './metrics.ts'
import { readMetrics, writeMetrics } from './metrics-file.ts'
import { refillThreshold } from './objective.ts'
import { shuffle, splitByLabel } from './order.ts'
import { groupByTheorem } from './step-items.ts'
import type { MemberResult } from './train-policy.ts'

/** A family of log-linear policies to be trained from a file of proof steps. */
export type LogLinearPlan = {
  readonly dataPath: string
  readonly heldOutShare: number
  /** `step`: step-wise DCO; `proof`: DCO of the product over each proof's steps. */
  readonly unit: 'step' | 'proof'
  readonly epochs: number
  readonly learningRate: number
  /** The threshold of the refill rule; per N_eff the default one where it is left open. */
  readonly refillThreshold?: number | undefined
  readonly seed: number
}

export const DEFAULT_LOG_LINEAR = { epochs: 8, learningRate: 0.03 } as const

/** The candidates of a step's state, and which of them the proof took. */
type Example = { readonly choices: Choices; readonly taken: number }
/** What one factor F belongs to: a step, or all steps of a proof. */
type Item = readonly Example[]
type Part = {
  readonly items: readonly Item[]
  readonly steps: number
  readonly unreachable: number
  readonly theorems: number
}

/** Everything the members of a family share: read, split and turned into candidates once. About 40 KB per step. */
export type LogLinearData = {
  readonly dataHash: string
  readonly templates: Templates
  readonly training: Part
  readonly heldOut: Part
}

/** @throws DatasetError, where the steps have no context too */
export async function prepareLogLinear(plan: LogLinearPlan): Promise<LogLinearData> {
  const { steps, hash } = await readStepFile(plan.dataPath)
  const bare = steps.find(({ context }) => context === undefined)
  if (bare !== undefined)
    throw new DatasetError(
      `${plan.dataPath}: step ${bare.index} of ${bare.theorem} has no context, which a log-linear policy needs: write the file with \`hedge trace\`, or train a transformer.`,
    )
  const split = splitByLabel(
    steps.map((step) => ({ label: step.theorem, step })),
    plan.heldOutShare,
    plan.seed,
  )
  // What is held out teaches no templates either.
  const templates = learnTemplates(
    split.training.flatMap(({ step }) => {
      const view = firstGoal(stateOf(step))
      if (view === undefined) return []
      return [{ theorem: step.theorem, skeleton: skeletonOf(step.tactic, view), shape: shapeOf(view.target) }]
    }),
  )
  const bank = new TemplateBank(templates)
  const part = (labelled: typeof split.training) =>
    partOf(
      labelled.map(({ step }) => step),
      bank,
      plan.unit,
    )
  const data = { dataHash: hash, templates, training: part(split.training), heldOut: part(split.heldOut) }
  if (data.training.items.length === 0)
    throw new DatasetError(`${plan.dataPath} leaves nothing to train on: no step's tactic is among the candidates.`)
  return data
}

function partOf(steps: readonly ProofStep[], bank: TemplateBank, unit: 'step' | 'proof'): Part {
  const groups = unit === 'step' ? steps.map((step) => [step]) : groupByTheorem(steps)
  const items = groups
    .map((group) => group.flatMap((step) => exampleOf(step, bank) ?? []))
    .filter((item) => item.length > 0)
  const reached = items.reduce((sum, item) => sum + item.length, 0)
  const theorems = new Set(steps.map(({ theorem }) => theorem)).size
  return { items, steps: reached, unreachable: steps.length - reached, theorems }
}

/** Undefined where the tactic of the step is not among the candidates. */
function exampleOf(step: ProofStep, bank: TemplateBank): Example | undefined {
  const choices = choicesAt(stateOf(step), bank, step.context && premisesOfContext(step.context))
  const taken = choices?.tactics.indexOf(step.tactic) ?? -1
  return choices === undefined || taken < 0 ? undefined : { choices, taken }
}

/** The state of a step: its goals by their text, the first one's constants from the step's context. */
function stateOf({ state, context }: ProofStep): ProofState {
  const goals = state.split('\n\n').map((text, i) => ({ text, constants: i === 0 ? (context?.constants ?? []) : [] }))
  return { key: state, goals, path: [] }
}

export type LogLinearHooks = {
  readonly force?: boolean
  readonly onMetrics?: (metrics: Metrics, done: number) => void
  readonly stop?: () => 'interrupt' | 'wallClock' | undefined
  /** Keep one policy for each epoch, in `epoch-N` of the directory. */
  readonly everyEpoch?: boolean
}

/** Items summed up in one line of the metrics. */
const ITEMS_PER_LINE = 64
/** Adaptive rates start from here, so that the first gradient of a weight does not move it by the whole rate. */
const FIRST_SQUARES = 1e-6
/** Smaller gradients change nothing in float32, and most candidates have one. */
const NO_GRADIENT = 1e-5

/**
 * Trains one policy at `nEff` into `directory`: AdaGrad on one item at a time, F(nEff, p) times the gradient of
 * cross-entropy; an item whose F is below the threshold is passed over (the refill rule; a batch is one item). The
 * policy starts as its prior. Seconds per member, so an interrupted one starts again. Throws CheckpointError where the
 * directory has another policy.
 */
export async function trainLogLinear(
  plan: LogLinearPlan,
  data: LogLinearData,
  nEff: number,
  directory: string,
  hooks: LogLinearHooks = {},
): Promise<MemberResult> {
  const threshold = plan.refillThreshold ?? refillThreshold(nEff)
  const setUp = {
    model: 'log-linear',
    data: { file: basename(plan.dataPath), sha256: data.dataHash, heldOutShare: plan.heldOutShare, unit: plan.unit },
    nEff,
    settings: { epochs: plan.epochs, learningRate: plan.learningRate, refillThreshold: threshold, seed: plan.seed },
    templates: sha256(JSON.stringify(data.templates)),
  }
  const fingerprint = sha256(JSON.stringify(setUp))
  await mkdir(directory, { recursive: true })
  const known = hooks.force === true ? undefined : await readLogLinear(directory).catch(() => undefined)
  if (known !== undefined) {
    if (known.training.fingerprint !== fingerprint)
      throw new CheckpointError(`${directory} has a policy that was trained otherwise; --force replaces it.`)
    return { kind: 'known', hash: known.hash, metrics: await readMetrics(directory) }
  }
  const began = performance.now()
  const weights = new Float32Array(WEIGHT_COUNT)
  const squares = new Float32Array(WEIGHT_COUNT).fill(FIRST_SQUARES)
  const metrics: Metrics[] = []
  const note = (row: Metrics, done: number) => {
    metrics.push(row)
    hooks.onMetrics?.(row, done)
  }
  const { items } = data.training
  const planned = Math.ceil(items.length * plan.epochs)
  let [seen, replaced, replacedBefore] = [0, 0, 0]
  let line: { loss: number; logProb: number; factor: number }[] = []
  let reason: 'epochs' | 'wallClock' = 'epochs'
  const lookAtHeldOut = (epoch: number) => {
    if (data.heldOut.items.length > 0)
      note({ step: seen, epoch, ...evaluate(weights, data.heldOut.items, nEff) }, seen / planned)
  }
  const endLine = (epoch: number) => {
    if (line.length === 0) return
    const row = {
      kind: 'step' as const,
      step: seen,
      epoch,
      loss: mean(line.map((term) => term.loss)),
      crossEntropy: -mean(line.map((term) => term.logProb)),
      meanFactor: mean(line.map((term) => term.factor)),
      confidence: mean(line.map((term) => Math.exp(term.logProb))),
      replaced: replaced - replacedBefore,
      learningRate: plan.learningRate,
    }
    note(row, seen / planned)
    replacedBefore = replaced
    line = []
  }
  const policyNow = (extra: object) =>
    [
      { nEff, templates: data.templates, weights },
      { fingerprint, ...setUp, ...extra },
    ] as const
  lookAtHeldOut(0)
  training: for (let epoch = 0; epoch < plan.epochs; epoch++) {
    const order = shuffle(Array.from(items.keys()), createRandom(plan.seed).fork(`epoch ${epoch}`))
    for (const at of order) {
      if (seen >= planned) break training
      if (seen % ITEMS_PER_LINE === 0) {
        // The only place where signals and clocks are heard.
        await nextTurn()
        const stop = hooks.stop?.()
        if (stop === 'interrupt') return { kind: 'interrupted' }
        if (stop === 'wallClock') {
          reason = 'wallClock'
          break training
        }
      }
      seen++
      const item = items[at] as Item
      const scored = item.map(({ choices }) => logProbs(choices, weights))
      const logProb = item.reduce((sum, { taken }, i) => sum + (scored[i]?.[taken] as number), 0)
      const { loss, factor } = dco(nEff, logProb)
      if (factor < threshold) replaced++
      else {
        line.push({ loss, logProb, factor })
        for (const [i, { choices, taken }] of item.entries())
          descend(weights, squares, choices, scored[i] as Float64Array, taken, factor, plan.learningRate)
      }
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
      steps: seen,
      replaced,
      onTrainingData: evaluate(weights, items, nEff),
      seconds: Math.round((performance.now() - began) / 100) / 10,
      evaluations,
    }),
  )
  await writeMetrics(directory, metrics)
  return { kind: 'trained', hash, steps: seen, reason, replaced, metrics }
}

/** One step of AdaGrad on `factor` times the cross-entropy of the taken candidate. */
function descend(
  weights: Float32Array,
  squares: Float32Array,
  { features, starts }: Choices,
  scores: Float64Array,
  taken: number,
  factor: number,
  rate: number,
): void {
  for (let i = 0; i < scores.length; i++) {
    const gradient = factor * (Math.exp(scores[i] as number) - (i === taken ? 1 : 0))
    if (Math.abs(gradient) < NO_GRADIENT) continue
    const end = starts[i + 1] as number
    for (let f = starts[i] as number; f < end; f++) {
      const place = features[f] as number
      const square = (squares[place] as number) + gradient * gradient
      squares[place] = square
      weights[place] = (weights[place] as number) - (rate * gradient) / Math.sqrt(square)
    }
  }
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
