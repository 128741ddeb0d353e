import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { EngineEvent, EngineOptions } from '../engine.ts'
import { type ModuleFile, TwoModules } from '../module-files.ts'
import { EngineError } from '../session.ts'
import { compiledCode } from './compiled-code.ts'
import { type LeanProcess, ProcessGoneError, spawnLean } from './lean-process.ts'
import { findNodeBinary, type NodeBinary } from './node-binary.ts'
import { type PreparedLean, prepareLean } from './prepare.ts'
import { ReservedProcess, type Used } from './reserved.ts'

const DEFAULT_MEMORY_CEILING = 1536 * 1024 * 1024
/** A loaded machine takes many times the usual few seconds to boot, or to import all of Lean. */
const BOOT_DEADLINE_MS = 180_000
const BOOT_ATTEMPTS = 3
/** A process, and what is open inside it. */
export type Worker = {
  readonly process: LeanProcess
  /** Environments by the header's text. */
  readonly environments: Map<string, OpenedHeader>
  /** What a session has open, by the session. */
  readonly theorems: Map<object, OpenedTheorem>
  /** At the last report; the module's memory only grows. */
  heapBytes: number
  /**
   * The trusted text with code of its own that the process has elaborated. Only texts that begin with it may follow, for
   * they would run that code themselves.
   */
  ranCodeOf?: string
}
export type OpenedHeader = { readonly environment: number; readonly clean: boolean }
/** A theorem's handle, and those of its saved states by key, least recently made first. */
export type OpenedTheorem = { readonly theorem: number; readonly states: Map<string, number> }

type Waiter = {
  readonly prefers: (worker: Worker) => boolean
  readonly grant: (worker: Worker) => void
  readonly refuse: (error: unknown) => void
}

/**
 * Lean processes, lent out one user at a time in the order of asking. Beside the workers there are two for the verifier:
 * the kernel process, which never sees a text, and one that sees nothing but trusted headers and statements. The second
 * is started where no worker is as innocent; it takes the place of a worker that dies.
 */
export class LeanPool {
  readonly processes: number
  readonly #node: NodeBinary
  readonly #lean: PreparedLean
  readonly #codeFile: string | undefined
  readonly #memoryCeiling: number
  readonly #onEvent: (event: EngineEvent) => void
  readonly #alive = new Set<LeanProcess>()
  /** Those that texts are given to. */
  readonly #readers = new Set<LeanProcess>()
  readonly #workers = new Set<Worker>()
  readonly #idle: Worker[] = []
  readonly #waiting: Waiter[] = []
  /** Files that texts may import, by the name they are imported by. */
  readonly #modules = new Map<string, ModuleFile>()
  /** Workers that are booting. */
  #starting = 0
  readonly #verifies: boolean
  readonly #kernel: ReservedProcess
  readonly #statements: ReservedProcess
  #workerLost = false
  #disposed = false
  #leanVersion = ''

  private constructor(node: NodeBinary, lean: PreparedLean, codeFile: string | undefined, options: EngineOptions) {
    this.#node = node
    this.#lean = lean
    this.#codeFile = codeFile
    this.processes = options.processes ?? availableParallelism()
    this.#memoryCeiling = options.memoryCeilingBytes ?? DEFAULT_MEMORY_CEILING
    this.#onEvent = options.onEvent ?? (() => {})
    this.#verifies = options.verifies !== false
    this.#kernel = new ReservedProcess(() => this.#boot('data'), this.#memoryCeiling)
    this.#statements = new ReservedProcess(() => this.#boot(), this.#memoryCeiling)
  }

  /** Prepares Lean if that has not been done on this machine, and boots a worker. @throws EngineError */
  static async create(options: EngineOptions = {}): Promise<LeanPool> {
    const progress = options.onProgress ?? (() => {})
    const node = await findNodeBinary(progress)
    const lean = await prepareLean(progress)
    const codeFile = await compiledCode(node, lean, progress)
    progress('starting Lean', 0)
    const pool = new LeanPool(node, lean, codeFile, options)
    try {
      pool.#adopt(await pool.#boot())
    } catch (error) {
      await pool.dispose()
      throw error
    }
    progress('starting Lean', 1)
    return pool
  }

