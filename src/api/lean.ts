import { realpath } from 'node:fs/promises'
import type { Diagnostic, Engine, EngineEvent, ProofSession, StartProgress, TacticLimits } from '../lean/engine.ts'
import { DEFAULT_LIMITS } from '../lean/engine.ts'
import { openEngine } from '../lean/open.ts'
import { InputError } from '../proof/input-error.ts'
import type { ProofState } from '../proof/proof-state.ts'
import { parseStatement } from '../proof/statement.ts'
import type { TacticResult } from '../proof/tactic-result.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { Verdict } from '../proof/verdict.ts'
import { boundAutomatically } from './auto-bound.ts'
import { bringImports } from './imports.ts'
import { findPlaced, readLeanFile } from './lean-file.ts'

export type LeanOptions = {
  /** Folder of a Lake project whose toolchain and libraries are used. Default: the embedded Lean. */
  readonly project?: string
  /** Lean processes. Default: one per core. */
  readonly processes?: number
  /** A proof that the second kernel does not finish is refused, in all that this Lean verifies. */
  readonly requireBoth?: boolean
  /** Steps after which the second kernel gives a proof up. */
  readonly kernelSteps?: number
  readonly onProgress?: StartProgress
  readonly onEvent?: (event: EngineEvent) => void
}

/** A theorem as text, or one that stands in a file. */
export type TheoremSource =
  /** `theorem NAME … : TYPE`, with what it needs before it. */
  | string
  | { readonly statement: string; readonly header?: string }
  /** By name, or by a line of it from 1; neither where the file has one theorem. */
  | { readonly file: string; readonly name?: string; readonly line?: number }

/** A theorem that Lean does not accept as it is written. */
export class RejectedTheorem extends InputError {
  readonly where: 'header' | 'statement'
  readonly diagnostics: readonly Diagnostic[]
  constructor(where: 'header' | 'statement', diagnostics: readonly Diagnostic[]) {
    super(`the ${where} does not elaborate: ${diagnostics[0]?.text ?? 'Lean gives no reason'}`)
    this.where = where
    this.diagnostics = diagnostics
  }
}

/**
 * Starts a Lean: the embedded one, or that of a Lake project. The first start on a machine prepares it, in under a minute.
 * @throws InputError where the project cannot be used; EngineError where Lean cannot run
 */
export async function openLean({ project, ...options }: LeanOptions = {}): Promise<Lean> {
  return new Lean(await openEngine(project === undefined ? undefined : await realpath(project), options))
}

/** A Lean that runs, in processes of its own. `close` it, or bind it with `await using`: no process is left behind. */
export class Lean implements AsyncDisposable {
  /** What the rest of the library works with. */
  readonly engine: Awaited<ReturnType<typeof openEngine>>
  constructor(engine: Awaited<ReturnType<typeof openEngine>>) {
    this.engine = engine
  }

  /** E.g. `4.28.0, commit 38f3c0c45`. */
  get version(): string {
    return this.engine.leanVersion
  }

  /**
   * The theorem with all that stands before it.
   * @throws InputError where there is none, or several, or a file cannot be read up to it
   */
  async find(source: TheoremSource): Promise<Theorem> {
    if (typeof source === 'string') return fromText(source)
    if ('statement' in source) {
      const theorem = fromText(source.statement)
      return source.header === undefined ? theorem : { ...theorem, header: source.header }
    }
    const { file, ...place } = source
    const { text } = await readLeanFile(file)
    await bringImports(this.engine.modules, file, text)
    return (await findPlaced({ path: file, ...place }, text, this.engine)).theorem
  }

  /**
   * Begins to work on a theorem: its goals, and tactics on them.
   * @throws RejectedTheorem where it does not elaborate, or only because Lean takes an undeclared name for a variable
   */
  async open(source: TheoremSource, options: OpenOptions = {}): Promise<OpenTheorem> {
    return new OpenTheorem(await startTheorem(this.engine, await this.find(source), options))
  }

  /**
   * Checks a proof from anywhere against a statement that you trust, from scratch: see docs/verification.md.
   * @param options.source the whole Lean file; nothing in it is believed
   * @param options.statement what must be proved, as `theorem NAME … : TYPE`
   * @param options.header trusted commands before the statement
   * @throws RejectedInput where statement or header do not elaborate
   */
  verify(options: VerifyRequest): Promise<Verdict> {
    const { source, statement, header, ...rest } = options
    const parsed = fromText(statement)
    const theorem = header === undefined ? parsed : { ...parsed, header }
    return this.engine.verify(theorem, { source, name: theorem.name }, rest)
  }

  close(): Promise<void> {
    return this.engine.dispose()
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

export type VerifyRequest = {
  readonly source: string
  readonly statement: string
  readonly header?: string
  /** What the second kernel does not finish is rejected. */
  readonly requireBoth?: boolean
  /** Milliseconds for each process that takes part. */
  readonly deadlineMs?: number
}

export type OpenOptions = {
  readonly limits?: Partial<TacticLimits>
  /** Goes on where Lean binds an undeclared name by itself. */
  readonly allowAutoBound?: boolean
  readonly signal?: AbortSignal
}

/** A theorem under work. States belong to it, and stay valid until it is closed. */
export class OpenTheorem implements AsyncDisposable {
  readonly #session: ProofSession
  constructor(session: ProofSession) {
    this.#session = session
  }
  get theorem(): Theorem {
    return this.#session.theorem
  }
  /** The theorem's first state. */
  get root(): ProofState {
    return this.#session.root
  }
  /**
   * Runs each tactic on the same state, independently: one result per tactic, in order. `finished` is a candidate;
   * `verify` decides.
   */
  run(tactics: readonly string[], state: ProofState = this.root, signal?: AbortSignal): Promise<TacticResult[]> {
    return this.#session.runTactics(state, tactics, signal)
  }
  close(): Promise<void> {
    return this.#session.close()
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** @throws RejectedTheorem */
export async function startTheorem(engine: Engine, theorem: Theorem, options: OpenOptions): Promise<ProofSession> {
  const { limits, signal, allowAutoBound = false } = options
  const started = await engine.start(theorem, { ...DEFAULT_LIMITS, ...limits }, signal)
  if (started.kind === 'rejected') throw new RejectedTheorem(started.where, started.diagnostics)
  const text = allowAutoBound ? undefined : await boundAutomatically(engine, theorem, started.session.root)
  if (text === undefined) return started.session
  await started.session.close()
  throw new RejectedTheorem('statement', [{ severity: 'error', line: 1, column: 0, text }])
}

function fromText(text: string): Theorem {
  const parsed = parseStatement(text)
  if ('problem' in parsed) throw new InputError(`${parsed.problem}: ${JSON.stringify(text.trim().slice(0, 60))}`)
  return parsed
}
