import type { EngineEvent } from '../engine.ts'
import { nextLoan } from './loans.ts'
import { LspProcess, type WorkerGone } from './lsp-process.ts'
import type { LeanPeer } from './peer.ts'

/** A process, and what it was started for. */
type Slot = {
  worker: LspProcess | undefined
  /** The document of that process: another one, or another import, is another process. */
  document: string
  busy: boolean
}

/** What a process is started for. */
export type WorkerDocument = {
  readonly imports: string
  /** Under which it is opened; the peer's own if left out. */
  readonly uri?: string | undefined
}

type Waiter = {
  readonly document: string
  passedOver: number
  readonly grant: (slot: Slot) => void
  readonly refuse: (error: unknown) => void
}

/** Lean's file workers, lent out one user at a time: about in the order of asking, see `nextLoan`. */
export class LspWorkers {
  readonly #peer: LeanPeer
  readonly #slots: Slot[]
  readonly #waiting: Waiter[] = []
  readonly #memoryCeiling: number
  readonly #onEvent: (event: EngineEvent) => void
  #disposed = false

  constructor(peer: LeanPeer, processes: number, memoryCeiling: number, onEvent: (event: EngineEvent) => void) {
    this.#peer = peer
    this.#memoryCeiling = memoryCeiling
    this.#onEvent = onEvent
    this.#slots = Array.from({ length: processes }, () => ({
      worker: undefined,
      document: '',
      busy: false,
    }))
  }

  /** The processes that are up. */
  get pids(): readonly number[] {
    return this.#slots.flatMap(({ worker }) => (worker === undefined || worker.isEnding ? [] : [worker.pid]))
  }

  /** Lends a slot; one whose process has this document and these imports, if one is idle. */
  async withSlot<T>(
    { imports, uri = this.#peer.documentUri }: WorkerDocument,
    use: (slot: LentSlot) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const document = `${uri} ${imports}`
    const slot = await this.#acquire(document, signal)
    try {
      return await use({
        open: () => this.#open(slot, document, uri),
        recycle: () => this.#endIfGrown(slot),
      })
    } finally {
      slot.busy = false
      this.#endIfGrown(slot)
      this.#dispatch()
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(new Error('the engine was closed'))
    const workers = this.#slots.flatMap(({ worker }) => worker ?? [])
    for (const worker of workers) worker.kill('the engine was closed')
    await Promise.all(workers.map((worker) => worker.gone))
  }

  /** Leaves a good part of the ceiling for one more version. */
  #endIfGrown(slot: Slot): void {
    const bytes = slot.worker?.memory()
    if (bytes !== undefined && bytes > this.#memoryCeiling * 0.8) this.#end(slot, 'its memory has grown')
  }

  /** The slot's process, a new one where it has none that can serve. It has not been told of any text. */
  #open(slot: Slot, document: string, uri: string): { worker: LspProcess; fresh: boolean } {
    if (slot.worker !== undefined && !slot.worker.isEnding && slot.document === document)
      return { worker: slot.worker, fresh: false }
    this.#end(slot, 'another import is needed')
    const begun = performance.now()
    const worker = new LspProcess(this.#peer, this.#memoryCeiling, uri)
    Object.assign(slot, { worker, document })
    this.#onEvent({ kind: 'started', pid: worker.pid, ms: performance.now() - begun })
    void worker.gone.then((death: WorkerGone) => {
      if (slot.worker === worker) slot.worker = undefined
      this.#onEvent({ kind: 'ended', pid: worker.pid, reason: death.message })
    })
    return { worker, fresh: true }
  }

  #end(slot: Slot, reason: string): void {
    slot.worker?.kill(reason)
    slot.worker = undefined
  }

  #acquire(document: string, signal?: AbortSignal): Promise<Slot> {
    signal?.throwIfAborted()
    if (this.#disposed) throw new Error('the engine was closed')
    return new Promise<Slot>((resolve, reject) => {
      const onAbort = () => {
        const index = this.#waiting.indexOf(waiter)
        if (index >= 0) this.#waiting.splice(index, 1)
        reject(signal?.reason)
      }
      const waiter: Waiter = {
        document,
        passedOver: 0,
        grant: (slot) => {
          signal?.removeEventListener('abort', onAbort)
          resolve(slot)
        },
        refuse: reject,
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(waiter)
      this.#dispatch()
    })
  }

  #dispatch(): void {
    for (;;) {
      const idle = this.#slots.filter((slot) => !slot.busy)
      if (this.#waiting.length === 0 || idle.length === 0) return
      const loan = nextLoan(
        this.#waiting,
        idle.map(({ worker, document }) => ({ document: worker === undefined ? undefined : document })),
      )
      for (const passed of this.#waiting.slice(0, loan.waiter)) passed.passedOver++
      const [waiter] = this.#waiting.splice(loan.waiter, 1) as [Waiter]
      const slot = idle[loan.slot] as Slot
      slot.busy = true
      waiter.grant(slot)
    }
  }
}

export type LentSlot = {
  /** The process to work with; `fresh` if its document must be opened first. */
  open(): { worker: LspProcess; fresh: boolean }
  /** Ends the process if its memory has grown too far: for somebody who keeps the slot for long. */
  recycle(): void
}
