import { type Choices, WEIGHT_COUNT } from '../policy/log-linear/features.ts'

/** Adaptive rates start from here, so that the first gradient of a weight does not move it by the whole rate. */
const FIRST_SQUARES = 1e-6
/** Candidates with a smaller probability change nothing in float32, and most have one. */
const NO_GRADIENT = 1e-5

export const OPTIMISERS = ['adagrad', 'sgd'] as const
export type Optimiser = (typeof OPTIMISERS)[number]

/** A choice, its log-probabilities under the weights as they are, and the candidate that the proof took. */
export type Scored = { readonly choices: Choices; readonly scores: Float64Array; readonly taken: number }

/**
 * Gradient descent on the weights of a log-linear policy, one item (a tactic, or all tactics of a proof) at a time.
 *
 * The gradient of cross-entropy is summed up over all candidates and features of the item before any weight moves, so a
 * weight that several candidates share moves along its gradient. A step is F times that gradient, as Eq. 4 has it:
 * `sgd` multiplies it by the rate alone, `adagrad` also divides it by the root of the squared gradients of cross-entropy
 * that the weight has seen. These squares are taken without F, so F cannot cancel: at F = 0.06 a step is 0.06 of what it
 * is at F = 1, from the first one on.
 */
export class Descent {
  readonly weights = new Float32Array(WEIGHT_COUNT)
  readonly #squares: Float32Array | undefined
  readonly #rate: number
  readonly #gradient = new Float64Array(WEIGHT_COUNT)
  readonly #isTouched = new Uint8Array(WEIGHT_COUNT)
  #touched: number[] = []

  constructor(optimiser: Optimiser, rate: number) {
    this.#rate = rate
    this.#squares = optimiser === 'adagrad' ? new Float32Array(WEIGHT_COUNT).fill(FIRST_SQUARES) : undefined
  }

  /** One step along `factor` times the gradient of the item's cross-entropy. */
  step(item: readonly Scored[], factor: number): void {
    for (const scored of item) this.#add(scored)
    for (const place of this.#touched) {
      const gradient = this.#gradient[place] as number
      this.#gradient[place] = 0
      this.#isTouched[place] = 0
      let scale = this.#rate * factor
      if (this.#squares !== undefined) {
        const square = (this.#squares[place] as number) + gradient * gradient
        this.#squares[place] = square
        scale /= Math.sqrt(square)
      }
      this.weights[place] = (this.weights[place] as number) - scale * gradient
    }
    this.#touched = []
  }

  #add({ choices: { features, starts }, scores, taken }: Scored): void {
    for (let i = 0; i < scores.length; i++) {
      const gradient = Math.exp(scores[i] as number) - (i === taken ? 1 : 0)
      if (Math.abs(gradient) < NO_GRADIENT) continue
      const end = starts[i + 1] as number
      for (let f = starts[i] as number; f < end; f++) {
        const place = features[f] as number
        if (this.#isTouched[place] === 0) {
          this.#isTouched[place] = 1
          this.#touched.push(place)
        }
        this.#gradient[place] = (this.#gradient[place] as number) + gradient
      }
    }
  }
}
