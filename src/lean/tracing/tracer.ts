import type { Theorem } from '../../proof/theorem.ts'
import type { ReplayedStep } from '../../proof/traced-proof.ts'
import type { FileTracer } from './file-trace.ts'

export type ProofTrace =
  | { readonly kind: 'traced'; readonly steps: readonly ReplayedStep[] }
  | { readonly kind: 'failed'; readonly reason: string }

/** Reads the steps of files, and of proofs that are lists of tactics already. */
export interface Tracer extends FileTracer {
  /**
   * The steps of a finished proof, each tactic as it is given.
   * @throws RejectedInput where the header or the statement does not elaborate
   */
  traceProof(theorem: Theorem, tactics: readonly string[]): Promise<ProofTrace>
}
