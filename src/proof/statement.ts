import { type CodeToken, codeTokens, endOfComment } from './lean-text.ts'
import type { Theorem } from './theorem.ts'

export type ParsedStatement = Theorem | { readonly problem: string }

/** Where a theorem stands in a source text. Offsets count UTF-16 code units. */
export type TheoremSpan = {
  readonly keyword: string
  /** Of its first modifier, attribute or documentation comment. */
  readonly start: number
  readonly keywordStart: number
  /** Of the `:=` that ends the statement, or the end of the command where there is none. */
  readonly statementEnd: number
}

/** Name given to an `example`; a prime is added until the text does not contain it. */
const EXAMPLE_NAME = 'hedge_example'
const THEOREM_WORDS = new Set(['theorem', 'lemma', 'example'])
const MODIFIERS = new Set(['private', 'protected', 'public', 'noncomputable', 'nonrec', 'local', 'scoped'])
const OTHER_COMMANDS =
  /^(def|abbrev|instance|structure|inductive|class|axiom|opaque|namespace|section|end|open|variable|universe|set_option|import|notation|infix|infixl|infixr|prefix|postfix|macro|macro_rules|syntax|attribute|export|elab|deriving|mutual|initialize)$/
/** Words whose own `:=` stands inside a type: `let x := 3; P x`. */
const LOCAL_DEFINITION = /^(let|have|letI|haveI)$/

/**
 * Reads one `theorem NAME … : TYPE` out of free text. What stands before it becomes the header; a proof after it is
 * dropped. `lemma` becomes `theorem`, for only Mathlib knows it; an `example` gets a fresh name. Only a `:=` outside
 * all brackets, strings, comments and `let`s ends the statement.
 */
export function parseStatement(text: string): ParsedStatement {
  const spans = findTheorems(text)
  const span = spans[0]
  if (span === undefined) return { problem: 'there is no `theorem`, `lemma` or `example` in the text' }
  if (spans.length > 1) return { problem: `the text holds ${spans.length} theorems, where one is expected` }
  return statementAt(text, span, headerBefore(text, span))
}

/** The theorem of a span, with the header given. */
export function statementAt(text: string, span: TheoremSpan, header: string): ParsedStatement {
  const afterKeyword = text.slice(span.keywordStart + span.keyword.length, span.statementEnd).trim()
  if (span.keyword === 'example') {
    let name = EXAMPLE_NAME
    while (text.includes(name)) name += "'"
    return finishStatement(name, afterKeyword, header)
  }
  const first = codeTokens(afterKeyword).next().value as CodeToken | undefined
  if (first?.kind !== 'word' || first.start !== 0) return { problem: `\`${span.keyword}\` has no name` }
  return finishStatement(first.text, afterKeyword.slice(first.text.length).trim(), header)
}

/** The header of a theorem: all text before it. An `open … in` becomes an `open`, as nothing else follows. */
export function headerBefore(text: string, span: TheoremSpan): string {
  return text
    .slice(0, span.start)
    .trim()
    .replace(/\s+in$/, '')
}

/** Every `theorem`, `lemma` and `example` command of a source text, in order. */
export function findTheorems(text: string): TheoremSpan[] {
  const spans: TheoremSpan[] = []
  let command: { keyword: string; start: number; keywordStart: number } | undefined
  let statementEnd: number | undefined
  let locals = 0
  /** Start of the modifiers and attributes that are open at the moment. */
  let prefix: number | undefined
  const finish = (end: number) => {
    if (command !== undefined) spans.push({ ...command, statementEnd: statementEnd ?? end })
    command = undefined
  }
  for (const token of codeTokens(text)) {
    const startsCommand = prefix !== undefined || startsLine(text, token.start)
    if (token.depth === 0 && token.kind === 'word' && startsCommand && THEOREM_WORDS.has(token.text)) {
      const start = withDocumentation(text, prefix ?? token.start)
      finish(start)
      command = { keyword: token.text, start, keywordStart: token.start }
      statementEnd = undefined
      locals = 0
      prefix = undefined
    } else if (token.depth === 0 && token.kind === 'word' && startsCommand && MODIFIERS.has(token.text)) {
      prefix ??= token.start
    } else if (token.depth === 0 && token.kind === 'symbol' && token.text === '@' && text[token.start + 1] === '[') {
      if (startsCommand) prefix ??= token.start
    } else if (token.depth === 0 && atColumnZero(text, token.start) && OTHER_COMMANDS.test(token.text)) {
      finish(token.start)
      prefix = undefined
    } else if (token.depth === 0 && token.kind === 'symbol' && token.text === '#' && atColumnZero(text, token.start)) {
      finish(token.start)
      prefix = undefined
    } else if (token.depth === 0 && token.kind === 'assign') {
      if (locals > 0) locals--
      else statementEnd ??= token.start
    } else if (token.depth === 0 && token.kind === 'word' && LOCAL_DEFINITION.test(token.text)) {
      if (statementEnd === undefined) locals++
    } else if (token.depth === 0 && token.kind === 'word') {
      prefix = undefined
    }
  }
  finish(text.length)
  return spans
}

function finishStatement(name: string, text: string, header: string): ParsedStatement {
  const signature = withoutTrailingComments(text)
  const statement =
    `theorem ${name}${/^[.:]/.test(signature) && !signature.startsWith(':') ? '' : ' '}${signature}`.trim()
  const colon = [...codeTokens(signature)].some((t) => t.kind === 'symbol' && t.text === ':' && t.depth === 0)
  if (!colon) return { problem: `\`${name}\` states nothing: there is no \`: TYPE\`` }
  return { name, header, statement }
}

/** What follows a statement stands on its last line: behind a comment there it would be part of it. */
function withoutTrailingComments(text: string): string {
  let end = 0
  for (const token of codeTokens(text)) end = token.start + token.text.length
  return text.slice(0, end)
}

/** Whether a word at the left margin begins a command. */
export function isCommandWord(word: string): boolean {
  return THEOREM_WORDS.has(word) || MODIFIERS.has(word) || OTHER_COMMANDS.test(word)
}

/** Whether only spaces stand before an offset on its line, or `… in` of a command that holds for the next one. */
function startsLine(text: string, offset: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  return /^\s*$/.test(line) || /^\s*(open|set_option)\s.*\sin\s+$/.test(line) || /-\/\s*$/.test(line)
}

function atColumnZero(text: string, offset: number): boolean {
  return offset === 0 || text[offset - 1] === '\n'
}

/** Start of the documentation comment that ends right before an offset, or the offset itself. */
function withDocumentation(text: string, offset: number): number {
  const before = text.slice(0, offset).trimEnd()
  if (!before.endsWith('-/')) return offset
  const start = before.lastIndexOf('/--')
  // Another comment may stand here, and the last documentation far above.
  return start < 0 || endOfComment(before, start) !== before.length ? offset : start
}
