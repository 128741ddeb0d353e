import cliProgress from 'cli-progress'
import type { EvaluationMetrics, Metrics, StepMetrics } from '../training/metrics.ts'

/** Where no terminal redraws a line, one is printed this often. */
const LINE_EVERY_MS = 10_000
/** The share of the newest step in the shown averages. */
const SMOOTHING = 0.1

/** The live view of one training run: a progress line on a terminal, a line now and then elsewhere. */
export class TrainingView {
  readonly #title: string
  readonly #stream: NodeJS.WriteStream
  readonly #bar: cliProgress.SingleBar | undefined
  readonly #started = performance.now()
  #firstDone: number | undefined
  #lastLine = 0
  #averages: { loss: number; factor: number; speed: number } | undefined
  #heldOut: EvaluationMetrics | undefined

  constructor(title: string, stream: NodeJS.WriteStream) {
    this.#title = title
    this.#stream = stream
    if (!stream.isTTY) return
    const format = `${title} {bar} {percentage}% | {text}`
    this.#bar = new cliProgress.SingleBar(
      { format, stream, barsize: 20, hideCursor: true },
      cliProgress.Presets.shades_classic,
    )
    this.#bar.start(1, 0, { text: '' })
  }

  /** `done` is the share of the planned run behind it, 0 where only the clock ends it. */
  show(metrics: Metrics, done: number): void {
    this.#firstDone ??= done
    if (metrics.kind === 'evaluation') this.#heldOut = metrics
    else this.#average(metrics)
    const text = this.#text(metrics.step, done)
    this.#bar?.update(done, { text })
    const now = performance.now()
    if (this.#bar !== undefined || (metrics.kind === 'step' && now - this.#lastLine < LINE_EVERY_MS)) return
    this.#lastLine = now
    this.#stream.write(`${this.#title} ${(100 * done).toFixed(1)}% | ${text}\n`)
  }

  close(): void {
    this.#bar?.stop()
  }

  #average({ loss, meanFactor, tokensPerSecond = Number.NaN }: StepMetrics): void {
    const old = this.#averages ?? { loss, factor: meanFactor, speed: tokensPerSecond }
    const blend = (before: number, now: number) => before + SMOOTHING * (now - before)
    this.#averages = {
      loss: blend(old.loss, loss),
      factor: blend(old.factor, meanFactor),
      speed: blend(old.speed, tokensPerSecond),
    }
  }

  #text(step: number, done: number): string {
    const { loss = Number.NaN, factor = Number.NaN, speed = Number.NaN } = this.#averages ?? {}
    const parts = [`step ${step}`, `loss ${loss.toFixed(3)}`, `F ${factor.toFixed(2)}`]
    if (!Number.isNaN(speed)) parts.push(`${Math.round(speed)} tok/s`)
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
