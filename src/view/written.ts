import { deflateSync } from 'node:zlib'
import type { Database } from 'better-sqlite3'
import type { RunRow } from '../results/read-run.ts'
import { unpackTree } from '../results/trees.ts'
import type { Tree } from '../search/tree.ts'
import { recordTree, restoreTree } from '../search/tree-record.ts'
import { pageAssets } from './assets.ts'
import { readExport } from './exports.ts'
import { runPage, theoremPage, theoremRows } from './page-data.ts'
import { RunReader } from './run-reader.ts'
import { writtenPage } from './shell.ts'

export type ReportOptions = {
  /** The results file. */
  readonly path: string
  /** States of each search tree at most. */
  readonly treeStates: number
}

/** The page of one run as a file that loads nothing: all its data inside, trees and exported proofs compressed. */
export async function reportPage(database: Database, run: RunRow, options: ReportOptions): Promise<string> {
  const reader = new RunReader(database, run)
  const snapshot = reader.read()
  const { theorems } = snapshot.results
  const data = theorems.map((theorem, position) => {
    const place = { database, path: options.path, key: run.key, position, theorem: theorem.id }
    const kept = readExport(place)
    const exported = kept === undefined ? null : Buffer.from(kept).toString('base64')
    const packed = reader.packedTree(theorem.id)
    return {
      page: pack(theoremPage(reader, snapshot, position, exported !== null)),
      tree: packed === undefined ? null : pack(pruned(packed, options.treeStates)),
      exported,
    }
  })
  const place = { id: run.key.slice(0, 8), file: options.path.replace(/^.*[\\/]/, '') }
  const page = await runPage(snapshot, place)
  return writtenPage(`${run.dataset} - hedge report`, await pageAssets(), {
    kind: 'report',
    run: page,
    rows: theoremRows(snapshot),
    theorems: data,
  })
}

/** A search tree as a page of its own. */
export async function treePage(tree: Tree, title: string): Promise<string> {
  const record = recordTree(tree, Number.POSITIVE_INFINITY)
  return writtenPage(title, await pageAssets(), { kind: 'tree', title, tree: pack(record) })
}

const pack = (data: unknown): string => deflateSync(JSON.stringify(data), { level: 9 }).toString('base64')

function pruned(packed: Uint8Array, states: number): unknown {
  const record = unpackTree(packed)
  const [root] = record.states
  return root === undefined || record.states.length <= states ? record : recordTree(restoreTree(record, root), states)
}
