import type { Kernels } from './kernels.ts'

/** The verifier's answer about a file. Only `verified` counts as proved, anywhere. */
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
  | Rejected
type Rejected = { readonly kind: 'rejected'; readonly reason: string; readonly messages: readonly string[] }

/** The verdict on a script, with the file that was made of it; a reason is one line, with the first of Lean's messages. */
export type ScriptVerdict = VerifiedScript | Rejected
export type VerifiedScript = Extract<Verdict, { readonly kind: 'verified' }> & {
  readonly source: string
  /** What the kernels checked, as a compressed file; left out where it is not kept. */
  readonly exported?: Uint8Array
}

/** A reason is cut here; the messages of its verdict are whole. */
const REASON_LENGTH = 240

/** Why a proof was not taken, in one line: the verifier's reason, and the first of Lean's messages. */
export function refusalReason({ reason, messages }: Rejected): string {
  const [first] = messages
  const text = (first === undefined ? reason : `${reason}: ${first}`).replace(/\s+/g, ' ').trim()
  const characters = [...text]
  return characters.length <= REASON_LENGTH ? text : `${characters.slice(0, REASON_LENGTH - 1).join('')}…`
}
