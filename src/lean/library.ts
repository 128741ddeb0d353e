/** The library that comes with the embedded Lean, as a source of theorems. */
export interface OpenLibrary {
  readonly leanVersion: string
  readonly libraryHash: string
  /** In the library's order. */
  modules(): Promise<readonly LibraryModule[]>
  /** Statements that elaborate back in the environment of `header`. One answer per name, in order. */
  state(header: string, names: readonly string[]): Promise<readonly StatedTheorem[]>
  dispose(): Promise<void>
}

export type LibraryModule = {
  readonly name: string
  /** Modules it imports itself. */
  readonly imports: readonly string[]
  /** Theorems somebody wrote. */
  readonly theorems: readonly string[]
  /** How many other theorems it has, by why they are left out. */
  readonly left: Readonly<Record<string, number>>
}

export type StatedTheorem =
  | { readonly kind: 'stated'; readonly statement: string }
  | { readonly kind: 'left'; readonly reason: string }
