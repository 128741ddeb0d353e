import type { ProofState } from '../proof/proof-state.ts'
import type { Random } from '../proof/random.ts'

/** A tactic a policy proposes. `logProb` is its natural log-probability under the policy at this proof state. */
export type Candidate = { readonly tactic: string; readonly logProb: number }

/**
 * p(tactic | proof state). Both calls see the state only; the history is the caller's business.
 * `signal` aborts long work (a model's forward pass, a request).
 */
export interface Policy {
  readonly name: string
  /** Up to `width` distinct tactics, most probable first. Deterministic. */
  rank(state: ProofState, width: number, signal?: AbortSignal): Promise<Candidate[]>
  /** `count` independent draws, in draw order, repeats included. All randomness comes from `random`. */
  sample(state: ProofState, count: number, random: Random, signal?: AbortSignal): Promise<Candidate[]>
}
