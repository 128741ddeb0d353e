import { ProcessGoneError } from './lean-process.ts'
import type { Worker } from './pool.ts'

/** What a user of a reserved process leaves behind: its answer, the heap it left, and whether the process may be used again. */
export type Used<T> = { readonly result: T; readonly heapBytes: number; readonly reusable: boolean }

/**
 * One process kept for one kind of work, lent to one user at a time in the order of asking, started when it is first
 * needed. A process that dies during the work is replaced and the work done once more: its first death may have come from
 * outside. The second is the work's own, and rejects with ProcessGoneError.
 */
export class ReservedProcess {
  readonly #boot: () => Promise<Worker>
  readonly #memoryCeiling: number
  #worker: Worker | undefined
  #booting: Promise<void> | undefined
  #turn: Promise<unknown> = Promise.resolve()
  /** It is lent to someone. */
  #isLent = false

  constructor(boot: () => Promise<Worker>, memoryCeiling: number) {
    this.#boot = boot
    this.#memoryCeiling = memoryCeiling
  }

  /** Starts the process ahead of its first use. Whoever uses it hears why that fails. */
  prepare(): void {
    if (this.#isLent || this.#alive() !== undefined || this.#booting !== undefined) return
    this.#booting = this.#boot()
      .then(
        (worker) => {
          this.#worker = worker
        },
        () => {},
      )
      .finally(() => {
        this.#booting = undefined
      })
  }

  /** Gives the process away, if there is one that nobody uses. */
  take(): Worker | undefined {
    const worker = this.#alive()
    this.#worker = undefined
    return worker
  }

  /** @param fits whether the process at hand will do; if not, another one is started */
  use<T>(work: (worker: Worker) => Promise<Used<T>>, fits: (worker: Worker) => boolean = () => true): Promise<T> {
    const turn = this.#turn.then(async () => {
      try {
        return await this.#once(work, fits)
      } catch (error) {
        // A missed deadline would be missed again.
        if (!(error instanceof ProcessGoneError) || error.death.kind === 'killed') throw error
        return this.#once(work, fits)
      }
    })
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #once<T>(work: (worker: Worker) => Promise<Used<T>>, fits: (worker: Worker) => boolean): Promise<T> {
    await this.#booting
    this.#isLent = true
    try {
      return await this.#lend(work, fits)
    } finally {
      this.#isLent = false
    }
  }

  async #lend<T>(work: (worker: Worker) => Promise<Used<T>>, fits: (worker: Worker) => boolean): Promise<T> {
    // Nobody takes it while it is at work.
    const kept = this.take()
    if (kept !== undefined && !fits(kept)) kept.process.kill('it has seen what the next text must not depend on')
    const worker = kept !== undefined && fits(kept) ? kept : await this.#boot()
    let reusable = false
    try {
      const used = await work(worker)
      reusable = used.reusable && used.heapBytes <= this.#memoryCeiling
      return used.result
    } finally {
      if (reusable && worker.process.death() === undefined && this.#worker === undefined) this.#worker = worker
      else worker.process.kill('it has done its work')
    }
  }

  #alive(): Worker | undefined {
    return this.#worker?.process.death() === undefined ? this.#worker : undefined
  }
}
