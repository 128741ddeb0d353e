import type { LocalPremises, PremiseList } from '../../proof/premises.ts'
import { TextPlaces } from '../../proof/source-text.ts'
import type { Theorem } from '../../proof/theorem.ts'
import type { Verdict } from '../../proof/verdict.ts'
import type { Engine, EngineOptions } from '../engine.ts'
import type { CommandCheck, Edit, HoleOpener, HolePlace, HoleStart } from '../holes.ts'
import type { ModuleFile, ModuleReader } from '../module-files.ts'
import { type FileReading, type PlacedCommand, placedTheorems, type ReadOptions } from '../placed.ts'
import {
  DEFAULT_LIMITS,
  type Diagnostic,
  EngineError,
  RejectedInput,
  type StartResult,
  startResult,
  type TacticLimits,
} from '../session.ts'
import type { Judging, Submission, VerifyOptions } from '../submission.ts'
import { fileText, putText, scanFile } from './file-texts.ts'
import { ProcessGoneError } from './lean-process.ts'
import { LeanPool, type Worker } from './pool.ts'
import { methods } from './protocol.ts'
import { remembered } from './remembered.ts'
import { openHeader, PooledSession } from './session.ts'
import { LeanTracer } from './trace.ts'
import { SourceVerifier } from './verify-source.ts'

/** Listing all of Lean's own theorems on a loaded machine. */
const PREMISES_DEADLINE_MS = 180_000
/** All commands before a place, on a loaded machine; and one command with a proof filled in. */
const HOLE_DEADLINE_MS = 1_800_000
const CHECK_DEADLINE_MS = 120_000

/** The engine that needs nothing but npm: Lean 4.28 in child processes. */
export class EmbeddedEngine implements Engine, HoleOpener, ModuleReader {
  readonly pool: LeanPool
  readonly #verifier: SourceVerifier

  private constructor(pool: LeanPool, judging: Judging) {
    this.pool = pool
    this.#verifier = new SourceVerifier(pool, judging)
  }

  /** @throws EngineError */
  static async create(options: EngineOptions = {}): Promise<EmbeddedEngine> {
    return new EmbeddedEngine(await LeanPool.create(options), options)
  }

  get leanVersion(): string {
    return this.pool.leanVersion
  }
  get libraryHash(): string {
    return this.pool.libraryHash
  }
  get processes(): number {
    return this.pool.processes
  }
  get modules(): ModuleReader {
    return this
  }

  get holes(): HoleOpener {
    return this
  }

  start(theorem: Theorem, limits: TacticLimits = DEFAULT_LIMITS, signal?: AbortSignal): Promise<StartResult> {
    return startResult(this.#begin(theorem, limits, signal))
  }

  /** While a worker has seen nothing but what is trusted, it can say what the statement means: one process less. */
  async #begin(theorem: Theorem, limits: TacticLimits, signal: AbortSignal | undefined): Promise<PooledSession> {
    if (this.pool.hasUntainted) await this.#verifier.state(theorem)
    return PooledSession.begin(this.pool, theorem, limits, signal)
  }

  expectProof(theorem: Theorem): void {
    this.#verifier.state(theorem).catch(() => {})
  }

  verify(theorem: Theorem, submission: Submission, options?: VerifyOptions): Promise<Verdict> {
    return this.#verifier.verify(theorem, submission, options)
  }

  async elaborate(
    header: string,
    source: string,
    deadlineMs = CHECK_DEADLINE_MS,
    signal?: AbortSignal,
  ): Promise<readonly Diagnostic[]> {
    return this.pool
      .withWorker(async (worker) => {
        const { environment } = await openHeader(worker, header)
        return (await worker.process.request('elaborate', { environment, source }, deadlineMs)).diagnostics
      }, signal)
      .catch((cause: unknown) => {
        if (!(cause instanceof ProcessGoneError)) throw cause
        throw new EngineError(`Lean stops while it elaborates the text: ${cause.message}`, { cause })
      })
  }

