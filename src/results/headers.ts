/**
 * Headers of a file's theorems begin alike: each is all that stands before its theorem. So the longest is stored, and of the
 * others how much of it they are; and a proof's source, which begins with its theorem's header, is stored without it.
 * SQLite counts characters (code points), JavaScript UTF-16 units. A part of a string shares its memory.
 */

/** A shorter text is stored as it is, for whoever looks into the file. */
const WORTH_SHARING = 1000

/** As in the table `theorems`. `headerOf` is the position, in the same run, of the theorem whose header begins with this one's. */
export type StoredHeader = {
  readonly header: string
  readonly headerOf: number | null
  readonly headerChars: number | null
}

export function storedHeaders(headers: readonly string[]): StoredHeader[] {
  let longest: { header: string; position: number } | undefined
  const stored: StoredHeader[] = []
  // From the last, which is the longest of its file.
  for (let position = headers.length - 1; position >= 0; position--) {
    const header = headers[position] as string
    if (longest?.header.startsWith(header) && header.length >= WORTH_SHARING) {
      stored.push({ header: '', headerOf: longest.position, headerChars: characters(header) })
    } else {
      longest = { header, position }
      stored.push({ header, headerOf: null, headerChars: null })
    }
  }
  return stored.reverse()
}

/** The headers of all theorems of a run, by position. */
export function wholeHeaders(
  rows: readonly {
    readonly position: number
    readonly header: string
    readonly header_of: number | null
    readonly header_chars: number | null
  }[],
): Map<number, string> {
  const whole = new Map(rows.map(({ position, header }) => [position, header]))
  for (const { position, header_of, header_chars } of rows)
    if (header_of !== null) whole.set(position, firstCharacters(whole.get(header_of) ?? '', header_chars ?? 0))
  return whole
}

/** As in the table `proofs`: without the header it begins with, where that is long. */
export function storedSource(source: string, header: string): { source: string; headerChars: number | null } {
  if (header.length < WORTH_SHARING || !source.startsWith(header)) return { source, headerChars: null }
  return { source: source.slice(header.length), headerChars: characters(header) }
}

export function wholeSource(
  stored: { readonly source: string; readonly header_chars: number | null },
  header: string,
): string {
  const { source, header_chars } = stored
  return header_chars === null ? source : firstCharacters(header, header_chars) + source
}

const PAIR = /[\uD800-\uDBFF][\uDC00-\uDFFF]/g
const characters = (text: string): number => text.length - (text.match(PAIR)?.length ?? 0)

function firstCharacters(text: string, count: number): string {
  let units = count
  for (const { index } of text.matchAll(PAIR)) {
    if (index >= units) break
    units++
  }
  return text.slice(0, units)
}
