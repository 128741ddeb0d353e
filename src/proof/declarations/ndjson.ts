import type { DeclarationExport, NameEntry } from './export.ts'
import { MalformedExport, validateExport } from './validate.ts'

/** What the first line of a file says, beside the version of the format. */
export type ExportMeta = {
  readonly exporter: { readonly name: string; readonly version: string }
  readonly lean: { readonly version: string; readonly githash: string }
  /** The text whose proof was exported. */
  readonly theorem?: ExportedTheorem
}
export type ExportedTheorem = { readonly header: string; readonly statement: string }

const FORMAT = { version: '3.1.0' } as const

/** Lines of lean4export's format 3.1, without line breaks: what was exported with which Lean, the three tables, the declarations. */
export function* toNdjson(data: DeclarationExport, meta: ExportMeta): Iterable<string> {
  yield JSON.stringify({ meta: { ...meta, format: FORMAT } })
  for (const [i, entry] of data.names.entries()) yield `{"in":${i + 1},${inner(nameLine(entry))}`
  for (const [i, entry] of data.levels.entries()) yield `{"il":${i + 1},${inner(JSON.stringify(entry))}`
  for (const [i, entry] of data.terms.entries()) yield `{"ie":${i},${inner(JSON.stringify(entry))}`
  for (const declaration of data.declarations) yield JSON.stringify(declaration)
}

const inner = (json: string): string => json.slice(1)

/** The format has numbers of any size where JavaScript has not. */
function nameLine(entry: NameEntry): string {
  if ('str' in entry || typeof entry.num.i === 'number') return JSON.stringify(entry)
  return `{"num":{"pre":${entry.num.pre},"i":${entry.num.i}}}`
}

/** What `toNdjson` has written, or lean4export, where entries come in the order of their numbers. @throws MalformedExport */
export function fromNdjson(lines: Iterable<string>): DeclarationExport {
  const names: unknown[] = []
  const levels: unknown[] = []
  const terms: unknown[] = []
  const declarations: unknown[] = []
  let first = true
  for (const [i, line] of [...lines].entries()) {
    const where = `line ${i + 1}`
    if (line.trim() === '') continue
    const { in: name, il: level, ie: term, ...entry } = parsed(line, where)
    if (first) {
      checkMeta(entry.meta, where)
      first = false
    } else if (name !== undefined) numbered(names, name, 1, entry, where)
    else if (level !== undefined) numbered(levels, level, 1, entry, where)
    else if (term !== undefined) numbered(terms, term, 0, entry, where)
    else declarations.push(entry)
  }
  if (first) throw new MalformedExport('the file is empty')
  return validateExport({ names, levels, terms, declarations })
}

/** For which text a file says that it was made; undefined where it does not say. */
export function exportedTheorem(firstLine: string): ExportedTheorem | undefined {
  const { meta } = parsed(firstLine, 'line 1') as {
    meta?: { theorem?: Partial<Record<keyof ExportedTheorem, unknown>> }
  }
  const { header, statement } = meta?.theorem ?? {}
  return typeof header === 'string' && typeof statement === 'string' ? { header, statement } : undefined
}

/** A name's number that JSON would round is read as its digits. */
function parsed(line: string, where: string): Record<string, unknown> {
  const exact = line.replace(
    /^(\{(?:"in":\d+,)?"num":\{(?:"pre":\d+,)?"i":)(\d{16,})([,}])/,
    (all, before, i, after) => (Number.isSafeInteger(Number(i)) ? all : `${before}"${i}"${after}`),
  )
  let value: unknown
  try {
    value = JSON.parse(exact)
  } catch (cause) {
    throw new MalformedExport(`${where} is not JSON`, { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedExport(`${where} is no object`)
  return value as Record<string, unknown>
}

function checkMeta(meta: unknown, where: string): void {
  const { format } = (meta ?? {}) as { format?: { version?: unknown } }
  if (typeof format?.version !== 'string' || !/^3\.1(\.|$)/.test(format.version))
    throw new MalformedExport(`${where} does not say that the format is lean4export's 3.1`)
}

function numbered(table: unknown[], number: unknown, from: number, entry: unknown, where: string): void {
  if (number !== table.length + from) throw new MalformedExport(`${where} has number ${number} out of order`)
  table.push(entry)
}
