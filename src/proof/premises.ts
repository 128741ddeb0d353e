/** The theorems a proof may use: names, and the constants of each statement as positions in `symbols`. */
export type PremiseList = {
  readonly symbols: readonly string[]
  readonly theorems: readonly {
    readonly name: string
    readonly uses: readonly number[]
    /** Head constant of the conclusion, e.g. `Eq`, `Iff`, `LE.le`; empty where it is no constant. */
    readonly conclusion: string
  }[]
  /** Definitions, with what their bodies mention, all as positions in `symbols`; not of Lean's own, and not of long bodies. */
  readonly unfolds: readonly { readonly symbol: number; readonly uses: readonly number[] }[]
}

/** A name as a proof writes it, and the constant as goals are said to mention it. */
export type NamedConstant = { readonly name: string; readonly constant: string }

/** What a file has declared before a theorem. */
export type LocalDeclarations = Pick<PremiseList, 'symbols'> & {
  /** `unfinished`: it rests on a `sorry`, its own or that of something it uses. */
  readonly theorems: readonly (PremiseList['theorems'][number] & { readonly unfinished?: boolean | undefined })[]
  readonly definitions: readonly NamedConstant[]
  /** Inductive types and structures. */
  readonly types: readonly NamedConstant[]
  /** All constants that rest on a `sorry`, as goals are said to mention them. */
  readonly unfinished: readonly string[]
}

/** What a header declares, and the text of its imports, under which the library's theorems are the same for all. */
export type LocalPremises = LocalDeclarations & { readonly imports: string }
