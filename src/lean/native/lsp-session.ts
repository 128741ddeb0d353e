import { randomBytes } from 'node:crypto'
import type { Goal, ProofState } from '../../proof/proof-state.ts'
import { findTheorems } from '../../proof/statement.ts'
import type { TacticResult } from '../../proof/tactic-result.ts'
import type { Theorem } from '../../proof/theorem.ts'
import { type Diagnostic, EngineError, type ProofSession, RejectedInput, type TacticLimits } from '../session.ts'
import {
  type BranchAnswer,
  goalsOf,
  headerLines,
  isNothing,
  isSelfContained,
  proofsDocument,
  proofTrouble,
  readBranch,
  stateKey,
  statementDocument,
  type Trouble,
  type TryDocument,
  type TryOptions,
  toDiagnostic,
  tryDocument,
} from './document.ts'
import { importLines, isAtImports } from './imports.ts'
import {
  type Elaborated,
  type LspDiagnostic,
  type LspProcess,
  OPEN_DEADLINE_MS,
  openDeadline,
  WorkerGone,
} from './lsp-process.ts'
import type { LentSlot, LspWorkers } from './workers.ts'

const START_ATTEMPTS = 3
/** Tactics in one version of the document: a version's messages are all lost where one tactic hangs. */
const BATCH = 64

/** A tactic's process died under it. */
type Version = Elaborated | { readonly kind: 'died'; readonly death: WorkerGone; readonly lines: readonly number[] }

/**
 * A theorem over LSP. Nothing of it lives in a process between two calls: a state is the tactics that lead to it, and
 * every version of the document holds all it needs. So any process serves any state.
 */
export class LspSession implements ProofSession {
  readonly theorem: Theorem
  readonly root: ProofState
  readonly #workers: LspWorkers
  readonly #limits: TacticLimits
  readonly #ground: Ground

  /** @param ground where its tactics are tried, from `root` on */
  constructor(workers: LspWorkers, theorem: Theorem, limits: TacticLimits, root: ProofState, ground: Ground) {
    this.#workers = workers
    this.theorem = theorem
    this.#limits = limits
    this.root = root
    this.#ground = ground
  }

  /** @throws RejectedInput where the header or the statement does not elaborate; EngineError where Lean cannot. */
  static async begin(
    workers: LspWorkers,
    theorem: Theorem,
    limits: TacticLimits,
    signal?: AbortSignal,
  ): Promise<LspSession> {
    if (findTheorems(theorem.statement).length !== 1)
      throw new RejectedInput('statement', [
        { severity: 'error', line: 1, column: 0, text: 'the statement must be one theorem' },
      ])
    for (let attempt = 1; ; attempt++) {
      try {
        const root = await workers.withSlot(
          { imports: importLines(theorem.header) },
          (slot) => openTheorem(slot, theorem, signal),
          signal,
        )
        return new LspSession(workers, theorem, limits, root, statementGround(theorem, limits))
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof WorkerGone)) throw error
        if (attempt >= START_ATTEMPTS)
          throw new EngineError(`Lean cannot work on ${theorem.name}: ${error.message}`, { cause: error })
      }
    }
  }

  async runTactics(state: ProofState, tactics: readonly string[], signal?: AbortSignal): Promise<TacticResult[]> {
    signal?.throwIfAborted()
    const results: (TacticResult | undefined)[] = tactics.map(() => undefined)
    const run = new BatchRun(this.#workers, this.#ground, this.#limits, state, tactics, results, signal)
    try {
      await run.all()
    } catch (error) {
      if (!signal?.aborted) throw error
    }
    const undecided = results.indexOf(undefined)
    const known = (undecided < 0 ? results : results.slice(0, undecided)) as TacticResult[]
    if (known.length === 0) signal?.throwIfAborted()
    return known
  }

  release(): void {}

  async close(): Promise<void> {}
}

/** Where tactics are tried: as the proof of a statement, or in the place of a hole. */
export type Ground = {
  readonly imports: string
  /** For one version. */
  readonly deadlineMs: number
  /** A process that has elaborated what stands before. @throws RejectedInput, WorkerGone */
  open(slot: LentSlot, signal?: AbortSignal): Promise<LspProcess>
  /** See `tryDocument`. */
  tryDocument(path: readonly string[], tactics: readonly string[], options: TryOptions): TryDocument
  /** A version in which each of the scripts, behind the path, must be a proof; and what speaks against that. */
  proofs(
    path: readonly string[],
    tactics: readonly string[],
    heartbeats: number,
  ): { readonly text: string; trouble(diagnostics: readonly LspDiagnostic[]): Trouble | undefined }
}

