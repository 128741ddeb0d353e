import type { ProofState } from './proof-state.ts'

/** What Lean answered to one tactic on one proof state. */
export type TacticResult =
  | { readonly kind: 'open'; readonly state: ProofState }
  /** No goals are left, nothing is unassigned, no `sorry`, and the kernel takes the term. Still only a candidate: only the verifier says verified. */
  | { readonly kind: 'finished' }
  | { readonly kind: 'error'; readonly message: string }
  /** The tactic used up its heartbeats (deterministic) or its wall clock (the process was killed). */
  | { readonly kind: 'timeout'; readonly limit: 'heartbeats' | 'wallClock' }
  /** Lean died on this tactic, and has been restarted. */
  | { readonly kind: 'crash'; readonly message: string }
