import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { packedTree } from './trees.ts'

export type MergeCount = {
  readonly runs: number
  readonly theorems: number
  readonly passes: number
  readonly proofs: number
}

const id = z.object({ id: z.number() })
const runRow = id.extend({ key: z.string() })
const theoremRow = id.extend({ position: z.number(), outcome: z.string() })

/**
 * Takes the runs of another results file in: runs that are not there yet, and, of runs that are, the theorems on which
 * the other file has gone further. Shards of one run so become one run. Rows that are there already stay as they are,
 * so merging twice changes nothing. One transaction. Returns what was added.
 */
export function mergeResults(database: Database, other: Database): MergeCount {
  const before = count(database)
  database
    .transaction(() => {
      for (const run of z.array(runRow).parse(other.prepare('SELECT id, key FROM runs').all()))
        mergeRun(database, other, run)
    })
    .immediate()
  const after = count(database)
  return {
    runs: after.runs - before.runs,
    theorems: after.theorems - before.theorems,
    passes: after.passes - before.passes,
    proofs: after.proofs - before.proofs,
  }
}

function mergeRun(database: Database, other: Database, run: z.infer<typeof runRow>): void {
  const known = database.prepare('SELECT id FROM runs WHERE key = ?').get(run.key)
  const into = known === undefined ? copyRow(database, other, 'runs', run.id, {}) : id.parse(known).id
  const members = new Map<number, number>()
  for (const member of rows(other, 'members', 'run_id', run.id)) {
    const mine = database.prepare('SELECT id FROM members WHERE run_id = ? AND position = ?').get(into, member.position)
    const to = mine === undefined ? copyRow(database, other, 'members', member.id, { run_id: into }) : id.parse(mine).id
    members.set(member.id, to)
  }
  for (const theorem of rows(other, 'theorems', 'run_id', run.id)) {
    const mine = database
      .prepare('SELECT id, position, outcome FROM theorems WHERE run_id = ? AND position = ?')
      .get(into, theorem.position)
    const known = mine === undefined ? undefined : theoremRow.parse(mine)
    if (known !== undefined && progress(database, known) >= progress(other, theorem)) continue
    // What is known of the theorem here is a part of what the other file knows: passes are the same wherever they ran.
    if (known !== undefined) database.prepare('DELETE FROM theorems WHERE id = ?').run(known.id)
    const to = copyRow(database, other, 'theorems', theorem.id, { run_id: into })
    copyWork(database, other, theorem.id, to, members)
  }
}

function copyWork(
  database: Database,
  other: Database,
  from: number,
  to: number,
  members: ReadonlyMap<number, number>,
): void {
  const mapped = (table: 'units' | 'proofs' | 'refusals' | 'answers'): Map<number, number> => {
    const ids = new Map<number, number>()
    for (const row of z
      .array(id.extend({ member_id: z.number().optional() }))
      // Units and answers are numbered in the order in which they came, and a replay goes by it.
      .parse(other.prepare(`SELECT * FROM ${table} WHERE theorem_id = ? ORDER BY id`).all(from))) {
      const changes =
        row.member_id === undefined
          ? { theorem_id: to }
          : { theorem_id: to, member_id: members.get(row.member_id) ?? null }
      ids.set(row.id, copyRow(database, other, table, row.id, changes))
    }
    return ids
  }
  const units = mapped('units')
  const proofs = mapped('proofs')
  for (const [proof, mine] of proofs) {
    const kept = other.prepare('SELECT * FROM exports WHERE proof_id = ?').get(proof)
    if (kept !== undefined) insert(database, 'exports', { ...(kept as object), proof_id: mine })
  }
  mapped('refusals')
  mapped('answers')
  const passRow = z.object({ member_id: z.number(), unit_id: z.number(), proof_id: z.number().nullable() }).loose()
  for (const pass of z.array(passRow).parse(other.prepare('SELECT * FROM passes WHERE theorem_id = ?').all(from))) {
    insert(database, 'passes', {
      ...pass,
      theorem_id: to,
      member_id: members.get(pass.member_id) ?? null,
      unit_id: units.get(pass.unit_id) ?? null,
      proof_id: pass.proof_id === null ? null : (proofs.get(pass.proof_id) ?? null),
    })
  }
  const tree = packedTree(other, from)
  if (tree !== undefined) insert(database, 'trees', { theorem_id: to, record: tree })
}

type Table =
  | 'runs'
  | 'members'
  | 'theorems'
  | 'units'
  | 'proofs'
  | 'refusals'
  | 'answers'
  | 'passes'
  | 'trees'
  | 'exports'

/** A run without its work: a copy of the run, its members and its theorems, all of them open. Returns its number. */
export function copyPlan(
  database: Database,
  other: Database,
  run: { readonly id: number; readonly key: string },
): number {
  return database
    .transaction(() => {
      // A replay that is made again is a new one.
      database.prepare('DELETE FROM runs WHERE key = ?').run(run.key)
      const into = copyRow(database, other, 'runs', run.id, {})
      for (const member of rows(other, 'members', 'run_id', run.id))
        copyRow(database, other, 'members', member.id, { run_id: into })
      const open = { run_id: into, outcome: 'open', completion: null, message: null }
      for (const theorem of rows(other, 'theorems', 'run_id', run.id))
        copyRow(database, other, 'theorems', theorem.id, open)
      return into
    })
    .immediate()
}

/** Theorems with an outcome have gone further than any without; among the others, passes count. */
function progress(database: Database, theorem: { id: number; outcome: string }): number {
  if (theorem.outcome === 'done') return Number.POSITIVE_INFINITY
  const passes = Number(database.prepare('SELECT count(*) FROM passes WHERE theorem_id = ?').pluck().get(theorem.id))
  return passes + (theorem.outcome === 'open' ? 0 : 0.5)
}

function rows(database: Database, table: 'members' | 'theorems', column: string, value: number) {
  const row = id.extend({ position: z.number(), outcome: z.string().default('open') })
  return z.array(row).parse(database.prepare(`SELECT * FROM ${table} WHERE ${column} = ? ORDER BY position`).all(value))
}

/** Copies a row under a new number, with some columns changed, and returns the number. */
function copyRow(
  database: Database,
  other: Database,
  table: Table,
  from: number,
  changes: Readonly<Record<string, unknown>>,
): number {
  const row = z.record(z.string(), z.unknown()).parse(other.prepare(`SELECT * FROM ${table} WHERE id = ?`).get(from))
  const { id: _, ...rest } = row
  return Number(insert(database, table, { ...rest, ...changes }))
}

function insert(database: Database, table: Table, row: Readonly<Record<string, unknown>>): number | bigint {
  const columns = Object.keys(row)
  return database
    .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`)
    .run(row).lastInsertRowid
}

function count(database: Database): MergeCount {
  const of = (table: Table) => Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
  return { runs: of('runs'), theorems: of('theorems'), passes: of('passes'), proofs: of('proofs') }
}
