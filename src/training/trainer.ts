import type { PolicyNetwork } from '../policy/network/policy-network.ts'
import { exampleWeights } from './dco-loss.ts'
import { batchOf, completionTokens, type Item, itemLength, itemLogProbs, rowLength, weighted } from './items.ts'
import { type EvaluationMetrics, evaluate, type Metrics, mean, type StepMetrics } from './metrics.ts'
import { type Draw, drawBatch, type Objective } from './objective.ts'
import { epochOrder } from './order.ts'
import { type Progress, type Snapshot, START } from './resume.ts'
import { learningRateAt, type TrainSettings } from './settings.ts'

export type TrainData = { readonly training: readonly Item[]; readonly heldOut: readonly Item[] }

/** What the caller hears and decides while a run goes on. All of it may be left out. */
export type TrainHooks = {
  readonly onMetrics?: (metrics: Metrics, done: number) => void | Promise<void>
  /** Called at the end of each epoch, counted from 1; the network may be looked at, not changed. */
  readonly onEpoch?: (epoch: number) => void | Promise<void>
  /** Called every `snapshotEvery` steps and before an interrupted run returns. */
  readonly onSnapshot?: (snapshot: Snapshot) => void | Promise<void>
  readonly snapshotEvery?: number
  /** Asked before each step. `interrupt` gives the run up for now; `wallClock` ends it. */
  readonly stop?: () => 'interrupt' | 'wallClock' | undefined
}

export type TrainOutcome =
  | {
      readonly kind: 'trained'
      /** `sated`: the refill rule passed over every item of a whole epoch. */
      readonly reason: 'epochs' | 'steps' | 'wallClock' | 'heldOutLoss' | 'sated'
      readonly progress: Progress
      readonly lastEvaluation: EvaluationMetrics | undefined
    }
  | { readonly kind: 'interrupted'; readonly progress: Progress }

/**
 * Trains `network` from the state it is in, or from `snapshot`. With the same network, data, settings and snapshot the
 * result is the same to the bit, however often the run was interrupted and taken up again. When it returns `trained`,
 * the network holds the final parameters: the last ones, or with `patience` the best ones.
 */
export async function train(
  network: PolicyNetwork,
  data: TrainData,
  objective: Objective,
  settings: TrainSettings,
  hooks: TrainHooks = {},
  snapshot?: Snapshot,
): Promise<TrainOutcome> {
  const tooLong = [...data.training, ...data.heldOut].find((item) => itemLength(item) > network.config.contextLength)
  if (tooLong !== undefined) throw new RangeError(`an item of ${tooLong.label} is longer than the context`)
  if (data.training.length === 0) throw new RangeError('there is nothing to train on')
  const run = new Run(network, data, objective, settings, hooks, snapshot)
  if (snapshot !== undefined) await network.writeState(snapshot.state)
  return run.toTheEnd()
}

class Run {
  readonly #network: PolicyNetwork
  readonly #data: TrainData
  readonly #objective: Objective
  readonly #settings: TrainSettings
  readonly #hooks: TrainHooks
  #progress: Progress
  #best: Float32Array | undefined
  #lastEvaluation: EvaluationMetrics | undefined
  #order: { readonly epoch: number; readonly items: readonly Item[] } | undefined
  #since = performance.now()

  constructor(
    network: PolicyNetwork,
    data: TrainData,
    objective: Objective,
    settings: TrainSettings,
    hooks: TrainHooks,
    snapshot: Snapshot | undefined,
  ) {
    this.#network = network
    this.#data = data
    this.#objective = objective
    this.#settings = settings
    this.#hooks = hooks
    this.#progress = snapshot?.progress ?? START
    this.#best = snapshot?.best
  }

