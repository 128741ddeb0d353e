import type { ProofState } from '../proof/proof-state.ts'
import type { TacticResult, Trying } from '../proof/tactic-result.ts'
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
  /** What finishes is put before the verifier, so that Lean's kernel need not look at it in the search as well. */
  readonly verifierFollows?: boolean
}

export const DEFAULT_LIMITS: TacticLimits = { heartbeats: 20_000, wallClockMs: 10_000 }

/** Heartbeats of the short limit: most tactics that do anything need fewer, and these take some second. */
export const SHORT_HEARTBEATS = 3000

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
   * @param trying an engine may take no notice of it
   */
  runTactics(
    state: ProofState,
    tactics: readonly string[],
    signal?: AbortSignal,
    trying?: Trying,
  ): Promise<TacticResult[]>
  /**
   * A key for each of a state's goals by itself, which equal goals share; undefined where they hold metavariables, so that a
   * proof of one may say something of another. Left out by an engine that knows no more than the goals' texts.
   */
  alone?(state: ProofState): readonly string[] | undefined
  /** Tells the engine that no tactic will be run on this state soon. It stays valid: running on it again rebuilds it. */
  release(state: ProofState): void
  close(): Promise<void>
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
