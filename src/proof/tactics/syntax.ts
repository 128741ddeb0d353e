/** A syntax tree as far as it holds blocks of tactics. `start` and `end` are bytes of the file. */
export type SyntaxNode = {
  readonly kind: string
  readonly start: number
  readonly end: number
  readonly children: readonly SyntaxNode[]
}
