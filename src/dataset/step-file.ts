import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import * as z from 'zod'
import { isLeanDojo, readLeanDojoRow } from './leandojo.ts'
import { linesOf, objectsOf } from './pieces.ts'

const relatedSchema = z.array(z.object({ name: z.string(), conclusion: z.string(), score: z.number() })).readonly()

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
      related: relatedSchema,
      below: relatedSchema.optional(),
    })
    .optional(),
})
export type ProofStep = Readonly<z.infer<typeof proofStepSchema>>

/** A dataset file cannot be used; the message names the file and the line. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError'
}

/** What tells one kind of file from another stands in so many bytes. */
const HEAD_BYTES = 100_000

/**
 * All steps of a file in file order, and the SHA-256 of its text: JSON lines, whose other keys are ignored, or a file of
 * the LeanDojo benchmark; either may be compressed (.gz). It is read piece by piece: LeanDojo's is longer than a string can be.
 * Throws DatasetError.
 */
export async function readStepFile(path: string, chunkBytes = 1 << 20): Promise<{ steps: ProofStep[]; hash: string }> {
  const hash = createHash('sha256')
  const steps: ProofStep[] = []
  const cannot = (cause: NodeJS.ErrnoException) =>
    new DatasetError(
      cause.code?.startsWith('Z_')
        ? `${path} is not a gzip file.`
        : `${path} cannot be read (${cause.code ?? 'unknown error'}).`,
      { cause },
    )
  const file = createReadStream(path, { highWaterMark: chunkBytes })
  const bytes: Readable = path.endsWith('.gz') ? file.pipe(createGunzip({ chunkSize: Math.max(64, chunkBytes) })) : file
  file.on('error', (error) => bytes.destroy(error))
  async function* hashed(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of bytes) {
        hash.update(chunk as Buffer)
        yield chunk as Buffer
      }
    } catch (error) {
      throw cannot(error as NodeJS.ErrnoException)
    }
  }
  const chunks = hashed()
  const head: Buffer[] = []
  for (let length = 0; length < HEAD_BYTES; ) {
    const { value, done } = await chunks.next()
    if (done) break
    head.push(value)
    length += value.length
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* head
    yield* chunks
  }
  if (isLeanDojo(Buffer.concat(head).toString())) {
    let row = 0
    for await (const text of objectsOrError(all(), path)) steps.push(...leanDojoSteps(text, row++, path))
  } else {
    let number = 0
    for await (const line of linesOf(all())) {
      number++
      if (line.trim() !== '') steps.push(parseStep(line, `${path}, line ${number}`))
    }
  }
  if (steps.length === 0) throw new DatasetError(`${path} has no proof steps.`)
  return { steps, hash: hash.digest('hex') }
}

async function* objectsOrError(chunks: AsyncIterable<Buffer>, path: string): AsyncGenerator<string> {
  try {
    yield* objectsOf(chunks)
  } catch (cause) {
    throw cause instanceof SyntaxError ? new DatasetError(`${path} is not JSON.`, { cause }) : cause
  }
}

function leanDojoSteps(text: string, row: number, path: string): ProofStep[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new DatasetError(`${path} is not JSON.`, { cause })
  }
  const read = readLeanDojoRow(value, row)
  if ('message' in read) throw new DatasetError(`${path}, theorem ${row}: ${read.field}: ${read.message}.`)
  return read.steps.map(({ before, tactic }, index) => ({ theorem: read.name, index, state: before, tactic }))
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
