import { autoBoundName } from '../lean/auto-bound.ts'
import { type Diagnostic, type Engine, RejectedInput, type TacticLimits } from '../lean/engine.ts'
import { mathlibHint } from '../lean/mathlib-hint.ts'
import { verifyProof } from '../lean/verifier.ts'
import type { DeclarationExport } from '../proof/declarations/export.ts'
import type { Proof } from '../proof/proof.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { ScriptVerdict } from '../proof/verdict.ts'
import type { Domain } from '../search/domain.ts'
import { withFocus } from '../search/focus.ts'
import { refute } from './refute.ts'

/** What an evaluation needs of a prover's surroundings: theorems to work on, and a judge. */
export interface World {
  /** Rejects where the engine cannot work at all. */
  open(theorem: Theorem, signal: AbortSignal): Promise<Opened>
}

export type OpenedTheorem = {
  readonly kind: 'opened'
  readonly domain: Domain
  verify(proof: Proof): Promise<ScriptVerdict>
  /** Why the statement is false, in a few words, where that is quickly found and verified; left out where nobody can tell. */
  refute?(signal: AbortSignal): Promise<string | undefined>
  close(): Promise<void>
}
export type Opened = OpenedTheorem | { readonly kind: 'rejected'; readonly message: string }

/** One line, with the way out where Mathlib is missing. */
function rejectedMessage(where: 'header' | 'statement', diagnostics: readonly Diagnostic[]): string {
  const { message } = new RejectedInput(where, diagnostics)
  const hint = mathlibHint(diagnostics)
  return hint === undefined ? message : `${hint} (${message.split('\n')[0]})`
}

/** Makes a file of what the kernels checked. */
export type PackExport = (data: DeclarationExport, theorem: Theorem) => Uint8Array

/**
 * Lean: one session per theorem, and the verifier.
 * @param pack left out where nothing but the verdict is kept of a proof
 */
export function engineWorld(engine: Engine, limits: TacticLimits, pack?: PackExport): World {
  return {
    async open(theorem, signal) {
      const started = await engine.start(theorem, { ...limits, verifierFollows: true }, signal)
      if (started.kind === 'rejected') {
        return { kind: 'rejected', message: rejectedMessage(started.where, started.diagnostics) }
      }
      const bound = await autoBoundName(engine, theorem, started.session.root)
      if (bound !== undefined) {
        await started.session.close()
        return {
          kind: 'rejected',
          message: `auto-bound: \`${bound}\` is not declared; Lean takes it for a new variable`,
        }
      }
      return {
        kind: 'opened',
        domain: withFocus(started.session),
        async verify(proof) {
          let exported: Uint8Array | undefined
          const onExport = (data: DeclarationExport) => {
            exported = pack?.(data, theorem)
          }
          const options = pack === undefined ? {} : { onExport }
          const verdict = await verifyProof(engine, theorem, proof, options)
          return verdict.kind === 'verified' && exported !== undefined ? { ...verdict, exported } : verdict
        },
        refute: async (signal) => (await refute(engine, started.session, { limits, signal }))?.text,
        close: () => started.session.close(),
      }
    },
  }
}
