import { resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TacticResult } from '../../proof/tactic-result.ts'
import { tacticAlone, type WrittenTactic, writtenTactics } from '../../proof/tactics/flatten.ts'
import type { Theorem } from '../../proof/theorem.ts'
import type { Place } from '../../proof/traced-proof.ts'
import { EngineError, RejectedInput, type TacticLimits } from '../session.ts'
import {
  COMMAND_DEADLINE_MS,
  type FileTrace,
  OPEN_ATTEMPTS,
  places,
  TRACE_LIMITS,
  type TraceEvent,
  TraceRecord,
  type Untraced,
} from '../tracing/file-trace.ts'
import { type RecordedStep, Replay, type Replayable, withoutPlace } from '../tracing/replay.ts'
import type { ProofTrace, Tracer } from '../tracing/tracer.ts'
import { isTheorem, kindsDocument, toDiagnostic } from './document.ts'
import { FileTheorem } from './file-theorem.ts'
import { importLines, importsEnd, isAtImports } from './imports.ts'
import { type LspDiagnostic, type LspProcess, openDeadline, WorkerGone } from './lsp-process.ts'
import { LspSession } from './lsp-session.ts'
import { type Outline, type OutlinedTheorem, outline } from './outline.ts'
import type { LentSlot, LspWorkers } from './workers.ts'

/**
 * Reads the steps of proofs over LSP. The text of a file says where its theorems and their tactics stand, and Lean which of
 * them have errors; the states are those of a replay. A theorem is replayed behind the text before it, the last one first:
 * so what stands before the next has been elaborated, with the whole file, and Lean keeps it.
 */
export class LspTracer implements Tracer {
  readonly #workers: LspWorkers
  readonly #directory: string | undefined
  readonly #limits: TacticLimits
  readonly #commandDeadlineMs: number

  /**
   * @param directory of the project: its files are opened under their own names
   * @param commandDeadlineMs for one command of a file; a process that takes longer is ended
   */
  constructor(
    workers: LspWorkers,
    directory: string | undefined,
    limits: TacticLimits = TRACE_LIMITS,
    commandDeadlineMs = COMMAND_DEADLINE_MS,
  ) {
    this.#workers = workers
    this.#directory = directory
    this.#limits = limits
    this.#commandDeadlineMs = commandDeadlineMs
  }

  async traceProof(theorem: Theorem, tactics: readonly string[]): Promise<ProofTrace> {
    const session = await LspSession.begin(this.#workers, theorem, this.#limits)
    const replayable: Replayable = {
      root: session.root,
      limits: this.#limits,
      run: async (from, tactic) => (await session.runTactics(from, [tactic]))[0] as TacticResult,
      // The server tells no terms.
      premises: async () => [],
    }
    const recorded = await new Replay(replayable).proof(tactics.map(tacticAlone))
    await session.close()
    return 'reason' in recorded
      ? { kind: 'failed', reason: recorded.reason }
      : { kind: 'traced', steps: recorded.steps.map(withoutPlace) }
  }

  traceFile(file: string, source: string, onEvent: (event: TraceEvent) => void = () => {}): Promise<FileTrace> {
    const path = resolve(file)
    const isOfProject = this.#directory !== undefined && path.startsWith(this.#directory + sep)
    const document = { imports: importLines(source), uri: isOfProject ? pathToFileURL(path).href : undefined }
    return this.#workers.withSlot(document, (slot) =>
      new FileRun(slot, file, source, this.#limits, this.#commandDeadlineMs, onEvent).all(),
    )
  }
}

class FileRun {
  readonly #slot: LentSlot
  readonly #file: string
  readonly #source: string
  readonly #bytes: Buffer
  readonly #limits: TacticLimits
  readonly #commandDeadlineMs: number
  readonly #record: TraceRecord
  readonly #outline: Outline
  readonly #lines: readonly string[]
  readonly #lineStarts: readonly number[]
  readonly #placeOfByte: (offset: number) => Place
  /** Theorems that end the process when their proofs are elaborated; they stand without them. */
  readonly #admitted = new Set<OutlinedTheorem>()
  /** What is not elaborated begins here. */
  #end: number
  /** Constants that the file names and that are proofs. */
  #theorems: ReadonlySet<string> = new Set()
  /** Goals that Lean shows where tactics begin, by their place in bytes. */
  readonly #shown = new Map<number, readonly string[]>()

