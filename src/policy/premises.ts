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
  /**
   * Theorems about what the goal's constants stand on, best first: what their definitions unfold to, and namesakes in
   * other namespaces, as `List.reverse` is one of `Array.reverse`. Deterministic. Left out where nothing is known of them.
   */
  below?(constants: Iterable<string>, count: number): Premise[]
  /** Words of tactics beyond core Lean's that the theorem's header brings; left out where there are none. */
  readonly tactics?: ReadonlySet<string>
  /** What the theorem's own file has to say about a goal; none where it stands alone. */
  local?(constants: Iterable<string>): LocalMatches
}

/** What a step's `context` is: the constants of its first goal, and the premises a policy would be offered for it. */
export function contextOf(constants: readonly string[], index: PremiseIndex): StepContext {
  const below = index.below?.(constants, PREMISES_PER_GOAL) ?? []
  return { constants, related: index.find(constants, PREMISES_PER_GOAL), ...(below.length > 0 && { below }) }
}

/** An index that knows the answer to one question only: the premises that a step's context says. */
export function premisesOfContext({ related, below = [] }: StepContext): PremiseIndex {
  return {
    size: related.length,
    find: (_, count) => related.slice(0, count),
    below: (_, count) => below.slice(0, count),
  }
}

/** Parts of the library that exist for the sake of a tactic's proof terms or of Lean itself. */
const INTERNAL =
  /^(Lean\.|Std\.(Tactic|Do|DTreeMap|DHashMap|Internal|Iter|Time|Async)|Int\.Linear|Nat\.Linear|Lean\.|Bool\.(dcond|cond)_|Char\.|String\.|ByteArray\.|System\.|IO\.|Array\.Perm|Fin\.Internal|[a-z]\w*$)|\.(Internal|Raw|Impl|Const)\.|_cert\b|_unsat\b/
/** What exists for the sake of tactics alone; what a type of the library stands on is not among it. */
const NEVER_CITED =
  /^(Lean\.|Std\.(Tactic|Do|Internal)|Int\.Linear|Nat\.Linear|Fin\.Internal|P?Unit\.)|_cert\b|_unsat\b/
/** A constant in more theorems than this share tells nothing, and its list is long. */
const COMMON = 0.25
/** The same of a constant that a definition leads to. */
const COMMON_BELOW = 0.05
/** What a constant counts after each definition that is unfolded to it, and a namesake of one. */
const UNFOLDED = 0.85
const LEAST_CREDIT = 0.3
const NAMESAKE = 0.7

/**
 * Cosine similarity between the constants of the goal and those of each statement, each constant weighted by its inverse
 * document frequency log(N / n): a shared `Nat.gcd` says more than a shared `Eq`. Built once, about 0.2 s for 25,000
 * theorems.
 */
export function buildPremiseIndex(list: PremiseList): PremiseIndex {
  const cited = weigh(list, ({ name }) => !INTERNAL.test(name))
  const { theorems, postings, weight, norm } = cited
  const position = new Map(list.symbols.map((symbol, i) => [symbol, i]))
  const symbolsOf = (constants: Iterable<string>) =>
    [...new Set(constants)].flatMap((constant) => position.get(constant) ?? [])
  let below: ReturnType<typeof lowerTheorems> | undefined

  return {
    size: theorems.length,
    find(constants, count) {
      const query = symbolsOf(constants)
      const queryNorm = Math.hypot(...query.map((symbol) => weight[symbol] ?? 0))
      const scores = new Map<number, number>()
      for (const symbol of query) {
        const list_ = postings[symbol] as number[]
        if (list_.length > theorems.length * COMMON) continue
        const square = (weight[symbol] as number) ** 2
        for (const i of list_) scores.set(i, (scores.get(i) ?? 0) + square)
      }
      return bestOf(cited, count, [...scores], (i, dot) => dot / ((norm[i] as number) * queryNorm || 1))
    },
    below(constants, count) {
      below ??= lowerTheorems(list)
      return below(symbolsOf(constants), count)
    },
  }
}

/** Theorems with the places where each symbol occurs in them. */
type Weighed = {
  readonly theorems: PremiseList['theorems']
  readonly postings: readonly (readonly number[])[]
  /** Of each symbol: log(N / n), where one that is in no theorem counts as rare as one that is in a single one. */
  readonly weight: readonly number[]
  /** Of each theorem: the length of its symbols' weights. */
  readonly norm: readonly number[]
}

