import { type ProofState, renderState } from '../proof/proof-state.ts'
import type { TacticResult } from '../proof/tactic-result.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { Place, ReplayedStep, TracedTheorem } from '../proof/traced-proof.ts'
import { ProcessGoneError } from './embedded/lean-process.ts'
import type { FileCommand, HostStep } from './embedded/protocol.ts'
import { EngineError, RejectedInput, type TacticLimits } from './engine.ts'
import { type Part, type WrittenTactic, writtenTactics } from './flatten.ts'
import type { LeanPool, Worker } from './pool.ts'
import { openHeader } from './session.ts'

/** People's proofs may take what Lean grants a whole declaration. */
const TRACE_LIMITS: TacticLimits = { heartbeats: 200_000, wallClockMs: 60_000 }
/** Milliseconds for imports, or one command, on a loaded machine. */
const COMMAND_DEADLINE_MS = 180_000
/** How often a process may die before the first command of a file. */
const OPEN_ATTEMPTS = 3

/** Why a theorem has no steps: its proof is a `term`, Lean reports an `error`, or its proof could not be `replayed`. */
export type Untraced = Place & {
  readonly name: string
  readonly kind: 'term' | 'error' | 'replay'
  readonly reason: string
}

export type FileTrace = {
  readonly theorems: readonly TracedTheorem[]
  /** The other theorems, and commands with errors (whose name is empty). */
  readonly untraced: readonly Untraced[]
  /** Steps whose first goal Lean's info trees show too, and how many of those differ. */
  readonly compared: number
  readonly disagreed: number
}

export type TraceEvent =
  | { readonly kind: 'traced'; readonly theorem: TracedTheorem }
  | { readonly kind: 'untraced'; readonly untraced: Untraced }
  /** The process died, and the file is elaborated again up to that place, in another. */
  | { readonly kind: 'restarted'; readonly reason: string }

export type ProofTrace =
  | { readonly kind: 'traced'; readonly steps: readonly ReplayedStep[] }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Reads the steps of proofs. Lean's elaboration of a file says where its proofs and their tactics stand (syntax and info
 * trees); the states are those of a replay, tactic by tactic, in the same kind of session that the search uses. For an
 * info tree shows one goal of a block as if it were alone, and has no state at all for a tactic that was rewritten; a
 * replayed step is what a policy sees, and what it proposed would lead to the same next state.
 */
export class LeanTracer {
  readonly #pool: LeanPool
  readonly #limits: TacticLimits
  readonly #commandDeadlineMs: number

  /** @param commandDeadlineMs for one command of a file, or its imports; a process that takes longer is ended */
  constructor(pool: LeanPool, limits: TacticLimits = TRACE_LIMITS, commandDeadlineMs = COMMAND_DEADLINE_MS) {
    this.#pool = pool
    this.#limits = limits
    this.#commandDeadlineMs = commandDeadlineMs
  }

  /**
   * The steps of a finished proof, each tactic as it is given.
   * @throws RejectedInput where the header or the statement does not elaborate
   */
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
        const replay = new Replay(worker, started, this.#limits)
        const recorded = await replay.proof(tactics.map((text) => ({ text, start: 0, end: 0, expansions: [] })))
        await replay.close()
        if ('reason' in recorded) return { kind: 'failed', reason: recorded.reason }
        return { kind: 'traced', steps: recorded.steps.map(withoutPlace) }
      })
    } catch (error) {
      if (!(error instanceof ProcessGoneError)) throw error
      return { kind: 'failed', reason: error.message }
    }
  }

  /**
   * The steps of every proof by tactics in a file. A process that dies is charged to the command it was at.
   * @param file how the file is called in the result
   * @throws RejectedInput where the file's imports fail; EngineError where Lean cannot run
   */
  async traceFile(file: string, source: string, onEvent: (event: TraceEvent) => void = () => {}): Promise<FileTrace> {
    const run = new FileRun(file, source, this.#limits, this.#commandDeadlineMs, onEvent)
    for (let failures = 0; ; ) {
      try {
        if (!run.stopped) await this.#pool.withWorker((worker) => run.walk(worker))
        return run.result()
      } catch (error) {
        if (!(error instanceof ProcessGoneError)) throw error
        if (!run.charge(error) && ++failures >= OPEN_ATTEMPTS)
          throw new EngineError(`Lean cannot open ${file}: ${error.message}`, { cause: error })
        if (!run.stopped) onEvent({ kind: 'restarted', reason: error.message })
      }
    }
  }
}

