import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { type PassCounts, solvedWithin } from './coverage.ts'

const runRow = z.object({
  id: z.number(),
  key: z.string(),
  config: z.string(),
  seed: z.string(),
  mode: z.enum(['union', 'first-proof', 'slices']),
  passes: z.number(),
  dataset: z.string(),
  dataset_hash: z.string(),
  lean_version: z.string(),
  library_hash: z.string(),
  started_at: z.string(),
})
const memberRow = z.object({
  id: z.number(),
  name: z.string(),
  n_eff: z.number().nullable(),
  checkpoint_hash: z.string().nullable(),
  quota: z.number(),
})
const theoremRow = z.object({
  id: z.number(),
  name: z.string(),
  header: z.string(),
  statement: z.string(),
  outcome: z.enum(['open', 'done', 'statementError', 'engineError']),
  completion: z.string().nullable(),
  message: z.string().nullable(),
})
const proofRow = z.object({ theorem_id: z.number(), tactics: z.string(), source: z.string() })
const countRow = z.object({ theorem_id: z.number(), member_id: z.number(), n: z.number(), last: z.number() })
const successRow = z.object({ theorem_id: z.number(), member_id: z.number(), pass: z.number() })
const effortRow = z.object({
  tacticsRun: z.number(),
  cacheHits: z.number(),
  timeouts: z.number(),
  crashes: z.number(),
  policyMs: z.number(),
  engineMs: z.number(),
  verifierMs: z.number(),
  totalMs: z.number(),
})

export type RunRow = z.infer<typeof runRow>
export type MemberRow = z.infer<typeof memberRow>
export type Effort = z.infer<typeof effortRow>

export type TheoremResult = Omit<z.infer<typeof theoremRow>, 'id'> & {
  readonly id: number
  /** By member. */
  readonly counts: readonly PassCounts[]
  /** The shortest verified proof. */
  readonly proof: { readonly tactics: readonly string[]; readonly source: string } | undefined
}

/** One run as it stands in a results file. */
export type RunResults = {
  readonly run: RunRow
  readonly commits: readonly string[]
  readonly members: readonly MemberRow[]
  readonly theorems: readonly TheoremResult[]
  readonly effort: Effort
}

/** The runs of a results file, latest first. */
export function listRuns(database: Database): RunRow[] {
  return z.array(runRow).parse(database.prepare('SELECT * FROM runs ORDER BY started_at DESC, id DESC').all())
}

export function readRun(database: Database, run: RunRow): RunResults {
  const members = z
    .array(memberRow)
    .parse(database.prepare('SELECT * FROM members WHERE run_id = ? ORDER BY position').all(run.id))
  const theorems = z
    .array(theoremRow)
    .parse(database.prepare('SELECT * FROM theorems WHERE run_id = ? ORDER BY position').all(run.id))
  const counts = readCounts(database, run.id)
  const proofs = readProofs(database, run.id)
  return {
    run,
    members,
    theorems: theorems.map((theorem) => ({
      ...theorem,
      counts: members.map((member) => counts.get(`${theorem.id}/${member.id}`) ?? NO_COUNTS),
      proof: proofs.get(theorem.id),
    })),
    commits: z
      .array(z.string())
      .parse(
        database
          .prepare(
            'SELECT DISTINCT commit_hash FROM units WHERE theorem_id IN (SELECT id FROM theorems WHERE run_id = ?) ORDER BY 1',
          )
          .pluck()
          .all(run.id),
      ),
    effort: effortRow.parse(
      database
        .prepare(
          `SELECT coalesce(sum(tactics_run), 0) AS tacticsRun, coalesce(sum(cache_hits), 0) AS cacheHits,
             coalesce(sum(timeouts), 0) AS timeouts, coalesce(sum(crashes), 0) AS crashes,
             coalesce(sum(policy_ms), 0) AS policyMs, coalesce(sum(engine_ms), 0) AS engineMs,
             coalesce(sum(verifier_ms), 0) AS verifierMs, coalesce(sum(total_ms), 0) AS totalMs
           FROM units WHERE theorem_id IN (SELECT id FROM theorems WHERE run_id = ?)`,
        )
        .get(run.id),
    ),
  }
}

/** Whether a member proves a theorem within its first `k` passes. */
export function memberSolves(theorem: TheoremResult, member: number, k: number): boolean {
  const counts = theorem.counts[member]
  return counts !== undefined && solvedWithin(counts, k)
}

const NO_COUNTS: PassCounts = { n: 0, c: 0, first: undefined }

function readCounts(database: Database, run: number): Map<string, PassCounts> {
  const of = 'theorem_id IN (SELECT id FROM theorems WHERE run_id = ?)'
  const successes = new Map<string, number[]>()
  for (const row of z
    .array(successRow)
    .parse(
      database
        .prepare(`SELECT theorem_id, member_id, pass FROM passes WHERE ending = 'proved' AND ${of} ORDER BY pass`)
        .all(run),
    )) {
    const key = `${row.theorem_id}/${row.member_id}`
    successes.set(key, [...(successes.get(key) ?? []), row.pass])
  }
  const counts = new Map<string, PassCounts>()
  const rows = database
    .prepare(
      `SELECT theorem_id, member_id, count(*) AS n, max(pass) AS last FROM passes WHERE ${of} GROUP BY theorem_id, member_id`,
    )
    .all(run)
  for (const { theorem_id, member_id, n, last } of z.array(countRow).parse(rows)) {
    const key = `${theorem_id}/${member_id}`
    const proved = successes.get(key) ?? []
    // Beyond the first missing pass only proofs are on record: they count as found, but say nothing about rates.
    const whole = last + 1 === n ? n : firstMissing(database, theorem_id, member_id)
    counts.set(key, { n: whole, c: proved.filter((pass) => pass < whole).length, first: proved[0] })
  }
  return counts
}

function firstMissing(database: Database, theorem: number, member: number): number {
  const passes = z
    .array(z.number())
    .parse(
      database
        .prepare('SELECT pass FROM passes WHERE theorem_id = ? AND member_id = ? ORDER BY pass')
        .pluck()
        .all(theorem, member),
    )
  const at = passes.findIndex((pass, i) => pass !== i)
  return at < 0 ? passes.length : at
}

function readProofs(database: Database, run: number): Map<number, { tactics: string[]; source: string }> {
  const shortest = new Map<number, { tactics: string[]; source: string }>()
  const rows = database
    .prepare(
      `SELECT theorem_id, tactics, source FROM proofs
       WHERE theorem_id IN (SELECT id FROM theorems WHERE run_id = ?) ORDER BY theorem_id, key`,
    )
    .all(run)
  for (const { theorem_id, tactics, source } of z.array(proofRow).parse(rows)) {
    const list = z.array(z.string()).parse(JSON.parse(tactics))
    const known = shortest.get(theorem_id)
    if (known === undefined || list.length < known.tactics.length) shortest.set(theorem_id, { tactics: list, source })
  }
  return shortest
}