const statementGround = ({ header, statement }: Theorem, { wallClockMs }: TacticLimits): Ground => ({
  imports: importLines(header),
  deadlineMs: wallClockMs,
  open: (slot, signal) => openHeader(slot, header, signal),
  tryDocument: (path, tactics, options) => tryDocument(header, statement, path, tactics, options),
  proofs: (path, tactics, heartbeats) => {
    const { text, first } = proofsDocument(header, statement, path, tactics, heartbeats)
    return {
      text,
      // A file may leave out proofs before this theorem.
      trouble: (diagnostics) => proofTrouble(diagnostics.filter(({ range }) => range.start.line >= first)),
    }
  },
})

/** The tactics of one call on their way: who has no result is tried again, in smaller company where that failed. */
class BatchRun {
  readonly #workers: LspWorkers
  readonly #ground: Ground
  readonly #limits: TacticLimits
  readonly #state: ProofState
  readonly #tactics: readonly string[]
  readonly #results: (TacticResult | undefined)[]
  readonly #signal: AbortSignal | undefined
  /** Whether a copy of the state's only goal is a copy of the state. */
  readonly #shared: boolean
  readonly #spared = new Set<number>()

  constructor(
    workers: LspWorkers,
    ground: Ground,
    limits: TacticLimits,
    state: ProofState,
    tactics: readonly string[],
    results: (TacticResult | undefined)[],
    signal: AbortSignal | undefined,
  ) {
    this.#workers = workers
    this.#ground = ground
    this.#limits = limits
    this.#state = state
    this.#tactics = tactics
    this.#results = results
    this.#signal = signal
    this.#shared = isShareable(state)
  }

  async all(): Promise<void> {
    const alone: number[] = []
    let company: number[] = []
    for (const [index, tactic] of this.#tactics.entries()) {
      if (isNothing(tactic)) this.#results[index] = { kind: 'error', message: 'there is no tactic' }
      else if (isSelfContained(tactic)) company.push(index)
      else alone.push(index)
    }
    while (company.length > 0) {
      await this.#try(company.slice(0, BATCH))
      company = company.slice(BATCH)
    }
    for (const index of alone) await this.#try([index])
  }

