import type { LocalDeclarations, NamedConstant } from '../proof/premises.ts'
import { PREMISES_PER_GOAL, type Premise, type PremiseIndex } from './premises.ts'

/** What of a file's own a goal is about. */
export type LocalMatches = {
  /** Theorems, best first. */
  readonly theorems: readonly Premise[]
  /** Names of definitions in the goal, and of those that they may stand on. */
  readonly definitions: readonly string[]
  readonly types: readonly string[]
}

/** Theorems of a file that are proposed for a goal. */
const MOST_LOCAL = 8

/** What a proof by an unfinished lemma is worth beside one by another: it proves nothing before the lemma is proved. */
const UNFINISHED = 0.3

/**
 * The index of a library, and beside it what a file declares: that is closer at hand than the library, so it is found
 * apart. `find` knows the library only, as the trained policies do.
 * @param unfinished whether theorems that rest on a `sorry` are found too
 */
export function withLocal(library: PremiseIndex, local: LocalDeclarations, unfinished = false): PremiseIndex {
  const { symbols, definitions, types } = local
  const theorems = unfinished ? local.theorems : local.theorems.filter((theorem) => theorem.unfinished !== true)
  if (theorems.length + definitions.length + types.length === 0) return library
  const own = new Set([...definitions, ...types].map(({ constant }) => constant))
  return {
    size: library.size + theorems.length,
    find: (constants, count) => library.find(constants, count),
    ...(library.below && { below: library.below }),
    local(constants) {
      const asked = new Set(constants)
      const scored: Premise[] = []
      for (const [age, { name, uses, conclusion, unfinished: open }] of theorems.entries()) {
        const mentioned = uses.map((position) => symbols[position] as string)
        const shared = mentioned.filter((symbol) => asked.has(symbol))
        // A theorem about the file's own notions is for goals that are about them too.
        const about = shared.filter((symbol) => own.has(symbol)).length
        const likeness = (shared.length + 3 * about) / (mentioned.length + 3 * about + 1)
        const near = about > 0 ? likeness : likeness / 4
        const score = (open === true ? UNFINISHED * near : near) + age / (theorems.length * 1000)
        if (shared.length > 0) scored.push({ name, conclusion, score })
      }
      scored.sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
      const named = (list: readonly NamedConstant[]) =>
        list.filter(({ constant }) => asked.has(constant)).map(({ name }) => name)
      return {
        theorems: scored.slice(0, Math.min(MOST_LOCAL, PREMISES_PER_GOAL)),
        definitions: named(definitions),
        types: named(types),
      }
    },
  }
}
