import type { EvaluationMetrics, Metrics, StepMetrics } from '../training/metrics.ts'
import { type LiveLine, type LiveStream, showLine } from './live-line.ts'

/** The share of the newest step in the shown averages. */
const SMOOTHING = 0.1

/** The live view of one training run: how far it is, and the averages of its newest steps. */
export class TrainingView {
  readonly #title: string
  readonly #line: LiveLine
  readonly #started = performance.now()
  #firstDone: number | undefined
  #averages: { loss: number; factor: number; speed: number | undefined } | undefined
  #heldOut: EvaluationMetrics | undefined
  #shown: string

  constructor(title: string, stream?: LiveStream) {
    this.#title = title
    this.#shown = title
    this.#line = showLine(() => this.#shown, undefined, stream)
  }

  /** `done` is the share of the planned run behind it, 0 where only the clock ends it. */
  show(metrics: Metrics, done: number): void {
    this.#firstDone ??= done
    if (metrics.kind === 'evaluation') this.#heldOut = metrics
    else this.#average(metrics)
    this.#shown = `${this.#title} ${(100 * done).toFixed(1)} % | ${this.#text(metrics.step, done)}`
    this.#line.update()
  }

  close(): void {
    this.#line.stop(this.#shown)
  }

  #average({ loss, meanFactor, tokensPerSecond }: StepMetrics): void {
    const old = this.#averages ?? { loss, factor: meanFactor, speed: tokensPerSecond }
    const blend = (before: number, now: number) => before + SMOOTHING * (now - before)
    this.#averages = {
      loss: blend(old.loss, loss),
      factor: blend(old.factor, meanFactor),
      speed: tokensPerSecond === undefined ? old.speed : blend(old.speed ?? tokensPerSecond, tokensPerSecond),
    }
  }

  #text(step: number, done: number): string {
    const parts = [`step ${step}`]
    // Before the first step there is only what was held out.
    if (this.#averages !== undefined) {
      const { loss, factor, speed } = this.#averages
      parts.push(`loss ${loss.toFixed(3)}`, `F ${factor.toFixed(2)}`)
      if (speed !== undefined) parts.push(`${Math.round(speed)} tok/s`)
    }
    if (this.#heldOut !== undefined)
      parts.push(`held out ${this.#heldOut.loss.toFixed(3)}`, `greedy p ${this.#heldOut.greedyConfidence.toFixed(2)}`)
    const gained = done - (this.#firstDone ?? done)
    if (gained > 0) {
      const seconds = ((performance.now() - this.#started) / 1000) * ((1 - done) / gained)
      parts.push(`${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s left`)
    }
    return parts.join(', ')
  }
}
