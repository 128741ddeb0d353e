import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { authorsOf } from '../search/tree.ts'
import { restoreTree } from '../search/tree-record.ts'
import type { RunRow } from './read-run.ts'
import { readTree } from './trees.ts'

/** A proof whose steps several members found, each with the member that ran it first. */
export type Contribution = {
  readonly theorem: string
  readonly steps: readonly { readonly tactic: string; readonly member: string }[]
}

const memberRow = z.object({ name: z.string(), config: z.string() })
const searchSchema = z.object({ search: z.object({ kind: z.string() }) })
const proofRow = z.object({ id: z.number(), theorem: z.string(), tactics: z.string() })

/** The proofs to which more than one member contributed, in a run in which members go on from whole proofs. */
export function readContributions(database: Database, run: RunRow): Contribution[] {
  const members = z
    .array(memberRow)
    .parse(database.prepare('SELECT name, config FROM members WHERE run_id = ? ORDER BY position').all(run.id))
  const wholes = members.some(({ config }) => {
    const parsed = searchSchema.safeParse(JSON.parse(config))
    return parsed.success && parsed.data.search.kind === 'whole'
  })
  if (run.mode === 'union' || !wholes) return []
  const rows = database
    .prepare(
      `SELECT theorems.id, theorems.name AS theorem, tactics FROM proofs JOIN theorems ON theorems.id = proofs.theorem_id
       WHERE run_id = ? ORDER BY theorems.position, proofs.id`,
    )
    .all(run.id)
  return z
    .array(proofRow)
    .parse(rows)
    .flatMap(({ id, theorem, tactics }) => {
      const list = z.array(z.string()).parse(JSON.parse(tactics))
      const tree = readTree(database, id)
      const root = tree?.states[0]
      if (tree === undefined || root === undefined) return []
      const authors = authorsOf(restoreTree(tree, root), list)
      if (new Set(authors).size < 2) return []
      const name = (by: number | undefined) => (by === undefined ? '?' : (members[by]?.name ?? '?'))
      return [{ theorem, steps: list.map((tactic, i) => ({ tactic, member: name(authors[i]) })) }]
    })
}