  tracer(limits?: TacticLimits, commandDeadlineMs?: number): LeanTracer {
    return new LeanTracer(this.pool, limits, commandDeadlineMs)
  }

  /** What a header itself declares, and a proof below it may name. @throws RejectedInput where it does not elaborate */
  localPremises(header: string, signal?: AbortSignal): Promise<LocalPremises> {
    return this.pool.withWorker(async (worker) => {
      const { environment } = await openHeader(worker, header)
      return worker.process.request('localConstants', { environment }, PREMISES_DEADLINE_MS)
    }, signal)
  }

  /**
   * The theorems that a header's imports bring, with the constants of each statement: what a policy may cite. They are the
   * same for every header with these imports, and kept.
   * @throws RejectedInput where the header does not elaborate
   */
  async premises(header: string, signal?: AbortSignal): Promise<PremiseList> {
    const { imports } = await this.localPremises(header, signal)
    const key = JSON.stringify([this.pool.libraryHash, imports])
    return remembered('premises', key, methods.premises.result, () =>
      this.pool.withWorker(async (worker) => {
        const { environment } = await openHeader(worker, imports)
        return worker.process.request('premises', { environment }, PREMISES_DEADLINE_MS)
      }, signal),
    )
  }

  /** Modules that a text imports itself and the library does not have. */
  async ownImports(text: string): Promise<string[]> {
    const { imports } = await this.pool.withWorker(({ process }) =>
      process.request('importsOf', { text }, CHECK_DEADLINE_MS),
    )
    return imports.filter((name) => !this.pool.hasModule(name))
  }

  addModules(modules: readonly ModuleFile[]): Promise<void> {
    return this.pool.addModules(modules)
  }

  async readFile(text: string, { onProgress, until, signal }: ReadOptions = {}): Promise<FileReading> {
    const file = fileText(text)
    const places = new TextPlaces(text)
    const wanted = (command: PlacedCommand) =>
      until !== undefined && placedTheorems(places, [command]).some((theorem) => until(theorem))
    const commands = await this.pool
      .withWorker(({ process }) => scanFile(process, file, onProgress, wanted), signal)
      .catch((cause: unknown) => {
        if (!(cause instanceof ProcessGoneError)) throw cause
        throw new EngineError(`Lean stops while it reads the file: ${cause.message}`, { cause })
      })
    return { places, commands, theorems: placedTheorems(places, commands) }
  }

  async startHole(
    { text, command, hole }: HolePlace,
    named: Theorem,
    limits: TacticLimits = DEFAULT_LIMITS,
    signal?: AbortSignal,
  ): Promise<HoleStart> {
    const file = fileText(text)
    let found = { times: 1, isProposition: true }
    const begin = async ({ process }: Worker) => {
      await putText(process, file)
      const params = { id: file.id, command, hole, heartbeats: limits.heartbeats }
      const started = await process.request('startHole', params, HOLE_DEADLINE_MS)
      if (started.kind === 'rejected') throw new RejectedInput('statement', started.diagnostics)
      found = started
      return started
    }
    const start = await startResult(PooledSession.begin(this.pool, named, limits, signal, begin))
    if (start.kind === 'rejected') return start
    this.pool.expectProof()
    return { ...start, ...found, hole, kind: 'started', session: start.session }
  }

  checkCommand(text: string, command: number, edits: readonly Edit[]): Promise<CommandCheck | undefined> {
    const file = fileText(text)
    return this.pool
      .withWorker(async ({ process }) => {
        await putText(process, file)
        return process.request('checkCommand', { id: file.id, command, edits: [...edits] }, CHECK_DEADLINE_MS)
      })
      .catch((error: unknown) => {
        if (!(error instanceof ProcessGoneError)) throw error
        return undefined
      })
  }

  async dispose(): Promise<void> {
    await this.#verifier.dispose()
    await this.pool.dispose()
  }
}
