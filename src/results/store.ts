import { existsSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { configOf } from '../ensemble/member.ts'
import { type Plan, quota } from '../ensemble/plan.ts'
import { sha256 } from '../proof/sha256.ts'
import { insertRow } from './columns.ts'
import { type StoredHeader, storedHeaders } from './headers.ts'
import { RunJournal } from './journal.ts'
import { identify, migrate, SchemaError } from './schema.ts'

/** Where a run's results come from, beside its plan. */
export type Provenance = {
  readonly dataset: string
  /** SHA-256 of the dataset's file. */
  readonly datasetHash: string
  readonly leanVersion: string
  readonly libraryHash: string
  /** Commit, or version, of this program. */
  readonly commit: string
  /** Limits per tactic and everything else that decides results and stands in no other field. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>
}

/** A writer may have to wait for another process that writes to the same file. */
const BUSY_TIMEOUT_MS = 60_000

/** Opens a results file, and creates it where it is not there. @throws SchemaError */
export function openResults(path: string, options: { readonly mustExist?: boolean } = {}): Database {
  let database: Database | undefined
  try {
    const { mustExist = false } = options
    if (mustExist && !existsSync(path)) throw new SchemaError(`there is no file ${path}`)
    database = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: mustExist })
    // Before anything is set: the file may be another program's, and WAL mode would stay with it.
    const found = identify(database)
    if (mustExist && found === 'empty') throw new SchemaError('the file is empty')
    // Readers do not wait for the writer, and a kill loses nothing that was committed.
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.pragma('foreign_keys = ON')
    migrate(database)
    return database
  } catch (cause) {
    database?.close()
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new SchemaError(message.includes(path) ? message : `${path}: ${message}`, { cause })
  }
}

/** All that decides a run's results, as text; its hash names the run. */
export function runConfig(plan: Plan, provenance: Provenance): string {
  const { mode, passes, matched, block, depth, shortFirst, wallClockMs, theoremMs, sliceMs, seed } = plan
  const { dataset: _, commit: __, ...decisive } = provenance
  return JSON.stringify({
    ...decisive,
    theorems: sha256(JSON.stringify(plan.theorems)),
    members: plan.members.map(configOf),
    plan: {
      mode,
      passes,
      matched,
      block,
      depth,
      wallClockMs: wallClockMs ?? null,
      // A clock that is not set is not written, so that runs from before it was there keep their keys.
      theoremMs,
      sliceMs,
      seed,
      ...(shortFirst && { shortFirst }),
    },
  })
}

/**
 * The run of this plan in the file: the one that was begun before, or a new one. `force` removes what an earlier one
 * has written.
 */
export function beginRun(database: Database, plan: Plan, provenance: Provenance, force = false): RunJournal {
  const config = runConfig(plan, provenance)
  const key = sha256(config)
  const id = database
    .transaction((): number => {
      if (force) database.prepare('DELETE FROM runs WHERE key = ?').run(key)
      const known = database.prepare('SELECT id FROM runs WHERE key = ?').pluck().get(key)
      return known === undefined ? insertRun(database, key, config, plan, provenance) : Number(known)
    })
    .immediate()
  return new RunJournal(database, id, provenance.commit)
}

function insertRun(database: Database, key: string, config: string, plan: Plan, provenance: Provenance): number {
  const run = insertRow(database, 'runs', {
    key,
    config,
    seed: plan.seed,
    mode: plan.mode,
    passes: plan.passes,
    dataset: provenance.dataset,
    datasetHash: provenance.datasetHash,
    leanVersion: provenance.leanVersion,
    libraryHash: provenance.libraryHash,
    commitHash: provenance.commit,
    startedAt: new Date().toISOString(),
  })
  for (const [position, one] of plan.members.entries())
    insertRow(database, 'members', {
      runId: run,
      position,
      name: one.name,
      nEff: one.nEff,
      checkpointHash: one.checkpointHash,
      quota: quota(plan, position),
      config: JSON.stringify(configOf(one)),
    })
  const headers = storedHeaders(plan.theorems.map(({ header }) => header))
  for (const [position, { name, statement }] of plan.theorems.entries()) {
    const header = headers[position] as StoredHeader
    insertRow(database, 'theorems', { runId: run, position, name, statement, ...header })
  }
  return run
}
