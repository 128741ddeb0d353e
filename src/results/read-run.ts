import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { THEOREM_OUTCOMES } from '../ensemble/journal.ts'
import { MODES } from '../ensemble/plan.ts'
import { statisticsSchema, USAGE, usageSchema } from '../ensemble/statistics-schema.ts'
import { STATISTICS } from '../search/outcome.ts'
import { isShorter } from '../search/tree.ts'
import { summed } from './columns.ts'
import { type Contribution, readContributions } from './contributions.ts'
import { type PassCounts, solvedWithin } from './coverage.ts'
import { wholeHeaders, wholeSource } from './headers.ts'

const runRow = z.object({
  id: z.number(),
  key: z.string(),
  config: z.string(),
  seed: z.string(),
  mode: z.enum(MODES),
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
  position: z.number(),
  header: z.string(),
  header_of: z.number().nullable(),
  header_chars: z.number().nullable(),
  statement: z.string(),
  outcome: z.enum(THEOREM_OUTCOMES),
  completion: z.string().nullable(),
  message: z.string().nullable(),
})
const countRow = z.object({
  theorem_id: z.number(),
  member_id: z.number(),
  n: z.number(),
  last: z.number(),
  c: z.number(),
  first: z.number().nullable(),
})
const proofRow = z.object({
  theorem_id: z.number(),
  tactics: z.string(),
  source: z.string(),
  header_chars: z.number().nullable(),
  kernels: z.string(),
})
const refusalRow = z.object({
  theorem: z.string(),
  member: z.string(),
  tactics: z.string(),
  reason: z.string(),
  messages: z.string(),
})
export type RunRow = z.infer<typeof runRow>
export type MemberRow = z.infer<typeof memberRow>
/** What the searches of a run did together. */
export type Effort = z.infer<typeof statisticsSchema>
/** What policies on model servers have cost. */
export type Spending = z.infer<typeof usageSchema>

export type TheoremResult = Omit<z.infer<typeof theoremRow>, 'position' | 'header_of' | 'header_chars'> & {
  /** By member. */
  readonly counts: readonly PassCounts[]
  /** The same without what a member did in time that the others did not have. */
  readonly ordinary: readonly PassCounts[]
  /** The shortest verified proof. */
  readonly proof:
    | {
        readonly tactics: readonly string[]
        readonly source: string
        /** What the second kernel said: `accepted`, `unfinished` or `not asked`. */
        readonly kernels: string
      }
    | undefined
}

/** A finished script that the verifier did not take. */
export type Refusal = {
  readonly theorem: string
  readonly member: string
  readonly tactics: readonly string[]
  readonly reason: string
  readonly messages: readonly string[]
}

/** One run as it stands in a results file. */
export type RunResults = {
  readonly run: RunRow
  readonly commits: readonly string[]
  readonly members: readonly MemberRow[]
  readonly theorems: readonly TheoremResult[]
  readonly refusals: readonly Refusal[]
  readonly contributions: readonly Contribution[]
  readonly effort: Effort
  readonly spending: Spending
}

/** The runs of a results file, latest first. */
export function listRuns(database: Database): RunRow[] {
  return z.array(runRow).parse(database.prepare('SELECT * FROM runs ORDER BY started_at DESC, id DESC').all())
}

function totals(database: Database, run: RunRow, table: 'units' | 'answers', names: readonly string[]): unknown {
  return database
    .prepare(`SELECT ${summed(names)} FROM ${table} WHERE theorem_id IN (SELECT id FROM theorems WHERE run_id = ?)`)
    .get(run.id)
}

