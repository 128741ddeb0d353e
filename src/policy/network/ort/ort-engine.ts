import type { InferenceSession } from 'onnxruntime-web'
import {
  causalMask,
  type Decoding,
  EngineFailure,
  type EngineOptions,
  type EngineState,
  type NetworkEngine,
  padRows,
  type StepResult,
  type TokenBatch,
  type WeightedBatch,
} from '../engine.ts'
import { type NetworkConfig, parameterCount } from '../network-config.ts'
import { PAD_ID } from '../tokenizer.ts'
import { OrtDecoding } from './ort-decoding.ts'
import { decodeProgram, gradientProgram, prefillProgram, scoreProgram, trainProgram } from './programs.ts'
import { type Feeds, OrtRuntime, run } from './runtime.ts'

type SamplerSessions = { readonly prefill: InferenceSession; readonly decode: InferenceSession }

/** The network as static graphs for ONNX Runtime: forward, backward and optimiser are one graph. */
export class OrtEngine implements NetworkEngine {
  readonly config: NetworkConfig
  readonly description: string
  readonly #runtime: OrtRuntime
  readonly #options: EngineOptions
  readonly #programs = new Map<string, Promise<InferenceSession>>()
  #samplers: Promise<SamplerSessions> | undefined
  /** Settled when all sampler sessions dropped so far are freed. */
  #released: Promise<unknown> = Promise.resolve()
  #state: EngineState

  private constructor(runtime: OrtRuntime, options: EngineOptions) {
    this.#runtime = runtime
    this.#options = options
    this.config = options.config
    this.description = runtime.description
    const zeros = () => new Float32Array(parameterCount(options.config))
    this.#state = { parameters: zeros(), firstMoments: zeros(), secondMoments: zeros(), steps: 0 }
  }

  static async create(options: EngineOptions): Promise<OrtEngine> {
    return new OrtEngine(await OrtRuntime.load(options), options)
  }

  async trainStep(batch: WeightedBatch, learningRate: number): Promise<StepResult> {
    const session = await this.#session('train', () =>
      trainProgram(this.config, this.#options.optimizer, this.#runtime.mostOutputs),
    )
    const { beta1, beta2 } = this.#options.optimizer
    const step = this.#state.steps + 1
    const shape = [this.#state.parameters.length]
    const output = await run(session, {
      ...this.#weightedFeeds(batch),
      firstMoments: this.#runtime.floats(this.#state.firstMoments, shape),
      secondMoments: this.#runtime.floats(this.#state.secondMoments, shape),
      learningRate: this.#runtime.scalar(learningRate),
      firstCorrection: this.#runtime.scalar(1 / (1 - beta1 ** step)),
      secondCorrection: this.#runtime.scalar(1 / (1 - beta2 ** step)),
    })
    const gradientNorm = output('gradientNorm').data[0] ?? Number.NaN
    if (!Number.isFinite(gradientNorm))
      throw new EngineFailure(`the gradient stopped being finite at step ${step}; a smaller learning rate may help`)
    this.#state = {
      parameters: output('newTheta').data,
      firstMoments: output('newFirstMoments').data,
      secondMoments: output('newSecondMoments').data,
      steps: step,
    }
    this.#dropSamplers()
    return { logProbs: output('logProbs').data, gradientNorm }
  }

  async gradient(batch: WeightedBatch): Promise<{ logProbs: Float32Array; gradient: Float32Array }> {
    const session = await this.#session('gradient', () => gradientProgram(this.config, this.#runtime.mostOutputs))
    const output = await run(session, this.#weightedFeeds(batch))
    return { logProbs: output('logProbs').data, gradient: output('gradient').data }
  }

  async score(batch: TokenBatch): Promise<Float32Array> {
    const session = await this.#session('score', () => scoreProgram(this.config, this.#runtime.mostOutputs))
    return (await run(session, this.#batchFeeds(batch)))('logProbs').data
  }

  async startDecoding(prompts: readonly (readonly number[])[]): Promise<Decoding> {
    const { prefill, decode } = await this.#samplerSessions()
    const length = Math.max(...prompts.map((prompt) => prompt.length))
    const places = Int32Array.from(prompts, (prompt, i) => i * length + prompt.length - 1)
    const output = await run(prefill, {
      ...this.#rowFeeds(prompts.length, length, padRows(prompts, length, PAD_ID)),
      places: this.#runtime.integers(places, [prompts.length]),
    })
    return new OrtDecoding(this.#runtime, this.config, decode, prompts, length, output)
  }

  readState(): EngineState {
    return this.#state
  }

  writeState(state: EngineState): void {
    const size = parameterCount(this.config)
    for (const vector of [state.parameters, state.firstMoments, state.secondMoments])
      if (vector.length !== size) throw new RangeError(`${vector.length} numbers for ${size} parameters`)
    this.#state = state
    this.#dropSamplers()
  }

  async dispose(): Promise<void> {
    this.#dropSamplers()
    await this.#released
    for (const session of this.#programs.values()) await (await session).release()
    this.#programs.clear()
  }

  #session(name: string, build: () => Uint8Array): Promise<InferenceSession> {
    const known = this.#programs.get(name)
    if (known !== undefined) return known
    const session = this.#runtime.session(build())
    this.#programs.set(name, session)
    return session
  }

  /** The sampler's graphs hold the parameters themselves, so they live until the parameters change. */
  #samplerSessions(): Promise<SamplerSessions> {
    this.#samplers ??= (async () => {
      const { parameters } = this.#state
      const prefill = await this.#runtime.session(prefillProgram(this.config, parameters))
      return { prefill, decode: await this.#runtime.session(decodeProgram(this.config, parameters)) }
    })()
    return this.#samplers
  }
  #dropSamplers(): void {
    const old = this.#samplers
    this.#samplers = undefined
    if (old === undefined) return
    this.#released = Promise.all([this.#released, old])
      .then(async ([, { prefill, decode }]) => {
        await prefill.release()
        await decode.release()
      })
      .catch(() => undefined)
  }

  #rowFeeds(rows: number, length: number, ids: Int32Array): Feeds {
    return {
      ids: this.#runtime.integers(ids, [rows, length]),
      positions: this.#runtime.integers(
        Int32Array.from({ length }, (_, i) => i),
        [1, length],
      ),
      mask: this.#runtime.floats(causalMask(length), [1, 1, length, length]),
    }
  }
  #batchFeeds(batch: TokenBatch): Feeds {
    return {
      ...this.#rowFeeds(batch.rows, batch.length, batch.ids),
      theta: this.#runtime.floats(this.#state.parameters, [this.#state.parameters.length]),
      places: this.#runtime.integers(batch.places, [batch.places.length]),
      targets: this.#runtime.integers(batch.targets, [batch.targets.length]),
    }
  }
  #weightedFeeds(batch: WeightedBatch): Feeds {
    return { ...this.#batchFeeds(batch), weights: this.#runtime.floats(batch.weights, [batch.weights.length]) }
  }
}
