import type { FileHole } from '../lean/holes.ts'
import type { FileDeclaration, FileReading, PlacedCommand } from '../lean/placed.ts'

/** A hole of a file, and the declaration it is part of. Places are those of the file as it was read. */
export type ListedHole = {
  readonly command: PlacedCommand
  readonly declaration: FileDeclaration
  readonly hole: FileHole
  /** From 1; the column from 0, in code points. */
  readonly line: number
  readonly column: number
}

/** What becomes of a hole. */
export type HoleStatus =
  /** Filled, and its theorem, which has no hole left, is verified. */
  | 'proved'
  /**
   * Filled: the goal at its place is closed, and the command has no new error. What it is part of is not verified, or rests
   * on something else that is left open.
   */
  | 'closes its goal'
  /** Not filled within the budget. */
  | 'open'
  /** It is data that is missing: any value would do for Lean, and none of them is known to be meant. */
  | 'data'
  /** It is part of what a theorem or definition states: filled, that would state something else. */
  | 'in the statement'
  /** Lean does not come to it with a goal, or not behind what stands before it. */
  | 'out of reach'
  /** Proofs were found that the verifier refuses, so it is left as it was. */
  | 'refused'
  /** There was no time left for it. */
  | 'not tried'

export type FilledHole = {
  readonly line: number
  readonly column: number
  /** Of the declaration; empty where it has no name. */
  readonly theorem: string
  readonly goal: string | undefined
  readonly status: HoleStatus
  readonly replacement: string | undefined
  /** Why it was not filled, or not verified. */
  readonly reason: string | undefined
  readonly seconds: number
}

/** All holes of a file in order, or those of one declaration, or at one line. */
export function listHoles(
  { places, commands }: FileReading,
  wanted: (declaration: FileDeclaration, lines: { first: number; last: number; hole: number }) => boolean,
): ListedHole[] {
  return commands.flatMap((command) =>
    command.declarations.flatMap((declaration) =>
      declaration.holes.flatMap((hole) => {
        const { line, column } = places.place(hole.start)
        const lines = {
          first: places.place(declaration.start).line,
          last: places.place(declaration.end).line,
          hole: line,
        }
        return wanted(declaration, lines) ? [{ command, declaration, hole, line, column }] : []
      }),
    ),
  )
}
