import { DistributionPolicy } from './distribution-policy.ts'
import type { Candidate } from './policy.ts'

/** One-line closers of core Lean: what no search at all proves. */
export const ONE_SHOT_TACTICS: readonly string[] = [
  'rfl',
  'decide',
  'omega',
  'simp',
  'simp_all',
  'grind',
  'intros; rfl',
  'intros; decide',
  'intros; omega',
  'intros; simp',
  'intros; simp_all',
  'intros; grind',
]

/** The floor every search has to beat: the same closers at every state, all equally likely. */
export class OneShotPolicy extends DistributionPolicy {
  readonly name = 'one-shot'

  protected candidatesAt(): readonly Candidate[] {
    const logProb = -Math.log(ONE_SHOT_TACTICS.length)
    return ONE_SHOT_TACTICS.map((tactic) => ({ tactic, logProb }))
  }
}
