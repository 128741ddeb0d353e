import { readFile } from 'node:fs/promises'
import type { FileReader, FileReading, PlacedTheorem } from '../lean/placed.ts'
import { InputError } from '../proof/input-error.ts'
import { sameName } from '../proof/names.ts'
import { type SourceText, sourceText, type TextPlaces } from '../proof/source-text.ts'
import { leanText } from './read-lean.ts'

/** What a user means of a Lean file: `file.lean`, `file.lean:name`, `file.lean:12`, `file.lean:12:3`, `file.lean#L12`. */
export type LeanTarget = { readonly path: string; readonly name?: string; readonly line?: number }

/** Undefined where the text is no Lean file's name. */
export function leanTarget(what: string): LeanTarget | undefined {
  const [, path, name] = /^(.+?\.lean)(?:[:#](.+))?$/s.exec(what) ?? []
  if (path === undefined || path.includes('\n')) return undefined
  if (name === undefined) return { path }
  const line = /^(?:L|#L)?(\d+)(?::\d+)?:?$/.exec(name)?.[1]
  return line === undefined ? { path, name } : { path, line: Number(line) }
}

/** @throws InputError */
export async function readLeanFile(path: string): Promise<SourceText> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const message = cause.code === 'ENOENT' ? `there is no file ${path}` : `cannot read ${path}: ${cause.message}`
    throw new InputError(message, { cause })
  })
  // What is no text would come back changed from an edit; the byte order mark, which `leanText` drops, must come back.
  leanText(path, bytes)
  return sourceText(bytes.toString('utf8'))
}

/**
 * Finds the one theorem that is meant, in its place.
 * @throws InputError where there is none, or more than one
 */
export async function findPlaced(
  { path, name, line }: LeanTarget,
  text: string,
  reader: FileReader,
  onProgress?: (share: number) => void,
): Promise<PlacedTheorem> {
  const exactly = ({ theorem, start, end }: PlacedTheorem) =>
    name !== undefined ? sameName(theorem.name, name) : line !== undefined && start.line <= line && line <= end.line
  const reading = await reader.readFile(text, {
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(name === undefined && line === undefined ? {} : { until: exactly }),
  })
  const { theorems } = reading
  const matching = name === undefined && line === undefined ? theorems : theorems.filter(exactly)
  const [found, another] = matching.length > 0 || name === undefined ? matching : endingIn(theorems, name)
  if (found !== undefined && another === undefined) return found
  const listed = list(path, theorems)
  if (theorems.length === 0) throw new InputError(`${path} holds no theorem${firstError(path, reading)}`)
  if (name === undefined && line === undefined)
    throw new InputError(
      `${path} holds ${theorems.length} theorems, name one as ${path}:NAME or ${path}:LINE: ${listed}`,
    )
  if (line !== undefined) {
    const others = reading.commands.some(({ declarations }) => declarations.some(({ holes }) => holes.length > 0))
    const hint = others ? '; `hedge fill` fills the holes of other declarations' : ''
    throw new InputError(`no theorem stands at ${path}:${line}; there are ${listed}${hint}`)
  }
  if (found !== undefined)
    throw new InputError(
      `${path} has several theorems called ${name}: ${list(path, [found, another as PlacedTheorem])}`,
    )
  throw new InputError(`${path} has no theorem ${name}; it has ${listed}${firstError(path, reading)}`)
}

/** Inside its namespaces a theorem goes by the end of its name. */
function endingIn(theorems: readonly PlacedTheorem[], name: string): PlacedTheorem[] {
  return theorems.filter(({ theorem }) => theorem.name.endsWith(`.${name}`))
}

function list(path: string, theorems: readonly PlacedTheorem[]): string {
  const shown = theorems.slice(0, 5).map(({ theorem, start }) => `${theorem.name} (${path}:${start.line})`)
  return `${shown.join(', ')}${theorems.length > 5 ? `, … (${theorems.length} in all)` : ''}`
}

function firstError(path: string, { commands, places }: FileReading): string {
  const error = commands.flatMap(({ errors }) => errors)[0]
  if (error === undefined) return ''
  const hint = startsWith(places, error.line, 'lemma') ? "\nhedge: `lemma` is Mathlib's: write `theorem`" : ''
  return `\n${path}:${error.line}:${error.column}: error: ${error.text}${hint}`
}

/** Whether a line begins with a word. */
function startsWith(places: TextPlaces, line: number, word: string): boolean {
  const place = places.line(line)
  return (
    place !== undefined &&
    new RegExp(`^\\s*(@\\[.*\\]\\s*)?((private|protected)\\s+)*${word}\\b`).test(places.slice(place.start, place.end))
  )
}
