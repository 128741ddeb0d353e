import { deflateSync, inflateSync } from 'node:zlib'
import { z } from 'zod'
import { PASS_ENDS, type TheoremOutcome, type UnitRecord } from '../ensemble/journal.ts'
import { COMPLETIONS, type MemberProgress } from '../ensemble/plan.ts'
import type { AnswerBatch, PolicyAnswer } from '../ensemble/policy-record.ts'
import { statisticsSchema } from '../ensemble/statistics-schema.ts'
import type { Kernels } from '../proof/kernels.ts'
import type { TreePart, TreeRecord } from '../search/tree-record.ts'

/** What coordinators and workers say to each other; another number, another language. */
export const PROTOCOL = 4

/** Queues of one run, by the beginning of its key. `runs` is common to all. */
export const RUNS = 'hedge-runs'
export function queueNames(key: string) {
  const run = `hedge-${key.slice(0, 16)}`
  return { work: `${run}-work`, reports: `${run}-reports`, lead: `${run}-lead`, policies: `${run}-policies` }
}

const strings = z.array(z.string())
const count = z.int().min(0)
const theoremSchema = z.object({ name: z.string(), header: z.string(), statement: z.string() })

/** A run, for workers that look for one. */
export const cardSchema = z.object({
  protocol: z.number(),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the key is the hash of. */
  config: z.string(),
  dataset: z.string(),
  /** Commit or version of the coordinator's program. */
  commit: z.string(),
  /** Milliseconds without a sign of life after which a worker, or the coordinator, counts as lost. */
  lockMs: z.number().min(500),
  began: z.string(),
})
export type RunCard = z.infer<typeof cardSchema>

const progressSchema = z.object({
  passes: count,
  turns: count,
  elapsedMs: z.number(),
  proved: z.boolean(),
  closed: z.boolean(),
}) satisfies z.ZodType<MemberProgress>

const kernelsSchema = z.object({
  leanMs: z.number(),
  own: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('accepted'), ms: z.number() }),
    z.object({ kind: z.literal('unfinished'), limit: z.string(), ms: z.number() }),
  ]),
}) satisfies z.ZodType<Kernels>

const proofSchema = z.object({
  key: z.string(),
  tactics: strings,
  source: z.string(),
  axioms: strings,
  kernels: kernelsSchema.exactOptional(),
})

const stateSchema = z.object({
  key: z.string(),
  goals: z.array(z.object({ text: z.string(), constants: strings })),
  path: strings,
})
const treeSchema = z.object({
  states: z.array(stateSchema).min(1),
  edges: z.array(
    z.object({
      from: count,
      tactic: z.string(),
      logProb: z.number(),
      by: count.exactOptional(),
      outcome: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('open'), to: count }),
        z.object({
          kind: z.literal('finished'),
          verdict: z.discriminatedUnion('kind', [
            z.object({ kind: z.literal('candidate') }),
            z.object({ kind: z.literal('accepted'), proof: z.object({ tactics: strings }) }),
            z.object({ kind: z.literal('refused'), reason: z.string() }),
          ]),
        }),
        z.object({ kind: z.literal('error'), message: z.string() }),
        z.object({ kind: z.literal('timeout'), limit: z.enum(['short', 'heartbeats', 'wallClock']) }),
        z.object({ kind: z.literal('crash'), message: z.string() }),
      ]),
      slow: z.literal(true).exactOptional(),
    }),
  ),
  left: count,
}) satisfies z.ZodType<TreeRecord>

/** What a unit has added to its worker's tree; without `after` it is all of that. */
const treePartSchema = treeSchema.extend({
  states: z.array(stateSchema),
  after: count.exactOptional(),
  /** Which states those before are: see `TreeMark`. */
  base: z.string().exactOptional(),
}) satisfies z.ZodType<TreePart>
export type SentTree = TreePart & { readonly base?: string }

const answerSchema = z.object({
  state: z.string(),
  question: z.string(),
  candidates: z.array(z.object({ tactic: z.string(), logProb: z.number() })),
}) satisfies z.ZodType<PolicyAnswer>

const usageSchema = z.object({
  requests: z.number(),
  retries: z.number(),
  samples: z.number(),
  truncated: z.number(),
  tooLong: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  cost: z.number(),
})

/** A unit without its tree. */
const unitSchema = z.object({
  member: count,
  firstPass: count,
  seed: z.string(),
  open: z.boolean(),
  statistics: statisticsSchema,
  passes: z.array(
    z.object({
      index: count,
      end: z.enum(PASS_ENDS),
      depth: count,
      tactics: strings,
      proof: z.string().optional(),
    }),
  ),
  proofs: z.array(proofSchema),
  refusals: z.array(z.object({ key: z.string(), tactics: strings, reason: z.string(), messages: strings })),
})
export type SentUnit = Omit<UnitRecord, 'tree'>

