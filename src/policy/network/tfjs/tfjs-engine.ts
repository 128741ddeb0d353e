import * as tf from '@tensorflow/tfjs'
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
import { encode, logitsAt, logProbsAt, type Weights } from '../network.ts'
import { type NetworkConfig, type ParameterSpec, parameterSpecs } from '../network-config.ts'
import { PAD_ID } from '../tokenizer.ts'
import { selectBackend } from './backend.ts'
import { TfjsDecoding } from './tfjs-decoding.ts'
import { tfjsOps } from './tfjs-ops.ts'

/** Tensors of the parameters and of both moments, in the order of `parameterSpecs`. */
type Tensors = { parameters: tf.Tensor[]; firstMoments: tf.Tensor[]; secondMoments: tf.Tensor[]; steps: number }

/** The network computed operation by operation with TensorFlow.js. */
export class TfjsEngine implements NetworkEngine {
  readonly config: NetworkConfig
  readonly description: string
  readonly #options: EngineOptions
  readonly #backend: string
  readonly #specs: readonly ParameterSpec[]
  #tensors: Tensors

  private constructor(options: EngineOptions, selected: { name: string; backend: string }) {
    this.config = options.config
    this.description = selected.name
    this.#options = options
    this.#backend = selected.backend
    this.#specs = parameterSpecs(options.config)
    const zeros = () => this.#specs.map((spec) => tf.zeros([...spec.shape]))
    this.#tensors = { parameters: zeros(), firstMoments: zeros(), secondMoments: zeros(), steps: 0 }
  }

  static async create(options: EngineOptions): Promise<TfjsEngine> {
    return new TfjsEngine(options, await selectBackend(options.engine, options.notice))
  }

