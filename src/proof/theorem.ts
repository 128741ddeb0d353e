/** A statement to prove. `statement` is `theorem NAME binders : TYPE`, without `:=` and without a proof. */
export type Theorem = {
  readonly name: string
  /** Lean commands that come before the statement: imports, `open`, notations, options. May be empty. */
  readonly header: string
  readonly statement: string
}
