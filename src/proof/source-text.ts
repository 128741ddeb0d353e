import { tabWidth, withoutTabs } from './lean-text.ts'

/** A file as Lean reads it: line breaks are single characters, tabs are blanks, a byte order mark is none of the text. */
export type SourceText = {
  readonly text: string
  /** In the file: CRLF where most of its lines end so. */
  readonly lineBreak: '\n' | '\r\n'
  /** The file's own text with parts of the read text replaced; all else stays as it is. Places count UTF-16 units of `text`. */
  edited(edits: readonly TextEdit[]): string
}
export type TextEdit = { readonly start: number; readonly end: number; readonly text: string }

const BYTE_ORDER_MARK = '\uFEFF'

export function sourceText(file: string): SourceText {
  const mark = file.startsWith(BYTE_ORDER_MARK) ? 1 : 0
  const body = file.slice(mark)
  const unbroken = body.replaceAll('\r\n', '\n')
  const text = withoutTabs(unbroken)
  const breaks = body.length - unbroken.length
  const lineBreak = breaks * 2 > text.split('\n').length - 1 ? '\r\n' : '\n'
  return {
    text,
    lineBreak,
    edited(edits) {
      let result = file.slice(0, mark)
      /** How far the file, and the text, have been copied. */
      let [at, read] = [0, 0]
      const skipTo = (end: number) => {
        while (read < end) {
          // What Lean does not take is a tab in the file, and blanks in the text.
          const width = body[at] === '\t' && text[read] !== '\t' ? tabWidth(text.slice(0, read)) : 1
          if (body[at] === '\r' && body[at + 1] === '\n') at++
          at++
          read += width
        }
      }
      const copyTo = (end: number) => {
        const from = at
        skipTo(end)
        result += body.slice(from, at)
      }
      for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
        copyTo(edit.start)
        skipTo(edit.end)
        result += edit.text.replaceAll('\n', lineBreak)
      }
      return result + body.slice(at)
    },
  }
}

/** Places in a text by bytes, and by lines as Lean counts them: from 1, columns from 0 in code points. */
export class TextPlaces {
  readonly #text: string
  readonly #bytes: Buffer
  /** Where lines begin, in bytes and in UTF-16 units. */
  readonly #lines: number[] = [0]
  readonly #unitLines: number[] = [0]

  constructor(text: string) {
    this.#text = text
    this.#bytes = Buffer.from(text)
    for (let i = this.#bytes.indexOf(10); i >= 0; i = this.#bytes.indexOf(10, i + 1)) this.#lines.push(i + 1)
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#unitLines.push(i + 1)
  }

  get length(): number {
    return this.#bytes.length
  }
  /** A part of the text itself: nothing is copied. */
  slice(start: number, end: number): string {
    return this.#text.slice(this.units(start), this.units(end))
  }
  /** UTF-16 units before a byte. */
  units(byte: number): number {
    const line = this.#lineOf(byte)
    return (this.#unitLines[line] as number) + this.#onLine(line, byte).length
  }
  place(byte: number): { line: number; column: number } {
    const line = this.#lineOf(byte)
    return { line: line + 1, column: [...this.#onLine(line, byte)].length }
  }
  #onLine(line: number, byte: number): string {
    return this.#bytes.subarray(this.#lines[line], byte).toString()
  }
  /** Bytes at which a line begins and ends, without its break. */
  line(number: number): { start: number; end: number } | undefined {
    const start = this.#lines[number - 1]
    if (start === undefined) return undefined
    return { start, end: (this.#lines[number] ?? this.#bytes.length + 1) - 1 }
  }
  lineStart(byte: number): number {
    return this.#lines[this.#lineOf(byte)] as number
  }

  #lineOf(byte: number): number {
    let [low, high] = [0, this.#lines.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#lines[middle] as number) <= byte) low = middle
      else high = middle - 1
    }
    return low
  }
}
