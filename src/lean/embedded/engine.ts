import type { Theorem } from '../../proof/theorem.ts'
import {
  DEFAULT_LIMITS,
  type Engine,
  type StartResult,
  type Submission,
  startResult,
  type TacticLimits,
  type Verdict,
  type VerifyOptions,
} from '../engine.ts'
import { LeanPool, type PoolOptions } from '../pool.ts'
import { openHeader, PooledSession } from '../session.ts'
import type { LibraryTheorems } from './protocol.ts'
import { methods } from './protocol.ts'
import { remembered } from './remembered.ts'
import { SourceVerifier } from './verify-source.ts'

/** Listing all of Lean's own theorems on a loaded machine. */
const PREMISES_DEADLINE_MS = 180_000

/** The engine that needs nothing but npm: Lean 4.28 in child processes. */
export class EmbeddedEngine implements Engine {
  readonly pool: LeanPool
  readonly #verifier: SourceVerifier

  private constructor(pool: LeanPool) {
    this.pool = pool
    this.#verifier = new SourceVerifier(pool)
  }

  /** @throws EngineError */
  static async create(options: PoolOptions = {}): Promise<EmbeddedEngine> {
    return new EmbeddedEngine(await LeanPool.create(options))
  }

  get leanVersion(): string {
    return this.pool.leanVersion
  }

  start(theorem: Theorem, limits: TacticLimits = DEFAULT_LIMITS, signal?: AbortSignal): Promise<StartResult> {
    return startResult(this.#begin(theorem, limits, signal))
  }

  /** While a worker has seen nothing but what is trusted, it can say what the statement means: one process less. */
  async #begin(theorem: Theorem, limits: TacticLimits, signal: AbortSignal | undefined): Promise<PooledSession> {
    if (this.pool.hasUntainted) await this.#verifier.state(theorem)
    return PooledSession.begin(this.pool, theorem, limits, signal)
  }

  verify(theorem: Theorem, submission: Submission, options?: VerifyOptions): Promise<Verdict> {
    return this.#verifier.verify(theorem, submission, options)
  }

  /**
   * The theorems that a header's imports bring, with the constants of each statement: what a policy may cite.
   * @throws RejectedInput where the header does not elaborate
   */
  premises(header: string, signal?: AbortSignal): Promise<LibraryTheorems> {
    const key = JSON.stringify([this.pool.libraryHash, header])
    return remembered('premises', key, methods.premises.result, () =>
      this.pool.withWorker(async (worker) => {
        const { environment } = await openHeader(worker, header)
        return worker.process.request('premises', { environment }, PREMISES_DEADLINE_MS)
      }, signal),
    )
  }

  dispose(): Promise<void> {
    return this.pool.dispose()
  }
}