  get #heartbeats(): number {
    // What each tactic of the path may use, and this one: Lean counts over the whole declaration.
    return this.#limits.heartbeats * (this.#state.path.length + 1)
  }

  async #try(indices: readonly number[]): Promise<void> {
    if (indices.length === 0) return
    this.#signal?.throwIfAborted()
    const document = this.#document(indices, 'atTheEnd')
    const version = await this.#elaborate(document.text)
    if (version.kind !== 'done') return this.#stopped(indices, version)
    return this.#read(indices, document, version.diagnostics)
  }

  #document(indices: readonly number[], reported: 'caseByCase' | 'atTheEnd'): TryDocument {
    const tactics = indices.map((index) => this.#tactics[index] as string)
    return this.#ground.tryDocument(this.#state.path, tactics, {
      shared: this.#shared,
      heartbeats: this.#heartbeats,
      nonce: randomBytes(6).toString('hex'),
      reported,
    })
  }

  /** What the messages of a finished version say of each tactic. */
  async #read(indices: readonly number[], document: TryDocument, diagnostics: readonly LspDiagnostic[]): Promise<void> {
    const lastError = Math.max(-1, ...diagnostics.filter((d) => d.severity === 1).map((d) => d.range.start.line))
    if (!diagnostics.some((d) => d.message === document.sentinel)) {
      // Some tactic is no tactic, or did not stay in its place; most likely the last at which something is wrong.
      const suspect = Math.max(
        0,
        document.branches.findIndex(({ last }) => lastError <= last),
      )
      if (indices.length === 1) {
        const first = diagnostics.find((d) => d.severity === 1)
        const timeout = diagnostics.some((d) => /maximum number of heartbeats/.test(d.message))
        this.#settle(
          indices[0] as number,
          timeout
            ? { kind: 'timeout', limit: 'heartbeats' }
            : { kind: 'error', message: first?.message ?? 'this is not one tactic' },
        )
        return
      }
      return this.#apart(indices, suspect)
    }
    return this.#settleAll(indices, document, diagnostics)
  }

  async #settleAll(
    indices: readonly number[],
    document: TryDocument,
    diagnostics: readonly LspDiagnostic[],
  ): Promise<void> {
    const quiet: number[] = []
    for (const [k, index] of indices.entries()) {
      const answer = readBranch(document.branches[k] as { first: number; last: number }, diagnostics)
      if (answer.kind === 'heartbeats' && indices.length > 1) {
        // Those before it used up what this one may use, and those behind it had nothing left.
        await this.#prove(quiet)
        await this.#try([index])
        return this.#try(indices.slice(k + 1))
      }
      if (answer.kind === 'quiet') quiet.push(index)
      else this.#settle(index, this.#result(index, answer))
    }
    await this.#prove(quiet)
  }

  /** Tactics that seem to leave nothing open: a declaration of theirs must pass Lean's elaborator and kernel. */
  async #prove(indices: readonly number[]): Promise<void> {
    if (indices.length === 0) return
    this.#signal?.throwIfAborted()
    const scripts = indices.map((index) => this.#tactics[index] as string)
    const document = this.#ground.proofs(this.#state.path, scripts, this.#heartbeats * indices.length)
    const version = await this.#elaborate(document.text)
    const [only] = indices
    if (version.kind === 'done') {
      const trouble = document.trouble(version.diagnostics)
      if (trouble === undefined) {
        for (const index of indices) this.#settle(index, { kind: 'finished' })
        return
      }
      if (indices.length === 1 && only !== undefined) return this.#settle(only, this.#result(only, trouble))
    } else if (version.kind === 'aborted') {
      this.#signal?.throwIfAborted()
    } else if (indices.length === 1 && only !== undefined) {
      return this.#settle(only, this.#endOf(version))
    }
    for (const index of indices) await this.#prove([index])
  }

  /** A version that Lean did not finish. */
  async #stopped(indices: readonly number[], version: Exclude<Version, { kind: 'done' }>): Promise<void> {
    this.#signal?.throwIfAborted()
    const [only] = indices
    if (indices.length > 1 || only === undefined) return this.#caseByCase(indices)
    // Killed by someone else, perhaps before the tactic began: it gets one more try.
    if (version.kind === 'died' && version.death.bySignal && !this.#spared.has(only)) {
      this.#spared.add(only)
      return this.#try(indices)
    }
    this.#settle(only, this.#endOf(version))
  }

  /**
   * Tactics that Lean did not get through together, each now under a deadline of its own: where it stops again, that is
   * the tactic. One hang costs two deadlines, however many there are.
   */
  async #caseByCase(indices: readonly number[]): Promise<void> {
    const document = this.#document(indices, 'caseByCase')
    const version = await this.#elaborate(document.text, 'steps')
    if (version.kind === 'done') return this.#read(indices, document, version.diagnostics)
    this.#signal?.throwIfAborted()
    const at = document.branches.findIndex(({ first, last }) =>
      version.lines.some((line) => first <= line && line <= last),
    )
    if (at < 0) {
      // It did not get to them, or did not say so.
      const half = indices.length >> 1
      await this.#try(indices.slice(0, half))
      return this.#try(indices.slice(half))
    }
    if (version.kind === 'died') {
      // Its last report may be of the tactic before.
      await this.#try(indices.slice(0, at))
      await this.#try([indices[at] as number])
    } else {
      await this.#settleAll(indices.slice(0, at), document, version.diagnostics)
      this.#settle(indices[at] as number, this.#endOf(version))
    }
    return this.#try(indices.slice(at + 1))
  }

  #endOf(version: Exclude<Version, { kind: 'done' }>): TacticResult {
    return version.kind === 'died'
      ? { kind: 'crash', message: version.death.message }
      : { kind: 'timeout', limit: 'wallClock' }
  }

  /** One by itself, the others without it. */
  async #apart(indices: readonly number[], suspect: number): Promise<void> {
    await this.#try([indices[suspect] as number])
    await this.#try(indices.filter((_, k) => k !== suspect))
  }

  /** @param deadlineOf what may take as long as a tactic */
  async #elaborate(text: string, deadlineOf: 'everything' | 'steps' = 'everything'): Promise<Version> {
    let worker: LspProcess | undefined
    try {
      return await this.#workers.withSlot(
        { imports: this.#ground.imports },
        async (slot) => {
          worker = await this.#ground.open(slot, this.#signal)
          const { deadlineMs } = this.#ground
          return deadlineOf === 'steps'
            ? worker.elaborateSteps(text, deadlineMs, this.#signal)
            : worker.elaborate(text, deadlineMs, this.#signal)
        },
        this.#signal,
      )
    } catch (error) {
      if (!(error instanceof WorkerGone)) throw error
      return { kind: 'died', death: error, lines: worker?.lines ?? [] }
    }
  }

  #result(index: number, answer: Exclude<BranchAnswer, { kind: 'quiet' }>): TacticResult {
    switch (answer.kind) {
      case 'open':
        return { kind: 'open', state: this.#stateAfter(index, answer.goals) }
      case 'heartbeats':
        return { kind: 'timeout', limit: 'heartbeats' }
      case 'error':
        return answer
      default:
        return answer satisfies never
    }
  }

  #stateAfter(index: number, goals: readonly Goal[]): ProofState {
    return { key: stateKey(goals), goals, path: [...this.#state.path, this.#tactics[index] as string] }
  }

  #settle(index: number, result: TacticResult): void {
    this.#results[index] ??= result
  }
}