type TheoremCommand = Extract<FileCommand, { kind: 'theorem' }>

/** One file on its way through one process, or several where some die. */
class FileRun {
  readonly #file: string
  readonly #bytes: Buffer
  readonly #source: string
  readonly #limits: TacticLimits
  readonly #commandDeadlineMs: number
  readonly #onEvent: (event: TraceEvent) => void
  readonly #placeOf: (offset: number) => Place
  readonly #theorems: TracedTheorem[] = []
  readonly #untraced: Untraced[] = []
  #compared = 0
  #disagreed = 0
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
    this.#file = file
    this.#source = source
    this.#bytes = Buffer.from(source)
    this.#limits = limits
    this.#onEvent = onEvent
    this.#placeOf = places(this.#bytes)
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

  result(): FileTrace {
    return {
      theorems: this.#theorems,
      untraced: this.#untraced,
      compared: this.#compared,
      disagreed: this.#disagreed,
    }
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
    const replay = new Replay(worker, started, this.#limits)
    const recorded = await replay.proof(writtenTactics(this.#bytes, described.proof))
    await replay.close()
    if ('reason' in recorded) return this.#leave(described, 'replay', recorded.reason)
    const { steps } = recorded
    this.#compare(described, steps)
    const theorem: TracedTheorem = {
      name: this.#nameOf(described),
      file: this.#file,
      start: this.#placeOf(described.start),
      end: this.#placeOf(described.end),
      steps: steps.map((step) => ({ ...withoutPlace(step), ...this.#placeOf(step.start) })),
    }
    this.#theorems.push(theorem)
    this.#onEvent({ kind: 'traced', theorem })
  }

  /** The goal that a tactic was run on, in the replay and in Lean's own run. `case` lines depend on how a goal was made. */
  #compare({ goals }: TheoremCommand, steps: readonly RecordedStep[]): void {
    for (const { start, end, goal } of steps) {
      const shown = goals.filter((other) => other.start === start && other.end === end)
      if (shown.length === 0) continue
      this.#compared++
      if (!shown.some((other) => withoutCase(other.goal) === withoutCase(goal))) this.#disagreed++
    }
  }

  #leave(described: FileCommand, kind: Untraced['kind'], reason: string): void {
    const untraced = { ...this.#placeOf(described.start), name: this.#nameOf(described), kind, reason }
    this.#untraced.push(untraced)
    this.#onEvent({ kind: 'untraced', untraced })
  }

  #nameOf(described: FileCommand): string {
    if (described.kind !== 'theorem') return ''
    return described.name === '' ? `example_${this.#placeOf(described.start).line}` : described.name
  }
}

type RecordedStep = ReplayedStep & {
  /** The first goal before it. */
  readonly goal: string
  /** Place in the file, in bytes. */
  readonly start: number
  readonly end: number
}

function withoutPlace({ state, tactic, next, premises, constants }: RecordedStep): ReplayedStep {
  return { state, tactic, next, premises, constants }
}

type Taken = {
  readonly from: ProofState
  readonly tactic: WrittenTactic
  readonly text: string
  readonly next: Reached
}
type Reached = { readonly kind: 'open'; readonly state: ProofState } | { readonly kind: 'finished' }
type Outcome = Reached | { readonly kind: 'failed'; readonly reason: string }

/** A proof that is run again, in smaller steps where those lead to the same goals. */
class Replay {
  readonly #worker: Worker
  readonly #theorem: number
  readonly #limits: TacticLimits
  readonly #root: ProofState
  readonly #handles = new WeakMap<ProofState, number>()
  #taken: Taken[] = []

  constructor(
    worker: Worker,
    started: { theorem: number; state: number; key: string; goals: ProofState['goals'] },
    limits: TacticLimits,
  ) {
    this.#worker = worker
    this.#theorem = started.theorem
    this.#limits = limits
    this.#root = { key: started.key, goals: started.goals, path: [] }
    this.#handles.set(this.#root, started.state)
  }

  /** The steps of a proof that finishes; as it is written where smaller steps do not finish it. */
  async proof(tactics: readonly WrittenTactic[]): Promise<{ steps: RecordedStep[] } | { reason: string }> {
    let outcome: Outcome = { kind: 'open', state: this.#root }
    for (const flatten of [true, false]) {
      this.#taken = []
      outcome = await this.#sequence(tactics, this.#root, flatten)
      if (outcome.kind === 'finished') return { steps: await this.#steps() }
    }
    return { reason: outcome.kind === 'failed' ? outcome.reason : 'goals are left at its end' }
  }

  /** Frees what the process keeps for this theorem. */
  async close(): Promise<void> {
    this.#worker.process.notify('closeTheorem', { theorem: this.#theorem })
    this.#worker.heapBytes = (await this.#worker.process.request('memory', {}, COMMAND_DEADLINE_MS)).heapBytes
  }

  async #steps(): Promise<RecordedStep[]> {
    const steps: RecordedStep[] = []
    for (const { from, tactic, text, next } of this.#taken) {
      const { premises } = await this.#worker.process.request(
        'usedTheorems',
        { theorem: this.#theorem, state: this.#handle(from), tactic: text },
        this.#limits.wallClockMs,
      )
      steps.push({
        state: renderState(from.goals),
        tactic: text,
        next: next.kind === 'open' ? renderState(next.state.goals) : null,
        premises,
        constants: from.goals[0]?.constants ?? [],
        goal: from.goals[0]?.text ?? '',
        start: tactic.start,
        end: tactic.end,
      })
    }
    return steps
  }

  async #sequence(tactics: readonly WrittenTactic[], from: ProofState, flatten: boolean): Promise<Outcome> {
    let reached: Outcome = { kind: 'open', state: from }
    for (const tactic of tactics) {
      // The engine ends a proof with its last goal; what may follow (`done`, `all_goals …`) does nothing.
      if (reached.kind !== 'open') break
      if (tactic.text === 'done') continue
      reached = await this.#tactic(tactic, reached.state, flatten)
      if (reached.kind === 'failed') return reached
    }
    return reached
  }

  async #tactic(tactic: WrittenTactic, from: ProofState, flatten: boolean): Promise<Outcome> {
    const whole = await this.#run(from, tactic.text)
    const before = this.#taken.length
    for (const parts of flatten ? tactic.expansions : []) {
      const reached = await this.#parts(tactic, parts, from)
      if (reached.kind !== 'failed' && (whole.kind === 'failed' || sameGoals(reached, whole))) return reached
      this.#taken.length = before
    }
    if (whole.kind !== 'failed') this.#taken.push({ from, tactic, text: tactic.text, next: whole })
    return whole
  }

  async #parts(tactic: WrittenTactic, parts: readonly Part[], from: ProofState): Promise<Outcome> {
    let reached: Outcome = { kind: 'open', state: from }
    // Goals that the step has made, and no part has taken yet.
    let fresh = 1
    for (const [i, part] of parts.entries()) {
      if (reached.kind !== 'open') return { kind: 'failed', reason: 'it ends early' }
      const { state } = reached as { state: ProofState }
      if (part.kind === 'step') {
        reached = await this.#run(state, part.text)
        if (reached.kind === 'failed') return reached
        this.#taken.push({ from: state, tactic, text: part.text, next: reached })
        fresh = goalCount(reached) - (state.goals.length - 1)
      } else if (part.kind === 'chain') {
        reached = await this.#chain(part.tactics, state)
      } else {
        const others = parts
          .slice(i + 1)
          .reduce((sum, other) => sum + (other.kind === 'block' ? Number(other.times) : 0), 0)
        const times = part.times === 'rest' ? fresh - others : part.times
        for (let n = 0; n < times; n++) {
          reached = reached.kind === 'open' ? await this.#sequence(part.tactics, reached.state, true) : failedEarly
          if (reached.kind === 'failed') return reached
        }
        fresh -= times
      }
    }
    return reached
  }

  /** `a <;> b <;> c` goal by goal: every goal that `a` makes is worked on to its end before the next one is. */
  async #chain(tactics: readonly WrittenTactic[], from: ProofState): Promise<Outcome> {
    const [first, ...others] = tactics
    if (first === undefined) return { kind: 'open', state: from }
    let reached = await this.#tactic(first, from, true)
    const fresh = goalCount(reached) - (from.goals.length - 1)
    if (others.length === 0) return reached
    for (let n = 0; n < fresh; n++) {
      if (reached.kind !== 'open') return failedEarly
      const before = reached.state.goals.length
      reached = await this.#chain(others, reached.state)
      // A goal that stays open would be in the way of the next one.
      if (reached.kind === 'failed' || (n < fresh - 1 && goalCount(reached) !== before - 1)) return failedEarly
    }
    return reached
  }

  async #run(from: ProofState, text: string): Promise<Outcome> {
    const result = await this.#result(from, text)
    switch (result.kind) {
      case 'open':
      case 'finished':
        return result
      case 'timeout':
        return {
          kind: 'failed',
          reason: `\`${firstLine(text)}\` takes more than ${this.#limits.heartbeats} heartbeats`,
        }
      case 'error':
      case 'crash':
        return { kind: 'failed', reason: `\`${firstLine(text)}\`: ${result.message}` }
      default:
        return result satisfies never
    }
  }

