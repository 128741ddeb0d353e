import { type ProofState, renderState } from '../../proof/proof-state.ts'
import type { TacticResult } from '../../proof/tactic-result.ts'
import type { Part, WrittenTactic } from '../../proof/tactics/flatten.ts'
import type { ReplayedStep } from '../../proof/traced-proof.ts'
import type { TacticLimits } from '../session.ts'

/** A step of a replay, and whence it comes. */
export type RecordedStep = ReplayedStep & {
  /** The first goal before it. */
  readonly goal: string
  /** Place in the file, in bytes. */
  readonly start: number
  readonly end: number
}

/** The step alone. */
export function withoutPlace({ state, tactic, next, premises, constants }: RecordedStep): ReplayedStep {
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

/** A theorem that Lean has at hand: what a replay needs to know of either engine. */
export interface Replayable {
  readonly root: ProofState
  readonly limits: TacticLimits
  run(from: ProofState, tactic: string): Promise<TacticResult>
  /** Theorems in the terms that a tactic assigns to the goals of a state, sorted; those it names where Lean tells no more. */
  premises(from: ProofState, tactic: string): Promise<readonly string[]>
}

/** A proof that is run again, in smaller steps where those lead to the same goals. */
export class Replay {
  readonly #theorem: Replayable
  #taken: Taken[] = []

  constructor(theorem: Replayable) {
    this.#theorem = theorem
  }

  /** The steps of a proof that finishes; as it is written where smaller steps do not finish it. */
  async proof(tactics: readonly WrittenTactic[]): Promise<{ steps: RecordedStep[] } | { reason: string }> {
    let outcome: Outcome = { kind: 'open', state: this.#theorem.root }
    for (const flatten of [true, false]) {
      this.#taken = []
      outcome = await this.#sequence(tactics, this.#theorem.root, flatten)
      if (outcome.kind === 'finished') return { steps: await this.#steps() }
    }
    return { reason: outcome.kind === 'failed' ? outcome.reason : 'goals are left at its end' }
  }

  async #steps(): Promise<RecordedStep[]> {
    const steps: RecordedStep[] = []
    for (const { from, tactic, text, next } of this.#taken) {
      steps.push({
        state: renderState(from.goals),
        tactic: text,
        next: next.kind === 'open' ? renderState(next.state.goals) : null,
        premises: await this.#theorem.premises(from, text),
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
    const result = await this.#theorem.run(from, text)
    switch (result.kind) {
      case 'open':
      case 'finished':
        return result
      case 'timeout':
        return { kind: 'failed', reason: `\`${firstLine(text)}\` takes more than ${this.#limit(result.limit)}` }
      case 'error':
      case 'crash':
        return { kind: 'failed', reason: `\`${firstLine(text)}\`: ${result.message}` }
      default:
        return result satisfies never
    }
  }

  #limit(kind: 'short' | 'heartbeats' | 'wallClock'): string {
    const { heartbeats, wallClockMs } = this.#theorem.limits
    return kind === 'wallClock' ? `${wallClockMs} ms` : `${heartbeats} heartbeats`
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

/** A goal without its name, which depends on how it was made. */
export function withoutCase(goal: string): string {
  return goal.replace(/^case .*\n/, '')
}

function firstLine(text: string): string {
  const [line = ''] = text.split('\n')
  return line === text ? line : `${line} …`
}
