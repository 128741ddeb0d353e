import type { ProofState } from '../../proof/proof-state.ts'
import type { TacticResult } from '../../proof/tactic-result.ts'
import { tacticAlone, writtenTactics } from '../../proof/tactics/flatten.ts'
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
import { ProcessGoneError } from './lean-process.ts'
import type { LeanPool, Worker } from './pool.ts'
import type { FileCommand, HostStep } from './protocol.ts'
import { openHeader } from './session.ts'

/**
 * Reads the steps of proofs. Lean's elaboration of a file says where its proofs and their tactics stand (syntax and info
 * trees); the states are those of a replay, tactic by tactic, in the same kind of session that the search uses. For an
 * info tree shows one goal of a block as if it were alone, and has no state at all for a tactic that was rewritten; a
 * replayed step is what a policy sees, and what it proposed would lead to the same next state.
 */
export class LeanTracer implements Tracer {
  readonly #pool: LeanPool
  readonly #limits: TacticLimits
  readonly #commandDeadlineMs: number

  /** @param commandDeadlineMs for one command of a file, or its imports; a process that takes longer is ended */
  constructor(pool: LeanPool, limits: TacticLimits = TRACE_LIMITS, commandDeadlineMs = COMMAND_DEADLINE_MS) {
    this.#pool = pool
    this.#limits = limits
    this.#commandDeadlineMs = commandDeadlineMs
  }

  async traceProof(theorem: Theorem, tactics: readonly string[]): Promise<ProofTrace> {
    try {
      return await this.#pool.withWorker(async (worker) => {
        const { environment } = await openHeader(worker, theorem.header)
        const { statement } = theorem
        const { heartbeats } = this.#limits
        const started = await worker.process.request(
          'start',
          { environment, statement, heartbeats },
          COMMAND_DEADLINE_MS,
        )
        if (started.kind === 'rejected') throw new RejectedInput('statement', started.diagnostics)
        const opened = new PooledTheorem(worker, started, this.#limits)
        const recorded = await new Replay(opened).proof(tactics.map(tacticAlone))
        await opened.close()
        if ('reason' in recorded) return { kind: 'failed', reason: recorded.reason }
        return { kind: 'traced', steps: recorded.steps.map(withoutPlace) }
      })
    } catch (error) {
      if (!(error instanceof ProcessGoneError)) throw error
      return { kind: 'failed', reason: error.message }
    }
  }

  async traceFile(file: string, source: string, onEvent: (event: TraceEvent) => void = () => {}): Promise<FileTrace> {
    const run = new FileRun(file, source, this.#limits, this.#commandDeadlineMs, onEvent)
    for (let failures = 0; ; ) {
      try {
        if (!run.stopped) await this.#pool.withWorker((worker) => run.walk(worker))
        return run.record
      } catch (error) {
        if (!(error instanceof ProcessGoneError)) throw error
        if (!run.charge(error) && ++failures >= OPEN_ATTEMPTS)
          throw new EngineError(`Lean cannot open ${file}: ${error.message}`, { cause: error })
        if (!run.stopped) run.record.restarted(error.message)
      }
    }
  }
}

type TheoremCommand = Extract<FileCommand, { kind: 'theorem' }>

/** One file on its way through one process, or several where some die. */
class FileRun {
  readonly record: TraceRecord
  readonly #bytes: Buffer
  readonly #source: string
  readonly #limits: TacticLimits
  readonly #commandDeadlineMs: number
  readonly #placeOf: (offset: number) => Place
  /** Commands whose results are known. */
  #done = 0
  /** Commands, by number, that end the process when they are elaborated. */
  readonly #deadly = new Map<number, string>()
  /** Commands whose process was killed from outside once already. */
  readonly #spared = new Set<number>()
  /** Where the last command ended that was read, in bytes. */
  #readTo = 0
  #stopped = false
  /** What the process is at; none before the first command. */
  #at: { readonly command: number; readonly described: FileCommand | undefined } | undefined

