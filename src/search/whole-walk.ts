import type { Proof } from '../proof/proof.ts'
import type { Part, WrittenTactic } from '../proof/tactics/flatten.ts'
import { type ExpansionContext, expandAll, type Job } from './expansion.ts'
import type { Accept } from './outcome.ts'
import type { SearchEdge, SearchNode } from './tree.ts'
import { verifyEdge } from './verification.ts'

export type WalkContext = ExpansionContext & {
  readonly accept: Accept
  /** The first proof that was taken. */
  proof?: Proof
}

export type WalkEnd =
  | { readonly kind: 'proved' | 'refused' | 'depthLimit' | 'unfinished' }
  | {
      readonly kind: 'failed'
      readonly result: 'error' | 'timeout' | 'crash'
      readonly message: string
      readonly tactic: string
      readonly node: SearchNode
    }

/** Nobody tells how likely a model holds one step of a proof it wrote as a whole: each counts as one in two. */
const STEP_LOG_PROB = Math.log(1 / 2)

/**
 * A written proof on its way through the tree. A tactic that fails as a whole is run in smaller steps, so that the states it
 * reaches before it fails are found too, and the message is about the very tactic that is wrong.
 */
export class ProofWalk {
  readonly tactics: string[] = []
  /** Valid tactics among them. */
  depth = 0
  #node: SearchNode
  readonly #context: WalkContext

  constructor(context: WalkContext) {
    this.#context = context
    this.#node = context.tree.root
  }

  async run(proof: readonly WrittenTactic[]): Promise<WalkEnd> {
    const end = await this.#sequence(proof)
    if (end !== undefined) return end
    return { ...this.#failure('', `unsolved goals: the proof ends before all goals are closed`), kind: 'failed' }
  }

  /** Undefined where goals are left to go on with. */
  async #sequence(tactics: readonly WrittenTactic[]): Promise<WalkEnd | undefined> {
    for (const tactic of tactics) {
      if (tactic.text === 'done') continue
      const end = await this.#tactic(tactic)
      if (end !== undefined) return end
    }
    return undefined
  }

  async #tactic(tactic: WrittenTactic): Promise<WalkEnd | undefined> {
    const [node, depth, length] = [this.#node, this.depth, this.tactics.length]
    let end = await this.#step(tactic.text)
    for (const parts of tactic.expansions) {
      if (end?.kind !== 'failed') return end
      const whole: WalkEnd = end
      this.#node = node
      this.depth = depth
      this.tactics.length = length
      end = await this.#parts(parts)
      // What fails at its first step says no more than the whole.
      if (end?.kind === 'failed' && end.node === node) end = whole
    }
    return end
  }

  async #parts(parts: readonly Part[]): Promise<WalkEnd | undefined> {
    /** Goals that the last step made, and no part has taken yet. */
    let fresh = 1
    for (const part of parts) {
      const before = this.#node.state.goals.length
      if (part.kind === 'step') {
        const end = await this.#step(part.text)
        if (end !== undefined) return end
        fresh = this.#node.state.goals.length - (before - 1)
        continue
      }
      if (part.kind === 'chain') {
        const end = await this.#chain(part.tactics)
        if (end !== undefined) return end
        continue
      }
      const times = part.times === 'rest' ? fresh : part.times
      for (let n = 0; n < times; n++) {
        const goals = this.#node.state.goals.length
        const end = await this.#sequence(part.tactics)
        if (end !== undefined) return end
        if (this.#node.state.goals.length >= goals)
          return { ...this.#failure('', 'unsolved goals: the block ends before its goal is closed'), kind: 'failed' }
      }
      fresh -= times
    }
    return undefined
  }

  /** `a <;> b <;> c` goal by goal, each to its end before the next. */
  async #chain([first, ...others]: readonly WrittenTactic[]): Promise<WalkEnd | undefined> {
    if (first === undefined) return undefined
    const before = this.#node.state.goals.length
    const end = await this.#tactic(first)
    if (end !== undefined || others.length === 0) return end
    const fresh = this.#node.state.goals.length - (before - 1)
    for (let n = 0; n < fresh; n++) {
      const goals = this.#node.state.goals.length
      const end = await this.#chain(others)
      if (end !== undefined) return end
      if (this.#node.state.goals.length >= goals)
        return { ...this.#failure('', 'unsolved goals: `<;>` leaves a goal open'), kind: 'failed' }
    }
    return undefined
  }

  async #step(tactic: string): Promise<WalkEnd | undefined> {
    if (this.depth >= this.#context.meter.depth) return { kind: 'depthLimit' }
    const job = { node: this.#node, candidates: [{ tactic, logProb: STEP_LOG_PROB }] }
    const edge = await this.#run(job)
    if (edge === undefined) return { kind: 'unfinished' }
    this.tactics.push(tactic)
    const { outcome } = edge
    switch (outcome.kind) {
      case 'open':
        this.depth++
        this.#node = outcome.node
        return undefined
      case 'finished':
        this.depth++
        return this.#finish(edge)
      case 'error':
      case 'crash':
        return { ...this.#failure(tactic, outcome.message), kind: 'failed', result: outcome.kind }
      case 'timeout':
        return {
          ...this.#failure(tactic, `the tactic takes too long (${outcome.limit})`),
          kind: 'failed',
          result: 'timeout',
        }
      default:
        return outcome satisfies never
    }
  }

  /** The proof has no other tactic here, so one that reaches the short limit gets the whole one at once. */
  async #run(job: Job): Promise<SearchEdge | undefined> {
    const [edges] = await expandAll([job], this.#context)
    const edge = edges?.[0]
    return edge?.slow === true ? (await expandAll([job], this.#context, true))[0]?.[0] : edge
  }

  async #finish(edge: SearchEdge): Promise<WalkEnd> {
    const verdict = await verifyEdge(edge, { tactics: [...this.tactics] }, this.#context)
    if (verdict.kind === 'accepted') this.#context.proof ??= verdict.proof
    const words = { accepted: 'proved', refused: 'refused', candidate: 'unfinished' } as const
    return { kind: words[verdict.kind] }
  }

  #failure(tactic: string, message: string) {
    return { result: 'error', message, tactic, node: this.#node } as const
  }
}
