import type { ProofState } from '../../proof/proof-state.ts'
import type { TacticResult } from '../../proof/tactic-result.ts'
import type { TacticLimits } from '../session.ts'
import type { Replayable } from '../tracing/replay.ts'
import { isNothing, readScript, scriptDocument, stateKey } from './document.ts'
import { type LspProcess, openDeadline, WorkerGone } from './lsp-process.ts'
import type { LentSlot } from './workers.ts'

type Opening = {
  readonly slot: LentSlot
  /** The file before the theorem. */
  readonly before: string
  readonly statement: string
  /** Names of theorems that its proof may name. */
  readonly theorems: ReadonlySet<string>
  /** For a whole script. */
  readonly heartbeats: number
  readonly limits: TacticLimits
  readonly commandDeadlineMs: number
  readonly onRestart: (reason: string) => void
}

/** A theorem of a file, at its place: each tactic is a version with one line more. */
export class FileTheorem implements Replayable {
  readonly limits: TacticLimits
  readonly root: ProofState
  readonly #opening: Opening
  /** Theorems that the last tactic of a script names, by the script. */
  readonly #named = new Map<string, readonly string[]>()

  private constructor(opening: Opening, root: ProofState) {
    this.#opening = opening
    this.limits = opening.limits
    this.root = root
  }

  /** Gives the reason where the statement does not elaborate at its place. */
  static async open(opening: Opening): Promise<FileTheorem | { readonly reason: string }> {
    const nowhere: ProofState = { key: '', goals: [], path: [] }
    const result = await new FileTheorem(opening, nowhere).run(nowhere, 'skip')
    if (result.kind === 'open') return new FileTheorem(opening, { ...result.state, path: [] })
    const said = 'message' in result ? result.message : 'it takes too long'
    return { reason: `the statement does not elaborate by itself: ${said}` }
  }

  async run(from: ProofState, tactic: string): Promise<TacticResult> {
    if (isNothing(tactic)) return { kind: 'error', message: 'there is no tactic' }
    const { before, statement, heartbeats } = this.#opening
    const path = [...from.path, tactic]
    const document = scriptDocument(before, statement, path, heartbeats)
    for (let spared = false; ; spared = true) {
      try {
        const worker = await this.#ready()
        if (worker === undefined) return { kind: 'timeout', limit: 'wallClock' }
        const version = await worker.elaborate(document.text, this.limits.wallClockMs, undefined, before)
        if (version.kind !== 'done') return { kind: 'timeout', limit: 'wallClock' }
        const answer = readScript(document, version.diagnostics)
        if (answer.kind === 'quiet' || answer.kind === 'open') this.#remember(path, worker, document.lastLine)
        if (answer.kind === 'quiet') return { kind: 'finished' }
        if (answer.kind === 'heartbeats') return { kind: 'timeout', limit: 'heartbeats' }
        if (answer.kind === 'error') return answer
        return { kind: 'open', state: { key: stateKey(answer.goals), goals: answer.goals, path } }
      } catch (error) {
        if (!(error instanceof WorkerGone)) throw error
        this.#opening.onRestart(error.message)
        // Killed by someone else, perhaps before the tactic began: it gets one more try.
        if (spared || !error.bySignal) return { kind: 'crash', message: error.message }
      }
    }
  }

  /** Those that the tactic names: Lean's language server does not tell what the terms are made of. */
  async premises(from: ProofState, tactic: string): Promise<readonly string[]> {
    return this.#named.get(scriptKey([...from.path, tactic])) ?? []
  }

  #remember(path: readonly string[], worker: LspProcess, line: number): void {
    const { theorems } = this.#opening
    const names = worker.namedConstants().filter((one) => one.line >= line && theorems.has(one.name))
    this.#named.set(scriptKey(path), [...new Set(names.map(({ name }) => name))].sort())
  }

  /** A process that has elaborated what stands before the theorem; none where that takes too long. */
  async #ready(): Promise<LspProcess | undefined> {
    const { slot, before, commandDeadlineMs } = this.#opening
    const { worker, fresh } = slot.open()
    if (!fresh) return worker
    const opened = await worker.open(before === '' ? '\n' : before, openDeadline(before), undefined, commandDeadlineMs)
    return opened.kind === 'done' ? worker : undefined
  }
}

function scriptKey(tactics: readonly string[]): string {
  return JSON.stringify(tactics)
}