  async trainStep(batch: WeightedBatch, learningRate: number): Promise<StepResult> {
    await tf.setBackend(this.#backend)
    const { logProbs, gradients } = this.#gradients(batch)
    const norm = tf.tidy(() => {
      const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)))
      return tf.sqrt(tf.addN(squares))
    })
    const gradientNorm = (await norm.data())[0] ?? Number.NaN
    tf.dispose(norm)
    if (!Number.isFinite(gradientNorm)) {
      tf.dispose([...gradients, logProbs])
      throw new EngineFailure(
        `the gradient stopped being finite at step ${this.#tensors.steps + 1}; a smaller learning rate may help`,
      )
    }
    this.#update(gradients, gradientNorm, learningRate)
    tf.dispose(gradients)
    return { logProbs: await takeFloats(logProbs), gradientNorm }
  }

  async gradient(batch: WeightedBatch): Promise<{ logProbs: Float32Array; gradient: Float32Array }> {
    await tf.setBackend(this.#backend)
    const { logProbs, gradients } = this.#gradients(batch)
    const gradient = this.#flat(gradients)
    tf.dispose(gradients)
    return { logProbs: await takeFloats(logProbs), gradient }
  }

  async score(batch: TokenBatch): Promise<Float32Array> {
    await tf.setBackend(this.#backend)
    const logProbs = tf.tidy(() => this.#logProbs(batch, this.#weights(this.#tensors.parameters)))
    return takeFloats(logProbs)
  }

  async startDecoding(prompts: readonly (readonly number[])[]): Promise<Decoding> {
    await tf.setBackend(this.#backend)
    const length = Math.max(...prompts.map((prompt) => prompt.length))
    const weights = this.#weights(this.#tensors.parameters)
    const { logits, cache } = tf.tidy(() => {
      const ids = padRows(prompts, length, PAD_ID)
      const encoded = encode(tfjsOps, this.config, weights, rowInputs(prompts.length, length, ids))
      const places = tf.tensor1d(
        prompts.map((prompt, i) => i * length + prompt.length - 1),
        'int32',
      )
      return { logits: logitsAt(tfjsOps, weights, encoded.hidden, places), cache: encoded.cache }
    })
    return new TfjsDecoding(this.#backend, this.config, weights, prompts, cache, await takeFloats(logits))
  }

  async readState(): Promise<EngineState> {
    const { parameters, firstMoments, secondMoments, steps } = this.#tensors
    return {
      parameters: this.#flat(parameters),
      firstMoments: this.#flat(firstMoments),
      secondMoments: this.#flat(secondMoments),
      steps,
    }
  }

  writeState(state: EngineState): void {
    const old = this.#tensors
    this.#tensors = {
      parameters: this.#cut(state.parameters),
      firstMoments: this.#cut(state.firstMoments),
      secondMoments: this.#cut(state.secondMoments),
      steps: state.steps,
    }
    tf.dispose([...old.parameters, ...old.firstMoments, ...old.secondMoments])
  }

  async dispose(): Promise<void> {
    const { parameters, firstMoments, secondMoments } = this.#tensors
    tf.dispose([...parameters, ...firstMoments, ...secondMoments])
  }

  #weights(parameters: readonly tf.Tensor[]): Weights<tf.Tensor> {
    const byName = new Map(this.#specs.map((spec, i) => [spec.name, parameters[i] as tf.Tensor]))
    return (name) => {
      const tensor = byName.get(name)
      if (tensor === undefined) throw new Error(`the network has no parameter ${name}`)
      return tensor
    }
  }

  #logProbs(batch: TokenBatch, weights: Weights<tf.Tensor>): tf.Tensor {
    const { hidden } = encode(tfjsOps, this.config, weights, rowInputs(batch.rows, batch.length, batch.ids))
    const places = tf.tensor1d(batch.places, 'int32')
    return logProbsAt(tfjsOps, weights, hidden, places, tf.tensor1d(batch.targets, 'int32'))
  }

  #gradients(batch: WeightedBatch): { logProbs: tf.Tensor; gradients: tf.Tensor[] } {
    let kept: tf.Tensor | undefined
    const objective = (...parameters: tf.Tensor[]): tf.Tensor => {
      const logProbs = this.#logProbs(batch, this.#weights(parameters))
      kept = tf.keep(tf.clone(logProbs))
      return tf.neg(tf.sum(tf.mul(logProbs, tf.tensor1d(batch.weights))))
    }
    const { value, grads } = tf.valueAndGrads(objective)(this.#tensors.parameters)
    value.dispose()
    if (kept === undefined) throw new EngineFailure('the objective was not computed')
    return { logProbs: kept, gradients: grads }
  }

  /** AdamW with the gradient cut to its largest norm; see `trainProgram`, which must agree with it. */
  #update(gradients: readonly tf.Tensor[], gradientNorm: number, learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.#options.optimizer
    const clip = Math.min(1, clipNorm / (gradientNorm + 1e-12))
    const old = this.#tensors
    const steps = old.steps + 1
    const news: Tensors = { parameters: [], firstMoments: [], secondMoments: [], steps }
    this.#specs.forEach((spec, i) => {
      const [parameter, first, second] = tf.tidy(() => {
        const gradient = tf.mul(gradients[i] as tf.Tensor, clip)
        const theta = old.parameters[i] as tf.Tensor
        const newFirst = tf.add(tf.mul(old.firstMoments[i] as tf.Tensor, beta1), tf.mul(gradient, 1 - beta1))
        const newSecond = tf.add(
          tf.mul(old.secondMoments[i] as tf.Tensor, beta2),
          tf.mul(tf.square(gradient), 1 - beta2),
        )
        const root = tf.sqrt(tf.mul(newSecond, 1 / (1 - beta2 ** steps)))
        const adam = tf.div(tf.mul(newFirst, 1 / (1 - beta1 ** steps)), tf.add(root, epsilon))
        const change = spec.decays ? tf.add(adam, tf.mul(theta, weightDecay)) : adam
        return [tf.sub(theta, tf.mul(change, learningRate)), newFirst, newSecond]
      }) as [tf.Tensor, tf.Tensor, tf.Tensor]
      news.parameters.push(parameter)
      news.firstMoments.push(first)
      news.secondMoments.push(second)
    })
    this.#tensors = news
    tf.dispose([...old.parameters, ...old.firstMoments, ...old.secondMoments])
  }

  #flat(tensors: readonly tf.Tensor[]): Float32Array {
    const flat = new Float32Array(this.#specs.reduce((sum, spec) => sum + spec.size, 0))
    this.#specs.forEach((spec, i) => {
      flat.set((tensors[i] as tf.Tensor).dataSync() as Float32Array, spec.offset)
    })
    return flat
  }
  #cut(flat: Float32Array): tf.Tensor[] {
    const size = this.#specs.reduce((sum, spec) => sum + spec.size, 0)
    if (flat.length !== size) throw new RangeError(`${flat.length} numbers for ${size} parameters`)
    return this.#specs.map(({ offset, size, shape }) => tf.tensor(flat.slice(offset, offset + size), [...shape]))
  }
}

function rowInputs(rows: number, length: number, ids: Int32Array) {
  return {
    ids: tf.tensor2d(ids, [rows, length], 'int32') as tf.Tensor,
    positions: tf.expandDims(tf.range(0, length, 1, 'int32'), 0) as tf.Tensor,
    mask: tf.tensor4d(causalMask(length), [1, 1, length, length]) as tf.Tensor,
  }
}

/** A tensor's numbers; the tensor is freed. */
async function takeFloats(tensor: tf.Tensor): Promise<Float32Array> {
  const data = Float32Array.from(await tensor.data())
  tensor.dispose()
  return data
}
