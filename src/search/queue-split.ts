import type { Proof } from '../proof/proof.ts'
import type { ExpansionContext, Job } from './expansion.ts'
import { focusOn, isPart } from './focus.ts'
import type { Accept } from './outcome.ts'
import type { SearchQueue } from './queue-search.ts'
import { Split } from './split.ts'
import type { SearchEdge, SearchNode } from './tree.ts'

/**
 * Keeps a queue to what is needed where goals are solved one by one: a state that was taken apart is set aside for its
 * parts, and so is all that only serves goals that are solved.
 */
export class QueueSplit {
  readonly #queue: SearchQueue
  readonly #split: Split
  readonly #apart = new Set<SearchNode>()
  readonly #ready = new Set<SearchNode>()
  /** Not needed now; a new way to them may change that. */
  #idle: SearchNode[] = []
  #idleJobs: Job[] = []

  constructor(queue: SearchQueue, context: ExpansionContext & { readonly accept: Accept }) {
    this.#queue = queue
    this.#split = new Split(context)
  }

  /** Takes apart, where that can be done, the states that tactics have led to, before the queue hears of them. */
  async open(edges: readonly (SearchEdge | undefined)[]): Promise<void> {
    const nodes = edges.flatMap((edge) => (edge?.outcome.kind === 'open' ? [edge.outcome.node] : []))
    for (const node of await this.#split.open(nodes)) this.#ready.add(node)
    for (const node of nodes) {
      if (this.#split.solutions.partsOf(node) === undefined) continue
      this.#apart.add(node)
      this.#queue.setAside(node)
    }
  }

  /** After the queue has taken an edge in: what it solves is known. */
  add(edge: SearchEdge): void {
    const { solutions } = this.#split
    if (edge.outcome.kind === 'open' && solutions.isReady(edge.outcome.node)) this.#ready.add(edge.outcome.node)
    for (const ready of solutions.add(edge)) this.#ready.add(ready)
  }

  /**
   * The next goal of every state taken apart gets its place: one that is behind a goal nobody solves is not worth a tactic. Then
   * the proof that ready states give, if they give one. One that gives none is searched as a whole.
   */
  async merge(): Promise<Proof | undefined> {
    const { solutions } = this.#split
    for (const node of this.#apart) {
      const next = solutions.partsOf(node)?.findIndex((part) => !solutions.isSolved(part)) ?? -1
      const focus = node.edges.get(focusOn(next))
      if (focus !== undefined) this.#queue.add(focus, 0)
    }
    for (const node of this.#ready) {
      // Parts of parts are ready within a whole; others have not come here yet.
      if (!this.#apart.has(node) || isPart(node.state)) {
        this.#ready.delete(node)
        continue
      }
      const merged = await this.#split.merge(node, this.#queue.tacticsTo(node))
      if (merged.kind === 'proved') return merged.proof
      if (merged.kind === 'unfinished') return undefined
      this.#ready.delete(node)
      this.#keepWhole(node)
    }
    return undefined
  }

  /** Those of the nodes taken that are needed; the others may be later. */
  neededNodes(nodes: readonly SearchNode[]): SearchNode[] {
    this.#idle.push(...nodes.filter((node) => !this.#isNeeded(node)))
    return nodes.filter((node) => this.#isNeeded(node))
  }

  needed(jobs: readonly Job[]): Job[] {
    this.#idleJobs.push(...jobs.filter(({ node }) => !this.#isNeeded(node)))
    return jobs.filter(({ node }) => this.#isNeeded(node))
  }

  /** Gives back what has come to be needed. */
  revive(): void {
    for (const node of this.#idle) if (this.#isNeeded(node)) this.#queue.giveBack(node)
    this.#idle = this.#idle.filter((node) => !this.#isNeeded(node))
    for (const { node, candidates } of this.#idleJobs)
      if (this.#isNeeded(node)) for (const candidate of candidates) this.#queue.defer(node, candidate)
    this.#idleJobs = this.#idleJobs.filter(({ node }) => !this.#isNeeded(node))
  }

  /** Nothing is left to try goal by goal: states taken apart are searched as a whole. False where there are none. */
  giveUp(): boolean {
    const nodes = [...this.#apart]
    for (const node of nodes) this.#keepWhole(node)
    return nodes.length > 0
  }

  #isNeeded(node: SearchNode): boolean {
    return this.#split.solutions.isNeeded(node)
  }

  #keepWhole(node: SearchNode): void {
    this.#split.solutions.keepWhole(node)
    this.#apart.delete(node)
    this.#queue.giveBack(node)
  }
}
