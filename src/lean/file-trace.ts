import type { Place, TracedTheorem } from '../proof/traced-proof.ts'
import type { TacticLimits } from './engine.ts'

/** People's proofs may take what Lean grants a whole declaration. */
export const TRACE_LIMITS: TacticLimits = { heartbeats: 200_000, wallClockMs: 60_000 }
/** Milliseconds for imports, or one command, on a loaded machine. */
export const COMMAND_DEADLINE_MS = 180_000
/** How often a process may die before the first command of a file. */
export const OPEN_ATTEMPTS = 3

/** Why a theorem has no steps: its proof is a `term`, Lean reports an `error`, or its proof could not be `replayed`. */
export type Untraced = Place & {
  readonly name: string
  readonly kind: 'term' | 'error' | 'replay'
  readonly reason: string
}

export type FileTrace = {
  readonly theorems: readonly TracedTheorem[]
  /** The other theorems, and commands with errors (whose name is empty). */
  readonly untraced: readonly Untraced[]
  /** Steps whose first goal Lean's info trees show too, and how many of those differ. */
  readonly compared: number
  readonly disagreed: number
}

export type TraceEvent =
  | { readonly kind: 'traced'; readonly theorem: TracedTheorem }
  | { readonly kind: 'untraced'; readonly untraced: Untraced }
  /** The process died, and the file is elaborated again up to that place, in another. */
  | { readonly kind: 'restarted'; readonly reason: string }

/** Reads the steps of the proofs of whole files, with one Lean or another. */
export interface FileTracer {
  /**
   * The steps of every proof by tactics in a file. A process that dies is charged to the theorem it was at.
   * @param file how the file is called in the result
   * @throws RejectedInput where the file's imports fail; EngineError where Lean cannot run
   */
  traceFile(file: string, source: string, onEvent?: (event: TraceEvent) => void): Promise<FileTrace>
}

/** From bytes of a file to lines and columns. */
export function places(bytes: Buffer): (offset: number) => Place {
  const starts = [0]
  for (let i = bytes.indexOf(10); i >= 0; i = bytes.indexOf(10, i + 1)) starts.push(i + 1)
  return (offset) => {
    let line = starts.findIndex((start) => start > offset)
    if (line < 0) line = starts.length
    return { line, column: [...bytes.subarray(starts[line - 1], offset).toString()].length }
  }
}