function weigh(list: PremiseList, wanted: (theorem: PremiseList['theorems'][number]) => boolean): Weighed {
  const theorems = list.theorems.filter((theorem) => theorem.uses.length > 0 && wanted(theorem))
  const postings: number[][] = list.symbols.map(() => [])
  for (const [i, { uses }] of theorems.entries()) for (const symbol of uses) postings[symbol]?.push(i)
  const weight = postings.map((list_) => Math.log(theorems.length / Math.max(1, list_.length)))
  const norm = theorems.map(({ uses }) => Math.hypot(...uses.map((symbol) => weight[symbol] ?? 0)))
  return { theorems, postings, weight, norm }
}

function bestOf<T>(
  { theorems }: Weighed,
  count: number,
  found: readonly (readonly [theorem: number, seen: T])[],
  score: (theorem: number, seen: T) => number,
): Premise[] {
  const premises = found.map(([i, seen]) => {
    const { name, conclusion } = theorems[i] as PremiseList['theorems'][number]
    return { name, conclusion, score: Math.round(1000 * score(i, seen)) / 1000 }
  })
  return premises.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1)).slice(0, count)
}

/**
 * Finds theorems about what a goal stands on. Each constant of the goal counts for what its definition unfolds to, and for
 * its namesakes. A theorem's score is the geometric mean of two shares, by squared weights: that of its own constants
 * which the goal leads to, and that of the goal's constants which lead to it.
 */
function lowerTheorems(list: PremiseList): (query: readonly number[], count: number) => Premise[] {
  const weighed = weigh(list, ({ name }) => !NEVER_CITED.test(name))
  const { theorems, postings, weight, norm } = weighed
  const unfolds = new Map(list.unfolds.map(({ symbol, uses }) => [symbol, uses]))
  const bases = list.symbols.map(baseName)
  const namesakes = new Map<string, number[]>()
  for (const [symbol, base] of bases.entries())
    if (base !== undefined && (postings[symbol] as number[]).length > 0)
      namesakes.set(base, [...(namesakes.get(base) ?? []), symbol])
  const rare = (symbol: number) => (postings[symbol] as number[]).length <= theorems.length * COMMON_BELOW

  const leadsTo = (from: number): Map<number, number> => {
    const credits = new Map([[from, 1]])
    let level = [from]
    for (let credit = UNFOLDED; level.length > 0 && credit > LEAST_CREDIT; credit *= UNFOLDED) {
      const next = [...new Set(level.flatMap((symbol) => unfolds.get(symbol) ?? []))]
      level = next.filter((symbol) => !credits.has(symbol) && rare(symbol))
      for (const symbol of level) credits.set(symbol, credit)
    }
    for (const [symbol, credit] of [...credits])
      for (const other of namesakes.get(bases[symbol] ?? '') ?? [])
        if (rare(other)) credits.set(other, Math.max(credits.get(other) ?? 0, credit * NAMESAKE))
    return credits
  }
  const known = new Map<number, Map<number, number>>()

  return (query, count) => {
    const own = new Set(query)
    const wanted = new Map<number, number>()
    const reached = new Map<number, number>()
    let all = 0
    for (const from of query.filter(rare)) {
      const credits = known.get(from) ?? leadsTo(from)
      known.set(from, credits)
      const square = (weight[from] as number) ** 2
      all += square
      const best = new Map<number, number>()
      for (const [symbol, credit] of credits) {
        wanted.set(symbol, Math.max(wanted.get(symbol) ?? 0, credit))
        for (const i of postings[symbol] as number[]) if ((best.get(i) ?? 0) < credit) best.set(i, credit)
      }
      for (const [i, credit] of best) reached.set(i, (reached.get(i) ?? 0) + credit * square)
    }
    const deeper = [...reached].filter(([i]) =>
      theorems[i]?.uses.some((symbol) => !own.has(symbol) && wanted.has(symbol)),
    )
    return bestOf(weighed, count, deeper, (i, share) => {
      const { uses } = theorems[i] as PremiseList['theorems'][number]
      const covered = uses.reduce(
        (sum, symbol) => sum + (wanted.get(symbol) ?? (own.has(symbol) ? 1 : 0)) * (weight[symbol] as number) ** 2,
        0,
      )
      return Math.sqrt((covered / (norm[i] as number) ** 2) * (share / all))
    })
  }
}

/** The last part of a name that has more; none of instances, and of `mk`, which every structure has. */
function baseName(symbol: string): string | undefined {
  const base = /\.([a-z][\w?!']*)$/.exec(symbol)?.[1]
  return base === undefined || base === 'mk' || base.startsWith('inst') ? undefined : base
}
