import type { GoalView } from './goal-view.ts'

/** A tactic and its weight before normalisation; see WEIGHTS for the scale. */
export type Proposal = {
  readonly tactic: string
  readonly weight: number
  /**
   * Nothing is lost by it: the goals it leaves are provable exactly if this one is. `closer` marks what finishes a goal
   * or changes nothing. Where there is a safe step, other steps can wait until it is done: see `preferSafe`.
   */
  readonly role?: 'safe' | 'closer'
}

/** Looks at a goal and proposes tactics for it. Pure; the order of its proposals breaks ties between equal weights. */
export type Generator = (view: GoalView) => Iterable<Proposal>

/**
 * The scale of the prior. Only ratios matter: a `sure` step is proposed 16 times as often as a `fair` one. Two things
 * go into a weight: how often such a step is part of a proof, and what a failure costs (a failed `omega` is cheap, a
 * failed `grind` is not), because a search runs the tactics of a state in order of their probability.
 */
export const WEIGHTS = {
  /** Almost always right where the goal has this shape: `intro` before `∀`, taking `∧` apart. */
  sure: 32,
  /** Cheap closers. */
  likely: 16,
  good: 8,
  /** Plausible steps with an argument taken from the goal. */
  fair: 2,
  /** One of many instances of the same idea. */
  rare: 0.5,
  last: 0.1,
} as const

export function safe(weight: number, tactic: string): Proposal {
  return { tactic, weight, role: 'safe' }
}

export function closer(weight: number, tactic: string): Proposal {
  return { tactic, weight, role: 'closer' }
}

/** What is left of a step's weight while a safe step is still to be done. */
const DEFERRED = 1 / 64

/** Safe steps and closers come before everything else: any other order leads to the same goals by more paths. */
export function preferSafe(proposals: readonly Proposal[]): readonly Proposal[] {
  if (!proposals.some(({ role }) => role === 'safe')) return proposals
  return proposals.map((p) => (p.role === undefined ? { ...p, weight: p.weight * DEFERRED } : p))
}

export function propose(weight: number, tactic: string): Proposal {
  return { tactic, weight }
}
