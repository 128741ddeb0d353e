import type { Proof } from '../proof/proof.ts'
import { bullet } from './blocks.ts'
import { type ExpansionContext, expandAll } from './expansion.ts'
import { focusOn, mayBeApart } from './focus.ts'
import type { Accept } from './outcome.ts'
import { Solutions } from './solutions.ts'
import type { SearchEdge, SearchNode } from './tree.ts'
import { verifyEdge } from './verification.ts'

/** What became of the proofs of a state's goals, run on the state one after another. */
export type Merged =
  | { readonly kind: 'proved'; readonly proof: Proof }
  /** They are no proof of it, and it is kept whole from now on; with the tactics that were run. */
  | { readonly kind: 'refused' | 'failed'; readonly tactics: readonly string[] }
  /** The search ended first. */
  | { readonly kind: 'unfinished' }

/** One search's view of states whose goals are solved one by one. What anybody has solved on the tree before is solved. */
export class Split {
  readonly solutions = new Solutions()
  readonly #context: ExpansionContext & { readonly accept: Accept }
  readonly #asked = new Set<SearchNode>()

  constructor(context: ExpansionContext & { readonly accept: Accept }) {
    this.#context = context
    for (const node of context.tree.nodes()) {
      for (const edge of node.edges.values()) this.solutions.add(edge)
      this.#take(node)
    }
  }

  /** Takes the goals of states one by one where that can be done. Returns the whole states that are ready by it. */
  async open(nodes: readonly SearchNode[]): Promise<SearchNode[]> {
    const fresh = [...new Set(nodes)].filter((node) => !this.#asked.has(node) && mayBeApart(node.state))
    for (const node of fresh) this.#asked.add(node)
    const jobs = fresh.map((node) => ({
      node,
      candidates: node.state.goals.map((_, i) => ({ tactic: focusOn(i), logProb: 0 })),
    }))
    await expandAll(jobs, this.#context, true)
    return fresh.flatMap((node) => this.#take(node))
  }

  /** Runs the proofs of a ready state's goals on it, and has the whole of it verified. @param way the tactics to the state */
  async merge(node: SearchNode, way: readonly string[]): Promise<Merged> {
    const tactics = [...way]
    const parts = this.solutions.partsOf(node) ?? []
    let at: SearchNode = node
    let last: SearchEdge | undefined
    for (const [i, part] of parts.entries()) {
      const rest = node.state.goals.slice(i + 1)
      const isDone = (edge: SearchEdge) =>
        rest.length === 0
          ? edge.outcome.kind === 'finished'
          : edge.outcome.kind === 'open' &&
            edge.outcome.node.state.goals.length === rest.length &&
            edge.outcome.node.state.goals.every(({ text }, k) => text === rest[k]?.text)
      const steps = this.solutions.steps(part)
      const block = bullet(this.solutions.script(part))
      const sum = steps.reduce((total, { logProb }) => total + logProb, 0)
      // A tactic that does something to other goals, too, is kept from that by a block alone.
      for (const script of [steps, [{ tactic: block, logProb: sum }]]) {
        const run = await this.#run(at, script)
        if (run === undefined) return { kind: 'unfinished' }
        last = run.at(-1)
        if (run.length < script.length || last === undefined || !isDone(last)) {
          last = undefined
          continue
        }
        tactics.push(...run.map(({ tactic }) => tactic))
        break
      }
      if (last === undefined) {
        this.solutions.keepWhole(node)
        return { kind: 'failed', tactics: [...tactics, block] }
      }
      if (last.outcome.kind === 'open') at = last.outcome.node
    }
    if (last === undefined) throw new Error('a state without goals has nothing to be merged')
    const verdict = await verifyEdge(last, { tactics }, this.#context)
    if (verdict.kind === 'accepted') return { kind: 'proved', proof: verdict.proof }
    if (verdict.kind === 'candidate') return { kind: 'unfinished' }
    this.solutions.keepWhole(node)
    return { kind: 'refused', tactics }
  }

  /** The steps on a state, as far as they go on; undefined where the search ended. */
  async #run(
    from: SearchNode,
    steps: readonly { readonly tactic: string; readonly logProb: number }[],
  ): Promise<SearchEdge[] | undefined> {
    const run: SearchEdge[] = []
    let at: SearchNode | undefined = from
    for (const { tactic, logProb } of steps) {
      if (at === undefined) break
      const [edges] = await expandAll([{ node: at, candidates: [{ tactic, logProb }] }], this.#context, true)
      const edge: SearchEdge | undefined = edges?.[0]
      if (edge === undefined) return undefined
      run.push(edge)
      at = edge.outcome.kind === 'open' ? edge.outcome.node : undefined
    }
    return run
  }

  #take(node: SearchNode): SearchNode[] {
    const parts = node.state.goals.flatMap((_, i) => {
      const outcome = node.edges.get(focusOn(i))?.outcome
      return outcome?.kind === 'open' ? [outcome.node] : []
    })
    return parts.length > 1 && parts.length === node.state.goals.length ? this.solutions.split(node, parts) : []
  }
}
