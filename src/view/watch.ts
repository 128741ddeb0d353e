import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { listRuns } from '../results/read-run.ts'
import { dataVersion, openReader } from '../results/reader.ts'
import { SchemaError } from '../results/schema.ts'
import { RunReader } from './run-reader.ts'

export type WatchedRun = {
  readonly id: string
  readonly file: string
  readonly path: string
  readonly reader: RunReader
}

type WatchedFile = {
  readonly path: string
  readonly name: string
  database: Database
  version: number
  /** The file on disk: another one may have taken its place. */
  inode: number
  readonly runs: Map<number, WatchedRun>
}

const POLL_MS = 400
/** Folders are looked at more rarely than files. */
const POLLS_OF_FOLDER = 5

/**
 * The runs of a results file, or of all results files in a folder, read only. Tells when another process has written.
 * @throws SchemaError where a file that was named is not one
 */
export class ResultsWatch {
  readonly #path: string
  readonly #isFolder: boolean
  readonly #files = new Map<string, WatchedFile>()
  /** Files of a folder that are no results files, by what was wrong. */
  readonly problems = new Map<string, string>()
  readonly #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #polls = 0

  constructor(path: string) {
    this.#path = path
    this.#isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
    if (this.#isFolder) this.#look()
    else this.#open(path)
  }

  /** Latest first. */
  runs(): WatchedRun[] {
    const all = [...this.#files.values()].flatMap(({ runs }) => [...runs.values()])
    return all.sort((a, b) => b.reader.run.started_at.localeCompare(a.reader.run.started_at))
  }

  run(id: string): WatchedRun | undefined {
    return this.runs().find((run) => run.id === id)
  }

  /** Calls back when something was written, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    this.#timer ??= setInterval(() => this.#poll(), POLL_MS)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  close(): void {
    clearInterval(this.#timer)
    for (const { database } of this.#files.values()) database.close()
    this.#files.clear()
  }

  #poll(): void {
    let changed = false
    if (this.#isFolder && this.#polls++ % POLLS_OF_FOLDER === 0) changed = this.#look()
    for (const file of this.#files.values()) {
      try {
        changed = this.#refresh(file) || changed
      } catch (error) {
        // Another program may hold it for long; the next poll tries again.
        this.problems.set(file.name, error instanceof Error ? error.message : String(error))
      }
    }
    if (changed) for (const listener of this.#listeners) listener()
  }

  /** Whether the file has changed. */
  #refresh(file: WatchedFile): boolean {
    const inode = statSync(file.path, { throwIfNoEntry: false })?.ino
    if (inode === undefined) return false
    if (inode !== file.inode) {
      file.database.close()
      file.runs.clear()
      file.database = openReader(file.path)
      file.inode = inode
      file.version = -1
    }
    const version = dataVersion(file.database)
    if (version === file.version) return false
    file.version = version
    this.problems.delete(file.name)
    const rows = listRuns(file.database)
    for (const row of rows) {
      const id = `${file.name}:${row.key.slice(0, 8)}`
      if (file.runs.get(row.id)?.id === id) continue
      const reader = new RunReader(file.database, row)
      file.runs.set(row.id, { id, file: file.name, path: file.path, reader })
    }
    const there = new Set(rows.map(({ id }) => id))
    for (const id of file.runs.keys()) if (!there.has(id)) file.runs.delete(id)
    return true
  }

  /** Opens what is new in the folder. */
  #look(): boolean {
    let changed = false
    for (const name of readdirSync(this.#path).sort()) {
      const path = join(this.#path, name)
      if (!/\.(sqlite3?|db)$/.test(name) || this.#files.has(path)) continue
      try {
        this.#open(path)
        changed = true
      } catch (error) {
        if (!(error instanceof SchemaError)) throw error
        // An evaluation that begins has made its file, but no tables yet: it is looked at again.
        this.problems.set(name, error.message)
      }
    }
    return changed
  }

  #open(path: string): void {
    const name = basename(path)
    const database = openReader(path)
    const inode = statSync(path).ino
    const file: WatchedFile = { path, name, database, version: -1, inode, runs: new Map() }
    this.#refresh(file)
    this.#files.set(path, file)
    this.problems.delete(name)
  }
}
