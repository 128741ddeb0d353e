import { type Engine, RejectedInput, type TacticLimits } from '../lean/engine.ts'
import { refusalReason, verifyProof } from '../lean/verifier.ts'
import type { Proof } from '../proof/proof.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { Domain } from '../search/domain.ts'

/** What an evaluation needs of a prover's surroundings: theorems to work on, and a judge. */
export interface World {
  /** Rejects where the engine cannot work at all. */
  open(theorem: Theorem, signal: AbortSignal): Promise<Opened>
}

export type Opened =
  | {
      readonly kind: 'opened'
      readonly domain: Domain
      verify(proof: Proof): Promise<Verified>
      close(): Promise<void>
    }
  | { readonly kind: 'rejected'; readonly message: string }

export type Verified =
  | { readonly verified: true; readonly source: string; readonly axioms: readonly string[] }
  /** Why, in one line, and all that Lean said. */
  | { readonly verified: false; readonly reason: string; readonly messages: readonly string[] }

/** Lean: one session per theorem, and the verifier. */
export function engineWorld(engine: Engine, limits: TacticLimits): World {
  return {
    async open(theorem, signal) {
      const started = await engine.start(theorem, limits, signal)
      if (started.kind === 'rejected') {
        return { kind: 'rejected', message: new RejectedInput(started.where, started.diagnostics).message }
      }
      return {
        kind: 'opened',
        domain: started.session,
        async verify(proof) {
          const { verdict, source } = await verifyProof(engine, theorem, proof)
          return verdict.kind === 'verified'
            ? { verified: true, source, axioms: verdict.axioms }
            : { verified: false, reason: refusalReason(verdict), messages: verdict.messages }
        },
        close: () => started.session.close(),
      }
    },
  }
}