  async toTheEnd(): Promise<TrainOutcome> {
    for (;;) {
      const stop = this.#hooks.stop?.()
      if (stop === 'interrupt') {
        await this.#snapshot()
        return { kind: 'interrupted', progress: this.#progress }
      }
      const reason = stop ?? this.#endReason() ?? (await this.#advance())
      if (reason === undefined) continue
      if (this.#settings.patience !== undefined && this.#best !== undefined) {
        const state = await this.#network.readState()
        await this.#network.writeState({ ...state, parameters: this.#best })
      }
      return { kind: 'trained', reason, progress: this.#progress, lastEvaluation: this.#lastEvaluation }
    }
  }

  /** Share of the planned run that is done: of its epochs or of its steps, whichever is further. */
  #done(): number {
    const { epochs, maxSteps } = this.#settings
    const passed = this.#progress.epoch + this.#progress.position / this.#data.training.length
    return Math.max(
      epochs === undefined ? 0 : passed / epochs,
      maxSteps === undefined ? 0 : this.#progress.step / maxSteps,
    )
  }

  #endReason(): 'epochs' | 'steps' | 'heldOutLoss' | undefined {
    const { epochs, maxSteps, patience } = this.#settings
    const { epoch, position, step, stale } = this.#progress
    if (epochs !== undefined && epoch + position / this.#data.training.length >= epochs) return 'epochs'
    if (maxSteps !== undefined && step >= maxSteps) return 'steps'
    if (patience !== undefined && stale >= patience) return 'heldOutLoss'
    return undefined
  }

  /** One step, with what is due after it. */
  async #advance(): Promise<'sated' | undefined> {
    const { batchSize, refillThreshold, evaluateEvery } = this.#settings
    const stream = this.#itemsOfEpoch().slice(this.#progress.position)
    const draw = await drawBatch(this.#objective, this.#network, stream, batchSize, refillThreshold)
    const before = this.#progress
    const stepped = draw.items.length > 0
    const metrics = stepped ? await this.#step(draw) : undefined
    this.#progress = {
      ...before,
      position: before.position + draw.consumed,
      step: before.step + (stepped ? 1 : 0),
      stepsThisEpoch: before.stepsThisEpoch + (stepped ? 1 : 0),
      replaced: before.replaced + draw.replaced,
      tokens: before.tokens + (metrics?.tokens ?? 0),
      seconds: before.seconds + this.#lap(),
    }
    if (metrics !== undefined) await this.#hooks.onMetrics?.(metrics, this.#done())
    const epochEnds = this.#progress.position >= this.#data.training.length
    const sated = epochEnds && this.#progress.stepsThisEpoch === 0
    const due = stepped && evaluateEvery !== undefined && this.#progress.step % evaluateEvery === 0
    if (epochEnds || due) await this.#evaluate()
    if (epochEnds) {
      this.#progress = { ...this.#progress, epoch: before.epoch + 1, position: 0, stepsThisEpoch: 0 }
      await this.#hooks.onEpoch?.(this.#progress.epoch)
    }
    const { snapshotEvery } = this.#hooks
    if (stepped && snapshotEvery !== undefined && this.#progress.step % snapshotEvery === 0) await this.#snapshot()
    return sated ? 'sated' : undefined
  }

  async #step(draw: Draw): Promise<StepMetrics> {
    const { items } = draw
    const factors = draw.terms.map((term) => term?.factor ?? 1)
    const weights = exampleWeights(factors, items.map(completionTokens), this.#settings.reduction)
    const rate = learningRateAt(this.#settings, this.#progress.step, this.#done())
    const batch = weighted(batchOf(items, this.#network.config.contextLength), items, weights)
    const started = performance.now()
    const result = await this.#network.trainStep(batch, rate)
    const seconds = (performance.now() - started) / 1000
    const logProbs = itemLogProbs(items, result.logProbs)
    const tokens = items.reduce((sum, item) => sum + item.rows.reduce((part, row) => part + rowLength(row), 0), 0)
    return {
      kind: 'step',
      step: this.#progress.step + 1,
      epoch: this.#progress.epoch,
      loss: mean(draw.terms.map((term, i) => term?.loss ?? -(logProbs[i] as number))),
      crossEntropy: -mean(logProbs),
      meanFactor: mean(factors),
      confidence: mean(logProbs.map(Math.exp)),
      replaced: draw.replaced,
      learningRate: rate,
      gradientNorm: result.gradientNorm,
      tokens,
      tokensPerSecond: tokens / seconds,
    }
  }

  async #evaluate(): Promise<void> {
    if (this.#data.heldOut.length === 0) return
    const { step, epoch, bestLoss, stale } = this.#progress
    const metrics = { ...(await evaluate(this.#network, this.#data.heldOut, this.#objective.n)), step, epoch }
    this.#lastEvaluation = metrics
    const better = bestLoss === null || metrics.loss < bestLoss
    if (better && this.#settings.patience !== undefined) this.#best = (await this.#network.readState()).parameters
    this.#progress = { ...this.#progress, bestLoss: better ? metrics.loss : bestLoss, stale: better ? 0 : stale + 1 }
    await this.#hooks.onMetrics?.(metrics, this.#done())
  }

  async #snapshot(): Promise<void> {
    this.#progress = { ...this.#progress, seconds: this.#progress.seconds + this.#lap() }
    if (this.#hooks.onSnapshot === undefined) return
    await this.#hooks.onSnapshot({ progress: this.#progress, state: await this.#network.readState(), best: this.#best })
  }

  #itemsOfEpoch(): readonly Item[] {
    const { epoch } = this.#progress
    if (this.#order?.epoch !== epoch) {
      const { training } = this.#data
      const order = epochOrder(training, this.#settings.batchSize, this.#settings.seed, epoch)
      this.#order = { epoch, items: order.map((i) => training[i] as Item) }
    }
    return this.#order.items
  }

  /** Seconds since it was last asked. */
  #lap(): number {
    const now = performance.now()
    const seconds = (now - this.#since) / 1000
    this.#since = now
    return seconds
  }
}
