import type { Proof } from '../proof/proof.ts'
import type { Limit } from './budget.ts'
import type { SearchEdge, SearchNode, Tree } from './tree.ts'

export type SearchResult =
  | { readonly kind: 'proved'; readonly proof: Proof }
  /** Nothing is left to try. */
  | { readonly kind: 'exhausted' }
  | { readonly kind: 'outOfBudget'; readonly limit: Limit }
  /** The user's abort. */
  | { readonly kind: 'interrupted' }

/** What one search did; other searches on the same tree count for themselves. Times are in milliseconds. */
export type SearchStatistics = {
  expansions: number
  /** Tactics this search sent to the domain. */
  tacticsRun: number
  /** Tactics it asked for and did not have to send: known already, or on their way for someone else. */
  cacheHits: number
  /** Outcomes of the tactics it sent. */
  errors: number
  timeouts: number
  crashes: number
  /** Finished edges the verifier refused to this search. */
  refused: number
  /** Sums over calls, which may overlap: with several at once they can exceed `totalMs`. */
  policyMs: number
  engineMs: number
  verifierMs: number
  totalMs: number
}

/** What the verifier says of a finished script; a reason is one line. */
export type Answer = { readonly accepted: true } | { readonly accepted: false; readonly reason: string }

/** The verifier: whether a finished script is a proof. Only what it takes counts as proved. */
export type Accept = (proof: Proof) => Promise<Answer>

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
  return {
    expansions: 0,
    tacticsRun: 0,
    cacheHits: 0,
    errors: 0,
    timeouts: 0,
    crashes: 0,
    refused: 0,
    policyMs: 0,
    engineMs: 0,
    verifierMs: 0,
    totalMs: 0,
  }
}

/** Adds `part` to `total`, count by count. */
export function addStatistics(total: SearchStatistics, part: Readonly<SearchStatistics>): void {
  for (const key of Object.keys(total) as (keyof SearchStatistics)[]) total[key] += part[key]
}

/** Counts the outcome of a tactic this search sent to the domain. */
export function countOutcome(statistics: SearchStatistics, edge: SearchEdge): void {
  switch (edge.outcome.kind) {
    case 'error':
      statistics.errors++
      break
    case 'timeout':
      statistics.timeouts++
      break
    case 'crash':
      statistics.crashes++
      break
    case 'open':
    case 'finished':
      break
    default:
      edge.outcome satisfies never
  }
}
