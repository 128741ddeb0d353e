import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { type Decoding, MASKED } from '../engine.ts'
import type { NetworkConfig } from '../network-config.ts'
import { cacheName } from './programs.ts'
import { type Feeds, type OrtRuntime, run } from './runtime.ts'

type Outputs = Awaited<ReturnType<typeof run>>
const PARTS = ['keys', 'values'] as const

/** Decoding with ONNX Runtime: the prompts' caches stay where they are, the continuations' own grow by a token a step. */
export class OrtDecoding implements Decoding {
  readonly firstLogits: Float32Array
  readonly vocabularySize: number
  readonly #runtime: OrtRuntime
  readonly #config: NetworkConfig
  readonly #session: InferenceSession
  readonly #promptLengths: readonly number[]
  readonly #promptFeeds: Feeds
  /** [S, heads, K, steps, head width] each. */
  #own: Record<string, Tensor> = {}
  #width = 0
  #steps = 0

  constructor(
    runtime: OrtRuntime,
    config: NetworkConfig,
    session: InferenceSession,
    prompts: readonly (readonly number[])[],
    length: number,
    prefilled: Outputs,
  ) {
    this.#runtime = runtime
    this.#config = config
    this.#session = session
    this.#promptLengths = prompts.map((prompt) => prompt.length)
    this.firstLogits = prefilled('logits').data
    this.vocabularySize = config.vocabularySize
    const mask = new Float32Array(prompts.length * length)
    this.#promptLengths.forEach((own, i) => {
      mask.fill(MASKED, i * length + own, (i + 1) * length)
    })
    const feeds: Record<string, Tensor> = { promptMask: runtime.floats(mask, [prompts.length, 1, 1, length]) }
    for (const name of this.#cacheNames('prompt')) feeds[name] = prefilled(name).tensor
    this.#promptFeeds = feeds
  }

  async step(ids: Int32Array): Promise<Float32Array> {
    const prompts = this.#promptLengths.length
    const width = ids.length / prompts
    if (this.#steps === 0) this.#startOwn(width)
    if (width !== this.#width || !Number.isInteger(width))
      throw new RangeError(`${ids.length} tokens for ${prompts} prompts`)
    const positions = Int32Array.from(this.#promptLengths, (length) =>
      Math.min(length + this.#steps, this.#config.contextLength - 1),
    )
    const output = await run(this.#session, {
      ...this.#promptFeeds,
      ...this.#own,
      ids: this.#runtime.integers(ids, [prompts, width]),
      positions: this.#runtime.integers(positions, [prompts, 1]),
    })
    const news = this.#cacheNames('new')
    this.#own = Object.fromEntries(this.#cacheNames('own').map((name, i) => [name, output(news[i] as string).tensor]))
    this.#steps++
    return output('logits').data
  }

  select(sources: Int32Array, newK: number): void {
    if (this.#steps === 0) {
      this.#width = newK
      return
    }
    const { heads, width } = this.#config
    const prompts = this.#promptLengths.length
    const size = (this.#steps * width) / heads
    for (const [name, tensor] of Object.entries(this.#own)) {
      const old = tensor.data as Float32Array
      const data = new Float32Array(prompts * heads * newK * size)
      for (let prompt = 0; prompt < prompts; prompt++)
        for (let head = 0; head < heads; head++)
          for (let j = 0; j < newK; j++) {
            const from = ((prompt * heads + head) * this.#width + (sources[prompt * newK + j] as number)) * size
            data.set(old.subarray(from, from + size), ((prompt * heads + head) * newK + j) * size)
          }
      this.#own[name] = this.#runtime.floats(data, [prompts, heads, newK, this.#steps, width / heads])
    }
    this.#width = newK
  }

  free(): void {
    this.#own = {}
  }

  #startOwn(width: number): void {
    const { heads } = this.#config
    this.#width = width
    const shape = [this.#promptLengths.length, heads, width, 0, this.#config.width / heads]
    for (const name of this.#cacheNames('own')) this.#own[name] = this.#runtime.floats(new Float32Array(), shape)
  }

  #cacheNames(from: 'prompt' | 'own' | 'new'): string[] {
    return Array.from({ length: this.#config.layers }, (_, layer) =>
      PARTS.map((part) => cacheName(layer, part, from)),
    ).flat()
  }
}
