import type { ProofState } from '../proof/proof-state.ts'
import type { Random } from '../proof/random.ts'

/** A tactic a policy proposes. `logProb` is its natural log-probability under the policy at this proof state. */
export type Candidate = { readonly tactic: string; readonly logProb: number }

/** What answers have cost. Local policies have none of it. */
export type PolicyUsage = {
  /** Requests that were answered, and those that had to be made again. */
  readonly requests: number
  readonly retries: number
  /** Draws a model made, and those of them that are no tactic: cut off at the longest one, or empty. */
  readonly samples: number
  readonly truncated: number
  /** Proof states that did not fit into the model, and so had no tactics. */
  readonly tooLong: number
  /** As the server counts them. */
  readonly promptTokens: number
  readonly completionTokens: number
  /** In the currency of the prices the user gave; 0 without prices. */
  readonly cost: number
}

export const NO_USAGE: PolicyUsage = {
  requests: 0,
  retries: 0,
  samples: 0,
  truncated: 0,
  tooLong: 0,
  promptTokens: 0,
  completionTokens: 0,
  cost: 0,
}

/** `a + sign * b`, count by count. */
export function combineUsage(a: PolicyUsage, b: PolicyUsage, sign: 1 | -1 = 1): PolicyUsage {
  const keys = Object.keys(NO_USAGE) as (keyof PolicyUsage)[]
  return Object.fromEntries(keys.map((key) => [key, a[key] + sign * b[key]])) as PolicyUsage
}

/** A policy cannot answer, for a reason outside of this program. It says nothing about the theorem. */
export class PolicyFailure extends Error {
  override readonly name = 'PolicyFailure'
}

/** A proof that a model wrote out as a whole, and why it failed. */
export type FailedProof = {
  /** The Lean text as the model wrote it. */
  readonly text: string
  /** Lean's message, or a sentence where Lean was not asked. */
  readonly message: string
  /** The tactic that it is about, and the goals there; empty where it is about none. */
  readonly tactic: string
  readonly goals: string
}

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
  /**
   * Of a model that writes whole proofs of its theorem: a Lean text with one; undefined where its answer has none. `failed` is the conversation so far, oldest first.
   */
  write?(failed: readonly FailedProof[], random: Random, signal?: AbortSignal): Promise<string | undefined>
  /** Of all answers so far. */
  readonly usage?: PolicyUsage
  /** Asked the same again, it may answer otherwise, and it costs: an answer on record is to be used instead. */
  readonly unrepeatable?: boolean
}
