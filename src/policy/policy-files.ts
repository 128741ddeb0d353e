import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { sha256 } from '../proof/sha256.ts'

/** A policy's directory cannot be used; the message is one sentence that names the directory. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError'
}

export const FORMAT = 'hedge-policy'
export const VERSION = 1
const MANIFEST = 'manifest.json'

/** What a trained policy can be, and the file that says so. */
export const MODELS = ['log-linear', 'transformer'] as const
export type ModelKind = (typeof MODELS)[number]
export const CONFIG = 'config.json'
const kindSchema = z.object({ model: z.enum(MODELS).default('transformer') })

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** Hash of all files: what a result stores to say which policy made it. */
  hash: z.string(),
  files: z.record(z.string(), z.string()),
  /** How it came to be: data hash, seed, settings, losses. Kept as the trainer wrote it. */
  training: z.record(z.string(), z.unknown()),
})

/** The files of a policy, checked against their manifest. What is wrong with them is a CheckpointError. */
export type PolicyFiles = {
  readonly hash: string
  readonly training: Readonly<Record<string, unknown>>
  readonly kind: ModelKind
  /** What `read` makes of a file's bytes; what it throws is said of the file. */
  parse<R>(name: string, read: (bytes: Uint8Array) => R): R
  json<S extends z.ZodType>(name: string, schema: S): z.infer<S>
  fail(reason: string): CheckpointError
}

/**
 * Writes a policy's files to `directory` and returns its hash. Each file is replaced whole, the manifest last: an
 * interrupted write leaves a directory that is recognised as damaged, never one that is silently half old.
 */
export async function writePolicyFiles(
  directory: string,
  contents: Readonly<Record<string, string | Uint8Array>>,
  training: Readonly<Record<string, unknown>>,
): Promise<string> {
  const files = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, sha256(content)]))
  const hash = hashOfAll(files)
  await mkdir(directory, { recursive: true })
  for (const [name, content] of Object.entries(contents)) await replaceFile(join(directory, name), content)
  await replaceFile(join(directory, MANIFEST), json({ format: FORMAT, version: VERSION, hash, files, training }))
  return hash
}

/** @throws CheckpointError where a directory has a whole policy of another kind, which training would replace */
export async function refuseOtherKind(directory: string, kind: ModelKind): Promise<void> {
  const files = await readPolicyFiles(directory).catch(() => undefined)
  if (files !== undefined && files.kind !== kind)
    throw new CheckpointError(`${directory} has a ${files.kind} policy, not a ${kind} one; --force replaces it.`)
}

/** @throws CheckpointError where something is missing, damaged, or another program's */
export async function readPolicyFiles(directory: string): Promise<PolicyFiles> {
  const fail = (reason: string, cause?: unknown) =>
    new CheckpointError(`${directory} is not a usable policy: ${reason}`, { cause })
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      return await readFile(join(directory, name))
    } catch (cause) {
      throw fail(`${name} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown error'}).`, cause)
    }
  }
  const jsonOf = <S extends z.ZodType>(name: string, bytes: Uint8Array, schema: S): z.infer<S> => {
    try {
      return schema.parse(JSON.parse(new TextDecoder().decode(bytes)))
    } catch (cause) {
      throw fail(`${name} is not one this program wrote${firstIssue(cause)}.`, cause)
    }
  }
  const manifest = jsonOf(MANIFEST, await read(MANIFEST), manifestSchema)
  const contents = new Map<string, Uint8Array>()
  for (const [name, hash] of Object.entries(manifest.files)) {
    if (!/^[\w.-]+$/.test(name)) throw fail(`${MANIFEST} lists a file \`${name}\`.`)
    const bytes = await read(name)
    if (sha256(bytes) !== hash) throw fail(`${name} does not have the hash that ${MANIFEST} gives it.`)
    contents.set(name, bytes)
  }
  if (hashOfAll(manifest.files) !== manifest.hash) throw fail(`the hashes in ${MANIFEST} do not fit together.`)
  const bytesOf = (name: string) => {
    const bytes = contents.get(name)
    if (bytes === undefined) throw fail(`${MANIFEST} does not list ${name}.`)
    return bytes
  }
  return {
    hash: manifest.hash,
    training: manifest.training,
    kind: jsonOf(CONFIG, bytesOf(CONFIG), kindSchema).model,
    parse(name, work) {
      try {
        return work(bytesOf(name))
      } catch (cause) {
        throw cause instanceof CheckpointError ? cause : fail(`${name}: ${(cause as Error).message}.`, cause)
      }
    },
    json: (name, schema) => jsonOf(name, bytesOf(name), schema),
    fail,
  }
}

/** Writes beside the file and renames, so that no reader and no crash sees half of it. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.partial`
  await writeFile(partial, content)
  await rename(partial, path)
}

function hashOfAll(files: Readonly<Record<string, string>>): string {
  return sha256(
    Object.entries(files)
      .map(([name, hash]) => `${hash}  ${name}\n`)
      .join(''),
  )
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`
}

function firstIssue(cause: unknown): string {
  const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined
  return issue === undefined ? '' : ` (${[...issue.path, issue.message].join(': ')})`
}
