import * as z from 'zod'
import { CONFIG, FORMAT, json, readPolicyFiles, VERSION, writePolicyFiles } from '../policy-files.ts'
import { type NetworkConfig, networkConfigSchema, parameterCount, parameterSpecs } from './network-config.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'
import { Tokenizer } from './tokenizer.ts'

/** What else than the network decides how text becomes a tactic. */
export const policySettingsSchema = z.strictObject({
  /** The N_eff it was trained at. */
  nEff: z.number().min(1),
  /** Longest tactic in tokens, its end included; what is left of the context is the state's. */
  maxTacticTokens: z.int().min(2),
})
export type PolicySettings = Readonly<z.infer<typeof policySettingsSchema>>

const TOKENIZER = 'tokenizer.json'
const WEIGHTS = 'model.safetensors'

const configSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  network: networkConfigSchema,
  settings: policySettingsSchema,
})

/** A transformer policy, as it is kept. */
export type Checkpoint = {
  readonly config: NetworkConfig
  readonly settings: PolicySettings
  readonly tokenizer: Tokenizer
  /** Flat, in the order of `parameterSpecs`. */
  readonly parameters: Float32Array
  readonly training: Readonly<Record<string, unknown>>
}

/** Writes a transformer policy to `directory` and returns its hash. */
export async function writeCheckpoint(directory: string, checkpoint: Checkpoint): Promise<string> {
  const { config, settings, tokenizer, parameters, training } = checkpoint
  const tensors = parameterSpecs(config).map(({ name, shape, offset, size }) => ({
    name,
    shape,
    data: parameters.subarray(offset, offset + size),
  }))
  const contents = {
    [CONFIG]: json({ format: FORMAT, version: VERSION, network: config, settings }),
    [TOKENIZER]: json(tokenizer.toJson()),
    [WEIGHTS]: encodeSafetensors(tensors, { format: FORMAT }),
  }
  return writePolicyFiles(directory, contents, training)
}

/** Reads a transformer policy and its hash. @throws CheckpointError */
export async function readCheckpoint(directory: string): Promise<Checkpoint & { readonly hash: string }> {
  const files = await readPolicyFiles(directory)
  if (files.kind !== 'transformer') throw files.fail(`it is a ${files.kind} policy, not a transformer.`)
  const { network: config, settings } = files.json(CONFIG, configSchema)
  const json = files.json(TOKENIZER, z.unknown())
  const tokenizer = files.parse(TOKENIZER, () => Tokenizer.fromJson(json))
  if (tokenizer.vocabularySize !== config.vocabularySize)
    throw files.fail(`its tokenizer has ${tokenizer.vocabularySize} tokens and its network ${config.vocabularySize}.`)
  const parameters = files.parse(WEIGHTS, (bytes) => readParameters(config, bytes))
  return { config, settings, tokenizer, parameters, training: files.training, hash: files.hash }
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
