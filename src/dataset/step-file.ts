import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import * as z from 'zod'
import { sha256 } from '../proof/sha256.ts'
import { isLeanDojo, readLeanDojo } from './leandojo.ts'

/**
 * One step of a known proof, a line of a step file (JSONL): in proof `theorem`, the tactic number `index` (from 0) was
 * run on the goals `state` (as `renderState` prints them).
 */
export const proofStepSchema = z.object({
  theorem: z.string().min(1),
  index: z.int().min(0),
  state: z.string().min(1),
  tactic: z.string().min(1),
  /** See `StepContext`; files of other programs have none. */
  context: z
    .object({
      constants: z.array(z.string()).readonly(),
      related: z.array(z.object({ name: z.string(), conclusion: z.string(), score: z.number() })).readonly(),
    })
    .optional(),
})
export type ProofStep = Readonly<z.infer<typeof proofStepSchema>>

/** A dataset file cannot be used; the message names the file and the line. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError'
}

/**
 * All steps of a file in file order, and the SHA-256 of its text: JSON lines, whose other keys are ignored, or a file of
 * the LeanDojo benchmark; either may be compressed (.gz). Throws DatasetError.
 */
export async function readStepFile(path: string): Promise<{ steps: ProofStep[]; hash: string }> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (cause) {
    throw new DatasetError(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown error'}).`, {
      cause,
    })
  }
  const text = textOf(bytes, path)
  const leanDojo = isLeanDojo(text)
  const steps: ProofStep[] = leanDojo ? leanDojoSteps(text, path) : []
  if (!leanDojo)
    for (const [number, line] of text.split('\n').entries())
      if (line.trim() !== '') steps.push(parseStep(line, `${path}, line ${number + 1}`))
  if (steps.length === 0) throw new DatasetError(`${path} has no proof steps.`)
  return { steps, hash: sha256(text) }
}

function textOf(bytes: Buffer, path: string): string {
  if (!path.endsWith('.gz')) return bytes.toString('utf8')
  try {
    return gunzipSync(bytes).toString('utf8')
  } catch (cause) {
    throw new DatasetError(`${path} is not a gzip file.`, { cause })
  }
}

function leanDojoSteps(text: string, path: string): ProofStep[] {
  const parsed = (() => {
    try {
      return readLeanDojo(text)
    } catch (cause) {
      throw new DatasetError(`${path} is not JSON.`, { cause })
    }
  })()
  const [problem] = parsed.problems
  if (problem !== undefined)
    throw new DatasetError(`${path}, theorem ${problem.row}: ${problem.field}: ${problem.message}.`)
  return parsed.theorems.flatMap(({ name, steps }) =>
    steps.map(({ before, tactic }, index) => ({ theorem: name, index, state: before, tactic })),
  )
}

function parseStep(line: string, where: string): ProofStep {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (cause) {
    throw new DatasetError(`${where} is not JSON.`, { cause })
  }
  const parsed = proofStepSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new DatasetError(`${where} is not a proof step (${issue?.path.join('.') || 'line'}: ${issue?.message}).`)
}

/** The line of a step file that says this step, without its line break. */
export function formatStep({ theorem, index, state, tactic, context }: ProofStep): string {
  return JSON.stringify({ theorem, index, state, tactic, context })
}
