import type { DeclarationExport } from '../proof/declarations/export.ts'
import type { Kernels } from '../proof/kernels.ts'
import type { ProofState } from '../proof/proof-state.ts'
import type { TacticResult } from '../proof/tactic-result.ts'
import type { Theorem } from '../proof/theorem.ts'

/** A message of Lean about a source text. Lines count from 1, columns from 0 in code points, as Lean prints them. */
export type Diagnostic = {
  readonly severity: 'information' | 'warning' | 'error'
  readonly line: number
  readonly column: number
  readonly text: string
}

export type TacticLimits = {
  /** Lean's own deterministic limit per tactic, in thousands of small allocations, as in `set_option maxHeartbeats`. */
  readonly heartbeats: number
  /** Milliseconds after which the process that runs the tactic is killed. */
  readonly wallClockMs: number
}

export const DEFAULT_LIMITS: TacticLimits = { heartbeats: 20_000, wallClockMs: 10_000 }

export type StartResult =
  | { readonly kind: 'started'; readonly session: ProofSession }
  | { readonly kind: 'rejected'; readonly where: 'header' | 'statement'; readonly diagnostics: readonly Diagnostic[] }

/** A theorem being worked on. States belong to the session that made them. */
export interface ProofSession {
  readonly theorem: Theorem
  readonly root: ProofState
  /**
   * Runs each tactic on the same state, independently; `state` itself never changes. One result per tactic, in order.
   * A process that dies is restarted and charged to the one tactic that killed it. When `signal` aborts, gives the
   * results there are, so that a proof among them is not lost, or rejects with its reason where there are none. Rejects
   * otherwise only when Lean cannot be started again (EngineError).
   */
  runTactics(state: ProofState, tactics: readonly string[], signal?: AbortSignal): Promise<TacticResult[]>
  /** Tells the engine that no tactic will be run on this state soon. It stays valid: running on it again rebuilds it. */
  release(state: ProofState): void
  close(): Promise<void>
}

/** The verifier's answer. Only `verified` counts as proved, anywhere. */
export type Verdict =
  | {
      readonly kind: 'verified'
      readonly axioms: readonly string[]
      /** Checkers from elsewhere that have accepted it too; left out where there are none. */
      readonly alsoCheckedBy?: readonly string[]
      /** What the second kernel said; left out where there is none. */
      readonly kernels?: Kernels
      /** Lean's errors in other commands of the file, which the theorem does not rest on; left out where there are none. */
      readonly elsewhere?: readonly string[]
    }
  | { readonly kind: 'rejected'; readonly reason: string; readonly messages: readonly string[] }

/** A proof from anywhere: a whole `.lean` file, and the name of the theorem in it. */
export type Submission = {
  readonly source: string
  readonly name: string
  /** Given where the file must be exactly this header and then one declaration. */
  readonly header?: string
}

export type VerifyOptions = {
  /** Milliseconds for each of the processes that take part; a proof that takes longer is rejected. */
  readonly deadlineMs?: number
  /** What the second kernel does not finish is rejected. */
  readonly requireBoth?: boolean
  /** Is given what the kernel accepted, where the engine can tell and the proof is verified. */
  readonly onExport?: (data: DeclarationExport) => void
}

/** A header or a statement that Lean does not accept: bad input, not a failed proof. */
export class RejectedInput extends Error {
  override readonly name = 'RejectedInput'
  readonly where: 'header' | 'statement'
  readonly diagnostics: readonly Diagnostic[]
  constructor(where: 'header' | 'statement', diagnostics: readonly Diagnostic[]) {
    super(`the ${where} does not elaborate: ${diagnostics[0]?.text ?? 'Lean gives no reason'}`)
    this.where = where
    this.diagnostics = diagnostics
  }
}

/** What an engine answers once a session has begun, or was refused. */
export async function startResult(begin: Promise<ProofSession>): Promise<StartResult> {
  try {
    return { kind: 'started', session: await begin }
  } catch (error) {
    if (error instanceof RejectedInput) return { kind: 'rejected', where: error.where, diagnostics: error.diagnostics }
    throw error
  }
}

/** Lean itself could not be made to work: no process, a start-up self-test that failed, a broken installation. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
}

/** What is done until Lean runs, and which fraction of it is done. */
export type StartProgress = (step: string, fraction: number) => void

/** How an engine is started. */
export type EngineOptions = {
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

export interface Engine {
  /** E.g. `4.28.0`, with the commit of Lean it was built from. */
  readonly leanVersion: string
  start(theorem: Theorem, limits?: TacticLimits, signal?: AbortSignal): Promise<StartResult>
  /**
   * Checks a finished source against a trusted statement and header, from scratch.
   * @throws RejectedInput where the trusted header or statement does not elaborate
   */
  verify(theorem: Theorem, submission: Submission, options?: VerifyOptions): Promise<Verdict>
  dispose(): Promise<void>
}
