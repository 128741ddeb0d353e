import { type NameParts, readableName } from '../../proof/declarations/names.ts'
import { validateExport } from '../../proof/declarations/validate.ts'
import type { Kernels } from '../../proof/kernels.ts'
import { withoutTabs } from '../../proof/lean-text.ts'
import type { Theorem } from '../../proof/theorem.ts'
import type { Verdict } from '../../proof/verdict.ts'
import { SecondKernel } from '../second-kernel.ts'
import { EngineError, RejectedInput } from '../session.ts'
import type { Judging, Submission, VerifyOptions } from '../submission.ts'
import { ProcessGoneError } from './lean-process.ts'
import { librarySource } from './library-source.ts'
import type { LeanPool, Worker } from './pool.ts'
import type { Used } from './reserved.ts'

const DEFAULT_DEADLINE_MS = 120_000
/** Milliseconds that are granted for each byte of a file before a theorem, some ten times what short lemmas take. */
const DEADLINE_PER_BYTE_MS = 1
const deadlineFor = ({ header }: Theorem): number =>
  DEFAULT_DEADLINE_MS + DEADLINE_PER_BYTE_MS * Buffer.byteLength(header)
/** Statements whose meaning is kept: a search may verify several proofs of one. */
const STATEMENTS_KEPT = 64

type Imports = readonly { readonly module: string; readonly all: boolean }[]
/** What a statement means, as data: see `stateTheorem` of the protocol. */
type Stated = { readonly name: NameParts; readonly exported: unknown; readonly imports: Imports }
type Exported = { readonly exported: unknown; readonly imports: Imports; readonly elsewhere: readonly string[] }
type Accepted = { readonly axioms: readonly string[]; readonly leanMs: number; readonly exported?: unknown }
type Refused = { readonly reason: string; readonly messages: readonly string[] }

/**
 * Checks proofs in three processes, which hand each other plain data.
 *
 * 1. One that has seen nothing but statements to be trusted elaborates the header and the statement, and says what they
 *    mean.
 * 2. Any process elaborates the whole source, and says what it proves. Nobody believes it.
 * 3. One that never sees a text has Lean's kernel check the second against the first, on top of the library.
 *
 * Beside it a kernel of our own, in a thread of this process, checks the same data. Both must accept.
 *
 * So neither notations, options, macros nor code in the source can change what is checked, or how.
 */
export class SourceVerifier {
  readonly #pool: LeanPool
  readonly #stated = new Map<string, Promise<Stated>>()
  readonly #second: SecondKernel
  readonly #judging: Judging

  constructor(pool: LeanPool, judging: Judging = {}) {
    this.#pool = pool
    this.#judging = judging
    this.#second = new SecondKernel(librarySource(pool))
  }

