import type { LocalPremises, PremiseList } from '../proof/premises.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { Verdict } from '../proof/verdict.ts'
import type { HoleOpener } from './holes.ts'
import type { ModuleReader } from './module-files.ts'
import type { FileReader } from './placed.ts'
import type { Diagnostic, StartResult, TacticLimits } from './session.ts'
import type { Judging, Submission, VerifyOptions } from './submission.ts'
import type { Tracer } from './tracing/tracer.ts'

/** What other rooms know of Lean. */
export {
  DEFAULT_LIMITS,
  type Diagnostic,
  EngineError,
  type ProofSession,
  RejectedInput,
  type StartResult,
  type TacticLimits,
} from './session.ts'
export type { Judging, Submission, VerifyOptions } from './submission.ts'

/**
 * A Lean to work with. `open.ts` opens the one that is asked for; nobody outside `lean/` knows which it is.
 *
 * A further engine gives what is below. Processes are its own affair, with these promises: a process that hangs or dies
 * costs the one tactic, theorem or file it was at, and is replaced; `dispose` leaves none behind; processes are lent
 * in the order of asking. It may leave out `modules` and `expectProof`. Where its Lean lists no theorems, `premises` is empty. Its
 * `verify` must not believe anything that code in the submission can write, and shall ask for `proof/declarations` where it
 * has the data.
 */
export interface Engine extends FileReader {
  /** E.g. `4.28.0`, with the commit of Lean it was built from. */
  readonly leanVersion: string
  /** Identifies the libraries it reads, for results files. */
  readonly libraryHash: string
  /** Processes that run tactics at the same time. */
  readonly processes: number
  /** Opens a theorem by its text. A header or statement with errors is an answer; EngineError where Lean cannot work. */
  start(theorem: Theorem, limits?: TacticLimits, signal?: AbortSignal): Promise<StartResult>
  /** Opens holes of files, at their place. */
  readonly holes: HoleOpener
  /** Compiles files that others import; missing where the engine finds them itself. */
  readonly modules?: ModuleReader
  /** A proof of this theorem may have to be verified: what does not depend on the proof is begun. */
  expectProof?(theorem: Theorem): void
  /**
   * Checks a finished source against a trusted statement and header, from scratch.
   * @throws RejectedInput where the trusted header or statement does not elaborate
   */
  verify(theorem: Theorem, submission: Submission, options?: VerifyOptions): Promise<Verdict>
  /**
   * What Lean says to commands behind a header, which nothing keeps. Lines count from the first of `source`.
   * @param deadlineMs after which the process is ended, with EngineError
   * @throws RejectedInput where the header does not elaborate
   */
  elaborate(header: string, source: string, deadlineMs?: number, signal?: AbortSignal): Promise<readonly Diagnostic[]>
  /** What a policy may cite under a header, from its imports. @throws RejectedInput where the header does not elaborate */
  premises(header: string, signal?: AbortSignal): Promise<PremiseList>
  /** What a header itself declares; `imports` is the same text where `premises` gives the same. @throws RejectedInput */
  localPremises(header: string, signal?: AbortSignal): Promise<LocalPremises>
  /**
   * Reads the steps of proofs.
   * @param limits of a tactic that is replayed
   * @param commandDeadlineMs for one command of a file; a process that takes longer is ended
   */
  tracer(limits?: TacticLimits, commandDeadlineMs?: number): Tracer
  /** Ends every process. Who waits for one is refused. */
  dispose(): Promise<void>
}

/** What is done until Lean runs, and which fraction of it is done. */
export type StartProgress = (step: string, fraction: number) => void

/** How an engine is started, and what its verifier asks for. */
export type EngineOptions = Judging & {
  /** Processes that run tactics at the same time. Default: one per core. */
  readonly processes?: number
  /** A process whose memory has grown past this is replaced when it is next idle. Default: what the engine can bear. */
  readonly memoryCeilingBytes?: number
  /** Proofs will be verified, so that what checks them is started beside the first process. Default: true. */
  readonly verifies?: boolean
  readonly onProgress?: StartProgress
  readonly onEvent?: (event: EngineEvent) => void
}

/** What happens to processes, for logs. */
export type EngineEvent =
  | { readonly kind: 'started'; readonly pid: number; readonly ms: number }
  | { readonly kind: 'ended'; readonly pid: number; readonly reason: string }
