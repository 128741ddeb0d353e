import { sha256 } from '../proof/sha256.ts'
import type { ProofStep } from './step-file.ts'

export type Balanced = {
  readonly steps: readonly ProofStep[]
  /** Steps left out because the same tactic at the same state was there already. */
  readonly duplicates: number
  /** Steps left out because their tactic had its share. */
  readonly dropped: number
}

/**
 * Every (state, tactic) once, and no tactic in more than `share` of the steps, where there are enough others. Which steps
 * of a frequent tactic stay depends on their own text alone. The order is kept.
 */
export function balanceSteps(steps: readonly ProofStep[], share: number): Balanced {
  const seen = new Set<string>()
  const distinct = steps.filter((step) => {
    const key = `${step.state}\u0000${step.tactic}`
    return !seen.has(key) && seen.add(key)
  })
  const byTactic = new Map<string, ProofStep[]>()
  for (const step of distinct) byTactic.set(step.tactic, [...(byTactic.get(step.tactic) ?? []), step])
  const cap = largestCap(
    [...byTactic.values()].map((list) => list.length),
    share,
  )
  const kept = new Set<ProofStep>()
  for (const list of byTactic.values())
    for (const { step } of list
      .map((step) => ({ step, rank: sha256(step.state) }))
      .sort((a, b) => (a.rank < b.rank ? -1 : 1))
      .slice(0, cap))
      kept.add(step)
  const balanced = distinct.filter((step) => kept.has(step))
  return {
    steps: balanced,
    duplicates: steps.length - distinct.length,
    dropped: distinct.length - balanced.length,
  }
}

/** The largest c with c <= share * sum(min(count, c)): at least 1. */
function largestCap(counts: readonly number[], share: number): number {
  for (let cap = Math.max(0, ...counts); cap > 1; cap--)
    if (cap <= share * counts.reduce((sum, count) => sum + Math.min(count, cap), 0)) return cap
  return 1
}
