import { randomBytes } from 'node:crypto'
import { TextPlaces } from '../../proof/source-text.ts'
import type { Theorem } from '../../proof/theorem.ts'
import type { CommandCheck, Edit, FileHole, HoleOpener, HolePlace, HoleStart } from '../holes.ts'
import type { PlacedCommand } from '../placed.ts'
import { DEFAULT_LIMITS, type Diagnostic, EngineError, RejectedInput, type TacticLimits } from '../session.ts'
import { readBranch, stateKey, toDiagnostic } from './document.ts'
import { commandsByLayout, countHoles } from './file-commands.ts'
import { errorsFrom, type HoleText, newErrors, plainDocument, proofsInHole, tryInHole } from './hole-document.ts'
import { importLines, isAtImports } from './imports.ts'
import { type LspDiagnostic, type LspProcess, openDeadline, WorkerGone } from './lsp-process.ts'
import { type Ground, LspSession } from './lsp-session.ts'
import type { LentSlot, LspWorkers } from './workers.ts'

const START_ATTEMPTS = 3
/** A command with a heavy proof, on a loaded machine. */
const COMMAND_DEADLINE_MS = 120_000
/** Lean tells of each command where it begins. */
const COMMAND_TRACE = '[Elab.command]'

/**
 * Holes of files over LSP: tactics are tried in the place of the hole, with the file before it and the rest of its command
 * behind it. How the text is cut into commands is a guess by its layout; a hole is open only where Lean comes to what stands
 * in its place, with a goal, once.
 */
export class LspHoles implements HoleOpener {
  readonly #workers: LspWorkers
  /** The last text that was cut. */
  #cut: { readonly text: string; readonly places: TextPlaces; readonly commands: readonly PlacedCommand[] } | undefined

  constructor(workers: LspWorkers) {
    this.#workers = workers
  }

  /** @throws RejectedInput where the file's imports fail; EngineError where Lean cannot work on it */
  async startHole(
    place: HolePlace,
    named: Theorem,
    limits: TacticLimits = DEFAULT_LIMITS,
    signal?: AbortSignal,
  ): Promise<HoleStart> {
    const guessed = this.#holeText(place)
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#workers.withSlot(
          { imports: importLines(guessed.before) },
          async (slot) => this.#start(slot, guessed, place.hole, named, limits, signal),
          signal,
        )
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof WorkerGone)) throw error
        if (attempt >= START_ATTEMPTS)
          throw new EngineError(`Lean cannot work on ${named.name}: ${error.message}`, { cause: error })
      }
    }
  }

  async #start(
    slot: LentSlot,
    guessed: HoleText,
    hole: FileHole,
    named: Theorem,
    limits: TacticLimits,
    signal: AbortSignal | undefined,
  ): Promise<HoleStart> {
    const worker = await openBefore(slot, guessed.before, signal)
    const { heartbeats } = limits
    const plain = plainDocument(guessed, heartbeats)
    const begun = performance.now()
    const known = errorsFrom(await finished(worker, plain.text, guessed.before, signal), plain.firstLine)
    const around = performance.now() - begun
    let reason: Diagnostic | undefined
    for (const kind of [guessed.kind, guessed.kind === 'tactic' ? ('term' as const) : ('tactic' as const)]) {
      const place = { ...guessed, kind }
      const options = { shared: true, heartbeats, nonce: randomBytes(6).toString('hex') }
      const document = tryInHole(place, [], ['skip', 'show (_ : Prop)'], options)
      const said = await finished(worker, document.text, guessed.before, signal)
      const seen = said.filter(({ message }) => message === document.sentinel).length
      const isInBranch = (line: number) => document.branches.some(({ first, last }) => first <= line && line <= last)
      const outside = said.filter(
        ({ severity, range: { start } }) =>
          severity === 1 && start.line >= document.first && start.line <= document.last && !isInBranch(start.line),
      )
      const [goal, proposition] = document.branches.map((branch) => readBranch(branch, said))
      if (seen === 1 && outside.length === 0 && goal?.kind === 'open') {
        const root = { key: stateKey(goal.goals), goals: goal.goals, path: [] }
        const ground = this.#ground(place, limits, known, around)
        const session = new LspSession(this.#workers, named, limits, root, ground)
        return {
          kind: 'started',
          session,
          hole: { ...hole, kind },
          times: 1,
          isProposition: proposition?.kind === 'open',
        }
      }
      const twice = seen > 0 || goal?.kind === 'open'
      const lines = document.text.split('\n')
      const [first] = newErrors(errorsFrom(said, plain.firstLine), known)
      const text = twice
        ? 'Lean comes to it more than once, which cannot be followed over the language server'
        : (first ?? 'Lean does not come to it')
      const at = said.find(({ message }) => message === first)
      if (twice || reason === undefined)
        reason =
          at === undefined ? { severity: 'error', line: 1, column: 0, text } : { ...toDiagnostic(at, lines, 0), text }
      if (twice) break
    }
    return { kind: 'rejected', diagnostics: reason === undefined ? [] : [reason] }
  }

  /** @param around milliseconds that the command takes without its hole */
  #ground(place: HoleText, { wallClockMs }: TacticLimits, known: readonly string[], around: number): Ground {
    return {
      imports: importLines(place.before),
      deadlineMs: wallClockMs + 2 * around,
      open: (slot, signal) => openBefore(slot, place.before, signal),
      tryDocument: (path, tactics, options) => tryInHole(place, path, tactics, options),
      proofs: (path, tactics, heartbeats) => proofsInHole(place, path, tactics, heartbeats, known),
    }
  }

  async checkCommand(text: string, number: number, edits: readonly Edit[]): Promise<CommandCheck | undefined> {
    const { places, command, begin, before } = this.#command(text, number)
    const pieces: string[] = [`${before}set_option ${TRACE_OPTION} true\n`]
    /** Where texts of the edits stand, in UTF-16 units. */
    const ranges: { start: number; end: number }[] = []
    let at = begin
    let length = (pieces[0] as string).length
    const push = (piece: string) => {
      pieces.push(piece)
      length += piece.length
    }
    for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
      push(places.slice(at, edit.start))
      ranges.push({ start: length, end: length + edit.text.length })
      push(edit.text)
      at = edit.end
    }
    push(`${places.slice(at, command.end)}\n`)
    const document = pieces.join('')
    const firstLine = before.split('\n').length - 1
    const said = await this.#workers
      .withSlot({ imports: importLines(before) }, async (slot) => {
        const worker = await openBefore(slot, before)
        const version = await worker.elaborate(document, COMMAND_DEADLINE_MS, undefined, before)
        return version.kind === 'done' ? version.diagnostics : undefined
      })
      .catch((error: unknown) => {
        if (!(error instanceof WorkerGone)) throw error
        return undefined
      })
    if (said === undefined) return undefined
    const lines = document.split('\n')
    const own = said.filter(({ range }) => range.start.line > firstLine)
    const unit = unitsOf(lines)
    const commands = own.filter(({ message }) => message.startsWith(COMMAND_TRACE)).map((d) => unit(d))
    const inEdit = commands.some((start) => ranges.some((range) => range.start <= start && start < range.end))
    return {
      errors: own.filter(({ severity }) => severity === 1).map((d) => toDiagnostic(d, lines, begin === 0 ? 2 : 1)),
      whole: commands.length > 0 && !inEdit,
      holes: countHoles(pieces.slice(1).join('')),
    }
  }

  #holeText({ text, command: number, hole }: HolePlace): HoleText {
    const { places, command, begin, before } = this.#command(text, number)
    return {
      before,
      head: places.slice(begin, hole.start),
      tail: places.slice(hole.end, command.end),
      kind: hole.kind,
    }
  }

  /** A command of a text, and where the line begins that it is first on. */
  #command(text: string, number: number) {
    if (this.#cut?.text !== text) this.#cut = { text, places: new TextPlaces(text), commands: commandsByLayout(text) }
    const { places, commands } = this.#cut
    const command = commands[number]
    if (command === undefined) throw new EngineError(`the text has no command ${number}`)
    const line = places.lineStart(command.start)
    const begin = places.slice(line, command.start).trim() === '' ? line : command.start
    // What follows is never on the line of the imports, even where there are none.
    return { places, command, begin, before: begin === 0 ? '\n' : places.slice(0, begin) }
  }
}

