import type { Plan } from '../ensemble/plan.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { RunJournal } from '../results/journal.ts'
import { progressBefore } from './pieces.ts'
import { type Piece, pack, type Work, workId } from './protocol.ts'

export type JobParts = Pick<Work, 'units' | 'delivery' | 'last'> & {
  readonly plan: Plan
  readonly journal: RunJournal
  /** Members whose answers cost something, so that they are sent along. */
  readonly costly: readonly number[]
  readonly tag: string
}

/** A piece as a worker is given it, with what is on record about its theorem. */
export function jobOf(piece: Piece, parts: JobParts): { readonly id: string; readonly data: Work } {
  const { plan, journal, costly, units, delivery, last, tag } = parts
  const { position, block } = piece
  const theorem = plan.theorems[position] as Theorem
  const answers = plan.members.map((_, i) => (costly.includes(i) ? journal.answers(position, i) : []))
  const begun = block !== undefined || units > 0 || answers.some(({ length }) => length > 0)
  const recorded = begun ? journal.read(position) : undefined
  const progress = block === undefined ? recorded?.progress : progressBefore(block, plan.members.length)
  const known =
    recorded === undefined ? undefined : pack({ progress, proofs: recorded.proofs, tree: recorded.tree, answers })
  const data: Work = { ...piece, theorem, units, delivery, last, ...(known !== undefined && { known }) }
  return { id: workId(data, tag), data }
}
