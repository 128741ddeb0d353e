import { codeTokens } from '../lean-text.ts'

/** A token with its place in the layout. Offsets count UTF-16 units. */
export type LayoutToken = {
  readonly kind: 'word' | 'string' | 'assign' | 'open' | 'close' | 'symbol'
  readonly text: string
  readonly start: number
  readonly end: number
  /** Brackets around it; a bracket does not count itself. */
  readonly level: number
  /** Whether it is the first of its line. */
  readonly newline: boolean
  /** On its line, in code points, as Lean counts. */
  readonly column: number
}

/** Symbols of several letters that layout needs whole. */
const JOINED = ['<;>', '=>']

/** The tokens of a source text with their columns. */
export function layoutTokens(source: string): LayoutToken[] {
  const tokens: LayoutToken[] = []
  let [lineStart, lineEnd] = [0, -1]
  for (const { kind, text, start, depth } of codeTokens(source)) {
    const last = tokens.at(-1)
    // Part of the symbol before it.
    if (last !== undefined && start < last.end) continue
    const newline = source.slice(last?.end ?? 0, start).includes('\n') || last === undefined
    if (start > lineEnd) {
      lineStart = source.lastIndexOf('\n', start - 1) + 1
      lineEnd = source.indexOf('\n', start)
      if (lineEnd < 0) lineEnd = source.length
    }
    const joined = kind === 'symbol' ? JOINED.find((symbol) => source.startsWith(symbol, start)) : undefined
    const whole = joined ?? text
    tokens.push({
      kind,
      text: whole,
      start,
      end: start + whole.length,
      level: kind === 'open' ? depth - 1 : depth,
      newline,
      column: [...source.slice(lineStart, start)].length,
    })
  }
  return tokens
}

/** From offsets in UTF-16 units to bytes. */
export function byteOffsets(source: string): (offset: number) => number {
  const bytes = new Uint32Array(source.length + 1)
  let at = 0
  for (let i = 0; i < source.length; i++) {
    bytes[i] = at
    const unit = source.charCodeAt(i)
    // A pair of surrogates makes four bytes; both units count two.
    at += unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit < 0xe000 ? 2 : 3
  }
  bytes[source.length] = at
  return (offset) => bytes[offset] as number
}
