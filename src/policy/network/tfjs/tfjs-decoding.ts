import * as tf from '@tensorflow/tfjs'
import { type Decoding, MASKED } from '../engine.ts'
import { decodeStep, type LayerCache, type Weights } from '../network.ts'
import type { NetworkConfig } from '../network-config.ts'
import { tfjsOps } from './tfjs-ops.ts'

type Cache = LayerCache<tf.Tensor>

/** Decoding with TensorFlow.js: the prompts' caches are shared, the continuations' own grow by a token a step. */
export class TfjsDecoding implements Decoding {
  readonly firstLogits: Float32Array
  readonly vocabularySize: number
  readonly #backend: string
  readonly #config: NetworkConfig
  readonly #weights: Weights<tf.Tensor>
  readonly #promptLengths: readonly number[]
  readonly #prompt: readonly Cache[]
  readonly #promptMask: tf.Tensor
  /** [S, heads, K, steps, head width] each. */
  #own: readonly Cache[] = []
  #width = 0
  #steps = 0

  constructor(
    backend: string,
    config: NetworkConfig,
    weights: Weights<tf.Tensor>,
    prompts: readonly (readonly number[])[],
    prompt: readonly Cache[],
    firstLogits: Float32Array,
  ) {
    this.#backend = backend
    this.#config = config
    this.#weights = weights
    this.#promptLengths = prompts.map((ids) => ids.length)
    this.#prompt = prompt
    this.firstLogits = firstLogits
    this.vocabularySize = config.vocabularySize
    const length = Math.max(...this.#promptLengths)
    const mask = new Float32Array(prompts.length * length)
    this.#promptLengths.forEach((own, i) => {
      mask.fill(MASKED, i * length + own, (i + 1) * length)
    })
    this.#promptMask = tf.tensor4d(mask, [prompts.length, 1, 1, length])
  }

  async step(ids: Int32Array): Promise<Float32Array> {
    await tf.setBackend(this.#backend)
    const prompts = this.#promptLengths.length
    const width = ids.length / prompts
    if (this.#steps === 0) this.#startOwn(width)
    if (width !== this.#width || !Number.isInteger(width))
      throw new RangeError(`${ids.length} tokens for ${prompts} prompts`)
    const positions = this.#promptLengths.map((length) =>
      Math.min(length + this.#steps, this.#config.contextLength - 1),
    )
    const { logits, own } = tf.tidy(() =>
      decodeStep(tfjsOps, this.#config, this.#weights, {
        ids: tf.tensor2d(ids, [prompts, width], 'int32') as tf.Tensor,
        positions: tf.tensor2d(positions, [prompts, 1], 'int32') as tf.Tensor,
        promptMask: this.#promptMask,
        prompt: this.#prompt,
        own: this.#own,
      }),
    )
    dispose(this.#own)
    this.#own = own
    this.#steps++
    const numbers = Float32Array.from(await logits.data())
    logits.dispose()
    return numbers
  }

  select(sources: Int32Array, newK: number): void {
    const { heads } = this.#config
    const oldK = this.#width
    this.#width = newK
    if (this.#steps === 0) return
    // Row numbers in the caches seen as [S * heads * K, steps * head width].
    const rows = this.#promptLengths.flatMap((_, prompt) =>
      Array.from({ length: heads * newK }, (_, i) => {
        const head = Math.floor(i / newK)
        return (prompt * heads + head) * oldK + (sources[prompt * newK + (i % newK)] as number)
      }),
    )
    const pick = (x: tf.Tensor) => {
      const [s = 0, h = 0, k = 0, t = 0, d = 0] = x.shape
      const picked = tf.gather(tf.reshape(x, [s * h * k, t * d]), tf.tensor1d(rows, 'int32'))
      return tf.reshape(picked, [s, h, newK, t, d])
    }
    const old = this.#own
    this.#own = old.map(({ keys, values }) => ({
      keys: tf.tidy(() => pick(keys)),
      values: tf.tidy(() => pick(values)),
    }))
    dispose(old)
  }

  free(): void {
    dispose(this.#own)
    dispose(this.#prompt)
    this.#promptMask.dispose()
    this.#own = []
  }

  #startOwn(width: number): void {
    const { heads, layers } = this.#config
    this.#width = width
    const shape = [this.#promptLengths.length, heads, width, 0, this.#config.width / heads]
    this.#own = Array.from({ length: layers }, () => ({ keys: tf.zeros(shape), values: tf.zeros(shape) }))
  }
}

function dispose(caches: readonly Cache[]): void {
  for (const { keys, values } of caches) tf.dispose([keys, values])
}
