import type { Place, TracedTheorem } from '../../proof/traced-proof.ts'
import type { TacticLimits } from '../session.ts'
import { type RecordedStep, withoutCase, withoutPlace } from './replay.ts'

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

/** What is found out about one file, and told as it comes. */
export class TraceRecord implements FileTrace {
  readonly theorems: TracedTheorem[] = []
  readonly untraced: Untraced[] = []
  compared = 0
  disagreed = 0
  readonly #file: string
  readonly #placeOf: (offset: number) => Place
  readonly #onEvent: (event: TraceEvent) => void

  /** @param placeOf from bytes of the file, see `places` */
  constructor(file: string, placeOf: (offset: number) => Place, onEvent: (event: TraceEvent) => void) {
    this.#file = file
    this.#placeOf = placeOf
    this.#onEvent = onEvent
  }

  /** @param name empty for an `example`, which is called after its line */
  addTheorem(name: string, start: Place, end: Place, steps: readonly RecordedStep[]): void {
    const theorem: TracedTheorem = {
      name: nameAt(name, start),
      file: this.#file,
      start,
      end,
      steps: steps.map((step) => ({ ...withoutPlace(step), ...this.#placeOf(step.start) })),
    }
    this.theorems.push(theorem)
    this.#onEvent({ kind: 'traced', theorem })
  }

  /** @param name as for `addTheorem`; undefined where it is another command */
  leave(name: string | undefined, start: Place, kind: Untraced['kind'], reason: string): void {
    const untraced = { ...start, name: name === undefined ? '' : nameAt(name, start), kind, reason }
    this.untraced.push(untraced)
    this.#onEvent({ kind: 'untraced', untraced })
  }

  restarted(reason: string): void {
    this.#onEvent({ kind: 'restarted', reason })
  }

  /** The goal that a replayed tactic was run on, and those of Lean's own run. `case` lines depend on how a goal was made. */
  compare(goal: string, shown: readonly string[]): void {
    this.compared++
    if (!shown.some((other) => withoutCase(other) === withoutCase(goal))) this.disagreed++
  }
}

function nameAt(name: string, start: Place): string {
  return name === '' ? `example_${start.line}` : name
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
