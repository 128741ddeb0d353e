import type { ProofState } from '../../proof/proof-state.ts'
import type { TacticResult, Trying } from '../../proof/tactic-result.ts'
import type { Theorem } from '../../proof/theorem.ts'
import { EngineError, type ProofSession, RejectedInput, SHORT_HEARTBEATS, type TacticLimits } from '../session.ts'
import { openInFile } from './file-texts.ts'
import { ProcessGoneError } from './lean-process.ts'
import type { LeanPool, OpenedHeader, OpenedTheorem, Worker } from './pool.ts'
import type { HostStep } from './protocol.ts'

/** A header may import all of Lean, on a loaded machine. */
const OPEN_DEADLINE_MS = 180_000
/** Environments by header that a process keeps. */
const ENVIRONMENTS_KEPT = 16
/** How many processes may die while a state is rebuilt before the engine gives up. */
const REBUILD_ATTEMPTS = 3
/** Saved states per theorem and process; older ones are dropped, and rebuilt when they are needed. */
const STATES_KEPT = 4000

/** Opens a header in a process, once per process. @throws RejectedInput */
export async function openHeader(worker: Worker, header: string): Promise<OpenedHeader> {
  const known = worker.environments.get(header)
  if (known !== undefined) {
    worker.environments.delete(header)
    worker.environments.set(header, known)
    return known
  }
  const opened = (await openInFile(worker.process, header)) ?? (await openText(worker, header))
  worker.environments.set(header, opened)
  if (!opened.clean) worker.process.taint()
  // Theorems hold what they need of theirs.
  for (const [oldest, { environment }] of worker.environments) {
    if (worker.environments.size <= ENVIRONMENTS_KEPT) break
    worker.environments.delete(oldest)
    worker.process.notify('closeEnvironment', { environment })
  }
  return opened
}

async function openText(worker: Worker, header: string): Promise<OpenedHeader> {
  const opened = await worker.process.request('open', { header }, OPEN_DEADLINE_MS)
  if (opened.kind === 'rejected') throw new RejectedInput('header', opened.diagnostics)
  return opened
}

/** Handles of a theorem and its first state, just made in a process. */
export type Started = Omit<ProofState, 'path'> & {
  readonly theorem: number
  readonly state: number
  readonly alone?: readonly string[] | undefined
}
/** Opens what a session works on, in one process. @throws RejectedInput */
type Begin = (worker: Worker) => Promise<Started>

async function startStatement(worker: Worker, theorem: Theorem, { heartbeats }: TacticLimits): Promise<Started> {
  const { environment } = await openHeader(worker, theorem.header)
  const { statement } = theorem
  const started = await worker.process.request('start', { environment, statement, heartbeats }, OPEN_DEADLINE_MS)
  if (started.kind === 'rejected') throw new RejectedInput('statement', started.diagnostics)
  return started
}

/** The tactics that led to a state gave something else in another process. Lean is deterministic but for its clocks. */
class LostState extends Error {
  constructor(tactic: string) {
    super(`the state is lost: \`${tactic}\` gave another result in a new process`)
  }
}

/**
 * A theorem in a pool. Its states live in whatever process made them; a state that the process at hand does not have is
 * rebuilt there by running the tactics that led to it, so that processes may come and go.
 */
export class PooledSession implements ProofSession {
  readonly theorem: Theorem
  readonly #pool: LeanPool
  readonly #limits: TacticLimits
  /** The state each state was made from, and how its tactic was tried; the root has none. */
  readonly #parents = new WeakMap<ProofState, { readonly state: ProofState; readonly trying: Trying }>()
  readonly #alone = new WeakMap<ProofState, readonly string[] | undefined>()
  #root: ProofState | undefined

  readonly #begin: Begin

  private constructor(pool: LeanPool, theorem: Theorem, limits: TacticLimits, begin: Begin) {
    this.#pool = pool
    this.theorem = theorem
    this.#limits = limits
    this.#begin = begin
  }

