import { OpenScopes } from '../../proof/scopes.ts'
import { findTheorems, isCommandWord, type TheoremSpan } from '../../proof/statement.ts'
import { byteOffsets, type LayoutToken, layoutTokens } from '../../proof/tactics/layout.ts'
import type { SyntaxNode } from '../../proof/tactics/syntax.ts'
import { TacticBlocks } from '../../proof/tactics/tactic-blocks.ts'

/** A theorem of a file, as far as its text tells. Offsets count UTF-16 units. */
export type OutlinedTheorem = {
  /** With its namespace; empty for an `example`. */
  readonly name: string
  /** Of its command: `open … in` and its like, documentation and attributes are part of it. */
  readonly start: number
  readonly end: number
  /** Of its word: `theorem`, `lemma`, `example`. */
  readonly keyword: number
  /** The command's text without the proof. */
  readonly statement: string
  /** Where the proof begins: its `:=`, its first `|` or its `where`; missing where there is none. */
  readonly proofStart: number | undefined
  readonly inMutual: boolean
  /** The block of tactics that is the proof; missing where the proof is a term. */
  readonly proof: SyntaxNode | undefined
}

export type Outline = {
  readonly theorems: readonly OutlinedTheorem[]
  /** Where the command begins that an offset is in, as the left margin shows it. */
  commandAt(offset: number): number
  /** Where the first token begins at an offset or behind it. */
  tokenAfter(offset: number): number
}

/** Words of commands that hold for the one behind their `in`. */
const BEFORE_IN = /^(open|set_option|variable|universe|include|omit|attribute|export|notation|suppress_compilation)$/
/** What goes on with a command at the left margin. */
const CONTINUES = /^(\||where|termination_by|decreasing_by|:=|by)$/

/** Finds the theorems of a file, with the scopes they stand in and the blocks of their proofs. */
export function outline(source: string): Outline {
  const tokens = layoutTokens(source)
  const indices = new Map(tokens.map(({ start }, index) => [start, index]))
  const blocks = new TacticBlocks(tokens, byteOffsets(source))
  const scopes = new OpenScopes(source)
  const margins = tokens.filter((token) => token.newline && token.column === 0 && beginsCommand(token))
  const theorems: OutlinedTheorem[] = []
  let scoped = 0
  for (const span of findTheorems(source)) {
    const keyword = indices.get(span.keywordStart) as number
    let first = keyword
    while (first > 0 && (tokens[first - 1] as LayoutToken).start >= span.start) first--
    const whole = beforeIn(tokens, first)
    for (; scoped < whole; scoped++) scopes.take(tokens[scoped] as LayoutToken)
    const assign = assignOf(tokens, keyword, indices.get(span.statementEnd))
    const from = assign ?? keyword
    const end = endOfCommand(tokens, from + 1, whole, assign !== undefined)
    const start = whole === first ? span.start : (tokens[whole] as LayoutToken).start
    const by = assign === undefined ? undefined : tokens[assign + 1]
    const last = (tokens[end - 1] as LayoutToken).end
    const proofStart = assign === undefined ? span.statementEnd : (tokens[assign] as LayoutToken).start
    // Without a comment that ends it: more may be written behind it on its line.
    let stated = (assign ?? end) - 1
    while (stated > keyword && (tokens[stated] as LayoutToken).end > proofStart) stated--
    const isBlock = by?.kind === 'word' && by.text === 'by' && (assign as number) + 2 < end
    theorems.push({
      name: nameOf(tokens, span, keyword, scopes.namespace),
      start,
      end: last,
      keyword: span.keywordStart,
      statement: source.slice(start, (tokens[stated] as LayoutToken).end),
      proofStart: proofStart < last ? proofStart : undefined,
      inMutual: scopes.inMutual,
      proof: isBlock ? blocks.block((assign as number) + 2, end).node : undefined,
    })
  }
  return {
    theorems,
    commandAt: (offset) => margins.findLast(({ start }) => start <= offset)?.start ?? offset,
    tokenAfter: (offset) => tokens.find(({ start }) => start >= offset)?.start ?? source.length,
  }
}

function nameOf(tokens: readonly LayoutToken[], span: TheoremSpan, keyword: number, namespace: string): string {
  const name = tokens[keyword + 1]
  if (span.keyword === 'example' || name?.kind !== 'word') return ''
  return name.text.startsWith('_root_.') ? name.text.slice('_root_.'.length) : `${namespace}${name.text}`
}

/** The first token of a command, before the `open … in` and such that stand in front of it. */
function beforeIn(tokens: readonly LayoutToken[], first: number): number {
  const before = tokens[first - 1]
  if (before?.kind !== 'word' || before.text !== 'in' || before.level > 0) return first
  for (let at = first - 2; at >= 0; at--) {
    const { text, level, newline, column } = tokens[at] as LayoutToken
    if (level > 0) continue
    if (BEFORE_IN.test(text) && !/^(local|scoped)$/.test(tokens[at - 1]?.text ?? '')) return beforeIn(tokens, at)
    // A command of other words, such as `unseal f in`.
    if (newline && column === 0) return beforeIn(tokens, at)
  }
  return first
}

/** The `:=` before a proof; none where the theorem is given by equations or by fields. */
function assignOf(tokens: readonly LayoutToken[], keyword: number, at: number | undefined): number | undefined {
  if (at === undefined || tokens[at]?.kind !== 'assign') return undefined
  const signature = tokens.slice(keyword, at).filter(({ level }) => level === 0)
  const bar = signature.findIndex(({ text, newline }) => text === '|' && newline)
  const equations = bar >= 0 && signature.slice(bar).some(({ text }) => text === '=>')
  return equations || signature.some(({ text }) => text === 'where') ? undefined : at
}

/** Number of the first token behind a command whose proof begins at token `at`. */
function endOfCommand(tokens: readonly LayoutToken[], at: number, first: number, hasProof: boolean): number {
  const margin = tokens[first]?.column ?? 0
  // A block of tactics may stand at the left margin too; then only another command ends it.
  const block = hasProof && tokens[at]?.text === 'by' ? tokens[at + 1] : undefined
  const atMargin = block?.newline && block.column <= margin && !beginsCommand(block)
  for (let end = hasProof ? at + 1 : at; end < tokens.length; end++) {
    const token = tokens[end] as LayoutToken
    if (!token.newline || token.level > 0 || token.column > margin) continue
    if (token.kind === 'close' || CONTINUES.test(token.text)) continue
    // A signature may go on at the margin too, but hardly with a word.
    if (beginsCommand(token) || (!atMargin && (hasProof || token.kind === 'word'))) return end
  }
  return tokens.length
}

function beginsCommand({ kind, text }: LayoutToken): boolean {
  return kind === 'word' ? isCommandWord(text) : text === '@' || text === '#'
}
