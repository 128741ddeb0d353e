import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { InputError } from '../proof/input-error.ts'
import { sha256 } from '../proof/sha256.ts'
import { isShorter } from '../search/tree.ts'

/** Where exported proofs of a results file are: `run.exports` beside `run.sqlite`, one file for each theorem. */
export const exportFolder = (results: string): string => `${results.replace(/\.[^./\\]+$/, '')}.exports`

/** @param key the run's */
export const exportName = (key: string, position: number): string => `${key.slice(0, 12)}-${position}.ndjson.gz`

/** A theorem of a run, in its results file. */
export type ExportPlace = {
  readonly database: Database
  /** The results file's. */
  readonly path: string
  /** The run's. */
  readonly key: string
  readonly position: number
  /** The theorem's row. */
  readonly theorem: number
}

const keptRow = z.object({ proof: z.number(), tactics: z.string() })
const fileRow = z.object({ hash: z.string(), record: z.instanceof(Uint8Array) })

export function hasExport(place: ExportPlace): boolean {
  return keptProof(place.database, place.theorem) !== undefined || existsSync(fileOf(place))
}

/**
 * What the kernels checked of the shortest proof of a theorem, gzipped: as the run has kept it, or as it was exported
 * beside the results; undefined where there is neither.
 * @throws InputError where it is not what was kept
 */
export function readExport(place: ExportPlace): Uint8Array | undefined {
  const kept = keptExport(place.database, place.theorem)
  return kept === undefined && existsSync(fileOf(place)) ? readFileSync(fileOf(place)) : kept
}

/** As the run has kept it. @throws InputError where it is not what was kept */
export function keptExport(database: Database, theorem: number): Uint8Array | undefined {
  const proof = keptProof(database, theorem)
  if (proof === undefined) return undefined
  const row = database.prepare('SELECT hash, record FROM exports WHERE proof_id = ?').get(proof)
  const { hash, record } = fileRow.parse(row)
  if (sha256(record) !== hash)
    throw new InputError('the exported proof is not the one that was kept: the results file is damaged')
  return record
}

const fileOf = ({ path, key, position }: ExportPlace): string => join(exportFolder(path), exportName(key, position))

function keptProof(database: Database, theorem: number): number | undefined {
  const rows = z.array(keptRow).parse(
    database
      .prepare(
        `SELECT proofs.id AS proof, tactics FROM proofs JOIN exports ON proof_id = proofs.id
         WHERE theorem_id = ? ORDER BY proofs.id`,
      )
      .all(theorem),
  )
  let best: { readonly proof: number; readonly steps: readonly string[] } | undefined
  for (const { proof, tactics } of rows) {
    const steps = JSON.parse(tactics) as string[]
    if (best === undefined || isShorter(steps, best.steps)) best = { proof, steps }
  }
  return best?.proof
}