  /** @throws RejectedInput where the header or the statement does not elaborate; EngineError where Lean cannot. */
  static async begin(
    pool: LeanPool,
    theorem: Theorem,
    limits: TacticLimits,
    signal?: AbortSignal,
    begin: Begin = (worker) => startStatement(worker, theorem, limits),
  ): Promise<PooledSession> {
    const session = new PooledSession(pool, theorem, limits, begin)
    await session.#retrying(signal, (worker) => session.#open(worker))
    return session
  }

  get root(): ProofState {
    if (this.#root === undefined) throw new Error('the session has not begun')
    return this.#root
  }

  async runTactics(
    state: ProofState,
    tactics: readonly string[],
    signal?: AbortSignal,
    trying: Trying = {},
  ): Promise<TacticResult[]> {
    const results: TacticResult[] = []
    const isDone = () =>
      results.length >= tactics.length || (trying.untilFinished === true && results.at(-1)?.kind === 'finished')
    const spared = new Set<number>()
    const use = async (worker: Worker) => {
      const { theorem } = await this.#open(worker)
      const handle = await this.#rebuild(worker, state).catch((error: unknown) => {
        if (!(error instanceof LostState)) throw error
        return error
      })
      if (handle instanceof LostState) {
        while (results.length < tactics.length) results.push({ kind: 'error', message: handle.message })
        return
      }
      await this.#run(worker, theorem, state, handle, tactics, results, spared, signal, trying)
    }
    signal?.throwIfAborted()
    while (!isDone() && !(signal?.aborted && results.length > 0)) {
      // A process that has the state need not run the tactics that lead to it.
      await this.#retrying(signal, use, (worker) => worker.theorems.get(this)?.states.has(state.key) === true)
    }
    return results
  }

  alone(state: ProofState): readonly string[] | undefined {
    return this.#alone.get(state)
  }

  release(state: ProofState): void {
    // A tactic such as `skip` gives the first state again, under the same key; every other state is rebuilt from it.
    if (state.key === this.#root?.key) return
    for (const worker of this.#pool.workers) this.#drop(worker, state.key)
  }

  async close(): Promise<void> {
    for (const worker of this.#pool.workers) {
      const opened = worker.theorems.get(this)
      if (opened === undefined) continue
      worker.theorems.delete(this)
      worker.process.notify('closeTheorem', { theorem: opened.theorem })
    }
  }

  /** Runs the tactics that have no result yet. A process that dies is charged to the tactic it was at, which gets its result. */
  async #run(
    worker: Worker,
    theorem: number,
    state: ProofState,
    handle: number,
    tactics: readonly string[],
    results: TacticResult[],
    /** Tactics, by number, whose process was killed from outside once already. */
    spared: Set<number>,
    signal: AbortSignal | undefined,
    trying: Trying,
  ): Promise<void> {
    const left = tactics.slice(results.length)
    try {
      const onResult = (index: number, step: HostStep) => {
        results.push(this.#result(worker, state, left[index] as string, step, trying))
      }
      const { heapBytes } = await worker.process.run(
        { theorem, state: handle, tactics: left, ...this.#how(trying) },
        this.#limits.wallClockMs,
        onResult,
        signal,
      )
      worker.heapBytes = heapBytes
    } catch (error) {
      if (!(error instanceof ProcessGoneError)) throw error
      if (signal?.aborted !== true && results.length < tactics.length) {
        const { death } = error
        // Killed by someone else, perhaps before the tactic began: it gets one more try.
        if (death.kind === 'died' && death.signal !== undefined && !spared.has(results.length)) {
          spared.add(results.length)
          return
        }
        results.push(
          death.kind === 'killed' ? { kind: 'timeout', limit: 'wallClock' } : { kind: 'crash', message: death.detail },
        )
      }
    }
    if (results.length === 0) signal?.throwIfAborted()
  }

  /** What a process is told of how tactics are tried. */
  #how({ short, untilFinished }: Trying): { heartbeats: number; untilFinished: boolean; verifierFollows: boolean } {
    const { heartbeats, verifierFollows = false } = this.#limits
    return {
      verifierFollows,
      heartbeats: short === true ? Math.min(heartbeats, SHORT_HEARTBEATS) : heartbeats,
      untilFinished: untilFinished === true,
    }
  }

  #result(worker: Worker, from: ProofState, tactic: string, step: HostStep, trying: Trying): TacticResult {
    switch (step.kind) {
      case 'open': {
        this.#keep(worker, step.key, step.state)
        const state: ProofState = { key: step.key, goals: step.goals, path: [...from.path, tactic] }
        this.#parents.set(state, { state: from, trying })
        this.#alone.set(state, step.alone)
        return { kind: 'open', state }
      }
      case 'timeout':
        return {
          kind: 'timeout',
          limit: this.#how(trying).heartbeats < this.#limits.heartbeats ? 'short' : 'heartbeats',
        }
      case 'finished':
      case 'error':
        return step
      default:
        return step satisfies never
    }
  }

  /** The handles of this theorem in a process, opening it there if need be. */
  async #open(worker: Worker): Promise<OpenedTheorem> {
    const known = worker.theorems.get(this)
    if (known !== undefined) return known
    const started = await this.#begin(worker)
    const opened: OpenedTheorem = { theorem: started.theorem, states: new Map([[started.key, started.state]]) }
    worker.theorems.set(this, opened)
    if (this.#root === undefined) {
      this.#root = { key: started.key, goals: started.goals, path: [] }
      this.#alone.set(this.#root, started.alone)
    }
    if (started.key !== this.#root.key)
      throw new EngineError(`Lean gave another first state for ${this.theorem.name} in a new process`)
    return opened
  }

  /** The handle of a state in a process, made by running its last tactic on its parent where it is not there. */
  async #rebuild(worker: Worker, state: ProofState): Promise<number> {
    const opened = await this.#open(worker)
    const known = opened.states.get(state.key)
    if (known !== undefined) return known
    const parent = this.#parents.get(state)
    const tactic = state.path.at(-1)
    if (parent === undefined || tactic === undefined) throw new Error('the state does not belong to this session')
    const handle = await this.#rebuild(worker, parent.state)
    let step: HostStep | undefined
    await worker.process.run(
      { theorem: opened.theorem, state: handle, tactics: [tactic], ...this.#how(parent.trying) },
      this.#limits.wallClockMs,
      (_index, result) => {
        step = result
      },
    )
    if (step?.kind !== 'open' || step.key !== state.key) {
      throw new LostState(tactic)
    }
    this.#keep(worker, step.key, step.state)
    return step.state
  }

  #keep(worker: Worker, key: string, handle: number): void {
    const states = worker.theorems.get(this)?.states
    if (states === undefined || states.has(key)) {
      worker.process.notify('release', { states: [handle] })
      return
    }
    states.set(key, handle)
    if (states.size <= STATES_KEPT) return
    // The root stays: every other state can be rebuilt from it.
    let oldest: string | undefined
    for (const old of states.keys()) {
      if (old === this.#root?.key) continue
      oldest = old
      break
    }
    if (oldest !== undefined) this.#drop(worker, oldest)
  }

  #drop(worker: Worker, key: string): void {
    const states = worker.theorems.get(this)?.states
    const handle = states?.get(key)
    if (handle === undefined) return
    states?.delete(key)
    worker.process.notify('release', { states: [handle] })
  }

  /** Lends a worker to `use`, and another one if that dies before any tactic ran. */
  async #retrying<T>(
    signal: AbortSignal | undefined,
    use: (worker: Worker) => Promise<T>,
    prefers: (worker: Worker) => boolean = (worker) => worker.theorems.has(this),
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#pool.withWorker(use, signal, prefers)
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof ProcessGoneError)) throw error
        if (attempt >= REBUILD_ATTEMPTS)
          throw new EngineError(`Lean cannot work on ${this.theorem.name}: ${error.message}`, { cause: error })
      }
    }
  }
}