  constructor(
    slot: LentSlot,
    file: string,
    source: string,
    limits: TacticLimits,
    commandDeadlineMs: number,
    onEvent: (event: TraceEvent) => void,
  ) {
    this.#slot = slot
    this.#file = file
    this.#source = source
    this.#bytes = Buffer.from(source)
    this.#limits = limits
    this.#commandDeadlineMs = commandDeadlineMs
    this.#outline = outline(source)
    this.#lines = source.split('\n')
    let start = 0
    this.#lineStarts = this.#lines.map((line) => {
      start += line.length + 1
      return start - line.length - 1
    })
    this.#placeOfByte = places(this.#bytes)
    this.#record = new TraceRecord(file, this.#placeOfByte, onEvent)
    this.#end = source.length
  }

  async all(): Promise<FileTrace> {
    const errors = this.#errors(await this.#elaborate())
    await this.#askForTheorems()
    const tactics = new Map<OutlinedTheorem, WrittenTactic[]>()
    for (const theorem of this.#outline.theorems.toReversed()) {
      if (theorem.end > this.#end || this.#admitted.has(theorem)) continue
      const error = errors.get(theorem)
      if (error !== undefined) this.#leave(theorem, 'error', error)
      else if (theorem.inMutual) this.#leave(theorem, 'replay', 'it stands in a `mutual` block')
      else if (theorem.proof === undefined) this.#leave(theorem, 'term', 'its proof is a term')
      else tactics.set(theorem, writtenTactics(this.#bytes, theorem.proof))
    }
    await this.#askForGoals([...tactics.values()].flat())
    for (const [theorem, written] of tactics) await this.#theorem(theorem, written)
    const byPlace = (a: Place, b: Place) => a.line - b.line || a.column - b.column
    this.#record.theorems.sort((a, b) => byPlace(a.start, b.start))
    this.#record.untraced.sort(byPlace)
    return this.#record
  }

  /** What Lean says of the whole file. A process that dies is charged to the command it was at. */
  async #elaborate(): Promise<readonly LspDiagnostic[]> {
    const spared = new Set<number>()
    for (let failures = 0; ; ) {
      const text = this.#textUpTo(this.#end)
      const { worker, fresh } = this.#slot.open()
      let stopped: { line: number; reason: string }
      try {
        const version = fresh
          ? await worker.open(text, openDeadline(text), undefined, this.#commandDeadlineMs)
          : await worker.elaborateFile(text, this.#commandDeadlineMs)
        if (version.kind === 'done') {
          this.#checkImports(worker, version.diagnostics)
          return version.diagnostics
        }
        stopped = { line: version.lines[0] ?? 0, reason: `it takes more than ${this.#commandDeadlineMs} ms` }
      } catch (error) {
        if (!(error instanceof WorkerGone)) throw error
        const [line = 0] = worker.lines
        stopped = { line, reason: error.message }
        // Killed by someone else, or a process that had another file before.
        if ((error.bySignal || !fresh) && !spared.has(line)) {
          spared.add(line)
          this.#record.restarted(error.message)
          continue
        }
      }
      if (!this.#charge(stopped.line, stopped.reason) && ++failures >= OPEN_ATTEMPTS)
        throw new EngineError(`Lean cannot open ${this.#file}: ${stopped.reason}`)
      this.#record.restarted(stopped.reason)
    }
  }

  /** Charges the command at a line. False where that is none. */
  #charge(line: number, reason: string): boolean {
    const at = this.#outline.tokenAfter(this.#lineStarts[line] ?? this.#source.length)
    const theorem = this.#outline.theorems.find((one) => one.start <= at && at < one.end)
    if (theorem !== undefined && !this.#admitted.has(theorem)) {
      this.#admitted.add(theorem)
      this.#leave(theorem, 'error', reason)
      return true
    }
    const command = this.#outline.commandAt(at)
    if (command < importsEnd(this.#source) || command >= this.#end) return false
    this.#end = command
    const why = `Lean does not get past it, and the rest of the file is left out: ${reason}`
    this.#record.leave(undefined, this.#placeOf(command), 'error', why)
    return true
  }

  /** @throws RejectedInput where the imports fail: Lean elaborates nothing then */
  #checkImports(worker: LspProcess, diagnostics: readonly LspDiagnostic[]): void {
    const wrong = diagnostics.filter((d) => d.severity === 1 && isAtImports(this.#source, d))
    if (wrong.length === 0) return
    worker.kill('its imports have errors')
    throw new RejectedInput(
      'header',
      wrong.map((d) => toDiagnostic(d, this.#lines, 0)),
    )
  }

  /** The first error of each theorem. Errors of other commands are left behind at once, one for a command. */
  #errors(diagnostics: readonly LspDiagnostic[]): Map<OutlinedTheorem, string> {
    const errors = new Map<OutlinedTheorem, string>()
    const commands = new Set<number>()
    const wrong = diagnostics
      .filter(({ severity }) => severity === 1)
      .map((d) => ({ d, offset: this.#offsetOf(d) }))
      .sort((a, b) => a.offset - b.offset)
    for (const { d, offset } of wrong) {
      const { line, column, text } = toDiagnostic(d, this.#lines, 0)
      const reason = `${line}:${column}: ${text}`
      const theorem = this.#outline.theorems.find((one) => one.start <= offset && offset <= one.end)
      const command = this.#outline.commandAt(offset)
      if (theorem !== undefined) {
        if (!errors.has(theorem)) errors.set(theorem, reason)
      } else if (!commands.has(command)) {
        commands.add(command)
        this.#record.leave(undefined, this.#placeOf(command), 'error', reason)
      }
    }
    return errors
  }

  /** Asks which constants that the file names are theorems, as far as the process lives. */
  async #askForTheorems(): Promise<void> {
    const { worker, fresh } = this.#slot.open()
    if (fresh) return worker.kill('the file is not open in it')
    const names = [...new Set(worker.namedConstants().map(({ name }) => name))]
    const { text, line } = kindsDocument(this.#textUpTo(this.#end), names)
    try {
      const version = await worker.elaborateFile(text, this.#commandDeadlineMs)
      if (version.kind !== 'done') return this.#record.restarted('it does not tell what the constants of the file are')
      const theorems = version.diagnostics.filter(({ message }) => isTheorem(message))
      this.#theorems = new Set(theorems.flatMap(({ range }) => names[range.start.line - line] ?? []))
    } catch (error) {
      if (!(error instanceof WorkerGone)) throw error
      this.#record.restarted(error.message)
    }
  }

  /** Asks for the goals that Lean's own run of the file had where tactics begin, as far as the process lives. */
  async #askForGoals(tactics: readonly WrittenTactic[]): Promise<void> {
    const { worker, fresh } = this.#slot.open()
    if (fresh) return worker.kill('the file is not open in it')
    try {
      for (const start of beginnings(tactics)) {
        const { line } = this.#placeOfByte(start)
        const character = this.#bytes.subarray(0, start).toString().length - (this.#lineStarts[line - 1] ?? 0)
        const goals = await worker.plainGoal(line - 1, character, this.#limits.wallClockMs)
        if (goals !== undefined) this.#shown.set(start, goals)
      }
    } catch (error) {
      if (!(error instanceof WorkerGone)) throw error
      this.#record.restarted(error.message)
    }
  }

  async #theorem(theorem: OutlinedTheorem, tactics: readonly WrittenTactic[]): Promise<void> {
    this.#slot.recycle()
    const opened = await FileTheorem.open({
      slot: this.#slot,
      before: this.#textUpTo(theorem.start),
      statement: theorem.statement,
      theorems: this.#theorems,
      heartbeats: this.#limits.heartbeats * (1 + count(tactics)),
      limits: this.#limits,
      commandDeadlineMs: this.#commandDeadlineMs,
      onRestart: (reason) => this.#record.restarted(reason),
    })
    if ('reason' in opened) return this.#leave(theorem, 'replay', opened.reason)
    const recorded = await new Replay(opened).proof(tactics)
    if ('reason' in recorded) return this.#leave(theorem, 'replay', recorded.reason)
    this.#compare(recorded.steps)
    const [start, end] = [this.#placeOf(theorem.start), this.#placeOf(theorem.end)]
    this.#record.addTheorem(theorem.name, start, end, recorded.steps)
  }

  /** Where a block is run for several goals, Lean shows the first run. */
  #compare(steps: readonly RecordedStep[]): void {
    const seen = new Set<number>()
    for (const { start, goal } of steps) {
      const shown = this.#shown.get(start)
      if (shown === undefined || seen.has(start)) continue
      seen.add(start)
      this.#record.compare(goal, shown)
    }
  }

  #leave({ name, start }: OutlinedTheorem, kind: Untraced['kind'], reason: string): void {
    this.#record.leave(name, this.#placeOf(start), kind, reason)
  }

  /** The file's beginning, with as many lines, where theorems that cannot be elaborated stand without their proofs. */
  #textUpTo(end: number): string {
    let [text, at] = ['', 0]
    for (const theorem of this.#outline.theorems) {
      if (!this.#admitted.has(theorem) || theorem.end > end) continue
      const { start, statement } = theorem
      const lines = this.#source.slice(start, theorem.end).split('\n').length - statement.split('\n').length
      text += `${this.#source.slice(at, start)}${statement.replace(/--.*$/, '')} := by sorry${'\n'.repeat(lines)}`
      at = theorem.end
    }
    return text + this.#source.slice(at, end)
  }

  #offsetOf({ range }: LspDiagnostic): number {
    return (this.#lineStarts[range.start.line] ?? this.#source.length) + range.start.character
  }

  #placeOf(offset: number): Place {
    return this.#placeOfByte(Buffer.byteLength(this.#source.slice(0, offset)))
  }
}

/** At these words Lean shows what the block inside begins with. */
const SHOWS_INSIDE = /^(case'?|next|conv)\b/

/** Where tactics begin, those in blocks included. */
function beginnings(tactics: readonly WrittenTactic[]): Set<number> {
  return new Set(
    tactics.flatMap(({ text, start, expansions }) => [
      ...(SHOWS_INSIDE.test(text) ? [] : [start]),
      ...expansions.flat().flatMap(inside),
    ]),
  )
}
function inside(part: WrittenTactic['expansions'][number][number]): number[] {
  return part.kind === 'step' ? [] : [...beginnings(part.tactics)]
}

/** Tactics of a script, those in blocks included. */
function count(tactics: readonly WrittenTactic[]): number {
  return tactics.reduce((sum, { expansions }) => {
    const sizes = expansions.map((parts) =>
      parts.reduce((n, part) => n + (part.kind === 'step' ? 1 : count(part.tactics)), 0),
    )
    return sum + Math.max(1, ...sizes)
  }, 0)
}
