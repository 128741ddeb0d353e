import { escapedName } from '../proof/names.ts'
import type { TextPlaces } from '../proof/source-text.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { FileHole, TextRange } from './holes.ts'
import type { Diagnostic } from './session.ts'

export type FileDeclaration = TextRange & {
  readonly kind: 'theorem' | 'example' | 'instance' | 'other'
  /** With its namespace, as Lean writes it; empty where it has none. */
  readonly name: string
  /** In a `mutual` block: what stands in front of the block and holds for it. `start` and `end` are the declaration's then. */
  readonly preface?: TextRange | undefined
  /** Its word: `theorem`, `example`, … */
  readonly keyword: TextRange
  /** Where what is stated ends, and where what proves it, or is its value, begins: its `:=`, its first `|`, its `where`. */
  readonly stated?: number | undefined
  readonly proof?: number | undefined
  /** Of an `example`, which may use all of them: the variables of the sections around it. */
  readonly variables?: readonly string[] | undefined
  readonly holes: readonly FileHole[]
}

/** A command of a text that declares something, leaves something out, or does not elaborate. */
export type PlacedCommand = TextRange & {
  /** Its number among the text's commands. */
  readonly command: number
  readonly declarations: readonly FileDeclaration[]
  readonly errors: readonly Diagnostic[]
  /** Its errors may change what follows means: something that it declares is missing afterwards. */
  readonly breaks: boolean
}

/** A theorem where it stands in a file. */
export type PlacedTheorem = {
  /** Its header is all that stands before it, its statement what is written of it before the proof. */
  readonly theorem: Theorem
  /** Lines from 1, columns from 0; the end is that of its proof. */
  readonly start: Place
  readonly end: Place
  /** Where the proof begins. */
  readonly proof: Place
}
type Place = { readonly line: number; readonly column: number }

/** A file as an engine has read it. */
export type FileReading = {
  readonly places: TextPlaces
  readonly commands: readonly PlacedCommand[]
  readonly theorems: readonly PlacedTheorem[]
}

export type ReadOptions = {
  /** Gets the share of the text that has been read. */
  readonly onProgress?: (share: number) => void
  /** Stops reading behind the first theorem for which it says so. */
  readonly until?: (theorem: PlacedTheorem) => boolean
  readonly signal?: AbortSignal
}

/** An engine that reads files: what stands in them, at which place. */
export interface FileReader {
  /**
   * @param text as `sourceText` gives it
   * @throws RejectedInput where the file's imports fail
   */
  readFile(text: string, options?: ReadOptions): Promise<FileReading>
}

/**
 * The theorems among a file's commands, in order. An `example` is called after its line; a theorem in a `mutual` block
 * stands before the block, since its statement cannot mention what the block declares.
 */
export function placedTheorems(places: TextPlaces, commands: readonly PlacedCommand[]): PlacedTheorem[] {
  return commands.flatMap((command) =>
    command.declarations.flatMap((declaration) => placedTheorem(places, command, declaration) ?? []),
  )
}

/**
 * An `example` as the theorem that it is: its text from the beginning of its command, with a name for its word. A theorem has
 * the variables that it mentions, an `example` also those that its proof mentions, which nobody knows before there is one.
 */
export function exampleAsTheorem(
  { variables = [] }: FileDeclaration,
  name: string,
  before: string,
  behind: string,
): string {
  return `${variables.length === 0 ? '' : `include ${variables.join(' ')} in `}${before}theorem ${name}${behind}`
}

export function placedTheorem(
  places: TextPlaces,
  command: PlacedCommand,
  declaration: FileDeclaration,
): PlacedTheorem | undefined {
  const { kind, keyword, start, end, stated, proof, preface } = declaration
  if ((kind !== 'theorem' && kind !== 'example') || stated === undefined || proof === undefined) return undefined
  const { line } = places.place(start)
  const name = kind === 'example' ? escapedName(`example_${line}`) : declaration.name
  // Indentation belongs to the statement: its other lines stand by it.
  const margin = places.lineStart(command.start)
  const indented = preface === undefined && places.slice(margin, command.start).trim() === ''
  const begin = indented ? margin : command.start
  const first = preface === undefined ? begin : start
  const written =
    kind === 'example'
      ? exampleAsTheorem(declaration, name, places.slice(first, keyword.start), places.slice(keyword.end, stated))
      : places.slice(first, stated)
  const statement = (preface === undefined ? '' : places.slice(preface.start, preface.end)) + written
  return {
    theorem: { name, header: places.slice(0, begin), statement },
    start: places.place(start),
    end: places.place(end),
    proof: places.place(proof),
  }
}