/**
 * Whether copies of the state's only goal are independent copies of the state: it has no metavariables, and no name. (A
 * name cannot be given to a copy: `refine ?h` means the goal that already has it.)
 */
function isShareable({ goals, path }: ProofState): boolean {
  const [goal] = goals
  return path.length === 0 || (goals.length === 1 && goal !== undefined && !/\?|^case /m.test(goal.text))
}

/** A process whose document has the header. @throws RejectedInput, WorkerGone */
export async function openHeader(slot: LentSlot, header: string, signal?: AbortSignal): Promise<LspProcess> {
  const { worker, fresh } = slot.open()
  if (!fresh) return worker
  const lines = headerLines(header)
  const deadlineMs = openDeadline(header)
  const opened = await worker.open(`${lines.join('\n')}\n`, deadlineMs, signal)
  if (opened.kind === 'aborted') signal?.throwIfAborted()
  if (opened.kind !== 'done') throw new EngineError(`Lean did not finish the header within ${deadlineMs} ms`)
  const errors = opened.diagnostics.filter((d) => d.severity === 1)
  if (errors.length > 0) {
    // With its imports the process serves the next header; without them it serves nobody.
    if (errors.some((d) => isAtImports(header, d))) worker.kill('its imports have errors')
    throw new RejectedInput(
      'header',
      errors.map((d) => toDiagnostic(d, lines, 0)),
    )
  }
  return worker
}

async function openTheorem(slot: LentSlot, theorem: Theorem, signal?: AbortSignal): Promise<ProofState> {
  const worker = await openHeader(slot, theorem.header, signal)
  const document = statementDocument(theorem)
  const lines = document.text.split('\n')
  const deadlineMs = openDeadline(document.text)
  const version = await worker.elaborate(document.text, deadlineMs, signal)
  if (version.kind === 'aborted') signal?.throwIfAborted()
  if (version.kind !== 'done') throw new EngineError(`Lean did not finish the statement within ${deadlineMs} ms`)
  const errors = version.diagnostics.filter((d) => d.severity === 1)
  const inHeader = errors.filter((d) => d.range.start.line < document.statementLine)
  const report = (list: typeof errors, from: number): Diagnostic[] => list.map((d) => toDiagnostic(d, lines, from))
  if (inHeader.length > 0) throw new RejectedInput('header', report(inHeader, 0))
  const own = errors.filter((d) => !d.leanTags?.includes(1) && !d.message.startsWith('unsolved goals'))
  if (own.length > 0) throw new RejectedInput('statement', report(own, document.statementLine))
  const texts = await worker.plainGoal(document.goalLine, 2, OPEN_DEADLINE_MS)
  if (texts === undefined || texts.length !== 1)
    throw new RejectedInput('statement', report(version.diagnostics.slice(), document.statementLine))
  const goals = goalsOf(texts)
  return { key: stateKey(goals), goals, path: [] }
}
