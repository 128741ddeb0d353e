import type { FileHole, TextRange } from '../lean/holes.ts'
import { exampleAsTheorem, type FileDeclaration, type PlacedCommand } from '../lean/placed.ts'
import { TextPlaces } from '../proof/source-text.ts'

/** A hole of the file as it was, and what stands in its place by now. */
export type Filling = { readonly hole: FileHole; readonly text: string | undefined }

/** A file's text with what has been filled so far. */
export class FilledText {
  readonly text: string
  readonly places: TextPlaces
  readonly #edits: readonly { readonly start: number; readonly end: number; readonly text: string }[]

  constructor(text: string, places: TextPlaces, fillings: readonly Filling[]) {
    this.#edits = fillings.flatMap(({ hole, text: filled }) =>
      filled === undefined ? [] : [{ start: hole.start, end: hole.end, text: filled }],
    )
    let at = 0
    let result = ''
    for (const edit of this.#edits) {
      result += places.slice(at, edit.start) + edit.text
      at = edit.end
    }
    this.text = result + places.slice(at, places.length)
    this.places = this.text === text ? places : new TextPlaces(this.text)
  }

  /** A byte of the file as it was, in this text. */
  at(byte: number): number {
    return this.#edits.reduce(
      (place, { start, end, text }) => (end <= byte ? place + Buffer.byteLength(text) - (end - start) : place),
      byte,
    )
  }
  hole({ start, end, kind }: FileHole): FileHole {
    return { start: this.at(start), end: this.at(end), kind }
  }

  /** The text up to a byte of the file as it was, with blanks for some of that file's parts. */
  upTo(byte: number, without: readonly TextRange[]): string {
    let at = 0
    let result = ''
    for (const { start, end } of without) {
      if (end > byte) break
      const blanks = this.places.slice(this.at(start), this.at(end)).replace(/[^\n]/g, ' ')
      result += this.places.slice(at, this.at(start)) + blanks
      at = this.at(end)
    }
    return result + this.places.slice(at, this.at(byte))
  }

  /** The text up to the end of a command; an `example` gets the name it goes by. */
  sourceOf({ start, end }: PlacedCommand, declaration: FileDeclaration, name: string): string {
    const upTo = this.at(end)
    if (declaration.kind !== 'example') return `${this.places.slice(0, upTo)}\n`
    const begin = this.at(start)
    const { keyword } = declaration
    const before = this.places.slice(begin, this.at(keyword.start))
    const behind = this.places.slice(this.at(keyword.end), upTo)
    return `${this.places.slice(0, begin)}${exampleAsTheorem(declaration, name, before, behind)}\n`
  }
}
