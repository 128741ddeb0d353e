import { existsSync, readFileSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import { identify, migrate, SchemaError } from './schema.ts'

/** A writer holds the file for a moment only. */
const BUSY_TIMEOUT_MS = 5_000

/**
 * A results file for a reader that writes nothing, while others may be writing it. A file that an earlier version of
 * this program wrote, or one in a place where SQLite may not put its own files, is read as it stands now, into memory.
 * @throws SchemaError
 */
export function openReader(path: string): Database {
  if (!existsSync(path)) throw new SchemaError(`there is no file ${path}`)
  let database: Database | undefined
  try {
    database = new Sqlite(path, { readonly: true, timeout: BUSY_TIMEOUT_MS })
    const found = identify(database)
    if (found === 'empty') throw new SchemaError('the file is empty')
    if (found === 'current') return database
    database.close()
    return snapshot(path)
  } catch (cause) {
    database?.close()
    if ((cause as { code?: unknown }).code === 'SQLITE_CANTOPEN' && !existsSync(`${path}-wal`)) return snapshot(path)
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new SchemaError(message.includes(path) ? message : `${path}: ${message}`, { cause })
  }
}

/** A number that changes when another process has written to the file. */
export function dataVersion(database: Database): number {
  return Number(database.pragma('data_version', { simple: true }))
}

/** Where SQLite's header says that the file has a write-ahead log, which a copy in memory has not. */
const FORMAT_BYTES = [18, 19]

function snapshot(path: string): Database {
  const bytes = readFileSync(path)
  for (const at of FORMAT_BYTES) bytes[at] = 1
  const database = new Sqlite(bytes)
  migrate(database)
  return database
}
