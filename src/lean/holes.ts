import type { Theorem } from '../proof/theorem.ts'
import type { Diagnostic, ProofSession, TacticLimits } from './session.ts'

/** A part of a text, in bytes. */
export type TextRange = { readonly start: number; readonly end: number }

/** A `sorry` or an `admit`. */
export type FileHole = TextRange & { readonly kind: 'tactic' | 'term' }

/** A part of a text, and what stands there instead. */
export type Edit = TextRange & { readonly text: string }

/** A place in a file where something is left out. */
export type HolePlace = {
  /** As `sourceText` gives it. */
  readonly text: string
  /** Number of the command, as the reading of the file says. */
  readonly command: number
  readonly hole: FileHole
}

export type HoleStart =
  | {
      readonly kind: 'started'
      readonly session: ProofSession
      /** As Lean reads it: by the layout of a text alone, a term can look like a tactic. */
      readonly hole: FileHole
      /** How often Lean comes to the place: `all_goals sorry` stands for a proof of each. */
      readonly times: number
      /** Otherwise it is data that is missing, and any value would do for Lean. */
      readonly isProposition: boolean
    }
  /** Lean does not come to the place, or not with a goal. */
  | { readonly kind: 'rejected'; readonly diagnostics: readonly Diagnostic[] }

export type CommandCheck = {
  readonly errors: readonly Diagnostic[]
  /** It is one command still, and nothing follows it. */
  readonly whole: boolean
  /** How many places are left open in it. */
  readonly holes: number
}

/** An engine that opens the holes of a file, and says what becomes of a command when one is filled. */
export interface HoleOpener {
  startHole(place: HolePlace, named: Theorem, limits?: TacticLimits, signal?: AbortSignal): Promise<HoleStart>
  /** Undefined where Lean dies on it. */
  checkCommand(text: string, command: number, edits: readonly Edit[]): Promise<CommandCheck | undefined>
}
