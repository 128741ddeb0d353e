import { OpenScopes } from '../../proof/scopes.ts'
import { isCommandWord, withDocumentation } from '../../proof/statement.ts'
import { byteOffsets, type LayoutToken, layoutTokens } from '../../proof/tactics/layout.ts'
import type { FileHole } from '../holes.ts'
import type { FileDeclaration, PlacedCommand } from '../placed.ts'
import { outline } from './outline.ts'

/** Words that begin a command wherever they stand first on a line. */
const BEGINS =
  /^(theorem|lemma|example|def|abbrev|instance|structure|inductive|class|axiom|opaque|namespace|section|end|mutual)$/
const DECLARES = /^(theorem|lemma|example|def|abbrev|instance|structure|inductive|class|opaque)$/
const MODIFIERS = /^(private|protected|public|noncomputable|nonrec|local|scoped|partial|unsafe)$/
/** Behind these a command may stand further in than they do. */
const SCOPES = /^(namespace|section|end|open|universe|variable)$/
const HOLE = /^(sorry|admit)$/

/**
 * The commands of a file by its layout: the language server shows no syntax. A command that is not known belongs to the one
 * before it. Lean is asked when a hole is opened: the goal must be at its place.
 * @param text in which `example`s have the variables of the sections around them
 */
export function commandsByLayout(text: string): PlacedCommand[] {
  const tokens = layoutTokens(text)
  const byte = byteOffsets(text)
  const outlined = new Map(outline(text).theorems.map((theorem) => [theorem.keyword, theorem]))
  const scopes = new OpenScopes(text)
  const variables = new OpenVariables(tokens)
  const begins = commandStarts(tokens)
  return begins.map((from, command): PlacedCommand => {
    const to = begins[command + 1] ?? tokens.length
    const own = tokens.slice(from, to)
    const keywords = own.filter((token, i) => isKeyword(own, token, i))
    const mutual = own[0]?.text === 'mutual'
    const first = outlined.get(keywords[0]?.start ?? -1)
    const begin = (own[0] as LayoutToken).start
    const start = byte(mutual || first === undefined ? withDocumentation(text, begin) : first.start)
    const end = byte((own.at(-1) as LayoutToken).end)
    const declarations = (mutual ? keywords : keywords.slice(0, 1)).map((keyword, i): FileDeclaration => {
      const next = mutual ? keywords[i + 1] : undefined
      const inside = own.filter((token) => token.start >= keyword.start && token.start < (next?.start ?? Infinity))
      const theorem = mutual ? undefined : outlined.get(keyword.start)
      const name = inside[1]
      const full = name?.kind === 'word' ? `${scopes.namespace}${name.text}` : ''
      const value = theorem === undefined ? valueToken(inside) : undefined
      const isTheorem = theorem !== undefined && theorem.proofStart !== undefined
      return {
        kind: isTheorem ? kindOf(keyword.text) : keyword.text === 'instance' ? 'instance' : 'other',
        name: theorem?.name ?? full,
        keyword: { start: byte(keyword.start), end: byte(keyword.end) },
        start: mutual ? byte(keyword.start) : start,
        end: byte(inside.at(-1)?.end ?? keyword.end),
        stated: theorem === undefined ? value && byte(value.start) : byte(theorem.start + theorem.statement.length),
        proof: theorem === undefined ? value && byte(value.start) : theorem.proofStart && byte(theorem.proofStart),
        variables: keyword.text === 'example' ? variables.at(from) : undefined,
        holes: holesOf(inside, byte),
      }
    })
    for (const token of own) scopes.take(token)
    return { command, start, end, declarations, errors: [], breaks: false }
  })
}

const kindOf = (word: string): 'theorem' | 'example' => (word === 'example' ? 'example' : 'theorem')

/** Numbers of the tokens at which commands begin. */
function commandStarts(tokens: readonly LayoutToken[]): number[] {
  const begins: number[] = []
  let mutual = false
  for (const [at, token] of tokens.entries()) {
    if (!token.newline || token.level > 0) continue
    if (mutual) {
      if (token.text === 'end' && token.kind === 'word') mutual = false
      continue
    }
    const from = begins.at(-1)
    const current = from === undefined ? undefined : (tokens[from] as LayoutToken)
    const before = tokens[at - 1]
    const word = token.kind === 'word'
    const begin =
      current === undefined ||
      (token.column <= current.column || SCOPES.test(current.text)
        ? word
          ? isCommandWord(token.text) && !(token.text === 'deriving' && tokens[at + 1]?.text !== 'instance')
          : token.text === '@' || token.text === '#'
        : word && BEGINS.test(token.text))
    if (!begin || (before?.kind === 'word' && before.text === 'in')) continue
    if (from !== undefined && isPrefix(tokens.slice(from, at))) continue
    begins.push(at)
    mutual = word && token.text === 'mutual'
  }
  return begins
}