  /**
   * What a theorem's statement means; asked for once.
   * @throws RejectedInput where header or statement does not elaborate; EngineError where Lean cannot run
   */
  state(theorem: Theorem, deadlineMs = deadlineFor(theorem)): Promise<Stated> {
    const { header, statement } = theorem
    const key = JSON.stringify([header, statement])
    const known = this.#stated.get(key)
    if (known !== undefined) return known
    const stated = this.#state(header, statement, deadlineMs)
    this.#stated.set(key, stated)
    stated.catch(() => this.#stated.delete(key))
    for (const oldest of this.#stated.keys()) {
      if (this.#stated.size <= STATEMENTS_KEPT) break
      this.#stated.delete(oldest)
    }
    return stated
  }

  async #state(header: string, statement: string, deadlineMs: number): Promise<Stated> {
    try {
      const answer = await this.#pool.withStatementProcess(header, async (worker) => {
        const result = await worker.process.request('stateTheorem', { header, statement }, deadlineMs)
        if (result.ranCodeOf === 'header') worker.ranCodeOf = header
        if (result.ranCodeOf === 'statement') worker.ranCodeOf = `${header}\n${statement}`
        return { result, heapBytes: result.heapBytes, reusable: true }
      })
      if (answer.kind === 'rejected') throw new RejectedInput(answer.where, answer.diagnostics)
      this.#pool.expectProof()
      return answer
    } catch (error) {
      if (!(error instanceof ProcessGoneError)) throw error
      throw new EngineError(`Lean cannot elaborate the statement: ${limit(error)}`, { cause: error })
    }
  }

  /**
   * @throws RejectedInput where the trusted header or statement does not elaborate; EngineError where Lean cannot run
   */
  async verify(theorem: Theorem, submission: Submission, options: VerifyOptions = {}): Promise<Verdict> {
    const { deadlineMs = deadlineFor(theorem), onExport, requireBoth = this.#judging.requireBoth } = options
    const stated = await this.state(theorem, deadlineMs)
    if (!namesIt(theorem.name, stated.name))
      throw new RejectedInput('statement', [
        {
          severity: 'error',
          line: 1,
          column: 0,
          text: `it is about ${readableName(stated.name)}, not ${theorem.name}`,
        },
      ])
    const exported = await this.#export(submission, stated.name, deadlineMs)
    if ('reason' in exported) return { kind: 'rejected', ...exported }
    const asking = this.#ask(stated, exported, deadlineMs)
    // Where Lean's kernel has refused, or could not run, nobody waits for what ours says.
    asking.catch(() => {})
    const answer = await this.#check(stated, exported, deadlineMs, onExport !== undefined)
    if ('reason' in answer) return { kind: 'rejected', ...answer }
    const own = await asking
    if ('reason' in own) return { kind: 'rejected', ...own }
    if (own.kind === 'unfinished' && requireBoth === true)
      return { kind: 'rejected', reason: `our own kernel reached its limit of ${own.limit}`, messages: [] }
    const { axioms, leanMs } = answer
    const kernels: Kernels = { leanMs, own }
    onExport?.(validateExport(answer.exported))
    return {
      kind: 'verified',
      axioms,
      kernels,
      ...(exported.elsewhere.length === 0 ? {} : { elsewhere: exported.elsewhere }),
    }
  }

  /** What the source proves. A process that dies on it is replaced once: its death may have come from outside. */
  async #export(submission: Submission, name: NameParts, deadlineMs: number): Promise<Exported | Refused> {
    const header = submission.header
    const source = withoutTabs(submission.source.replace(/^\ufeff/, ''))
    const params = header === undefined ? { source, name } : { source, name, header }
    const ask = () =>
      this.#pool.withWorker(async (worker) => {
        const answer = await worker.process.request('exportProof', params, deadlineMs)
        worker.heapBytes = answer.heapBytes
        return answer
      })
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await ask()
        return answer.kind === 'refused' ? { reason: answer.reason, messages: answer.messages } : answer
      } catch (error) {
        if (!(error instanceof ProcessGoneError)) throw error
        if (attempt === 1 && error.death.kind === 'died') continue
        return unfinished(error, 'Lean does not finish elaborating the source')
      }
    }
  }

  /** The second kernel, whose refusal counts as much as the first one's. */
  async #ask(stated: Stated, proof: Exported, deadlineMs: number): Promise<Kernels['own'] | Refused> {
    const imports = [...stated.imports, ...proof.imports]
    const { kernelSteps } = this.#judging
    const limits = kernelSteps === undefined ? {} : { steps: kernelSteps }
    const check = { imports, stated: stated.exported, proof: proof.exported, limits, deadlineMs }
    const { verdict, ms } = await this.#second.check(check)
    switch (verdict.kind) {
      case 'accepted':
        return { kind: 'accepted', ms }
      case 'unfinished':
        return { kind: 'unfinished', limit: verdict.limit, ms }
      case 'refused':
        return {
          reason: `our own kernel refuses ${verdict.declaration}, which Lean's accepts`,
          messages: [`${verdict.rule}: ${verdict.reason}`],
        }
      default:
        return verdict satisfies never
    }
  }

  dispose(): Promise<void> {
    return this.#second.dispose()
  }

  async #check(stated: Stated, proof: Exported, deadlineMs: number, whole: boolean): Promise<Accepted | Refused> {
    const imports = [...stated.imports, ...proof.imports]
    const work = async ({ process }: Worker): Promise<Used<Accepted | Refused>> => {
      const params = { imports, stated: stated.exported, proof: proof.exported, whole }
      const began = performance.now()
      const { heapBytes, kind, ...rest } = await process.request('checkProof', params, deadlineMs)
      const leanMs = performance.now() - began
      return { result: 'reason' in rest ? rest : { ...rest, leanMs }, heapBytes, reusable: true }
    }
    try {
      return await this.#pool.withKernelProcess(work)
    } catch (error) {
      if (!(error instanceof ProcessGoneError)) throw error
      return unfinished(error, "Lean's kernel does not finish the check")
    }
  }
}

/** Whether a theorem goes by a name as a person writes it: quotes and the namespaces around it may be left out. */
function namesIt(written: string, name: NameParts): boolean {
  const plain = written.replace(/[«»]/g, '').replace(/^_root_\./, '')
  const whole = name.join('.')
  return whole === plain || whole.endsWith(`.${plain}`)
}

/**
 * The sentence about a limit that the proof itself runs into, twice where it killed a process.
 * @throws EngineError where somebody else ended the processes: that says nothing about the proof
 */
function unfinished(error: ProcessGoneError, what: string): Refused {
  const { death } = error
  if (death.kind === 'died' && death.signal !== undefined)
    throw new EngineError(`Lean was stopped while it checked a proof: ${death.detail}`, { cause: error })
  return { reason: `${what}: ${limit(error)}`, messages: [] }
}

function limit({ death }: ProcessGoneError): string {
  const text = death.kind === 'killed' ? death.reason : death.detail
  if (/call stack|stack overflow|StackOverrun/i.test(text)) return 'it nests deeper than the stack allows'
  if (/out of memory/i.test(text)) return 'it needs more memory than there is'
  return text
}