const TRACE_OPTION = 'trace.Elab.command'

/** A process that has elaborated a file up to a place; errors there are no obstacle. @throws RejectedInput for imports, WorkerGone */
async function openBefore(slot: LentSlot, before: string, signal?: AbortSignal): Promise<LspProcess> {
  const { worker, fresh } = slot.open()
  if (!fresh && worker.base === before) return worker
  const deadlineMs = openDeadline(before)
  const opened = fresh
    ? await worker.open(before, deadlineMs, signal)
    : await worker.elaborate(before, deadlineMs, signal, before)
  if (opened.kind === 'aborted') signal?.throwIfAborted()
  if (opened.kind !== 'done')
    throw new EngineError(`Lean did not finish what stands before the hole within ${deadlineMs} ms`)
  const errors = opened.diagnostics.filter((d) => d.severity === 1 && isAtImports(before, d))
  if (errors.length > 0) {
    worker.kill('its imports have errors')
    throw new RejectedInput(
      'header',
      errors.map((d) => toDiagnostic(d, before.split('\n'), 0)),
    )
  }
  return worker
}

/** What Lean says of a version, once it is done. */
async function finished(
  worker: LspProcess,
  text: string,
  base: string,
  signal: AbortSignal | undefined,
): Promise<readonly LspDiagnostic[]> {
  const version = await worker.elaborate(text, COMMAND_DEADLINE_MS, signal, base)
  if (version.kind === 'aborted') signal?.throwIfAborted()
  if (version.kind !== 'done') throw new EngineError(`Lean did not finish the command within ${COMMAND_DEADLINE_MS} ms`)
  return version.diagnostics
}

/** Where a message begins, in UTF-16 units of the text. */
function unitsOf(lines: readonly string[]): (d: LspDiagnostic) => number {
  const starts: number[] = []
  let at = 0
  for (const line of lines) {
    starts.push(at)
    at += line.length + 1
  }
  return ({ range: { start } }) => (starts[start.line] ?? at) + start.character
}
