import { normaliseStatement } from '../dataset/same-statement.ts'
import type { TheoremEntry } from '../dataset/theorem-file.ts'
import { sha256 } from '../proof/sha256.ts'
import type { Theorem } from '../proof/theorem.ts'

export type Chosen = {
  /** In file order. */
  readonly theorems: readonly Theorem[]
  /** Theorems of the split that are left out because one that must not be learnt from has their name or says the same. */
  readonly forbidden: number
}

/**
 * What a round may search: theorems of `split`, none that is by its name or its statement one of another split or of
 * `excluded`, none in `proved`, at most `most` by the hash of their names.
 */
export function chooseTheorems(
  entries: readonly TheoremEntry[],
  split: string,
  excluded: readonly Theorem[],
  proved: ReadonlySet<string>,
  most: number,
): Chosen {
  const others = [...entries.filter((entry) => entry.split !== split).map(({ theorem }) => theorem), ...excluded]
  const names = new Set(others.map(({ name }) => name))
  const statements = new Set(others.map(({ statement }) => normaliseStatement(statement)))
  const own = entries.filter((entry) => entry.split === split).map(({ theorem }) => theorem)
  const allowed = own.filter(
    ({ name, statement }) => !names.has(name) && !statements.has(normaliseStatement(statement)),
  )
  const rank = ({ name }: Theorem) => sha256(`round ${name}`)
  const open = allowed
    .filter(({ name }) => !proved.has(name))
    .map((theorem) => ({ theorem, rank: rank(theorem) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, most)
  const chosen = new Set(open.map(({ theorem }) => theorem))
  return { theorems: allowed.filter((theorem) => chosen.has(theorem)), forbidden: own.length - allowed.length }
}
