import { availableParallelism } from 'node:os'
import type { LocalPremises, PremiseList } from '../../proof/premises.ts'
import type { Theorem } from '../../proof/theorem.ts'
import type { Verdict } from '../../proof/verdict.ts'
import type { Engine, EngineOptions } from '../engine.ts'
import type { FileReading } from '../placed.ts'
import type { Diagnostic } from '../session.ts'
import { DEFAULT_LIMITS, EngineError, type StartResult, startResult, type TacticLimits } from '../session.ts'
import type { Submission, VerifyOptions } from '../submission.ts'
import { elaborateBehind } from './elaborate.ts'
import { LspHoles } from './hole-opener.ts'
import { LspSession } from './lsp-session.ts'
import type { LeanPeer } from './peer.ts'
import { declaredByLayout, readByLayout } from './read-file.ts'
import { LspTracer } from './trace.ts'
import { LspWorkers } from './workers.ts'

/** Mathlib alone maps some 6 GB; what a worker adds to that is its own. */
const DEFAULT_MEMORY_CEILING = 12 * 1024 ** 3

/** Commands with a heavy proof among them, on a loaded machine. */
const ELABORATE_DEADLINE_MS = 120_000

/** How a peer checks a finished source; see native/verify-source.ts. */
export type Verify = (theorem: Theorem, submission: Submission, options?: VerifyOptions) => Promise<Verdict>

/** Lean behind its own language server: `lean --worker` processes of any toolchain. */
export class LspEngine implements Engine {
  readonly leanVersion: string
  readonly libraryHash: string
  readonly processes: number
  readonly holes: LspHoles
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
    this.holes = new LspHoles(this.#workers)
  }

  /** Of the processes that are up. */
  get pids(): readonly number[] {
    return this.#workers.pids
  }

  start(theorem: Theorem, limits: TacticLimits = DEFAULT_LIMITS, signal?: AbortSignal): Promise<StartResult> {
    return startResult(LspSession.begin(this.#workers, theorem, limits, signal))
  }

  elaborate(
    header: string,
    source: string,
    deadlineMs = ELABORATE_DEADLINE_MS,
    signal?: AbortSignal,
  ): Promise<readonly Diagnostic[]> {
    return elaborateBehind(this.#workers, header, source, deadlineMs, signal)
  }

  /** The language server lists no theorems: policies do without citing any. */
  async premises(): Promise<PremiseList> {
    return { symbols: [], theorems: [], unfolds: [] }
  }

  async localPremises(header: string): Promise<LocalPremises> {
    return { imports: '', ...declaredByLayout(header) }
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
