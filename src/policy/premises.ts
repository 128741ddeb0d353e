import type { PremiseList } from '../proof/premises.ts'
import type { StepContext } from '../proof/traced-proof.ts'
import type { LocalMatches } from './local-premises.ts'

/** Premises looked at per goal. */
export const PREMISES_PER_GOAL = 16

export type Premise = { readonly name: string; readonly conclusion: string; readonly score: number }

/** Finds the theorems whose statements share the rarest constants with a goal. */
export interface PremiseIndex {
  readonly size: number
  /** The best `count` premises, best first; ties by name. Deterministic. Scores are cosines in [0, 1]. */
  find(constants: Iterable<string>, count: number): Premise[]
  /** Words of tactics beyond core Lean's that the theorem's header brings; left out where there are none. */
  readonly tactics?: ReadonlySet<string>
  /** What the theorem's own file has to say about a goal; none where it stands alone. */
  local?(constants: Iterable<string>): LocalMatches
}

/** What a step's `context` is: the constants of its first goal, and the premises a policy would be offered for it. */
export function contextOf(constants: readonly string[], index: PremiseIndex): StepContext {
  return { constants, related: index.find(constants, PREMISES_PER_GOAL) }
}

/** An index that knows the answer to one question only: the premises that a step's context says. */
export function premisesOfContext({ related }: StepContext): PremiseIndex {
  return { size: related.length, find: (_, count) => related.slice(0, count) }
}

/** Parts of the library that exist for the sake of a tactic's proof terms or of Lean itself. */
const INTERNAL =
  /^(Lean\.|Std\.(Tactic|Do|DTreeMap|DHashMap|Internal|Iter|Time|Async)|Int\.Linear|Nat\.Linear|Lean\.|Bool\.(dcond|cond)_|Char\.|String\.|ByteArray\.|System\.|IO\.|Array\.Perm|Fin\.Internal|[a-z]\w*$)|\.(Internal|Raw|Impl|Const)\.|_cert\b|_unsat\b/
/** A constant in more theorems than this share tells nothing, and its list is long. */
const COMMON = 0.25

/**
 * Cosine similarity between the constants of the goal and those of each statement, each constant weighted by its inverse
 * document frequency log(N / n): a shared `Nat.gcd` says more than a shared `Eq`. Built once, about 0.1 s for 25,000
 * theorems.
 */
export function buildPremiseIndex(list: PremiseList): PremiseIndex {
  const theorems = list.theorems.filter(({ name, uses }) => uses.length > 0 && !INTERNAL.test(name))
  const postings: number[][] = list.symbols.map(() => [])
  for (const [i, { uses }] of theorems.entries()) for (const symbol of uses) postings[symbol]?.push(i)
  const weight = postings.map((list_) => (list_.length === 0 ? 0 : Math.log(theorems.length / list_.length)))
  const norm = theorems.map(({ uses }) => Math.hypot(...uses.map((symbol) => weight[symbol] ?? 0)))
  const position = new Map(list.symbols.map((symbol, i) => [symbol, i]))

  return {
    size: theorems.length,
    find(constants, count) {
      const query = [...new Set(constants)].flatMap((constant) => position.get(constant) ?? [])
      const queryNorm = Math.hypot(...query.map((symbol) => weight[symbol] ?? 0))
      const scores = new Map<number, number>()
      for (const symbol of query) {
        const list_ = postings[symbol] as number[]
        if (list_.length > theorems.length * COMMON) continue
        const square = (weight[symbol] as number) ** 2
        for (const i of list_) scores.set(i, (scores.get(i) ?? 0) + square)
      }
      const found: Premise[] = []
      for (const [i, dot] of scores) {
        const { name, conclusion } = theorems[i] as PremiseList['theorems'][number]
        found.push({ name, conclusion, score: dot / ((norm[i] as number) * queryNorm || 1) })
      }
      found.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
      return found.slice(0, count)
    },
  }
}
