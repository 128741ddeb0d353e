import type { Proof } from '../proof/proof.ts'
import { isGivenUp, type TacticResult } from '../proof/tactic-result.ts'
import type { Verdict } from '../proof/verdict.ts'
import type { Limit } from './budget.ts'
import type { SearchNode, Tree } from './tree.ts'

export type SearchResult =
  | { readonly kind: 'proved'; readonly proof: Proof }
  /** Nothing is left to try. */
  | { readonly kind: 'exhausted' }
  | { readonly kind: 'outOfBudget'; readonly limit: Limit }
  /** The user's abort. */
  | { readonly kind: 'interrupted' }

const NOTHING_DONE = {
  expansions: 0,
  /** Tactics this search sent to the domain. */
  tacticsRun: 0,
  /** Tactics it asked for and did not have to send: known already, or on their way for someone else. */
  cacheHits: 0,
  /** Outcomes of the tactics it sent. */
  errors: 0,
  timeouts: 0,
  crashes: 0,
  /** Finished edges the verifier refused to this search. */
  refused: 0,
  /** Sums over calls, which may overlap: with several at once they can exceed `totalMs`. */
  policyMs: 0,
  engineMs: 0,
  verifierMs: 0,
  totalMs: 0,
}

/**
 * What one search did; other searches on the same tree count for themselves. Times are in milliseconds. Files of results,
 * reports of workers and pages have their columns from here.
 */
export type SearchStatistics = typeof NOTHING_DONE
export const STATISTICS = Object.keys(NOTHING_DONE) as (keyof SearchStatistics)[]

/** The verifier: whether a finished script is a proof; a reason is one line. */
export type Accept = (proof: Proof) => Promise<Verdict>

export type Progress = {
  readonly tree: Tree
  readonly statistics: Readonly<SearchStatistics>
  /** Open nodes waiting (best-first) or passes under way (roll-outs). */
  readonly waiting: number
  /** Passes that have ended; 0 for best-first search. */
  readonly passes: number
  /** Best-first: the node next in line. Roll-outs: the deepest one a pass stands at. */
  readonly best: SearchNode | undefined
}

export function newStatistics(): SearchStatistics {
  return { ...NOTHING_DONE }
}

/** Adds `part` to `total`, count by count. */
export function addStatistics(total: SearchStatistics, part: Readonly<SearchStatistics>): void {
  for (const key of STATISTICS) total[key] += part[key]
}

/** Counts what came of a tactic this search sent to the domain; where the short limit stopped it, it is not yet known. */
export function countResult(statistics: SearchStatistics, result: TacticResult): void {
  switch (result.kind) {
    case 'error':
      statistics.errors++
      break
    case 'timeout':
      if (!isGivenUp(result)) statistics.timeouts++
      break
    case 'crash':
      statistics.crashes++
      break
    case 'open':
    case 'finished':
      break
    default:
      result satisfies never
  }
}