  async #result(from: ProofState, text: string): Promise<TacticResult> {
    let step: HostStep | undefined
    await this.#worker.process.run(
      { theorem: this.#theorem, state: this.#handle(from), tactics: [text] },
      this.#limits.wallClockMs,
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

  #handle(state: ProofState): number {
    const handle = this.#handles.get(state)
    if (handle === undefined) throw new Error('the state does not belong to this replay')
    return handle
  }
}

const failedEarly: Outcome = { kind: 'failed', reason: 'it ends early' }

function goalCount(outcome: Outcome): number {
  return outcome.kind === 'open' ? outcome.state.goals.length : 0
}

/** Names of goals depend on how they were made; a later tactic that needs one would fail, and the proof with it. */
function sameGoals(a: Reached, b: Reached): boolean {
  if (a.kind === 'finished' || b.kind === 'finished') return a.kind === b.kind
  const text = ({ goals }: ProofState) => goals.map((goal) => withoutCase(goal.text)).join('\n\n')
  return text(a.state) === text(b.state)
}

function withoutCase(goal: string): string {
  return goal.replace(/^case .*\n/, '')
}

function firstLine(text: string): string {
  const [line = ''] = text.split('\n')
  return line === text ? line : `${line} …`
}

/** From bytes of a file to lines and columns. */
function places(bytes: Buffer): (offset: number) => Place {
  const starts = [0]
  for (let i = bytes.indexOf(10); i >= 0; i = bytes.indexOf(10, i + 1)) starts.push(i + 1)
  return (offset) => {
    let line = starts.findIndex((start) => start > offset)
    if (line < 0) line = starts.length
    return { line, column: [...bytes.subarray(starts[line - 1], offset).toString()].length }
  }
}
