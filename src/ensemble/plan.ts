import type { Theorem } from '../proof/theorem.ts'
import { strategyOf } from '../search/strategies.ts'
import type { MemberConfig } from './member.ts'

/**
 * How members share a theorem.
 * `union`: every member uses its full budget, as in the paper, so that pass@k can be estimated without bias.
 * `first-proof`: members take turns, and all of them stop at the first verified proof.
 * `slices`: members take turns in growing time slices under one wall clock, and stop at the first verified proof. A
 * tactic that runs at the end of a turn is let end.
 */
export const MODES = ['union', 'first-proof', 'slices'] as const
export type Mode = (typeof MODES)[number]

export type Plan = {
  readonly theorems: readonly Theorem[]
  readonly members: readonly MemberConfig[]
  readonly mode: Mode
  /** Passes of each member on each theorem. */
  readonly passes: number
  /**
   * In `union` mode the first member runs as many passes as all members together: the fair baseline an ensemble is
   * compared with (paper, Table 2).
   */
  readonly matched: boolean
  /** Passes that are run, and recorded, together. */
  readonly block: number
  /** Tactics per pass at most. */
  readonly depth: number
  /**
   * Tactics run up to the short limit first, and with the whole one when their turn comes; where one proof is wanted, nothing is
   * waited for behind a tactic that finishes. Only runs of files of versions up to 0.1 do otherwise.
   */
  readonly shortFirst: boolean
  /** Milliseconds for one theorem: of each member in `union` mode, of all members together in the others. */
  readonly wallClockMs: number | undefined
  /** `union`: milliseconds for one theorem of all members together, as the paper's clock; the others' `wallClockMs` is that. */
  readonly theoremMs?: number | undefined
  /** `slices`: a member's first turn; each further turn is twice as long. */
  readonly sliceMs: number
  readonly seed: string
}

/** What one member has done on one theorem. */
export type MemberProgress = {
  /** Finished passes before the first that is missing; also the index of that one. */
  readonly passes: number
  readonly turns: number
  /** Of the wall clock: the verifier's work is not counted. */
  readonly elapsedMs: number
  readonly proved: boolean
  /** It has nothing left to try, or its time is over. */
  readonly closed: boolean
}
export const NO_PROGRESS: MemberProgress = { passes: 0, turns: 0, elapsedMs: 0, proved: false, closed: false }

/** Work for one member on one theorem: what is recorded as a whole or not at all. */
export type Unit = {
  readonly member: number
  readonly firstPass: number
  readonly passes: number
  readonly wallClockMs: number | undefined
  /** Where it is one turn of several: milliseconds after which it begins nothing new. */
  readonly turnMs?: number | undefined
  /** The end of this wall clock is the end of the member's time on the theorem. */
  readonly lastOfTime: boolean
  readonly stopAtFirstProof: boolean
}

/** Whether what a pass does depends on goals that were solved before it: passes are then no independent draws. */
export function sharesGoals({ members }: Pick<Plan, 'members'>): boolean {
  return members.some(({ search }) => search.settings.split === 1)
}

/** Why nothing is left to do on a theorem. */
export const COMPLETIONS = ['complete', 'wallClock', 'firstProof'] as const
export type Completion = (typeof COMPLETIONS)[number]

/** Passes a member may use on one theorem. */
export function quota(plan: Omit<Plan, 'theorems'>, member: number): number {
  const search = plan.members[member]?.search
  if (search !== undefined && !strategyOf(search.kind).byPasses) return 1
  return plan.matched && plan.mode === 'union' && member === 0 ? plan.passes * plan.members.length : plan.passes
}

/**
 * The next unit of a theorem, or why there is none. A function of what is recorded alone: a run that was interrupted
 * goes on exactly as one that was not.
 */
export function nextUnit(plan: Omit<Plan, 'theorems'>, progress: readonly MemberProgress[]): Unit | Completion {
  const limit = plan.wallClockMs ?? Number.POSITIVE_INFINITY
  const spent = progress.reduce((sum, member) => sum + member.elapsedMs, 0)
  if (plan.mode !== 'union') {
    if (progress.some((member) => member.proved)) return 'firstProof'
    if (spent >= limit) return 'wallClock'
  }
  // Passes and time beyond what every member has come last: nobody else's results may rest on them.
  const beyond = ({ position, passes, elapsedMs }: MemberProgress & { position: number }) =>
    quota(plan, position) > plan.passes && (passes >= plan.passes || elapsedMs >= limit)
  const open = progress
    .map((member, position) => ({ ...member, position, left: quota(plan, position) - member.passes }))
    .filter((member) => !member.closed && member.left > 0)
  const first =
    plan.mode === 'slices'
      ? fewest(open, (m) => m.turns)
      : fewest(open, (m) => (beyond(m) ? Number.POSITIVE_INFINITY : Math.floor(m.passes / plan.block)))
  if (first === undefined) {
    const cut = progress.some((member, position) => member.passes < quota(plan, position))
    return cut ? 'wallClock' : 'complete'
  }
  // What is left of the theorem's time, which members of a union use up together.
  const together = plan.mode === 'union' ? (plan.theoremMs ?? Number.POSITIVE_INFINITY) - spent : limit - spent
  if (together <= 0) return 'wallClock'
  const unit = { member: first.position, firstPass: first.passes }
  // A block that an interruption cut is finished first, so that blocks begin where they always would.
  const block = Math.min(plan.block - (first.passes % plan.block), first.left)
  switch (plan.mode) {
    case 'union': {
      const more = quota(plan, first.position) / plan.passes
      const isBeyond = beyond(first)
      // A member with more passes than the others has as much more time, but not for its ordinary passes.
      const share = isBeyond ? limit * more : limit
      return {
        ...unit,
        passes: more > 1 && !isBeyond ? Math.min(block, plan.passes - first.passes) : block,
        wallClockMs: finite(Math.min(together, Math.max(0, share - first.elapsedMs))),
        lastOfTime: more <= 1 || isBeyond,
        stopAtFirstProof: false,
      }
    }
    case 'first-proof':
      return {
        ...unit,
        passes: block,
        wallClockMs: finite(together),
        lastOfTime: true,
        stopAtFirstProof: true,
      }
    case 'slices':
      return {
        ...unit,
        passes: first.left,
        wallClockMs: finite(together),
        turnMs: plan.sliceMs * 2 ** first.turns,
        lastOfTime: false,
        stopAtFirstProof: true,
      }
    default:
      return plan.mode satisfies never
  }
}

function fewest<T>(items: readonly T[], count: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>((best, x) => (best === undefined || count(x) < count(best) ? x : best), undefined)
}

function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined
}
