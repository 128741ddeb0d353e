import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { THEOREM_OUTCOMES } from '../ensemble/journal.ts'

/** How far a run is. `done` has neither open theorems nor errors in it; `proved` has what is proved and still open too. */
export type Standing = {
  readonly open: number
  readonly done: number
  readonly proved: number
  /** The positions of what is proved. */
  readonly provedAt: ReadonlySet<number>
  readonly statementErrors: number
  /** Of the statement errors, those that elaborate, but only because Lean binds a name that nobody declared. */
  readonly autoBound: number
  /** Of those done, the ones whose statement is false: `name: n = 1`. */
  readonly refuted: readonly string[]
  readonly engineErrors: number
  readonly errors: number
}

const row = z.object({
  position: z.number(),
  outcome: z.enum(THEOREM_OUTCOMES),
  proved: z.number(),
  name: z.string(),
  message: z.string().nullable(),
  autoBound: z.number(),
})

/** Counts the theorems of a run, or those at certain positions. */
export function runStanding(
  database: Database,
  run: number,
  where: (position: number) => boolean = () => true,
): Standing {
  const rows = z
    .array(row)
    .parse(
      database
        .prepare(
          `SELECT position, name, message, outcome, EXISTS (SELECT 1 FROM proofs WHERE theorem_id = theorems.id) AS proved,
             COALESCE(message LIKE 'auto-bound: %', 0) AS autoBound
           FROM theorems WHERE run_id = ?`,
        )
        .all(run),
    )
    .filter(({ position }) => where(position))
  const count = (test: (one: z.infer<typeof row>) => boolean) => rows.filter(test).length
  const provedAt = new Set(rows.flatMap(({ position, proved }) => (proved === 1 ? [position] : [])))
  const statementErrors = count(({ outcome }) => outcome === 'statementError')
  const engineErrors = count(({ outcome }) => outcome === 'engineError')
  return {
    open: count(({ outcome }) => outcome === 'open'),
    done: count(({ outcome }) => outcome === 'done'),
    proved: provedAt.size,
    provedAt,
    refuted: rows.flatMap(({ outcome, name, message }) =>
      outcome === 'done' && message !== null ? [`${name}: ${message}`] : [],
    ),
    statementErrors,
    autoBound: count(({ outcome, autoBound }) => outcome === 'statementError' && autoBound === 1),
    engineErrors,
    errors: statementErrors + engineErrors,
  }
}