/** @param only row numbers of theorems: the passes of others are not read, as if there were none */
export function readRun(database: Database, run: RunRow, only?: readonly number[]): RunResults {
  const members = z
    .array(memberRow)
    .parse(database.prepare('SELECT * FROM members WHERE run_id = ? ORDER BY position').all(run.id))
  const theorems = z
    .array(theoremRow)
    .parse(database.prepare('SELECT * FROM theorems WHERE run_id = ? ORDER BY position').all(run.id))
  const counts = readCounts(database, run.id, only)
  const late = lateUnits(database, run)
  const ordinary = late.length === 0 ? counts : readCounts(database, run.id, only, late)
  const headers = wholeHeaders(theorems)
  const proofs = readProofs(database, run.id)
  return {
    run,
    members,
    theorems: theorems.map(({ position, header: _, header_of: __, header_chars: ___, ...theorem }) => ({
      ...theorem,
      header: headers.get(position) ?? '',
      counts: members.map((member) => counts.get(`${theorem.id}/${member.id}`) ?? NO_COUNTS),
      ordinary: members.map((member) => ordinary.get(`${theorem.id}/${member.id}`) ?? NO_COUNTS),
      proof: shown(proofs.get(theorem.id), headers.get(position) ?? ''),
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
    refusals: readRefusals(database, run.id),
    contributions: readContributions(database, run),
    effort: statisticsSchema.parse(totals(database, run, 'units', STATISTICS)),
    spending: usageSchema.parse(totals(database, run, 'answers', USAGE)),
  }
}

/** Whether a member proves a theorem within its first `k` passes, in whatever time it had. */
export function memberSolves(theorem: TheoremResult, member: number, k: number): boolean {
  const counts = theorem.counts[member]
  return counts !== undefined && solvedWithin(counts, k)
}

const NO_COUNTS: PassCounts = { n: 0, c: 0, first: undefined }

const timesOf = z.object({ plan: z.object({ wallClockMs: z.number().nullable() }) })
const unitRow = z.object({ id: z.number(), theorem_id: z.number(), member_id: z.number(), ms: z.number() })

/** Units that a member began when its ordinary time was over: it has more, see `Plan.matched`. */
function lateUnits(database: Database, run: RunRow): number[] {
  const config = timesOf.safeParse(JSON.parse(run.config))
  const limit = config.success ? config.data.plan.wallClockMs : null
  if (run.mode !== 'union' || limit === null) return []
  const spent = new Map<string, number>()
  return z
    .array(unitRow)
    .parse(
      database
        .prepare(
          `SELECT units.id, theorem_id, member_id, total_ms - verifier_ms AS ms
           FROM units JOIN members ON members.id = member_id WHERE members.run_id = ? ORDER BY turn`,
        )
        .all(run.id),
    )
    .filter(({ theorem_id, member_id, ms }) => {
      const key = `${theorem_id}/${member_id}`
      const before = spent.get(key) ?? 0
      spent.set(key, before + ms)
      return before >= limit
    })
    .map(({ id }) => id)
}

function readCounts(
  database: Database,
  run: number,
  only: readonly number[] | undefined,
  without: readonly number[] = [],
): Map<string, PassCounts> {
  const counts = new Map<string, PassCounts>()
  const some = only === undefined ? 'SELECT id FROM theorems WHERE run_id = @run' : 'SELECT value FROM json_each(@only)'
  const late = JSON.stringify(without)
  const but = without.length === 0 ? '' : 'AND unit_id NOT IN (SELECT value FROM json_each(@late))'
  const rows = database
    .prepare(
      `SELECT theorem_id, member_id, count(*) AS n, max(pass) AS last, sum(ending = 'proved') AS c,
         min(CASE WHEN ending = 'proved' THEN pass END) AS first
       FROM passes WHERE theorem_id IN (${some}) ${but} GROUP BY theorem_id, member_id`,
    )
    .all({ run, only: JSON.stringify(only ?? null), late })
  for (const { theorem_id, member_id, n, last, c, first } of z.array(countRow).parse(rows)) {
    // Beyond the first missing pass only proofs are on record: they count as found, but say nothing about rates.
    const counted = last + 1 === n ? { n, c } : countedBeforeGap(database, theorem_id, member_id, late)
    counts.set(`${theorem_id}/${member_id}`, { ...counted, first: first ?? undefined })
  }
  return counts
}

/** The passes before the first one that is missing, and how many of them proved the theorem. */
function countedBeforeGap(database: Database, theorem: number, member: number, late: string): { n: number; c: number } {
  const passes = z.array(z.object({ pass: z.number(), proved: z.number() })).parse(
    database
      .prepare(
        `SELECT pass, ending = 'proved' AS proved FROM passes WHERE theorem_id = ? AND member_id = ?
           AND unit_id NOT IN (SELECT value FROM json_each(?)) ORDER BY pass`,
      )
      .all(theorem, member, late),
  )
  const gap = passes.findIndex(({ pass }, i) => pass !== i)
  const before = gap < 0 ? passes : passes.slice(0, gap)
  return { n: before.length, c: before.filter(({ proved }) => proved === 1).length }
}

function readRefusals(database: Database, run: number): Refusal[] {
  const list = z.array(z.string())
  const rows = database
    .prepare(
      `SELECT theorems.name AS theorem, members.name AS member, tactics, reason, messages FROM refusals
       JOIN theorems ON theorems.id = theorem_id JOIN members ON members.id = member_id
       WHERE theorems.run_id = ? ORDER BY theorems.position, refusals.id`,
    )
    .all(run)
  return z
    .array(refusalRow)
    .parse(rows)
    .map(({ tactics, messages, ...rest }) => ({
      ...rest,
      tactics: list.parse(JSON.parse(tactics)),
      messages: list.parse(JSON.parse(messages)),
    }))
}

type ReadProof = { tactics: string[]; stored: { source: string; header_chars: number | null }; kernels: string }
function shown(proof: ReadProof | undefined, header: string): TheoremResult['proof'] {
  if (proof === undefined) return undefined
  const { tactics, stored, kernels } = proof
  return { tactics, source: wholeSource(stored, header), kernels }
}

function readProofs(database: Database, run: number): Map<number, ReadProof> {
  const shortest = new Map<number, ReadProof>()
  const rows = database
    .prepare(
      `SELECT theorem_id, tactics, source, header_chars, coalesce(kernels ->> '$.own.kind', 'not asked') AS kernels FROM proofs
       WHERE theorem_id IN (SELECT id FROM theorems WHERE run_id = ?) ORDER BY theorem_id, key`,
    )
    .all(run)
  for (const { theorem_id, tactics, source, header_chars, kernels } of z.array(proofRow).parse(rows)) {
    const list = z.array(z.string()).parse(JSON.parse(tactics))
    const known = shortest.get(theorem_id)
    if (known === undefined || isShorter(list, known.tactics))
      shortest.set(theorem_id, { tactics: list, stored: { source, header_chars }, kernels })
  }
  return shortest
}
