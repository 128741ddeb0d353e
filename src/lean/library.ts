import { ProcessGoneError } from './embedded/lean-process.ts'
import type { LibraryCheck, LibraryModule, PrintedTheorem } from './embedded/protocol.ts'
import type { LeanPool, Worker } from './pool.ts'
import { openHeader } from './session.ts'

export type { LibraryCheck, LibraryModule, PrintedTheorem } from './embedded/protocol.ts'

export type StatedTheorem = {
  readonly name: string
  readonly variants: readonly string[]
  readonly fingerprint: string
}

/** Everything the embedded library has to say about itself. */
const WHOLE = 'import Init\nimport Std\n'
const BASE_DEADLINE_MS = 180_000
/** On a loaded machine; a statement takes some 10 ms. */
const THEOREM_DEADLINE_MS = 2000
const PRINTED_AT_ONCE = 50

/** The embedded library read as a source of theorems. A process that dies is charged to the theorem that killed it. */
export class LeanLibrary {
  readonly #pool: LeanPool

  constructor(pool: LeanPool) {
    this.#pool = pool
  }

  async modules(): Promise<LibraryModule[]> {
    return this.#use(async (worker) => {
      const { environment } = await openHeader(worker, WHOLE)
      return (await worker.process.request('libraryModules', { environment }, BASE_DEADLINE_MS)).modules
    })
  }

  /** One answer per name, in order. */
  print(names: readonly string[]): Promise<PrintedTheorem[]> {
    return inParts(names, PRINTED_AT_ONCE, (part) =>
      this.#halving(part, { kind: 'left', reason: 'Lean dies printing it' }, async (worker, some) => {
        const { environment } = await openHeader(worker, WHOLE)
        const deadline = BASE_DEADLINE_MS + some.length * THEOREM_DEADLINE_MS
        return (await worker.process.request('printTheorems', { environment, names: [...some] }, deadline)).printed
      }),
    )
  }

  /** Which printed form of each theorem means the same in the environment of `header`. One answer per theorem, in order. */
  check(header: string, theorems: readonly StatedTheorem[]): Promise<LibraryCheck[]> {
    return this.#halving(theorems, { kind: 'left', reason: 'Lean dies on its statement' }, async (worker, some) => {
      const deadline = BASE_DEADLINE_MS + some.length * THEOREM_DEADLINE_MS
      const list = some.map(({ name, variants, fingerprint }) => ({ name, variants: [...variants], fingerprint }))
      return (await worker.process.request('checkPrinted', { header, theorems: list }, deadline)).checks
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

async function inParts<T, R>(
  items: readonly T[],
  size: number,
  ask: (part: readonly T[]) => Promise<R[]>,
): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += size) results.push(...(await ask(items.slice(at, at + size))))
  return results
}
