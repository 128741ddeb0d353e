import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { EngineFailure, type EngineName, type EngineOptions, isMissing } from '../engine.ts'
import type { Dimension } from './onnx-model.ts'

type Ort = typeof import('onnxruntime-web')
export type Feeds = Readonly<Record<string, Tensor>>

/** Execution providers of onnxruntime-node by engine. */
const PROVIDERS: Partial<Record<EngineName, string>> = { ort: 'cpu', 'ort-webgpu': 'webgpu', 'ort-cuda': 'cuda' }

/** A loaded ONNX Runtime and how sessions are made with it. */
export class OrtRuntime {
  readonly description: string
  /** What one operation gives at most: a GPU binds few buffers at once. */
  readonly mostOutputs: number
  /** Whether what a session gives can stay where it was computed, and be fed to the next run. */
  readonly keepsOnDevice: boolean
  readonly #ort: Ort
  readonly #options: InferenceSession.SessionOptions

  private constructor(ort: Ort, name: string, provider: string, threads: number) {
    this.#ort = ort
    this.mostOutputs = provider === 'webgpu' ? 1 : Number.POSITIVE_INFINITY
    // Other devices' memory is unknown to onnxruntime-node: "The data is not stored as a WebGPU buffer."
    this.keepsOnDevice = provider === 'webgpu'
    this.description = `${name} (${provider}, ${threads} thread${threads === 1 ? '' : 's'})`
    this.#options = {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Its errors arrive as exceptions; it need not print them as well.
      logSeverityLevel: 4,
    }
  }

  /**
   * onnxruntime-node, or onnxruntime-web where that one is absent or does not load, or was not asked for. Who asks for a GPU gets
   * it or an EngineFailure.
   */
  static async load({ engine, threads, notice }: EngineOptions): Promise<OrtRuntime> {
    const provider = PROVIDERS[engine]
    if (provider !== undefined)
      try {
        // The name is not a literal, so that a program without this optional package still compiles.
        const name: string = 'onnxruntime-node'
        const loaded = (await import(name)) as Ort & { default?: Ort }
        return new OrtRuntime(loaded.default ?? loaded, name, provider, threads)
      } catch (error) {
        const why = `onnxruntime-node does not load (${oneLine(error)})`
        if (engine !== 'ort') throw new EngineFailure(`${why}: npm install onnxruntime-node@1.30.0`, { cause: error })
        notice(`${why}; using onnxruntime-web, which is slower`)
      }
    try {
      const ort = await import('onnxruntime-web')
      ort.env.wasm.numThreads = threads
      return new OrtRuntime(ort, 'onnxruntime-web', 'wasm', threads)
    } catch (error) {
      throw new EngineFailure(
        isMissing(error, 'onnxruntime-web')
          ? 'this engine needs ONNX Runtime, which is not installed: npm install onnxruntime-node@1.30.0, or onnxruntime-web@1.30.0 (slower)'
          : `no ONNX Runtime loads: ${oneLine(error)}`,
        { cause: error },
      )
    }
  }

  /** @param kept outputs that stay on the device, where it keeps any */
  async session(model: Uint8Array, kept: readonly string[] = []): Promise<InferenceSession> {
    const staying = this.keepsOnDevice && kept.length > 0
    const preferredOutputLocation = Object.fromEntries(kept.map((name) => [name, 'gpu-buffer' as const]))
    try {
      return await this.#ort.InferenceSession.create(model, {
        ...this.#options,
        ...(staying && { preferredOutputLocation }),
      })
    } catch (error) {
      throw new EngineFailure(`${this.description} refuses the network: ${oneLine(error)}`, { cause: error })
    }
  }

  floats(data: Float32Array, shape: readonly number[]): Tensor {
    return new this.#ort.Tensor('float32', data, shape)
  }
  integers(data: Int32Array, shape: readonly number[]): Tensor {
    return new this.#ort.Tensor('int32', data, shape)
  }
  scalar(value: number): Tensor {
    return this.floats(Float32Array.of(value), [])
  }
}

/** Its numbers can be read where it is not kept on a device. */
type Output = { readonly data: Float32Array; readonly tensor: Tensor; readonly shape: readonly Dimension[] }

/** Runs a session and hands back its outputs' numbers by name. */
export async function run(session: InferenceSession, feeds: Feeds): Promise<(name: string) => Output> {
  let outputs: InferenceSession.ReturnType
  try {
    outputs = await session.run(feeds)
  } catch (error) {
    throw new EngineFailure(`the network could not be run: ${oneLine(error)}`, { cause: error })
  }
  return (name) => {
    const tensor = outputs[name]
    if (tensor === undefined) throw new EngineFailure(`the network gave no ${name}`)
    return {
      get data() {
        return tensor.data as Float32Array
      },
      tensor,
      shape: tensor.dims,
    }
  }
}

/** The first line of an error's message. */
export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return (message.split('\n')[0] ?? '').slice(0, 300)
}