/** Whether there are only modifiers and attributes, which belong to what follows. */
function isPrefix(tokens: readonly LayoutToken[]): boolean {
  for (let at = 0; at < tokens.length; at++) {
    const { text, level } = tokens[at] as LayoutToken
    if (text === '@' && tokens[at + 1]?.text === '[') {
      at++
      while (at + 1 < tokens.length && (tokens[at + 1] as LayoutToken).level > level) at++
      at++
    } else if (!MODIFIERS.test(text)) return false
  }
  return true
}

/** Whether a token of a command is the word that says what it declares. */
function isKeyword(own: readonly LayoutToken[], { kind, text, level, newline }: LayoutToken, at: number): boolean {
  if (kind !== 'word' || level > 0 || !DECLARES.test(text)) return false
  const before = own[at - 1]
  return newline || before === undefined || before.text === 'in' || before.text === ']' || MODIFIERS.test(before.text)
}

/** Where the value of a declaration begins. */
function valueToken(tokens: readonly LayoutToken[]): LayoutToken | undefined {
  return tokens.find(
    ({ kind, text, level, newline }) =>
      level === 0 && (kind === 'assign' || text === 'where' || (text === '|' && newline)),
  )
}

/** The words `sorry` and `admit`, but for those in quotations. */
function holesOf(tokens: readonly LayoutToken[], byte: (offset: number) => number): FileHole[] {
  const found: FileHole[] = []
  let quoted: number | undefined
  for (const [at, { kind, text, start, end, level }] of tokens.entries()) {
    if (quoted !== undefined && level <= quoted) quoted = undefined
    if (kind === 'open' && text === '(' && tokens[at - 1]?.text === '`' && tokens[at - 1]?.end === start)
      quoted ??= level
    if (quoted !== undefined || kind !== 'word' || !HOLE.test(text)) continue
    found.push({ start: byte(start), end: byte(end), kind: isTactic(tokens, at) ? 'tactic' : 'term' })
  }
  return found
}

/** As it looks; which it is, Lean says. */
function isTactic(tokens: readonly LayoutToken[], at: number): boolean {
  const { text, newline } = tokens[at] as LayoutToken
  const before = tokens[at - 1]?.text ?? ''
  if (text === 'admit' || /^(by|·|;|<;>|=>|then|else)$/.test(before)) return true
  return newline && !/^(:=|from|,|\(|⟨|\|)$/.test(before)
}

/** How many holes a text has, by its layout. */
export function countHoles(text: string): number {
  return holesOf(layoutTokens(text), (offset) => offset).length
}

/** Follows the variables of sections. */
class OpenVariables {
  readonly #tokens: readonly LayoutToken[]
  #at = 0
  /** Of each open scope. */
  #names: string[][] = [[]]

  constructor(tokens: readonly LayoutToken[]) {
    this.#tokens = tokens
  }

  /** The names of those that are there at a token, which comes later than those asked for before. */
  at(token: number): string[] {
    for (; this.#at < token; this.#at++) this.#take(this.#at)
    return this.#names.flat()
  }

  #take(at: number): void {
    const { kind, text, newline, level } = this.#tokens[at] as LayoutToken
    if (kind !== 'word' || !newline || level > 0) return
    if (text === 'namespace' || text === 'section') this.#names.push([])
    else if (text === 'end' && this.#names.length > 1) this.#names.pop()
    else if (text === 'variable') this.#names.at(-1)?.push(...this.#binders(at + 1))
  }

  /** Names in brackets before their colon. One with `in` behind holds for the next command, which it is part of. */
  #binders(from: number): string[] {
    const names: string[] = []
    let naming = false
    for (let at = from; at < this.#tokens.length; at++) {
      const { kind, text, level } = this.#tokens[at] as LayoutToken
      if (level === 0 && kind === 'open') naming = /^[({⦃]$/.test(text)
      else if (level === 0 && kind !== 'close') return text === 'in' ? [] : names
      else if (text === ':' || kind === 'assign') naming = false
      else if (naming && kind === 'word' && text !== '_') names.push(text)
    }
    return names
  }
}
