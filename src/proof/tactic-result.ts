import type { ProofState } from './proof-state.ts'

/** What Lean answered to one tactic on one proof state. */
export type TacticResult =
  | { readonly kind: 'open'; readonly state: ProofState }
  /** No goals are left, nothing is unassigned, no `sorry`, and the kernel takes the term. Still only a candidate: only the verifier says verified. */
  | { readonly kind: 'finished' }
  | { readonly kind: 'error'; readonly message: string }
  /**
   * The tactic used up its heartbeats (deterministic) or its wall clock (the process was killed). `short`: the short limit,
   * where no more was asked for; what it does with the whole one is not known.
   */
  | { readonly kind: 'timeout'; readonly limit: 'short' | 'heartbeats' | 'wallClock' }
  /** Lean died on this tactic, and has been restarted. */
  | { readonly kind: 'crash'; readonly message: string }

/** How tactics are tried on a state; left out, each is run to its end. */
export type Trying = {
  /** Up to the short limit only: a tactic that reaches it gives the time-out `short`. An engine may have none. */
  readonly short?: boolean
  /** Nothing is run behind the first tactic that finishes: the results end with it. */
  readonly untilFinished?: boolean
}

/** Whether a tactic was stopped by the short limit, so that the whole one is still to be tried. */
export function isGivenUp(result: { readonly kind: string; readonly limit?: string }): boolean {
  return result.kind === 'timeout' && result.limit === 'short'
}
