import { appendFile, readFile } from 'node:fs/promises'
import PQueue from 'p-queue'
import * as z from 'zod'
import { type ProofStep, proofStepSchema } from '../dataset/step-file.ts'
import { type Engine, RejectedInput, type TacticLimits } from '../lean/engine.ts'
import { replaceFile } from '../policy/policy-files.ts'
import { contextOf, type PremiseIndex } from '../policy/premises.ts'
import type { Theorem } from '../proof/theorem.ts'
import { minimiseProof, scriptRunner } from '../search/minimise.ts'

/** A line of a harvest: the steps of one proof, or why there are none. */
const harvestedSchema = z.object({
  theorem: z.string(),
  tactics: z.array(z.string()),
  steps: z.array(proofStepSchema.pick({ state: true, tactic: true, context: true })),
  /** Why there are no steps. */
  reason: z.string().optional(),
})
export type Harvested = Readonly<z.infer<typeof harvestedSchema>>

export type HarvestOptions = {
  readonly limits: TacticLimits
  readonly premises: (header: string) => Promise<PremiseIndex>
  readonly workers: number
  readonly signal: AbortSignal
  readonly onDone?: (done: number, all: number) => void
}

/**
 * Shortens each proof and replays it into steps, a line of `path` per theorem; theorems the file already has are not done
 * again. Rejects when `signal` aborts; what is in the file stays.
 */
export async function harvest(
  engine: Engine,
  proofs: readonly { readonly theorem: Theorem; readonly tactics: readonly string[] }[],
  path: string,
  { limits, premises, workers, signal, onDone = () => {} }: HarvestOptions,
): Promise<Harvested[]> {
  const known = await readHarvest(path)
  // A line that a kill cut off would spoil the next one.
  await replaceFile(path, known.map(lineOf).join(''))
  const names = new Set(known.map(({ theorem }) => theorem))
  const left = proofs.filter(({ theorem }) => !names.has(theorem.name))
  const tracer = engine.tracer(limits)
  const queue = new PQueue({ concurrency: workers })
  let done = proofs.length - left.length
  const one = async (theorem: Theorem, tactics: readonly string[]): Promise<void> => {
    signal.throwIfAborted()
    const shorter = await shorten(engine, theorem, tactics, limits, signal)
    const trace = await tracer.traceProof(theorem, shorter).catch((error: Error) => {
      if (error instanceof RejectedInput) return { kind: 'failed' as const, reason: error.message }
      throw error
    })
    const index = await premises(theorem.header)
    const line: Harvested = {
      theorem: theorem.name,
      tactics: [...shorter],
      steps:
        trace.kind === 'traced'
          ? trace.steps.map(({ state, tactic, constants }) => ({ state, tactic, context: contextOf(constants, index) }))
          : [],
      ...(trace.kind === 'failed' ? { reason: trace.reason } : {}),
    }
    await appendFile(path, lineOf(line))
    onDone(++done, proofs.length)
  }
  await Promise.all(left.map(({ theorem, tactics }) => queue.add(() => one(theorem, tactics))))
  return readHarvest(path)
}

async function shorten(
  engine: Engine,
  theorem: Theorem,
  tactics: readonly string[],
  limits: TacticLimits,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (tactics.length < 2) return tactics
  const started = await engine.start(theorem, limits, signal)
  if (started.kind === 'rejected') return tactics
  try {
    return (await minimiseProof({ tactics }, scriptRunner(started.session, signal))).tactics
  } finally {
    await started.session.close()
  }
}

const lineOf = (harvested: Harvested) => `${JSON.stringify(harvested)}\n`

/** What a harvest has so far; a last line that a kill cut off is not counted. */
export async function readHarvest(path: string): Promise<Harvested[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      try {
        return [harvestedSchema.parse(JSON.parse(line))]
      } catch {
        return []
      }
    })
}

/**
 * All steps so far, the found ones last. A proof that the search found takes the place of other steps of its theorem, and
 * `replaced` counts those: they say what somebody would do, not what the policy can.
 */
export function withFound(
  earlier: readonly ProofStep[],
  harvested: readonly Harvested[],
): { readonly steps: readonly ProofStep[]; readonly replaced: number } {
  const found = harvested.flatMap(({ theorem, steps }) => steps.map((step, index) => ({ theorem, index, ...step })))
  const proved = new Set(found.map(({ theorem }) => theorem))
  const kept = earlier.filter(({ theorem }) => !proved.has(theorem))
  return { steps: [...kept, ...found], replaced: earlier.length - kept.length }
}
