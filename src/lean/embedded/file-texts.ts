import { commonPrefix } from '../../proof/common-prefix.ts'
import type { PlacedCommand } from '../placed.ts'
import { EngineError, RejectedInput } from '../session.ts'
import type { LeanProcess } from './lean-process.ts'

/** A file's imports and commands may take long on a loaded machine; so may the commands up to a place. */
const PUT_DEADLINE_MS = 180_000
const OPEN_DEADLINE_MS = 1_800_000
/** Milliseconds between two words on how far a file has been read. */
const SCAN_MS = 1000
/** Texts that a process keeps, each with the states between its commands. */
const TEXTS_KEPT = 4
/** Texts whose theorems may be asked for by their headers. */
const KNOWN_KEPT = 64

/** A file's text that is elaborated in its place. */
export type FileText = { readonly id: number; readonly text: string }

/** The latest last. A header that is the beginning of one of them is opened there, at no cost for what is known. */
const known = new Map<string, FileText>()
let nextId = 1

/** @param text line breaks as Lean reads them, no byte order mark */
export function fileText(text: string): FileText {
  const found = known.get(text) ?? { id: nextId++, text }
  known.delete(text)
  known.set(text, found)
  for (const oldest of known.keys()) {
    if (known.size <= KNOWN_KEPT) break
    known.delete(oldest)
  }
  return found
}

/** What may be added to a header: options, each on a line of its own. No command goes on with them, and they run no code. */
const OPTIONS = /^(\n\s*set_option [\w.]+ \w+)*\s*$/

/** The file that a header is the beginning of, but for options added behind it. */
function fileOf(header: string): { file: FileText; common: number } | undefined {
  for (const file of [...known.values()].reverse()) {
    const same = commonPrefix(header, file.text)
    const common = same === header.length ? same : header.lastIndexOf('\n', same)
    if (common > 0 && OPTIONS.test(header.slice(common))) return { file, common }
  }
  return undefined
}

const sent = new WeakMap<LeanProcess, Map<number, true>>()

/** Makes a text known to a process. @throws RejectedInput where its imports fail */
export async function putText(process: LeanProcess, { id, text }: FileText): Promise<void> {
  const texts = sent.get(process) ?? new Map<number, true>()
  sent.set(process, texts)
  const there = texts.delete(id)
  texts.set(id, true)
  if (there) return
  const put = await process.request('putText', { id, text }, PUT_DEADLINE_MS)
  if (put.kind === 'rejected' || !put.inert) process.taint()
  if (put.kind === 'rejected') {
    texts.delete(id)
    throw new RejectedInput('header', put.diagnostics)
  }
  for (const oldest of texts.keys()) {
    if (texts.size <= TEXTS_KEPT) break
    texts.delete(oldest)
    process.notify('dropText', { id: oldest })
  }
}

/**
 * Opens a header that is the beginning of a known file. Undefined where it is none, or ends inside a command.
 * @throws RejectedInput where the file does not elaborate up to there
 */
export async function openInFile(
  process: LeanProcess,
  header: string,
): Promise<{ environment: number; clean: boolean } | undefined> {
  const place = fileOf(header)
  if (place === undefined) return undefined
  await putText(process, place.file)
  const params = {
    id: place.file.id,
    end: Buffer.byteLength(header.slice(0, place.common)),
    further: header.slice(place.common),
  }
  const opened = await process.request('openText', params, OPEN_DEADLINE_MS)
  if (opened.kind !== 'opened' || !opened.clean) process.taint()
  if (opened.kind === 'rejected') throw new RejectedInput('header', opened.diagnostics)
  return opened.kind === 'misplaced' ? undefined : opened
}

/**
 * All commands of a file that declare something, leave something out or fail, as Lean reads them.
 * @param onProgress gets the share of the text that has been read
 * @param until stops reading behind the command for which it says so
 * @throws RejectedInput where the imports fail
 */
export async function scanFile(
  process: LeanProcess,
  file: FileText,
  onProgress: (share: number) => void = () => {},
  until: (command: PlacedCommand) => boolean = () => false,
): Promise<PlacedCommand[]> {
  await putText(process, file)
  const bytes = Buffer.byteLength(file.text)
  const commands: PlacedCommand[] = []
  for (let from = 0; ; ) {
    const part = await process.request('scanText', { id: file.id, from, budgetMs: SCAN_MS }, OPEN_DEADLINE_MS)
    if (part.kind === 'rejected') throw new EngineError('the text is not known')
    if (!part.inert) process.taint()
    commands.push(...part.commands)
    onProgress(bytes === 0 ? 1 : part.position / bytes)
    if (part.done || part.commands.some(until)) return commands
    from = part.next
  }
}
