import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { type RunResults, type RunRow, readRun } from '../results/read-run.ts'
import { packedTree, readTree } from '../results/trees.ts'
import type { TreeRecord } from '../search/tree-record.ts'

const unitRow = z.object({
  member: z.number(),
  units: z.number(),
  tacticsRun: z.number(),
  policyMs: z.number(),
  leanMs: z.number(),
  verifierMs: z.number(),
  totalMs: z.number(),
})
const timeRow = z.object({ theorem: z.number(), member: z.number(), ms: z.number() })
const paceRow = z.object({ units: z.number(), first: z.string().nullable(), last: z.string().nullable() })
const markRow = z.object({ last: z.number(), count: z.number() })
const proofRow = z.object({
  tactics: z.string(),
  source: z.string(),
  axioms: z.string(),
  kernels: z.string().nullable(),
})

export type UnitSums = z.infer<typeof unitRow>
export type StoredProof = z.infer<typeof proofRow>

/** Where a run stood when it was last read. */
export type RunSnapshot = {
  readonly results: RunResults
  /** By member's row number. */
  readonly sums: ReadonlyMap<number, UnitSums>
  /** Milliseconds that members spent on a theorem, by `theorem/member`, both as row numbers. */
  readonly times: ReadonlyMap<string, number>
  /** The last unit, and the pace of the last ones: passes in a time. */
  readonly lastAt: string | null
  readonly pace: { readonly passes: number; readonly ms: number } | null
}

/** Units whose time tells the pace. */
const RECENT_UNITS = 200

/** Reads one run again and again while it is being written: what has not changed is not read again. */
export class RunReader {
  readonly database: Database
  readonly run: RunRow
  #mark = { last: 0, count: 0 }
  #snapshot: RunSnapshot | undefined

  constructor(database: Database, run: RunRow) {
    this.database = database
    this.run = run
  }

  /** The run as it stands now. The same object where nothing has been written to it. */
  read(): RunSnapshot {
    // One moment for all that is read.
    return this.database.transaction(() => this.#read())()
  }

  #read(): RunSnapshot {
    const { database, run } = this
    const mark = markRow.parse(
      database
        .prepare(
          `SELECT coalesce(max(units.id), 0) AS last, count(*) AS count
           FROM units JOIN members ON members.id = member_id WHERE run_id = ?`,
        )
        .get(run.id),
    )
    const before = this.#snapshot
    // Units are taken away where a run is begun again.
    const grown = mark.last >= this.#mark.last && mark.count >= this.#mark.count
    const touched = before !== undefined && grown ? this.#touched() : undefined
    if (before !== undefined && touched?.length === 0 && sameOutcomes(before.results, this.#outcomes())) return before
    const fresh = readRun(database, run, touched)
    const results = before === undefined || touched === undefined ? fresh : merged(before.results, fresh, touched)
    const times = new Map(touched === undefined ? [] : before?.times)
    for (const { theorem, member, ms } of this.#times(touched)) times.set(`${theorem}/${member}`, ms)
    const { lastAt, pace } = this.#pace()
    this.#mark = mark
    this.#snapshot = { results, sums: this.#sums(), times, lastAt, pace }
    return this.#snapshot
  }

  tree(theorem: number): TreeRecord | undefined {
    return readTree(this.database, theorem)
  }

  packedTree(theorem: number): Uint8Array | undefined {
    return packedTree(this.database, theorem)
  }

  proofs(theorem: number): StoredProof[] {
    const rows = this.database
      .prepare(`SELECT tactics, sources.source AS source, axioms, kernels FROM proofs JOIN sources ON proof_id = id
         WHERE theorem_id = ? ORDER BY id`)
      .all(theorem)
    return z.array(proofRow).parse(rows)
  }

  /** Theorems with units that were not there before. */
  #touched(): number[] {
    const rows = this.database
      .prepare(
        `SELECT DISTINCT theorem_id FROM units JOIN members ON members.id = member_id
         WHERE run_id = ? AND units.id > ?`,
      )
      .pluck()
      .all(this.run.id, this.#mark.last)
    return z.array(z.number()).parse(rows)
  }

  #outcomes(): string[] {
    const rows = this.database
      .prepare('SELECT outcome FROM theorems WHERE run_id = ? ORDER BY position')
      .pluck()
      .all(this.run.id)
    return z.array(z.string()).parse(rows)
  }

  #sums(): Map<number, UnitSums> {
    const rows = this.database
      .prepare(
        `SELECT member_id AS member, count(*) AS units, sum(tactics_run) AS tacticsRun, sum(policy_ms) AS policyMs,
           sum(engine_ms) AS leanMs, sum(verifier_ms) AS verifierMs, sum(total_ms) AS totalMs
         FROM units JOIN members ON members.id = member_id WHERE run_id = ? GROUP BY member_id`,
      )
      .all(this.run.id)
    return new Map(
      z
        .array(unitRow)
        .parse(rows)
        .map((row) => [row.member, row]),
    )
  }

  #times(only: readonly number[] | undefined): z.infer<typeof timeRow>[] {
    const some =
      only === undefined ? 'SELECT id FROM theorems WHERE run_id = @run' : 'SELECT value FROM json_each(@only)'
    const rows = this.database
      .prepare(
        `SELECT theorem_id AS theorem, member_id AS member, sum(total_ms) AS ms FROM units
         WHERE theorem_id IN (${some}) GROUP BY theorem_id, member_id`,
      )
      .all({ run: this.run.id, only: JSON.stringify(only ?? null) })
    return z.array(timeRow).parse(rows)
  }

  #pace(): Pick<RunSnapshot, 'lastAt' | 'pace'> {
    const recent = `SELECT units.id, ended_at FROM units JOIN members ON members.id = member_id
      WHERE run_id = ? ORDER BY units.id DESC LIMIT ${RECENT_UNITS}`
    const { units, first, last } = paceRow.parse(
      this.database
        .prepare(`SELECT count(*) AS units, min(ended_at) AS first, max(ended_at) AS last FROM (${recent})`)
        .get(this.run.id),
    )
    if (units < 2 || first === null || last === null) return { lastAt: last, pace: null }
    const passes = Number(
      this.database
        .prepare(`SELECT count(*) FROM passes WHERE unit_id IN (SELECT id FROM (${recent}))`)
        .pluck()
        .get(this.run.id),
    )
    return { lastAt: last, pace: { passes, ms: Math.max(1, Date.parse(last) - Date.parse(first)) } }
  }
}

function sameOutcomes({ theorems }: RunResults, outcomes: readonly string[]): boolean {
  return theorems.length === outcomes.length && theorems.every(({ outcome }, i) => outcome === outcomes[i])
}

/** Passes come from before, except those of the theorems that were read again. */
function merged(before: RunResults, fresh: RunResults, touched: readonly number[]): RunResults {
  const again = new Set(touched)
  const theorems = fresh.theorems.map((theorem, i) => {
    const { counts, ordinary } = (again.has(theorem.id) ? undefined : before.theorems[i]) ?? theorem
    return { ...theorem, counts, ordinary }
  })
  return { ...fresh, theorems }
}
