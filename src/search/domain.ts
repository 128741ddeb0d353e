import type { ProofState } from '../proof/proof-state.ts'
import type { TacticResult, Trying } from '../proof/tactic-result.ts'

/**
 * All that a search knows of the world: a first state and a way to run tactics on states. An engine's proof session is
 * one; so is any rewriting game.
 */
export interface Domain {
  readonly root: ProofState
  /**
   * One result per tactic, in order, each independent of the others. When `signal` aborts, gives the results there are,
   * or rejects with its reason where there are none. Rejects when the domain itself is broken: the search then rejects
   * with that error. A domain may take no notice of `trying`.
   */
  runTactics(
    state: ProofState,
    tactics: readonly string[],
    signal?: AbortSignal,
    trying?: Trying,
  ): Promise<TacticResult[]>
  /** See `ProofSession.alone`. */
  alone?(state: ProofState): readonly string[] | undefined
  /** A hint that this state, and any other with its key, will not be worked on soon. It must stay valid. */
  release(state: ProofState): void
}
