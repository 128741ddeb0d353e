/** What a policy that works on candidates knows of a state beyond its text. */
export type StepContext = {
  /** Names of the constants in the first goal, as `Goal.constants`. */
  readonly constants: readonly string[]
  /** Library theorems that share rare constants with the goal, best first, as `PremiseIndex.find` gives them. */
  readonly related: readonly RelatedTheorem[]
  /** Theorems about what these constants stand on, as `PremiseIndex.below` gives them; left out where there are none. */
  readonly below?: readonly RelatedTheorem[] | undefined
}

type RelatedTheorem = { readonly name: string; readonly conclusion: string; readonly score: number }

/** One step of a proof that was replayed: on the goals `state` (as `renderState` prints them) ran `tactic`. */
export type ReplayedStep = {
  readonly state: string
  readonly tactic: string
  /** The goals afterwards; null where the proof is finished. */
  readonly next: string | null
  /** Theorems in the terms that this step assigned to its goals, or over LSP those that its tactic names; sorted by name. */
  readonly premises: readonly string[]
  /** Names of the constants in the first goal of `state`. */
  readonly constants: readonly string[]
}

/** A place in a file as Lean gives it: lines count from 1, columns from 0 in code points. */
export type Place = { readonly line: number; readonly column: number }

/** A theorem of a file with the steps of its proof. */
export type TracedTheorem = {
  /** With its namespace; `example_LINE` for an `example`. */
  readonly name: string
  readonly file: string
  readonly start: Place
  readonly end: Place
  /** In order; each one's `next` is the next one's `state`. A step's place is where its tactic stands in the file. */
  readonly steps: readonly (ReplayedStep & Place & { readonly context?: StepContext })[]
}
