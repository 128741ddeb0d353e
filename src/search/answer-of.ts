import { isGivenUp } from '../proof/tactic-result.ts'
import type { Outcome, SearchEdge } from './tree.ts'

/** What an edge answers to somebody who asks up to the short limit, or for more; nothing where it has not been tried so far. */
export function answerOf({ outcome, slow }: SearchEdge, short: boolean): Outcome | undefined {
  if (short) return slow ? { kind: 'timeout', limit: 'short' } : outcome
  return isGivenUp(outcome) ? undefined : outcome
}
