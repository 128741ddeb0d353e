import type { Member } from '../ensemble/member.ts'
import { tidyProof } from '../ensemble/tidy.ts'
import { searchInTurns } from '../ensemble/turns.ts'
import type { HoleSearch } from '../fill/fill-file.ts'
import { systemClock } from '../search/budget.ts'

export type HoleBudget = {
  /** Milliseconds of wall clock for one hole. */
  readonly budget: number
  readonly depth: number
  readonly seed: string
}

/** Milliseconds of a policy's first turn. */
const SLICE_MS = 1000

/** Members in turns at each hole, and the shortest form of what they find. */
export function searchWith(
  members: readonly Member[],
  concurrency: number,
  { budget, depth, seed }: HoleBudget,
  signal: AbortSignal,
): HoleSearch {
  return async (theorem, session, verify) => {
    const tidied = async (proof: { tactics: readonly string[] }) => {
      const first = await verify(proof)
      if (first.kind === 'rejected') return first
      return tidyProof(session, { tactics: proof.tactics, ...first }, verify, signal)
    }
    // Not part of the search: what a policy learns of the file once, at the first of its holes.
    for (const member of members) await member.policyFor(theorem)
    await searchInTurns(
      theorem,
      { kind: 'opened', domain: session, verify: tidied, close: async () => {} },
      {
        members,
        wallClockMs: budget,
        sliceMs: SLICE_MS,
        passes: Number.MAX_SAFE_INTEGER,
        depth,
        block: 32,
        seed,
        concurrency,
        clock: systemClock,
        signal,
      },
    )
  }
}
