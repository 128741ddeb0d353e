import { type BeamRequest, beamSearch } from './beam.ts'
import { createEngine, initialise } from './create-engine.ts'
import type { EngineOptions, EngineState, NetworkEngine, StepResult, TokenBatch, WeightedBatch } from './engine.ts'
import type { NetworkConfig } from './network-config.ts'
import { PrefixCache } from './prefix-cache.ts'
import { type Draw, type SampleRequest, sample } from './sampler.ts'

/**
 * A network to train and to sample from, wherever it runs. Calls may overlap; they are done one after the other.
 * Typed arrays in arguments and results are the receiver's.
 */
export interface PolicyNetwork {
  readonly config: NetworkConfig
  /** What runs it, e.g. `onnxruntime-node (cpu, 1 thread)`. */
  readonly description: string
  initialise(seed: number | string): Promise<void>
  trainStep(batch: WeightedBatch, learningRate: number): Promise<StepResult>
  score(batch: TokenBatch): Promise<Float32Array>
  sample(request: SampleRequest, signal?: AbortSignal): Promise<Draw[][]>
  beam(request: BeamRequest, signal?: AbortSignal): Promise<Draw[]>
  /** A copy of everything that training changes. */
  readState(): Promise<EngineState>
  writeState(state: EngineState): Promise<void>
  /** Bytes of memory the process holds. */
  memory(): Promise<number>
  dispose(): Promise<void>
}

export type NetworkOptions = EngineOptions & {
  /** Most bytes of next-token distributions to keep for sampling, 256 MiB if left out; 0 keeps none. */
  readonly cacheBytes?: number
}

/** A network in this very thread, which it blocks while it computes. The worker has one; tests and measurements may. */
export class LocalNetwork implements PolicyNetwork {
  readonly config: NetworkConfig
  readonly description: string
  readonly #engine: NetworkEngine
  /** What the present parameters say; emptied whenever they change. */
  readonly #cache: PrefixCache
  /** Settled when all calls so far are. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(engine: NetworkEngine, cacheBytes: number | undefined) {
    this.#engine = engine
    this.#cache = new PrefixCache(cacheBytes)
    this.config = engine.config
    this.description = engine.description
  }

  static async start({ cacheBytes, ...options }: NetworkOptions): Promise<LocalNetwork> {
    return new LocalNetwork(await createEngine(options), cacheBytes)
  }

  initialise(seed: number | string): Promise<void> {
    return this.#change(async () => initialise(this.#engine, seed))
  }
  trainStep(batch: WeightedBatch, learningRate: number): Promise<StepResult> {
    return this.#change(() => this.#engine.trainStep(batch, learningRate))
  }
  score(batch: TokenBatch): Promise<Float32Array> {
    return this.#inTurn(() => this.#engine.score(batch))
  }
  sample(request: SampleRequest, signal?: AbortSignal): Promise<Draw[][]> {
    return this.#inTurn(() => sample(this.#engine, request, signal, this.#cache), signal)
  }
  beam(request: BeamRequest, signal?: AbortSignal): Promise<Draw[]> {
    return this.#inTurn(() => beamSearch(this.#engine, request, signal), signal)
  }
  readState(): Promise<EngineState> {
    return this.#inTurn(async () => {
      const { parameters, firstMoments, secondMoments, steps } = await this.#engine.readState()
      return {
        parameters: parameters.slice(),
        firstMoments: firstMoments.slice(),
        secondMoments: secondMoments.slice(),
        steps,
      }
    })
  }
  writeState(state: EngineState): Promise<void> {
    return this.#change(async () => this.#engine.writeState(state))
  }
  async memory(): Promise<number> {
    return process.memoryUsage.rss()
  }
  dispose(): Promise<void> {
    return this.#change(() => this.#engine.dispose())
  }

  /** As `#inTurn`, for work after which the parameters are others. */
  #change<R>(work: () => Promise<R>): Promise<R> {
    return this.#inTurn(() => {
      this.#cache.clear()
      return work()
    })
  }

  #inTurn<R>(work: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    const turn = this.#last.then(() => {
      signal?.throwIfAborted()
      return work()
    })
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
