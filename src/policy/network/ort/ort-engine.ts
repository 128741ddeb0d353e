import type { InferenceSession, Tensor } from 'onnxruntime-web'
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
import { decodeProgram, gradientProgram, prefillProgram, readProgram, scoreProgram, trainProgram } from './programs.ts'
import { type Feeds, OrtRuntime, run } from './runtime.ts'

/** What a training step changes, and the step's names for what it makes of them. */
const NEW = { parameters: 'newTheta', firstMoments: 'newFirstMoments', secondMoments: 'newSecondMoments' } as const
type Vector = keyof typeof NEW

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
  /** As it was last on the processor. */
  #state: EngineState
  /** Newer than that: parameters and the optimiser's moments, where steps leave them on the device. */
  #kept: Record<Vector, Tensor> | undefined
  #steps = 0

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
    const session = await this.#session(
      'train',
      () => trainProgram(this.config, this.#options.optimizer, this.#runtime.mostOutputs),
      Object.values(NEW),
    )
    const { beta1, beta2 } = this.#options.optimizer
    const step = this.#steps + 1
    const output = await run(session, {
      ...this.#weightedFeeds(batch),
      firstMoments: this.#vector('firstMoments'),
      secondMoments: this.#vector('secondMoments'),
      learningRate: this.#runtime.scalar(learningRate),
      firstCorrection: this.#runtime.scalar(1 / (1 - beta1 ** step)),
      secondCorrection: this.#runtime.scalar(1 / (1 - beta2 ** step)),
    })
    const gradientNorm = output('gradientNorm').data[0] ?? Number.NaN
    if (!Number.isFinite(gradientNorm))
      throw new EngineFailure(`the gradient stopped being finite at step ${step}; a smaller learning rate may help`)
    const now = <T>(read: (name: string) => T) => ({
      parameters: read(NEW.parameters),
      firstMoments: read(NEW.firstMoments),
      secondMoments: read(NEW.secondMoments),
    })
    if (this.#runtime.keepsOnDevice) this.#keep(now((name) => output(name).tensor))
    else this.#state = { ...now((name) => output(name).data), steps: step }
    this.#steps = step
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

  async readState(): Promise<EngineState> {
    const kept = this.#kept
    if (kept === undefined || this.#state.steps === this.#steps) return this.#state
    const session = await this.#session('read', () => readProgram(this.config))
    const read = async (name: Vector) => (await run(session, { kept: kept[name] }))('read').data
    this.#state = {
      parameters: await read('parameters'),
      firstMoments: await read('firstMoments'),
      secondMoments: await read('secondMoments'),
      steps: this.#steps,
    }
    return this.#state
  }

  writeState(state: EngineState): void {
    const size = parameterCount(this.config)
    for (const vector of [state.parameters, state.firstMoments, state.secondMoments])
      if (vector.length !== size) throw new RangeError(`${vector.length} numbers for ${size} parameters`)
    this.#state = state
    this.#steps = state.steps
    this.#keep(undefined)
    this.#dropSamplers()
  }

  async dispose(): Promise<void> {
    this.#dropSamplers()
    this.#keep(undefined)
    await this.#released
    for (const session of this.#programs.values()) await (await session).release()
    this.#programs.clear()
  }

  #keep(vectors: Record<Vector, Tensor> | undefined): void {
    for (const old of Object.values(this.#kept ?? {})) old.dispose()
    this.#kept = vectors
  }

  #vector(name: Vector): Tensor {
    return this.#kept?.[name] ?? this.#runtime.floats(this.#state[name], [this.#state[name].length])
  }

  #session(name: string, build: () => Uint8Array, kept?: readonly string[]): Promise<InferenceSession> {
    const known = this.#programs.get(name)
    if (known !== undefined) return known
    const session = this.#runtime.session(build(), kept)
    this.#programs.set(name, session)
    return session
  }

  /** The sampler's graphs hold the parameters themselves, so they live until the parameters change. */
  #samplerSessions(): Promise<SamplerSessions> {
    this.#samplers ??= (async () => {
      const { parameters } = await this.readState()
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
      theta: this.#vector('parameters'),
      places: this.#runtime.integers(batch.places, [batch.places.length]),
      targets: this.#runtime.integers(batch.targets, [batch.targets.length]),
    }
  }
  #weightedFeeds(batch: WeightedBatch): Feeds {
    return { ...this.#batchFeeds(batch), weights: this.#runtime.floats(batch.weights, [batch.weights.length]) }
  }
}
