/** A piece of Lean code, comments left out. Offsets count UTF-16 code units. */
export type CodeToken = {
  readonly kind: 'word' | 'string' | 'assign' | 'open' | 'close' | 'symbol'
  readonly text: string
  readonly start: number
  /** Brackets open around it; an opening bracket counts itself, a closing one does not. */
  readonly depth: number
}

const OPENING = '([{⟨⦃⟦'
const CLOSING = ')]}⟩⦄⟧'
const WORD_START = /[\p{L}\p{Nl}_«]/u
const WORD_PART = /[\p{L}\p{Nl}\p{M}\p{N}_.'!?₀-₉]/u
const SPACE = /\s/
/** A literal: `'('` is no bracket. */
const CHARACTER = /^'(\\[^']+|\\'|[^'\\])'/u

/**
 * Reads Lean source as far as finding out where a statement ends needs it: words, brackets, `:=`, string literals;
 * comments (which nest) are skipped. It knows no grammar, and never fails.
 */
export function* codeTokens(source: string): Generator<CodeToken> {
  let at = 0
  let depth = 0
  while (at < source.length) {
    const start = at
    const char = String.fromCodePoint(source.codePointAt(at) as number)
    if (SPACE.test(char)) at++
    else if (source.startsWith('--', at)) at = endOf(source, '\n', at)
    else if (source.startsWith('/-', at)) at = endOfComment(source, at)
    else if (char === 'r' && RAW_STRING.test(source.slice(at, at + 12)) && !WORD_PART.test(source[at - 1] ?? ' ')) {
      at = endOfRawString(source, at)
      yield { kind: 'string', text: source.slice(start, at), start, depth }
    } else if (char === '"') {
      at = endOfString(source, at)
      yield { kind: 'string', text: source.slice(start, at), start, depth }
    } else if (char === "'" && CHARACTER.test(source.slice(at, at + 12))) {
      at += (CHARACTER.exec(source.slice(at, at + 12))?.[0] as string).length
      yield { kind: 'symbol', text: source.slice(start, at), start, depth }
    } else if (source.startsWith(':=', at)) {
      at += 2
      yield { kind: 'assign', text: ':=', start, depth }
    } else if (WORD_START.test(char)) {
      at = endOfWord(source, at)
      yield { kind: 'word', text: source.slice(start, at), start, depth }
    } else {
      at += char.length
      const opens = OPENING.includes(char)
      const closes = CLOSING.includes(char)
      if (opens) depth++
      if (closes) depth = Math.max(0, depth - 1)
      yield { kind: opens ? 'open' : closes ? 'close' : 'symbol', text: char, start, depth }
    }
  }
}

/** Whether a text of Lean leaves something out by name. */
export function leavesHole(source: string): boolean {
  if (!/sorry|admit/.test(source)) return false
  for (const { kind, text } of codeTokens(source))
    if (kind === 'word' && /^(sorry|sorryAx|admit)$/.test(text)) return true
  return false
}

/** The text with blanks for tabs between its words, which Lean does not take; in strings and comments they stay. */
export function withoutTabs(source: string): string {
  if (!source.includes('\t')) return source
  let result = ''
  let end = 0
  const copyBlanks = (to: number) => {
    for (const char of source.slice(end, to)) result += char === '\t' ? ' '.repeat(tabWidth(result)) : char
  }
  for (const { start, text } of codeTokens(source)) {
    copyBlanks(start)
    result += text
    end = start + text.length
  }
  copyBlanks(source.length)
  return result
}
const TAB = 4

/** How many blanks a tab behind a text stands for. */
export function tabWidth(before: string): number {
  return TAB - ([...before.slice(before.lastIndexOf('\n') + 1)].length % TAB)
}

function endOf(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from)
  return found < 0 ? source.length : found + mark.length
}

/** Where a comment ends that begins at `from`. */
export function endOfComment(source: string, from: number): number {
  let depth = 0
  let at = from
  while (at < source.length) {
    if (source.startsWith('/-', at)) {
      depth++
      at += 2
    } else if (source.startsWith('-/', at)) {
      depth--
      at += 2
      if (depth === 0) return at
    } else at++
  }
  return at
}

/** `r"…"` and `r#"…"#`: a backslash means nothing in them. */
const RAW_STRING = /^r#*"/
function endOfRawString(source: string, from: number): number {
  let marks = from + 1
  while (source[marks] === '#') marks++
  return endOf(source, `"${'#'.repeat(marks - from - 1)}`, marks + 1)
}

function endOfString(source: string, from: number): number {
  let at = from + 1
  while (at < source.length && source[at] !== '"') at += source[at] === '\\' ? 2 : 1
  return Math.min(at + 1, source.length)
}

function endOfWord(source: string, from: number): number {
  let at = from
  while (at < source.length) {
    if (source[at] === '«') {
      at = endOf(source, '»', at)
      continue
    }
    const char = String.fromCodePoint(source.codePointAt(at) as number)
    // A dot belongs to a name only between its parts: `foo.{u}` and `n.` end before it.
    if (char === '.' && !/^\.[\p{L}\p{Nl}\p{N}_«]/u.test(source.slice(at, at + 4))) break
    if (!WORD_PART.test(char)) break
    at += char.length
  }
  return at
}