  /** E.g. `4.28.0, commit 38f3c0c4…`. */
  get leanVersion(): string {
    return this.#leanVersion
  }
  /** SHA-256 of the library every process reads. */
  get libraryHash(): string {
    return this.#lean.libraryHash
  }
  /** Whether a module is the library's. */
  hasModule(name: string): boolean {
    return existsSync(`${join(this.#lean.libraryDir, ...name.split('.'))}.olean`)
  }
  /**
   * Files of the user's that texts may import from now on.
   * @throws TwoModules where another file goes by the name of one of them
   */
  async addModules(modules: readonly ModuleFile[]): Promise<void> {
    const fresh = modules.filter(({ name }) => !this.#modules.has(name))
    for (const module of modules) {
      const known = this.#modules.get(module.name) ?? module
      if (known.text !== module.text) throw new TwoModules(module.name, known.path, module.path)
    }
    for (const module of fresh) this.#modules.set(module.name, module)
    if (fresh.length > 0) await Promise.all([...this.#readers].map((process) => this.#tellModules(process)))
  }
  /** A process that dies meanwhile is replaced by one that is told when it starts. */
  async #tellModules(process: LeanProcess): Promise<void> {
    await process.request('addModules', { modules: [...this.#modules.values()] }, BOOT_DEADLINE_MS).catch(() => {})
  }

  /** The processes that run tactics and are up now. */
  get workers(): ReadonlySet<Worker> {
    return this.#workers
  }

  /** Lends a worker to `use`; where several are idle, one that `prefers` likes. One that dies meanwhile is replaced. */
  async withWorker<T>(
    use: (worker: Worker) => Promise<T>,
    signal?: AbortSignal,
    prefers: (worker: Worker) => boolean = () => false,
  ): Promise<T> {
    const worker = await this.#acquire(prefers, signal)
    try {
      return await use(worker)
    } finally {
      this.#giveBack(worker)
    }
  }

  /** A worker is idle that has seen nothing but trusted headers and statements. */
  get hasUntainted(): boolean {
    return this.#idle.some(untainted)
  }

  /** Lends a process that has seen nothing but trusted texts, and run code of this header's at most, to `use`. */
  async withStatementProcess<T>(header: string, use: (worker: Worker) => Promise<Used<T>>): Promise<T> {
    const fits = ({ ranCodeOf }: Worker) => ranCodeOf === undefined || header.startsWith(ranCodeOf)
    const index = this.#idle.findIndex(untainted)
    const [worker] = index < 0 ? [] : this.#idle.splice(index, 1)
    if (worker === undefined) return this.#statements.use(use, fits)
    try {
      const { result, heapBytes } = await use(worker)
      worker.heapBytes = heapBytes
      if (worker.ranCodeOf !== undefined) worker.process.taint()
      return result
    } catch (error) {
      // What is rejected may have run code before it was.
      worker.process.taint()
      // It may have died of something else, as when it was killed from outside.
      if (!(error instanceof ProcessGoneError)) throw error
      return this.#statements.use(use, fits)
    } finally {
      this.#giveBack(worker)
    }
  }

  /** A statement is known, so that a proof may come: begins to boot the kernel process. Who has mistyped waits for one process only. */
  expectProof(): void {
    if (this.#verifies && !this.#disposed) this.#kernel.prepare()
  }

  /** Lends the process that never sees a text to `use`, which sends it plain data. */
  withKernelProcess<T>(use: (worker: Worker) => Promise<Used<T>>): Promise<T> {
    return this.#kernel.use(use)
  }

  /** Ends every process. Those who wait are refused. */
  async dispose(): Promise<void> {
    this.#disposed = true
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(closed())
    const processes = [...this.#alive]
    for (const process of processes) process.kill('the pool was closed')
    await Promise.all(processes.map((process) => process.gone))
  }

  #acquire(prefers: Waiter['prefers'], signal?: AbortSignal): Promise<Worker> {
    signal?.throwIfAborted()
    if (this.#disposed) throw closed()
    return new Promise<Worker>((resolve, reject) => {
      const onAbort = () => {
        const index = this.#waiting.indexOf(waiter)
        if (index >= 0) this.#waiting.splice(index, 1)
        reject(signal?.reason)
      }
      const settled = <A>(settle: (value: A) => void) => {
        return (value: A) => {
          signal?.removeEventListener('abort', onAbort)
          settle(value)
        }
      }
      const waiter: Waiter = { prefers, grant: settled(resolve), refuse: settled(reject) }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(waiter)
      this.#dispatch()
    })
  }

  /** Hands idle workers to those who wait, oldest first, and starts workers while some still wait. */
  #dispatch(): void {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const waiter = this.#waiting.shift() as Waiter
      const preferred = this.#idle.findIndex(waiter.prefers)
      const [worker] = this.#idle.splice(Math.max(preferred, 0), 1)
      waiter.grant(worker as Worker)
    }
    while (this.#starting < this.#waiting.length && this.#workers.size + this.#starting < this.processes) {
      this.#starting++
      void this.#startWorker()
    }
  }

  async #startWorker(): Promise<void> {
    try {
      const worker = (this.#workerLost ? this.#statements.take() : undefined) ?? (await this.#boot())
      this.#starting--
      this.#adopt(worker)
      // Where one has died others will: the next need not be waited for.
      if (this.#workerLost) this.#statements.prepare()
    } catch (error) {
      this.#starting--
      // Nothing serves those who wait: they must hear it.
      if (this.#workers.size === 0 && this.#starting === 0)
        for (const waiter of this.#waiting.splice(0)) waiter.refuse(error)
    }
  }

  #adopt(worker: Worker): void {
    this.#workers.add(worker)
    void worker.process.gone.then(() => {
      this.#workers.delete(worker)
      const index = this.#idle.indexOf(worker)
      if (index >= 0) this.#idle.splice(index, 1)
      this.#workerLost = true
      if (!this.#disposed) this.#dispatch()
    })
    this.#giveBack(worker)
  }

  #giveBack(worker: Worker): void {
    if (worker.process.death() !== undefined || !this.#workers.has(worker)) return
    if (worker.heapBytes > this.#memoryCeiling) {
      // Gone for the pool at once; `gone` comes a moment later.
      this.#workers.delete(worker)
      worker.process.kill(`its heap reached ${Math.round(worker.heapBytes / 1e6)} MB`)
    } else {
      this.#idle.push(worker)
    }
    this.#dispatch()
  }

  /** A new process that has tested itself. @throws EngineError after some attempts, with the last one's reason. */
  async #boot(reads: 'texts' | 'data' = 'texts'): Promise<Worker> {
    let reason = ''
    for (let attempt = 0; attempt < BOOT_ATTEMPTS; attempt++) {
      if (this.#disposed) throw closed()
      const began = performance.now()
      // Kept code that ends the process is not tried twice.
      const process = spawnLean(this.#node, this.#lean, attempt === 0 ? this.#codeFile : undefined)
      this.#alive.add(process)
      void process.gone.then((death) => {
        this.#alive.delete(process)
        this.#readers.delete(process)
        this.#onEvent({
          kind: 'ended',
          pid: process.pid,
          reason: death.kind === 'killed' ? death.reason : death.detail,
        })
      })
      try {
        const version = await process.request('hello', {}, BOOT_DEADLINE_MS)
        this.#leanVersion = version.leanVersion
        if (reads === 'texts') {
          this.#readers.add(process)
          if (this.#modules.size > 0) await this.#tellModules(process)
        }
        this.#onEvent({ kind: 'started', pid: process.pid, ms: performance.now() - began })
        return { process, environments: new Map(), theorems: new Map(), heapBytes: 0 }
      } catch (error) {
        if (!(error instanceof ProcessGoneError)) throw error
        reason = error.message
      }
    }
    if (this.#disposed) throw closed()
    throw new EngineError(`Lean does not start: ${reason}; \`hedge doctor\` looks for the cause`)
  }
}

const untainted = (worker: Worker): boolean => !worker.process.tainted()

function closed(): EngineError {
  return new EngineError('the Lean pool has been closed')
}
