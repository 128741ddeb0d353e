/** What became of a theorem, in a word or two. */
export const OUTCOMES = ['proved', 'not proved', 'under way', 'open', 'statement error', 'engine error'] as const
export type RowOutcome = (typeof OUTCOMES)[number]
