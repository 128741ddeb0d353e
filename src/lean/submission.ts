import type { DeclarationExport } from '../proof/declarations/export.ts'

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
