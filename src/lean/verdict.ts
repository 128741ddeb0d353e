import type { DeclarationExport } from '../proof/declarations/export.ts'
import type { Kernels } from '../proof/kernels.ts'

/** The verifier's answer. Only `verified` counts as proved, anywhere. */
export type Verdict =
  | {
      readonly kind: 'verified'
      readonly axioms: readonly string[]
      /** Checkers from elsewhere that have accepted it too; left out where there are none. */
      readonly alsoCheckedBy?: readonly string[]
      /** What the second kernel said; left out where there is none. */
      readonly kernels?: Kernels
      /** Lean's errors in other commands of the file, which the theorem does not rest on; left out where there are none. */
      readonly elsewhere?: readonly string[]
    }
  | { readonly kind: 'rejected'; readonly reason: string; readonly messages: readonly string[] }

/** A proof from anywhere: a whole `.lean` file, and the name of the theorem in it. */
export type Submission = {
  readonly source: string
  readonly name: string
  /** Given where the file must be exactly this header and then one declaration. */
  readonly header?: string
}

/** What a verifier asks of its second kernel. */
export type Judging = {
  /** What the second kernel does not finish is rejected. */
  readonly requireBoth?: boolean
  /** Steps after which the second kernel gives a check up; left out for its own limit. */
  readonly kernelSteps?: number
}

export type VerifyOptions = {
  /** Milliseconds for each of the processes that take part; a proof that takes longer is rejected. */
  readonly deadlineMs?: number
  /** What the second kernel does not finish is rejected. */
  readonly requireBoth?: boolean
  /** Is given what the kernel accepted, where the engine can tell and the proof is verified. */
  readonly onExport?: (data: DeclarationExport) => void
}