const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), completion: z.enum(COMPLETIONS) }),
  z.object({ kind: z.literal('statementError'), message: z.string() }),
  z.object({ kind: z.literal('engineError'), message: z.string() }),
]) satisfies z.ZodType<TheoremOutcome>

/** What is on record about a theorem that somebody has begun. */
const knownSchema = z.object({
  progress: z.array(progressSchema),
  proofs: z.array(proofSchema),
  tree: treeSchema.optional(),
  /** By member; of those alone whose answers cost something. */
  answers: z.array(z.array(answerSchema)),
})
export type Known = z.infer<typeof knownSchema>

/** The block of a member's passes that is to be done, where a theorem is split; else all that is left of it. */
export const blockSchema = z.object({ member: count, firstPass: count })
export type Block = z.infer<typeof blockSchema>

/** A theorem, or a block of it, to work on. Its id is its name, so that the same piece of work handed out twice is one job. */
export const workSchema = z.object({
  position: count,
  block: blockSchema.exactOptional(),
  theorem: theoremSchema,
  /** Units on record, which the worker goes on from. */
  units: count,
  /** How often it was handed out without any unit coming back. */
  delivery: z.int().min(1),
  /** Nothing waits behind it: the worker may use all its Lean processes. */
  last: z.boolean(),
  /** Packed; left out where nothing is on record. */
  known: z.string().optional(),
})
export type Work = z.infer<typeof workSchema>

/** A theorem, or a block of it. */
export type Piece = { readonly position: number; readonly block?: Block }

/** The name of a piece of work. `tag` tells those apart that one coordinator has handed out more than once. */
export function workId(
  { position, block, delivery }: Pick<Work, 'position' | 'block' | 'delivery'>,
  tag: string,
): string {
  const part = block === undefined ? '' : `-m${block.member}-p${block.firstPass}`
  return `t${position}${part}-d${delivery}-${tag}`
}

/** What a coordinator that takes over needs to know of work it did not hand out. */
export function readWorkId(id: string): (Piece & { readonly delivery: number }) | undefined {
  const found = /^t(\d+)(?:-m(\d+)-p(\d+))?-d(\d+)-/.exec(id)
  if (found === null) return undefined
  const [position, member, firstPass, delivery] = found.slice(1).map(Number) as [number, number, number, number]
  return { position, ...(found[2] !== undefined && { block: { member, firstPass } }), delivery }
}

const endSchema = z.discriminatedUnion('kind', [
  /** There is more to come. */
  z.object({ kind: z.literal('working') }),
  z.object({ kind: z.literal('ended'), outcome: outcomeSchema }),
  /** The block that was asked for is in here. */
  z.object({ kind: z.literal('block') }),
  /** The worker was asked to stop. */
  z.object({ kind: z.literal('handedBack') }),
  /** The worker before was lost; nobody has worked on it since. */
  z.object({ kind: z.literal('lost') }),
])

const partSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answers'),
    member: count,
    batch: z.object({ answers: z.array(answerSchema), usage: usageSchema }) satisfies z.ZodType<AnswerBatch>,
  }),
  z.object({ kind: z.literal('unit'), unit: unitSchema, tree: treePartSchema.exactOptional() }),
])
export type Part =
  | { readonly kind: 'answers'; readonly member: number; readonly batch: AnswerBatch }
  | { readonly kind: 'unit'; readonly unit: SentUnit; readonly tree?: SentTree }

/** What a worker sends: in plain sight who it is and what it is about, the rest packed. */
export const reportSchema = z.object({
  position: count,
  /** The job it worked on. */
  work: z.string(),
  block: blockSchema.exactOptional(),
  /** Units of the theorem before those in here; of a block the coordinator does not ask. */
  first: count,
  worker: z.string(),
  end: endSchema,
  body: z.string(),
})
export type Report = z.infer<typeof reportSchema>

export const bodySchema = z.object({
  parts: z.array(partSchema),
  /** All of the tree, at the end of a theorem or of a block; units have no parts of it then. */
  tree: treeSchema.optional(),
})
export type ReportBody = { readonly parts: readonly Part[]; readonly tree?: TreeRecord | undefined }

/** A longer text than this is no honest one. */
const LONGEST_BYTES = 1 << 29

export function pack(value: unknown): string {
  return deflateSync(JSON.stringify(value), { level: 3 }).toString('base64')
}

/** @throws where the text is none that was packed, or not of this shape */
export function unpack<S extends z.ZodType>(text: string, schema: S): z.infer<S> {
  return schema.parse(
    JSON.parse(inflateSync(Buffer.from(text, 'base64'), { maxOutputLength: LONGEST_BYTES }).toString()),
  )
}

export function unpackKnown(text: string): Known {
  return unpack(text, knownSchema)
}
