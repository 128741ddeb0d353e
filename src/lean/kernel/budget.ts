import { LimitReached } from './outcomes.ts'

/**
 * Both limits count work, not time, so that the same declarations get the same verdict on every machine.
 * `steps`: reductions, comparisons and inferences; `terms`: different terms built, some 200 bytes each.
 */
export type Limits = { readonly steps: number; readonly terms: number }

export const DEFAULT_LIMITS: Limits = { steps: 200_000_000, terms: 6_000_000 }

export class Budget {
  #left: number
  readonly #steps: number
  constructor(limits: Limits) {
    this.#left = limits.steps
    this.#steps = limits.steps
  }
  step(): void {
    if (--this.#left < 0) throw new LimitReached('steps')
  }
  get used(): number {
    return this.#steps - this.#left
  }
}