  constructor(
    file: string,
    source: string,
    limits: TacticLimits,
    commandDeadlineMs: number,
    onEvent: (event: TraceEvent) => void,
  ) {
    this.#commandDeadlineMs = commandDeadlineMs
    this.#source = source
    this.#bytes = Buffer.from(source)
    this.#limits = limits
    this.#placeOf = places(this.#bytes)
    this.record = new TraceRecord(file, this.#placeOf, onEvent)
  }

  /** Elaborates the file from its beginning; theorems that are done are not replayed again. */
  async walk(worker: Worker): Promise<void> {
    const { process } = worker
    this.#at = undefined
    const opened = await process.request('openFile', { source: this.#source }, this.#commandDeadlineMs)
    if (opened.kind === 'rejected') throw new RejectedInput('header', opened.diagnostics)
    const { file } = opened
    for (let command = 0; ; command++) {
      this.#at = { command, described: undefined }
      const deadly = this.#deadly.get(command)
      const described = await process.request(
        'nextCommand',
        { file, admit: deadly !== undefined },
        this.#commandDeadlineMs,
      )
      this.#at = { command, described }
      this.#readTo = Math.max(this.#readTo, described.end)
      if (command >= this.#done) {
        await this.#command(worker, file, described, deadly)
        this.#done = command + 1
      }
      if (described.kind === 'end') break
    }
    process.notify('closeFile', { file })
  }

  /** Charges a dead process to the command it was at. False where it had not come to one. */
  charge(error: ProcessGoneError): boolean {
    if (this.#at === undefined) return false
    const { command, described } = this.#at
    const { death } = error
    if (death.kind === 'died' && death.signal !== undefined && !this.#spared.has(command)) {
      this.#spared.add(command)
    } else if (described === undefined && this.#deadly.has(command)) {
      // Not even its syntax can be read, so nobody knows where it ends.
      this.#leave(
        { kind: 'other', start: this.#readTo, end: this.#readTo, errors: [] },
        'error',
        `Lean cannot read what follows, and the rest of the file is left out: ${error.message}`,
      )
      this.#stopped = true
    } else if (described === undefined) {
      this.#deadly.set(command, error.message)
    } else {
      this.#leave(described, 'replay', error.message)
      this.#done = command + 1
    }
    return true
  }

  /** Nothing more can be had from the file. */
  get stopped(): boolean {
    return this.#stopped
  }

  async #command(worker: Worker, file: number, described: FileCommand, deadly: string | undefined): Promise<void> {
    if (deadly !== undefined) this.#leave(described, 'error', deadly)
    else if (described.errors[0] !== undefined) this.#leave(described, 'error', described.errors[0])
    else if (described.kind === 'mutual') this.#leave(described, 'replay', 'it stands in a `mutual` block')
    else if (described.kind === 'theorem') await this.#theorem(worker, file, described)
  }

  async #theorem(worker: Worker, file: number, described: TheoremCommand): Promise<void> {
    if (described.proof === undefined) return this.#leave(described, 'term', 'its proof is a term')
    const { heartbeats } = this.#limits
    const started = await worker.process.request('startCommand', { file, heartbeats }, this.#commandDeadlineMs)
    if (started.kind === 'rejected')
      return this.#leave(described, 'replay', new RejectedInput('statement', started.diagnostics).message)
    const opened = new PooledTheorem(worker, started, this.#limits)
    const recorded = await new Replay(opened).proof(writtenTactics(this.#bytes, described.proof))
    await opened.close()
    if ('reason' in recorded) return this.#leave(described, 'replay', recorded.reason)
    this.#compare(described, recorded.steps)
    const [start, end] = [this.#placeOf(described.start), this.#placeOf(described.end)]
    this.record.addTheorem(described.name, start, end, recorded.steps)
  }

  #compare({ goals }: TheoremCommand, steps: readonly RecordedStep[]): void {
    for (const { start, end, goal } of steps) {
      const shown = goals.filter((other) => other.start === start && other.end === end)
      if (shown.length > 0)
        this.record.compare(
          goal,
          shown.map((other) => other.goal),
        )
    }
  }

  #leave(described: FileCommand, kind: Untraced['kind'], reason: string): void {
    const name = described.kind === 'theorem' ? described.name : undefined
    this.record.leave(name, this.#placeOf(described.start), kind, reason)
  }
}

/** A theorem in a process of the pool. */
class PooledTheorem implements Replayable {
  readonly limits: TacticLimits
  readonly root: ProofState
  readonly #worker: Worker
  readonly #theorem: number
  readonly #handles = new WeakMap<ProofState, number>()

  constructor(
    worker: Worker,
    started: { theorem: number; state: number; key: string; goals: ProofState['goals'] },
    limits: TacticLimits,
  ) {
    this.#worker = worker
    this.#theorem = started.theorem
    this.limits = limits
    this.root = { key: started.key, goals: started.goals, path: [] }
    this.#handles.set(this.root, started.state)
  }

  async run(from: ProofState, text: string): Promise<TacticResult> {
    let step: HostStep | undefined
    await this.#worker.process.run(
      { theorem: this.#theorem, state: this.#handle(from), tactics: [text] },
      this.limits.wallClockMs,
      (_index, result) => {
        step = result
      },
    )
    if (step === undefined) return { kind: 'error', message: 'Lean gave no answer' }
    if (step.kind === 'timeout') return { kind: 'timeout', limit: 'heartbeats' }
    if (step.kind !== 'open') return step
    const state: ProofState = { key: step.key, goals: step.goals, path: [...from.path, text] }
    this.#handles.set(state, step.state)
    return { kind: 'open', state }
  }

  async premises(from: ProofState, tactic: string): Promise<readonly string[]> {
    const { premises } = await this.#worker.process.request(
      'usedTheorems',
      { theorem: this.#theorem, state: this.#handle(from), tactic },
      this.limits.wallClockMs,
    )
    return premises
  }

  /** Frees what the process keeps for this theorem. */
  async close(): Promise<void> {
    this.#worker.process.notify('closeTheorem', { theorem: this.#theorem })
    this.#worker.heapBytes = (await this.#worker.process.request('memory', {}, COMMAND_DEADLINE_MS)).heapBytes
  }

  #handle(state: ProofState): number {
    const handle = this.#handles.get(state)
    if (handle === undefined) throw new Error('the state does not belong to this theorem')
    return handle
  }
}
