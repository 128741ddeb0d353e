import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import type { MemberConfig } from '../ensemble/member.ts'
import { MODES, type Plan } from '../ensemble/plan.ts'
import { STRATEGY_NAMES } from '../search/strategies.ts'
import { wholeHeaders } from './headers.ts'
import type { RunRow } from './read-run.ts'
import { SchemaError } from './schema.ts'

/** Files of versions up to 0.1 have a strategy's settings beside its name, and another word for best-first. */
function asWrittenNow(search: unknown): unknown {
  const old = z.looseObject({ kind: z.string(), settings: z.undefined().optional() }).safeParse(search)
  if (!old.success) return search
  const { kind, settings: _, ...settings } = old.data
  return { kind: kind === 'bestFirst' ? 'best-first' : kind, settings }
}

/** What a run's config says of how it was done; see `runConfig`. */
const configSchema = z.object({
  settings: z.object({
    heartbeats: z.number().exactOptional(),
    wallClockMs: z.number().exactOptional(),
    requireBoth: z.boolean().exactOptional(),
    kernelSteps: z.number().exactOptional(),
  }),
  members: z.array(
    z.object({
      name: z.string(),
      policy: z.string(),
      temperature: z.number(),
      nEff: z.number().nullable(),
      checkpointHash: z.string().nullable(),
      seed: z.number(),
      search: z.preprocess(
        asWrittenNow,
        z.object({ kind: z.enum(STRATEGY_NAMES), settings: z.record(z.string(), z.number()) }),
      ),
      settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
  plan: z.object({
    mode: z.enum(MODES),
    passes: z.number(),
    matched: z.boolean(),
    block: z.number(),
    depth: z.number(),
    shortFirst: z.boolean().default(false),
    wallClockMs: z.number().nullable(),
    theoremMs: z.number().exactOptional(),
    sliceMs: z.number(),
    seed: z.string(),
  }),
})
const theoremRows = z.array(
  z.object({
    position: z.number(),
    name: z.string(),
    header: z.string(),
    header_of: z.number().nullable(),
    header_chars: z.number().nullable(),
    statement: z.string(),
  }),
)

export type StoredPlan = {
  readonly plan: Plan
  /** Limits of a tactic and of the second kernel, where the run had them. */
  readonly limits: z.infer<typeof configSchema>['settings']
}

/** A run's plan without its theorems, its members' configs, and its limits. @throws SchemaError */
export function planOfConfig(text: string, key: string) {
  const config = configSchema.safeParse(JSON.parse(text))
  if (!config.success) throw new SchemaError(`the config of run ${key.slice(0, 12)} cannot be read`)
  const { members, plan, settings } = config.data
  return {
    members: members satisfies readonly MemberConfig[],
    plan: { ...plan, wallClockMs: plan.wallClockMs ?? undefined },
    settings,
  }
}

/** The plan of a run, from what is on record. @throws SchemaError */
export function readPlan(database: Database, run: RunRow): StoredPlan {
  const { members, plan, settings } = planOfConfig(run.config, run.key)
  const rows = theoremRows.parse(
    database
      .prepare(
        'SELECT position, name, header, header_of, header_chars, statement FROM theorems WHERE run_id = ? ORDER BY position',
      )
      .all(run.id),
  )
  const headers = wholeHeaders(rows)
  const theorems = rows.map(({ position, name, statement }) => ({
    name,
    header: headers.get(position) ?? '',
    statement,
  }))
  return {
    plan: {
      ...plan,
      theorems,
      members,
    },
    limits: settings,
  }
}
