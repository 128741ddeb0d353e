import type { Database } from 'better-sqlite3'
import { z } from 'zod'

/** How far a run is. `done` has neither open theorems nor errors in it. */
export type Standing = {
  readonly open: number
  readonly done: number
  readonly proved: number
  readonly statementErrors: number
  readonly engineErrors: number
  readonly errors: number
}

const row = z.object({
  position: z.number(),
  outcome: z.enum(['open', 'done', 'statementError', 'engineError']),
  proved: z.number(),
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
          `SELECT position, outcome, EXISTS (SELECT 1 FROM proofs WHERE theorem_id = theorems.id) AS proved
           FROM theorems WHERE run_id = ?`,
        )
        .all(run),
    )
    .filter(({ position }) => where(position))
  const count = (test: (one: z.infer<typeof row>) => boolean) => rows.filter(test).length
  const statementErrors = count(({ outcome }) => outcome === 'statementError')
  const engineErrors = count(({ outcome }) => outcome === 'engineError')
  return {
    open: count(({ outcome }) => outcome === 'open'),
    done: count(({ outcome }) => outcome === 'done'),
    proved: count(({ outcome, proved }) => outcome === 'done' && proved === 1),
    statementErrors,
    engineErrors,
    errors: statementErrors + engineErrors,
  }
}
