import { codeTokens, endOfComment } from './lean-text.ts'

export type LeanText = { readonly text: string } | { readonly problem: string }

/**
 * The text of a Lean file, which is what Lean would read: UTF-8 without exception, one byte order mark at its head
 * dropped, and no NUL, at which programs in C take a text to end.
 */
export function decodeLean(bytes: Uint8Array): LeanText {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return { problem: `it is not valid UTF-8: ${placeInBytes(bytes, firstInvalid(bytes))}` }
  }
  if (text.startsWith('\ufeff')) text = text.slice(1)
  const nul = text.indexOf('\0')
  return nul < 0 ? { text } : { problem: `it holds a NUL character in ${placeIn(text, nul)}` }
}

/** Where a comment begins that never ends, as a phrase; undefined where every comment ends. */
export function unclosedComment(text: string): string | undefined {
  const gaps: number[] = []
  let end = 0
  for (const token of codeTokens(text)) {
    gaps.push(end, token.start)
    end = token.start + token.text.length
  }
  gaps.push(end, text.length)
  for (let i = 0; i < gaps.length; i += 2) {
    for (let at = gaps[i] as number; at < (gaps[i + 1] as number); ) {
      if (text.startsWith('--', at)) {
        const line = text.indexOf('\n', at)
        at = line < 0 ? text.length : line
      } else if (text.startsWith('/-', at)) {
        const close = endOfComment(text, at)
        if (close >= text.length && !closes(text, at)) return placeIn(text, at)
        at = close
      } else at++
    }
  }
  return undefined
}

/** Whether the comment that begins at an offset ends with the text, rather than not at all. */
function closes(text: string, from: number): boolean {
  // A blank behind it changes where it ends only where it does not end.
  return endOfComment(`${text} `, from) === text.length
}

function placeIn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n')
  return `line ${before.length}, column ${[...(before.at(-1) ?? '')].length + 1}`
}

function placeInBytes(bytes: Uint8Array, offset: number): string {
  let line = 1
  let start = 0
  for (let i = 0; i < offset; i++) {
    if (bytes[i] !== 10) continue
    line++
    start = i + 1
  }
  const byte = (bytes[offset] ?? 0).toString(16).padStart(2, '0')
  return `byte 0x${byte} in line ${line}, ${offset - start} bytes from its beginning`
}

/** The first byte that no character of UTF-8 begins with, or goes on with, there. */
function firstInvalid(bytes: Uint8Array): number {
  let low = 0
  let high = bytes.length
  // The longest beginning that decodes, where a character may be cut at its end.
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (decodes(bytes.subarray(0, middle))) low = middle
    else high = middle - 1
  }
  return Math.min(low, bytes.length - 1)
}

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
