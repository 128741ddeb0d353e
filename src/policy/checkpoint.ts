import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { sha256 } from '../proof/sha256.ts'
import { type NetworkConfig, networkConfigSchema, parameterCount, parameterSpecs } from './network-config.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'
import { Tokenizer } from './tokenizer.ts'

/** A policy's directory cannot be used; the message is one sentence that names the directory. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError'
}

/** What else than the network decides how text becomes a tactic. */
export const policySettingsSchema = z.strictObject({
  /** The N_eff it was trained at. */
  nEff: z.number().min(1),
  /** Longest tactic in tokens, its end included; what is left of the context is the state's. */
  maxTacticTokens: z.int().min(2),
})
export type PolicySettings = Readonly<z.infer<typeof policySettingsSchema>>

const FORMAT = 'hedge-policy'
const VERSION = 1
const CONFIG = 'config.json'
const TOKENIZER = 'tokenizer.json'
const WEIGHTS = 'model.safetensors'
const MANIFEST = 'manifest.json'
const FILES = [CONFIG, TOKENIZER, WEIGHTS] as const

const configSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  network: networkConfigSchema,
  settings: policySettingsSchema,
})
const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** Hash of all files: what a result stores to say which policy made it. */
  hash: z.string(),
  files: z.record(z.string(), z.string()),
  /** How it came to be: data hash, seed, settings, losses. Kept as the trainer wrote it. */
  training: z.record(z.string(), z.unknown()),
})

export type Checkpoint = {
  readonly config: NetworkConfig
  readonly settings: PolicySettings
  readonly tokenizer: Tokenizer
  /** Flat, in the order of `parameterSpecs`. */
  readonly parameters: Float32Array
  readonly training: Readonly<Record<string, unknown>>
}

/**
 * Writes a policy to `directory` and returns its hash. Each file is replaced whole, the manifest last: an interrupted
 * write leaves a directory that is recognised as damaged, never one that is silently half old.
 */
export async function writeCheckpoint(directory: string, checkpoint: Checkpoint): Promise<string> {
  const { config, settings, tokenizer, parameters, training } = checkpoint
  const tensors = parameterSpecs(config).map(({ name, shape, offset, size }) => ({
    name,
    shape,
    data: parameters.subarray(offset, offset + size),
  }))
  const contents: Record<(typeof FILES)[number], string | Uint8Array> = {
    [CONFIG]: json({ format: FORMAT, version: VERSION, network: config, settings }),
    [TOKENIZER]: json(tokenizer.toJson()),
    [WEIGHTS]: encodeSafetensors(tensors, { format: FORMAT }),
  }
  const files = Object.fromEntries(FILES.map((name) => [name, sha256(contents[name])]))
  const hash = hashOfAll(files)
  await mkdir(directory, { recursive: true })
  for (const name of FILES) await replaceFile(join(directory, name), contents[name])
  await replaceFile(join(directory, MANIFEST), json({ format: FORMAT, version: VERSION, hash, files, training }))
  return hash
}

/** Reads a policy and its hash. Throws CheckpointError where it is missing, damaged, or another program's. */
export async function readCheckpoint(directory: string): Promise<Checkpoint & { readonly hash: string }> {
  const fail = (reason: string, cause?: unknown) =>
    new CheckpointError(`${directory} is not a usable policy: ${reason}`, { cause })
  const read = async (name: string): Promise<Uint8Array> => {
    try {
      return await readFile(join(directory, name))
    } catch (cause) {
      throw fail(`${name} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown error'}).`, cause)
    }
  }
  const readJson = <S extends z.ZodType>(name: string, bytes: Uint8Array, schema: S): z.infer<S> => {
    try {
      return schema.parse(JSON.parse(new TextDecoder().decode(bytes)))
    } catch (cause) {
      throw fail(`${name} is not one this program wrote${firstIssue(cause)}.`, cause)
    }
  }
  const manifest = readJson(MANIFEST, await read(MANIFEST), manifestSchema)
  const contents = new Map<string, Uint8Array>()
  for (const name of FILES) {
    const bytes = await read(name)
    if (sha256(bytes) !== manifest.files[name]) throw fail(`${name} does not have the hash that ${MANIFEST} gives it.`)
    contents.set(name, bytes)
  }
  if (hashOfAll(manifest.files) !== manifest.hash) throw fail(`the hashes in ${MANIFEST} do not fit together.`)
  const bytesOf = (name: string) => contents.get(name) as Uint8Array
  const { network: config, settings } = readJson(CONFIG, bytesOf(CONFIG), configSchema)
  const inFile = <R>(name: string, work: () => R): R => {
    try {
      return work()
    } catch (cause) {
      throw fail(`${name}: ${(cause as Error).message}.`, cause)
    }
  }
  const tokenizer = inFile(TOKENIZER, () => Tokenizer.fromJson(readJson(TOKENIZER, bytesOf(TOKENIZER), z.unknown())))
  if (tokenizer.vocabularySize !== config.vocabularySize)
    throw fail(`its tokenizer has ${tokenizer.vocabularySize} tokens and its network ${config.vocabularySize}.`)
  const parameters = inFile(WEIGHTS, () => readParameters(config, bytesOf(WEIGHTS)))
  return { config, settings, tokenizer, parameters, training: manifest.training, hash: manifest.hash }
}

function readParameters(config: NetworkConfig, bytes: Uint8Array): Float32Array {
  const { tensors } = decodeSafetensors(bytes)
  const specs = parameterSpecs(config)
  if (tensors.size !== specs.length) throw new Error(`it has ${tensors.size} tensors, not ${specs.length}`)
  const parameters = new Float32Array(parameterCount(config))
  for (const { name, shape, offset } of specs) {
    const tensor = tensors.get(name)
    if (tensor === undefined) throw new Error(`it has no tensor ${name}`)
    if (tensor.shape.join() !== shape.join()) throw new Error(`${name} is [${tensor.shape}], not [${shape}]`)
    if (!tensor.data.every(Number.isFinite)) throw new Error(`${name} has numbers that are not finite`)
    parameters.set(tensor.data, offset)
  }
  return parameters
}

/** Writes beside the file and renames, so that no reader and no crash sees half of it. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.partial`
  await writeFile(partial, content)
  await rename(partial, path)
}

function hashOfAll(files: Readonly<Record<string, string>>): string {
  return sha256(FILES.map((name) => `${files[name]}  ${name}\n`).join(''))
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`
}

function firstIssue(cause: unknown): string {
  const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined
  return issue === undefined ? '' : ` (${[...issue.path, issue.message].join(': ')})`
}
