import type { ScriptVerdict, VerifiedScript } from '../proof/verdict.ts'
import type { SearchStatistics } from '../search/outcome.ts'
import type { TreePart, TreeRecord } from '../search/tree-record.ts'
import type { Completion, MemberProgress } from './plan.ts'
import type { AnswerBatch, PolicyAnswer } from './policy-record.ts'

/**
 * How a pass ended, in one word; `proved` means verified. For best-first search, the limit that stopped it. Passes end in a
 * `cycle` in older results files only.
 */
export type PassEndWord = (typeof PASS_ENDS)[number]
export const PASS_ENDS = [
  'proved',
  'refused',
  'error',
  'timeout',
  'crash',
  'depthLimit',
  'cycle',
  'noTactic',
  'exhausted',
  'expansions',
] as const

export type PassRecord = {
  readonly index: number
  readonly end: PassEndWord
  /** Valid tactics. */
  readonly depth: number
  /** All tactics that were run; the last one may be invalid. Of a best-first search the proof, if it found one. */
  readonly tactics: readonly string[]
  /** The key of the proof, where the pass was `proved`. */
  readonly proof: string | undefined
}

/**
 * Names a script by its last step, (proof state, tactic): passes that come to the same last step by other ways have the
 * same proof, and the first of them was verified.
 */
type Script = { readonly key: string; readonly tactics: readonly string[] }

/** A verified proof, with its verdict; of that, checkers from elsewhere are said at once, and not on record. */
export type ProofRecord = Script & Omit<VerifiedScript, 'kind'>

/** A finished script that the verifier did not take, and why. */
export type RefusalRecord = Script & Omit<Extract<ScriptVerdict, { readonly kind: 'rejected' }>, 'kind'>

/** A finished unit. */
export type UnitRecord = {
  readonly member: number
  readonly firstPass: number
  /** What passes of this unit drew from: pass i used `createRandom(seed).fork(i)`. */
  readonly seed: string
  /** False where the member has nothing left to try on this theorem, or no time. */
  readonly open: boolean
  readonly statistics: SearchStatistics
  readonly passes: readonly PassRecord[]
  /** Proofs that were not recorded before. */
  readonly proofs: readonly ProofRecord[]
  /** Scripts that were refused in this unit. */
  readonly refusals: readonly RefusalRecord[]
  /** What the theorem's search tree has gained since the unit before. */
  readonly tree: TreePart
}

/** Words of what became of a theorem, as they are written; `open` is work left to do. */
export const THEOREM_OUTCOMES = ['open', 'done', 'statementError', 'engineError'] as const
export type TheoremOutcome =
  /** `refuted`: the statement is false, as a verified proof of its negation shows, e.g. `n = 1`. */
  | { readonly kind: 'done'; readonly completion: Completion; readonly refuted?: string | undefined }
  /** The header or the statement does not elaborate. */
  | { readonly kind: 'statementError'; readonly message: string }
  /** Lean, or a policy, could not do its work. */
  | { readonly kind: 'engineError'; readonly message: string }

/** What is on record about one theorem. */
export type TheoremJournal = {
  readonly outcome: TheoremOutcome | undefined
  /** By member. */
  readonly progress: readonly MemberProgress[]
  readonly proofs: readonly ProofRecord[]
  readonly tree: TreeRecord | undefined
}

/**
 * Where an evaluation keeps what it has done. A call that has returned has been written: after a kill at any moment a
 * unit is there as a whole or not at all.
 */
export interface Journal {
  read(theorem: number): TheoremJournal
  writeUnit(theorem: number, unit: UnitRecord): void
  /** All that a member's policy has said about a theorem, oldest first. */
  answers(theorem: number, member: number): PolicyAnswer[]
  /** Before the unit they are of, and without it where the unit fails: they have been paid for. */
  writeAnswers(theorem: number, member: number, batch: AnswerBatch): void
  /** All of the tree, in place of the parts on record. */
  writeTree(theorem: number, tree: TreeRecord): void
  close(theorem: number, outcome: TheoremOutcome): void
}
