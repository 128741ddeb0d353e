import type { LibraryModule, OpenLibrary, StatedTheorem } from '../library.ts'
import { ProcessGoneError } from './lean-process.ts'
import type { LeanPool, Worker } from './pool.ts'
import { openHeader } from './session.ts'

/** Everything the embedded library has to say about itself. */
const WHOLE = 'import Init\nimport Std\n'
const BASE_DEADLINE_MS = 180_000
/** On a loaded machine; a statement takes some 10 ms. */
const THEOREM_DEADLINE_MS = 2000

/** The embedded library read as a source of theorems. A process that dies is charged to the theorem that killed it. */
export class LeanLibrary implements OpenLibrary {
  readonly #pool: LeanPool

  constructor(pool: LeanPool) {
    this.#pool = pool
  }

  get leanVersion(): string {
    return this.#pool.leanVersion
  }
  get libraryHash(): string {
    return this.#pool.libraryHash
  }

  dispose(): Promise<void> {
    return this.#pool.dispose()
  }

  async modules(): Promise<LibraryModule[]> {
    return this.#use(async (worker) => {
      const { environment } = await openHeader(worker, WHOLE)
      return (await worker.process.request('libraryModules', { environment }, BASE_DEADLINE_MS)).modules
    })
  }

  /** Statements that elaborate back in the environment of `header`. One answer per name, in order. */
  state(header: string, names: readonly string[]): Promise<StatedTheorem[]> {
    return this.#halving(names, { kind: 'left', reason: 'Lean dies on its statement' }, async (worker, some) => {
      const { environment } = await openHeader(worker, WHOLE)
      const deadline = BASE_DEADLINE_MS + some.length * THEOREM_DEADLINE_MS
      return (await worker.process.request('stateTheorems', { environment, header, names: [...some] }, deadline)).stated
    })
  }

  /** Asks about all items at once; where that kills the process, about each half, down to single items. */
  async #halving<T, R>(
    items: readonly T[],
    dead: R,
    ask: (worker: Worker, items: readonly T[]) => Promise<R[]>,
  ): Promise<R[]> {
    if (items.length === 0) return []
    try {
      return await this.#use((worker) => ask(worker, items))
    } catch (error) {
      if (!(error instanceof ProcessGoneError)) throw error
      if (items.length === 1) return [dead]
      const middle = items.length >> 1
      return [
        ...(await this.#halving(items.slice(0, middle), dead, ask)),
        ...(await this.#halving(items.slice(middle), dead, ask)),
      ]
    }
  }

  #use<R>(ask: (worker: Worker) => Promise<R>): Promise<R> {
    return this.#pool.withWorker(async (worker) => {
      const answer = await ask(worker)
      worker.heapBytes = (await worker.process.request('memory', {}, BASE_DEADLINE_MS)).heapBytes
      return answer
    })
  }
}
