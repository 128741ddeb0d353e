import type { NetworkConfig } from './network-config.ts'

/** Token rows of one length and the places in them whose next token is looked at. */
export type TokenBatch = {
  readonly rows: number
  /** Tokens per row, fillings included. */
  readonly length: number
  /** [rows * length], row after row. */
  readonly ids: Int32Array
  /** Distinct places in the flattened ids, [m]. */
  readonly places: Int32Array
  /** The token that follows each place, [m]. */
  readonly targets: Int32Array
}

/** Training minimises sum_j weights_j * -log p(targets_j); the weights carry the loss, its factor and its normalisation. */
export type WeightedBatch = TokenBatch & { readonly weights: Float32Array }

export type OptimizerSettings = {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** Decoupled weight decay per unit of learning rate, on matrices only. */
  readonly weightDecay: number
  /** The gradient's norm over all parameters is cut to this. */
  readonly clipNorm: number
}

export const DEFAULT_OPTIMIZER: OptimizerSettings = {
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
}

export type StepResult = {
  /** Natural log-probability of each target before the step, [m]. */
  readonly logProbs: Float32Array
  /** Norm of the whole gradient before clipping. */
  readonly gradientNorm: number
}

/** Everything that changes in training, as flat vectors in the order of `parameterSpecs`. */
export type EngineState = {
  readonly parameters: Float32Array
  readonly firstMoments: Float32Array
  readonly secondMoments: Float32Array
  /** Optimiser steps done. */
  readonly steps: number
}

/** K continuations of each of S prompts, decoded token by token. */
export interface Decoding {
  /** Logits [S, vocabulary] of the first token after each prompt. */
  readonly firstLogits: Float32Array
  readonly vocabularySize: number
  /**
   * Appends one token [S, K] to each continuation: logits [S * K, vocabulary]. The first call fixes K. What it gives for
   * a continuation past the context means nothing, so that prompts near its end can share a decoding with others.
   */
  step(ids: Int32Array): Promise<Float32Array>
  /** Continuation j of prompt s becomes the old `sources[s * newK + j]`-th of that prompt. */
  select(sources: Int32Array, newK: number): void
  free(): void
}

/** Runs the network of `network.ts`. Calls must not overlap. */
export interface NetworkEngine {
  readonly config: NetworkConfig
  /** What runs it, e.g. `onnxruntime-node (cpu, 1 thread)`. */
  readonly description: string
  /** One AdamW step. Throws EngineFailure if the numbers stop being finite. */
  trainStep(batch: WeightedBatch, learningRate: number): Promise<StepResult>
  /** Gradient of the training objective, flat; nothing is changed. */
  gradient(batch: WeightedBatch): Promise<{ logProbs: Float32Array; gradient: Float32Array }>
  /** Natural log-probability of each target, [m]. */
  score(batch: TokenBatch): Promise<Float32Array>
  /** Reads prompts, each at most `contextLength` tokens, at least one. */
  startDecoding(prompts: readonly (readonly number[])[]): Promise<Decoding>
  /** Of an engine that keeps it on a device: fetched from there. */
  readState(): Promise<EngineState>
  writeState(state: EngineState): void
  dispose(): Promise<void>
}

/** The engine itself failed: a library that does not load, an operation it lacks, numbers that are not finite. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure'
}

/** Whether an import failed because this package (of those that are installed apart) is not there. */
export function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  return code === 'ERR_MODULE_NOT_FOUND' && String(message).includes(`'${name}'`)
}

export const ENGINE_NAMES = [
  'ort',
  'ort-web',
  'ort-webgpu',
  'ort-cuda',
  'tfjs',
  'tfjs-wasm',
  'tfjs-cpu',
  'tfjs-wasm-stock',
] as const
/**
 * `ort`: onnxruntime-node, onnxruntime-web where that is missing. `ort-webgpu`, `ort-cuda`: onnxruntime-node on a GPU, or a failure. `tfjs`: the first of tfjs-node-gpu, tfjs-node, wasm and
 * cpu that works. The others name one back end; `tfjs-wasm-stock` is wasm without the faster matrix product, for measuring.
 */
export type EngineName = (typeof ENGINE_NAMES)[number]

export type EngineOptions = {
  readonly engine: EngineName
  readonly config: NetworkConfig
  readonly optimizer: OptimizerSettings
  /** Threads of one operation. More than one is faster only where cores are free. */
  readonly threads: number
  /** Told, in one line each, what was tried and why it was passed over. */
  readonly notice: (line: string) => void
}

/** Very negative, yet finite: added to a score it makes the attention exactly 0 in float32 without making NaN. */
export const MASKED = -1e9

/** [1, 1, length, length]: each position sees itself and what came before. */
export function causalMask(length: number): Float32Array {
  const mask = new Float32Array(length * length)
  for (let i = 0; i < length; i++) mask.fill(MASKED, i * length + i + 1, (i + 1) * length)
  return mask
}

/** Token rows of their own lengths as one block, filled with `filling` at their ends. */
export function padRows(rows: readonly (readonly number[])[], length: number, filling: number): Int32Array {
  const ids = new Int32Array(rows.length * length).fill(filling)
  rows.forEach((row, i) => {
    ids.set(row, i * length)
  })
  return ids
}
