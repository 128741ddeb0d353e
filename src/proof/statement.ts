import { type CodeToken, codeTokens, endOfComment } from './lean-text.ts'
import { sourceText } from './source-text.ts'
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
export const EXAMPLE_NAME = 'hedge_example'
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
export function parseStatement(written: string): ParsedStatement {
  const { text } = sourceText(written)
  const spans = findTheorems(text)
  const span = spans[0]
  if (span === undefined) return { problem: 'there is no `theorem`, `lemma` or `example` in the text' }
  if (spans.length > 1) return { problem: `the text holds ${spans.length} theorems, where one is expected` }
  return parseAt(text, span)
}

/** The theorem of a span, with what stands before it. */
function parseAt(text: string, span: TheoremSpan): ParsedStatement {
  const theorem = statementAt(text, span, headerBefore(text, span))
  return 'problem' in theorem ? theorem : { ...theorem, statement: `${prefixBefore(text, span)}${theorem.statement}` }
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

/** The header of a theorem: all text before it, and before the `open … in` and such that belong to it. */
export function headerBefore(text: string, span: TheoremSpan): string {
  return text.slice(0, beginOfCommand(text, span)).trim()
}

/** What holds for one command only, as it stands before a theorem. */
function prefixBefore(text: string, span: TheoremSpan): string {
  return text.slice(beginOfCommand(text, span), span.start)
}

/** Words of commands that hold for the one behind their `in`. */
const BEFORE_IN = /^(open|set_option|variable|universe|include|omit|attribute|local|scoped|unseal|seal)$/

/** Where the first `open … in` before a theorem begins, or the theorem itself. */
function beginOfCommand(text: string, span: TheoremSpan): number {
  const before = [...codeTokens(text.slice(0, span.start))]
  let begin = span.start
  for (let at = before.length - 1; at >= 0; ) {
    const token = before[at] as CodeToken
    if (token.kind !== 'word' || token.text !== 'in' || token.depth > 0) break
    let first = at - 1
    while (first >= 0) {
      const { kind, depth, text: word, start } = before[first] as CodeToken
      if (kind === 'word' && depth === 0 && BEFORE_IN.test(word) && startsLine(text, start)) break
      first--
    }
    if (first < 0) break
    begin = (before[first] as CodeToken).start
    at = first - 1
  }
  return begin
}

/** The same statement without the name it declares. */
export function withoutName(statement: string): string {
  return withName(statement, '')
}

/** The same statement under another name, in the namespace it has by its own: that is open while it is read. */
export function renamedStatement(statement: string, name: string): string {
  return withName(statement, name)
}

function withName(statement: string, name: string): string {
  const tokens = codeTokens(statement)
  let word = false
  for (const token of tokens) {
    if (word && token.kind === 'word') {
      const parts = token.text.match(/«[^»]*»|[^.«]+/g) ?? []
      const full = name === '' ? '' : [...parts.slice(0, -1), name].join('.')
      return `${statement.slice(0, token.start)}${full}${statement.slice(token.start + token.text.length)}`
    }
    word = token.kind === 'word' && token.depth === 0 && THEOREM_WORDS.has(token.text)
  }
  return statement
}

/** Every `theorem`, `lemma` and `example` command of a source text, in order. */
export function findTheorems(text: string): TheoremSpan[] {
  const spans: TheoremSpan[] = []
  let command: { keyword: string; start: number; keywordStart: number } | undefined
  let statementEnd: number | undefined
  let locals = 0
  /** In a type that is a program, `:=` may assign; and bars may belong to a `match`. */
  let [program, alternatives] = [false, false]
  let lastAssign: number | undefined
  /** Start of the modifiers and attributes that are open at the moment. */
  let prefix: number | undefined
  const finish = (end: number) => {
    if (command !== undefined) spans.push({ ...command, statementEnd: statementEnd ?? lastAssign ?? end })
    command = undefined
  }
  for (const token of codeTokens(text)) {
    const startsCommand = prefix !== undefined || startsLine(text, token.start)
    if (token.depth === 0 && token.kind === 'word' && startsCommand && THEOREM_WORDS.has(token.text)) {
      const start = withDocumentation(text, prefix ?? token.start)
      finish(start)
      command = { keyword: token.text, start, keywordStart: token.start }
      statementEnd = lastAssign = undefined
      locals = 0
      program = alternatives = false
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
      else if (!program || /^:=\s*(by|sorry)\b/.test(text.slice(token.start, token.start + 200)))
        statementEnd ??= token.start
      else lastAssign = token.start
    } else if (token.depth === 0 && token.kind === 'symbol' && token.text === '|') {
      if (!alternatives && startsLine(text, token.start)) statementEnd ??= token.start
    } else if (token.depth === 0 && token.kind === 'word' && token.text === 'where' && command !== undefined) {
      statementEnd ??= token.start
    } else if (token.depth === 0 && token.kind === 'word' && LOCAL_DEFINITION.test(token.text)) {
      if (statementEnd === undefined) locals++
    } else if (token.depth === 0 && token.kind === 'word') {
      prefix = undefined
      if (statementEnd === undefined) {
        program ||= token.text === 'do'
        alternatives ||= token.text === 'match' || token.text === 'fun'
      }
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
export function withDocumentation(text: string, offset: number): number {
  const before = text.slice(0, offset).trimEnd()
  if (!before.endsWith('-/')) return offset
  const start = before.lastIndexOf('/--')
  // Another comment may stand here, and the last documentation far above.
  return start < 0 || endOfComment(before, start) !== before.length ? offset : start
}
