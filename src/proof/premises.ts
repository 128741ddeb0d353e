/** The theorems a proof may use: names, and the constants of each statement as positions in `symbols`. */
export type PremiseList = {
  readonly symbols: readonly string[]
  readonly theorems: readonly {
    readonly name: string
    readonly uses: readonly number[]
    /** Head constant of the conclusion, e.g. `Eq`, `Iff`, `LE.le`; empty where it is no constant. */
    readonly conclusion: string
  }[]
}

/** A name as a proof writes it, and the constant as goals are said to mention it. */
export type NamedConstant = { readonly name: string; readonly constant: string }

/** What a file has declared before a theorem. */
export type LocalDeclarations = PremiseList & {
  readonly definitions: readonly NamedConstant[]
  /** Inductive types and structures. */
  readonly types: readonly NamedConstant[]
}

/** What a header declares, and the text of its imports, under which the library's theorems are the same for all. */
export type LocalPremises = LocalDeclarations & { readonly imports: string }
