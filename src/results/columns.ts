import type { Database, Statement } from 'better-sqlite3'
import type { z } from 'zod'
import type { PassEndWord } from '../ensemble/journal.ts'
import type { usageSchema } from '../ensemble/statistics-schema.ts'
import type { SearchStatistics } from '../search/outcome.ts'

/**
 * The rows that this program writes, table by table; `schema.ts` says what the columns mean. A name here is a column's with
 * its words put together (`tacticsRun` is `tactics_run`), and who leaves one out of a row does not compile. What a search
 * counts comes from `SearchStatistics`: a new count is a line there and a step in `schema.ts`.
 */
export type Rows = {
  runs: {
    key: string
    config: string
    seed: string
    mode: string
    passes: number
    dataset: string
    datasetHash: string
    leanVersion: string
    libraryHash: string
    commitHash: string
    startedAt: string
  }
  members: {
    runId: number
    position: number
    name: string
    nEff: number | null
    checkpointHash: string | null
    quota: number
    config: string
  }
  theorems: {
    runId: number
    position: number
    name: string
    header: string
    headerOf: number | null
    headerChars: number | null
    statement: string
  }
  units: {
    theoremId: number
    memberId: number
    turn: number
    firstPass: number
    seed: string
    open: 0 | 1
    commitHash: string
    endedAt: string
  } & SearchStatistics
  proofs: {
    theoremId: number
    key: string
    tactics: string
    source: string
    headerChars: number | null
    axioms: string
    kernels: string | null
  }
  exports: { proofId: number; hash: string; record: Uint8Array }
  refusals: {
    theoremId: number
    memberId: number
    key: string
    tactics: string
    reason: string
    messages: string
  }
  passes: {
    theoremId: number
    memberId: number
    pass: number
    unitId: number
    ending: PassEndWord
    depth: number
    tactics: string
    proofId: number | null
  }
  answers: { theoremId: number; memberId: number; record: Uint8Array } & z.infer<typeof usageSchema>
}

/** The column of a name: `tacticsRun` is `tactics_run`. */
export const columnOf = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Columns for a SELECT, under their names. */
export const selected = (names: readonly string[]): string =>
  names.map((name) => `${columnOf(name)} AS ${name}`).join(', ')

/** Their sums; 0 where there is no row. */
export const summed = (names: readonly string[]): string =>
  names.map((name) => `coalesce(sum(${columnOf(name)}), 0) AS ${name}`).join(', ')

const statements = new WeakMap<Database, Map<string, Statement>>()
function prepared(database: Database, sql: string): Statement {
  const known = statements.get(database) ?? new Map<string, Statement>()
  statements.set(database, known)
  const statement = known.get(sql) ?? database.prepare(sql)
  known.set(sql, statement)
  return statement
}

/** Writes a row and gives its number. @param how what becomes of a row that is there already */
export function insertRow<T extends keyof Rows>(
  database: Database,
  table: T,
  row: Rows[T],
  how: 'INSERT' | 'INSERT OR IGNORE' = 'INSERT',
): number {
  const names = Object.keys(row)
  const [columns, values] = [names.map(columnOf), names.map((name) => `@${name}`)]
  const sql = `${how} INTO ${table} (${columns.join(', ')}) VALUES (${values.join(', ')})`
  return Number(prepared(database, sql).run(row).lastInsertRowid)
}
