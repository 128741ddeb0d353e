/**
 * hedge-prover as a library: open a Lean, work on theorems, search for proofs, verify, fill, train, read results.
 * Everything that holds processes is closed by hand or with `await using`.
 */
export { type FillOptions, type FillOutcome, fill } from './api/fill.ts'
export { openPlace, type ProofPlace } from './api/goals.ts'
export {
  Lean,
  type LeanOptions,
  type OpenOptions,
  OpenTheorem,
  openLean,
  RejectedTheorem,
  type TheoremSource,
  type VerifyRequest,
} from './api/lean.ts'
export { type ProveOptions, type ProveProgress, type ProveResult, prove, type SearchOptions } from './api/prove.ts'
export { type Diagnostic, EngineError, RejectedInput, type TacticLimits } from './lean/engine.ts'
export { InputError } from './proof/input-error.ts'
export { type Goal, type ProofState, renderState } from './proof/proof-state.ts'
export type { TacticResult } from './proof/tactic-result.ts'
export type { Theorem } from './proof/theorem.ts'
export type { Verdict } from './proof/verdict.ts'
