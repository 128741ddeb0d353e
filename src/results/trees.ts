import { deflateSync, inflateSync } from 'node:zlib'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { GrownTree, type RecordedEdge, type TreePart, type TreeRecord } from '../search/tree-record.ts'

/** The tree of a theorem: the whole one on record, and what it has gained since. */
export function readTree(database: Database, theorem: number): TreeRecord | undefined {
  const parts = readTreeParts(database, theorem)
  if (parts.length <= 1 && parts[0]?.after === undefined) return parts[0]
  const tree = new GrownTree()
  for (const part of parts) tree.add(part)
  return tree.record()
}

/** As they were written, in order. */
export function readTreeParts(database: Database, theorem: number): TreePart[] {
  const whole = wholeTree(database, theorem)
  const parts = database.prepare('SELECT record FROM tree_parts WHERE theorem_id = ? ORDER BY id').pluck().all(theorem)
  return [...(whole === undefined ? [] : [whole]), ...(parts as Uint8Array[])].map(unpackTree)
}

/** As it lies in the file, or would if it were written as a whole. */
export function packedTree(database: Database, theorem: number): Uint8Array | undefined {
  const has = database.prepare('SELECT 1 FROM tree_parts WHERE theorem_id = ? LIMIT 1').pluck().get(theorem)
  if (has === undefined) return wholeTree(database, theorem)
  const tree = readTree(database, theorem)
  return tree && packTree(tree)
}

/** Adds a part to what is on record, or puts a whole tree in its place. */
export function writeTreePart(database: Database, theorem: number, part: TreePart): void {
  if (part.after !== undefined) {
    database.prepare('INSERT INTO tree_parts (theorem_id, record) VALUES (?, ?)').run(theorem, packTree(part))
    return
  }
  database
    .transaction(() => {
      database.prepare('DELETE FROM tree_parts WHERE theorem_id = ?').run(theorem)
      database
        .prepare(
          'INSERT INTO trees (theorem_id, record) VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record',
        )
        .run(theorem, packTree(part))
    })
    .immediate()
}

function wholeTree(database: Database, theorem: number): Uint8Array | undefined {
  const record = database.prepare('SELECT record FROM trees WHERE theorem_id = ?').pluck().get(theorem)
  return z.instanceof(Uint8Array).optional().parse(record)
}

function packTree(record: TreePart): Buffer {
  return deflateSync(JSON.stringify(record), { level: 3 })
}

/** Written by `packTree` alone, so its shape is known; that of earlier versions had no reasons. */
export function unpackTree(record: Uint8Array): TreePart {
  const tree = JSON.parse(inflateSync(record).toString()) as TreePart
  return { ...tree, edges: tree.edges.map(withReason) }
}

function withReason(edge: RecordedEdge): RecordedEdge {
  if (edge.outcome.kind !== 'finished' || edge.outcome.verdict.kind !== 'refused') return edge
  const { reason = 'the reason is not on record' }: { reason?: string } = edge.outcome.verdict
  return { ...edge, outcome: { kind: 'finished', verdict: { kind: 'refused', reason } } }
}
