import * as z from 'zod'
import { createRandom } from '../../proof/random.ts'

/** Size of a network. The inner width of its feed-forward layers is four times `width`. */
export const networkConfigSchema = z
  .strictObject({
    vocabularySize: z.int().min(2).max(65_536),
    /** Longest row of tokens: proof state, separator, tactic and end. */
    contextLength: z.int().min(2).max(8192),
    width: z.int().min(1).max(8192),
    layers: z.int().min(1).max(96),
    heads: z.int().min(1).max(128),
  })
  .refine((config) => config.width % config.heads === 0, { error: 'width must be a multiple of heads' })
export type NetworkConfig = Readonly<z.infer<typeof networkConfigSchema>>

/** `decays` marks matrices, which weight decay applies to; gains and biases are left alone. */
export type ParameterSpec = {
  readonly name: string
  readonly shape: readonly number[]
  readonly size: number
  /** Where its numbers start in the flat vector of all parameters. */
  readonly offset: number
  readonly decays: boolean
  readonly initial: 'ones' | 'zeros' | { readonly deviation: number }
}

/** All parameters in the order of the flat vector: those that decay first. */
export function parameterSpecs(config: NetworkConfig): ParameterSpec[] {
  const { vocabularySize, contextLength, width, layers } = config
  // GPT-2's 0.02 at its width of 768; narrower networks learn much faster from the same spread of activations.
  const normal = { deviation: 0.02 * Math.sqrt(768 / width) }
  // What a layer adds to the residual stream starts smaller the more layers add to it.
  const residual = { deviation: normal.deviation / Math.sqrt(2 * layers) }
  const list: { name: string; shape: number[]; initial: ParameterSpec['initial'] }[] = []
  const matrix = (name: string, shape: number[], initial: ParameterSpec['initial'] = normal) =>
    list.push({ name, shape, initial })
  const norm = (name: string) => {
    list.push({ name: `${name}.gain`, shape: [width], initial: 'ones' })
    list.push({ name: `${name}.bias`, shape: [width], initial: 'zeros' })
  }
  const linear = (name: string, from: number, to: number, initial: ParameterSpec['initial']) => {
    matrix(`${name}.weight`, [from, to], initial)
    list.push({ name: `${name}.bias`, shape: [to], initial: 'zeros' })
  }
  matrix('tokens', [vocabularySize, width])
  matrix('positions', [contextLength, width])
  for (let layer = 0; layer < layers; layer++) {
    const name = `layers.${layer}`
    norm(`${name}.attention.norm`)
    linear(`${name}.attention.in`, width, 3 * width, normal)
    linear(`${name}.attention.out`, width, width, residual)
    norm(`${name}.mlp.norm`)
    linear(`${name}.mlp.in`, width, 4 * width, normal)
    linear(`${name}.mlp.out`, 4 * width, width, residual)
  }
  norm('norm')
  const ordered = [...list.filter((p) => p.shape.length === 2), ...list.filter((p) => p.shape.length !== 2)]
  let offset = 0
  return ordered.map(({ name, shape, initial }) => {
    const size = shape.reduce((product, dim) => product * dim, 1)
    const spec = { name, shape, size, offset, decays: shape.length === 2, initial }
    offset += size
    return spec
  })
}

export function parameterCount(config: NetworkConfig): number {
  return parameterSpecs(config).reduce((sum, spec) => sum + spec.size, 0)
}

/** Fresh parameters as one flat vector: normal with the given deviations, drawn from `seed` alone. */
export function initialParameters(config: NetworkConfig, seed: number | string): Float32Array {
  const specs = parameterSpecs(config)
  const flat = new Float32Array(parameterCount(config))
  for (const { name, offset, size, initial } of specs) {
    if (initial === 'ones') flat.fill(1, offset, offset + size)
    if (typeof initial === 'string') continue
    const random = createRandom(seed).fork(name)
    for (let i = 0; i < size; i += 2) {
      // Box and Muller: two uniform numbers make two normal ones.
      const radius = initial.deviation * Math.sqrt(-2 * Math.log(1 - random.next()))
      const angle = 2 * Math.PI * random.next()
      flat[offset + i] = radius * Math.cos(angle)
      if (i + 1 < size) flat[offset + i + 1] = radius * Math.sin(angle)
    }
  }
  return flat
}
