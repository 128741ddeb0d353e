import type { Candidate } from '../policy/policy.ts'
import type { Random } from '../proof/random.ts'
import type { SearchEdge, SearchNode, Tree } from './tree.ts'

export type PassEnd =
  | { readonly kind: 'proved' }
  /** The script finished, and the verifier did not take it. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'invalid'; readonly result: 'error' | 'timeout' | 'crash' }
  | { readonly kind: 'depthLimit' }
  /** The policy proposed nothing. */
  | { readonly kind: 'noTactic' }
  /** The search ended first. */
  | { readonly kind: 'unfinished' }

export type Pass = {
  readonly index: number
  readonly end: PassEnd
  /** Every tactic that was run, the last one included, valid or not. */
  readonly tactics: readonly string[]
  /** How many of them were valid. */
  readonly depth: number
}

/** A pass under way. */
export type LivePass = {
  readonly index: number
  readonly random: Random
  readonly visited: Set<SearchNode>
  /** It has been at its node before. */
  isBack: boolean
  readonly tactics: string[]
  node: SearchNode
  /** Drawn, and not run yet: another tactic of the step was enough. */
  drawn: Candidate | undefined
  depth: number
  end: PassEnd | undefined
  /** States that are solved goal by goal, outermost first, each with how many tactics led to it. */
  readonly apart: { readonly node: SearchNode; readonly tactics: number }[]
}

/** Pass `index` with its own random stream: at the root, or every other one at a state that `onward` leads to. */
export function startPass(index: number, tree: Tree, random: Random, onward: readonly SearchEdge[] = []): LivePass {
  const own = random.fork(index)
  // Streams differ in their forks, so a choice does not advance what the pass draws from.
  const chosen = index % 2 === 1 ? onward[Math.floor(own.fork('onward').next() * onward.length)] : undefined
  const node = chosen?.outcome.kind === 'open' ? chosen.outcome.node : tree.root
  const tactics = tree.tacticsTo(node)
  return {
    index,
    random: own,
    visited: new Set([tree.root, node]),
    isBack: false,
    tactics,
    node,
    drawn: undefined,
    depth: tactics.length,
    end: undefined,
    apart: [],
  }
}

/** The pass as it is reported. */
export function finish({ index, end, tactics, depth }: LivePass): Pass {
  return { index, end: end ?? { kind: 'unfinished' }, tactics, depth }
}
