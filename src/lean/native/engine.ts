import { availableParallelism } from 'node:os'
import type { Theorem } from '../../proof/theorem.ts'
import {
  DEFAULT_LIMITS,
  type Engine,
  EngineError,
  type EngineOptions,
  type StartResult,
  type Submission,
  startResult,
  type TacticLimits,
  type Verdict,
  type VerifyOptions,
} from '../engine.ts'
import type { FileReader, FileReading } from '../placed.ts'
import { LspSession } from './lsp-session.ts'
import type { LeanPeer } from './peer.ts'
import { readByLayout } from './read-file.ts'
import { LspTracer } from './trace.ts'
import { LspWorkers } from './workers.ts'

/** Mathlib alone maps some 6 GB; what a worker adds to that is its own. */
const DEFAULT_MEMORY_CEILING = 12 * 1024 ** 3

/** How a peer checks a finished source; see native/verify-source.ts. */
export type Verify = (theorem: Theorem, submission: Submission, options?: VerifyOptions) => Promise<Verdict>

/** Lean behind its own language server: `lean --worker` processes of any toolchain. */
export class LspEngine implements Engine, FileReader {
  readonly leanVersion: string
  readonly libraryHash: string
  readonly processes: number
  readonly #workers: LspWorkers
  readonly #verify: Verify | undefined
  readonly #directory: string | undefined

  constructor(peer: LeanPeer, options: EngineOptions = {}, verify?: Verify) {
    this.leanVersion = peer.version
    this.libraryHash = peer.libraryHash
    this.#directory = peer.directory
    this.processes = options.processes ?? availableParallelism()
    this.#verify = verify
    this.#workers = new LspWorkers(
      peer,
      this.processes,
      options.memoryCeilingBytes ?? DEFAULT_MEMORY_CEILING,
      options.onEvent ?? (() => {}),
    )
  }

  /** Of the processes that are up. */
  get pids(): readonly number[] {
    return this.#workers.pids
  }

  start(theorem: Theorem, limits: TacticLimits = DEFAULT_LIMITS, signal?: AbortSignal): Promise<StartResult> {
    return startResult(LspSession.begin(this.#workers, theorem, limits, signal))
  }

  /** Reads the steps of files, each in a process of its own for as long as it takes. */
  tracer(limits?: TacticLimits, commandDeadlineMs?: number): LspTracer {
    return new LspTracer(this.#workers, this.#directory, limits, commandDeadlineMs)
  }

  async readFile(text: string): Promise<FileReading> {
    return readByLayout(text)
  }

  verify(theorem: Theorem, submission: Submission, options?: VerifyOptions): Promise<Verdict> {
    if (this.#verify === undefined) throw new EngineError('this Lean has no verifier')
    return this.#verify(theorem, submission, options)
  }

  dispose(): Promise<void> {
    return this.#workers.dispose()
  }
}
