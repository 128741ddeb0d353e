import type { OptimizerSettings } from '../engine.ts'
import { decodeStep, encode, type LayerCache, logitsAt, logProbsAt, type Weights } from '../network.ts'
import { type NetworkConfig, type ParameterSpec, parameterCount, parameterSpecs } from '../network-config.ts'
import { GraphValues, type Value } from './graph-values.ts'
import { type Dimension, type ElementType, OnnxGraph } from './onnx-model.ts'
import { OnnxOps } from './onnx-ops.ts'

/**
 * The graphs the engine runs, as ONNX models. Batch and length are symbols, so each graph is built once and serves every
 * batch. Inputs and outputs are named in the comments; `theta` is the flat vector of all parameters.
 */
class Program {
  readonly graph = new OnnxGraph()
  readonly ops = new OnnxOps(this.graph)
  readonly values = new GraphValues(this.graph)
  readonly #mostOutputs: number

  constructor(mostOutputs = Number.POSITIVE_INFINITY) {
    this.#mostOutputs = mostOutputs
  }

  input(name: string, type: ElementType, shape: readonly Dimension[]): Value {
    return { name: this.graph.input(name, type, shape), shape }
  }
  output(value: Value, name: string, shape: readonly Dimension[] = value.shape): void {
    this.graph.output(value.name, name, 'float32', shape)
  }

  /** Parameters cut out of the input `theta`; `tracked` ones get gradients. */
  fedWeights(config: NetworkConfig, tracked: boolean): { theta: Value; weights: Weights<Value> } {
    const specs = parameterSpecs(config)
    const theta = this.input('theta', 'float32', [parameterCount(config)])
    const pieces = this.#cut(theta, specs)
    const weights = new Map(
      specs.map((spec, i) => {
        const piece = pieces[i] as string
        const shape = this.graph.integers(spec.shape)
        return [spec.name, this.values.node('Reshape', [piece, shape], spec.shape)]
      }),
    )
    if (tracked) for (const weight of weights.values()) this.ops.track(weight)
    return { theta, weights: lookUp(weights) }
  }

  #cut(theta: Value, specs: readonly ParameterSpec[]): string[] {
    if (specs.length <= this.#mostOutputs) {
      const sizes = this.graph.integers(specs.map((spec) => spec.size))
      return this.graph.node('Split', [theta.name, sizes], { axis: 0 }, { outputs: specs.length })
    }
    const at = (place: number) => this.graph.integers([place])
    return specs.flatMap(({ offset, size }) =>
      this.graph.node('Slice', [theta.name, at(offset), at(offset + size), at(0)]),
    )
  }

  /** Parameters that are part of the model, so that the runtime can lay them out once for its matrix products. */
  bakedWeights(config: NetworkConfig, parameters: Float32Array): Weights<Value> {
    return lookUp(
      new Map(
        parameterSpecs(config).map(({ name, shape, offset, size }) => {
          const data = parameters.subarray(offset, offset + size)
          return [name, { name: this.graph.tensor(`theta.${name}`, 'float32', shape, data), shape }]
        }),
      ),
    )
  }

  encodeInputs() {
    return {
      ids: this.input('ids', 'int32', ['B', 'T']),
      positions: this.input('positions', 'int32', [1, 'T']),
      mask: this.input('mask', 'float32', [1, 1, 'T', 'T']),
    }
  }
}

function lookUp(weights: ReadonlyMap<string, Value>): Weights<Value> {
  return (name) => {
    const weight = weights.get(name)
    if (weight === undefined) throw new Error(`the network has no parameter ${name}`)
    return weight
  }
}

/** In: kept [n]. Out: read, the same. What a device keeps comes to the processor by it. */
export function readProgram(config: NetworkConfig): Uint8Array {
  const program = new Program()
  const kept = program.input('kept', 'float32', [parameterCount(config)])
  program.output(program.values.unary('Identity', kept), 'read')
  return program.graph.finish()
}

/** In: theta, ids, positions, mask, places [m], targets [m]. Out: logProbs [m]. */
export function scoreProgram(config: NetworkConfig, mostOutputs?: number): Uint8Array {
  const program = new Program(mostOutputs)
  const { weights } = program.fedWeights(config, false)
  program.output(targetLogProbs(program, config, weights), 'logProbs')
  return program.graph.finish()
}

function targetLogProbs(program: Program, config: NetworkConfig, weights: Weights<Value>): Value {
  const { hidden } = encode(program.ops, config, weights, program.encodeInputs())
  const places = program.input('places', 'int32', ['M'])
  const targets = program.input('targets', 'int32', ['M'])
  return logProbsAt(program.ops, weights, hidden, places, targets)
}

/** As `scoreProgram`, with weights [m] in, and the flat gradient of sum_j weights_j * -logProbs_j. */
function differentiated(program: Program, config: NetworkConfig): { theta: Value; gradient: Value } {
  const { theta, weights } = program.fedWeights(config, true)
  const logProbs = targetLogProbs(program, config, weights)
  program.output(logProbs, 'logProbs')
  const seed = program.values.unary('Neg', program.input('weights', 'float32', ['M']))
  const gradients = program.ops.backward(logProbs, seed)
  const flat = parameterSpecs(config).map((spec) => {
    const gradient = gradients.get(weights(spec.name).name)
    if (gradient === undefined) throw new Error(`parameter ${spec.name} has no gradient`)
    return program.values.node('Reshape', [gradient, program.graph.integers([-1])], [spec.size])
  })
  return { theta, gradient: program.values.node('Concat', flat, theta.shape, { axis: 0 }) }
}

/** In: those of `scoreProgram` and weights [m]. Out: logProbs [m], gradient (flat). */
export function gradientProgram(config: NetworkConfig, mostOutputs?: number): Uint8Array {
  const program = new Program(mostOutputs)
  const { gradient } = differentiated(program, config)
  program.output(gradient, 'gradient')
  return program.graph.finish()
}

/**
 * Forward, backward and one AdamW step. In: those of `gradientProgram`, firstMoments, secondMoments (flat), learningRate,
 * firstCorrection = 1/(1 - beta1^t), secondCorrection = 1/(1 - beta2^t). Out: logProbs [m], gradientNorm [1],
 * newTheta, newFirstMoments, newSecondMoments.
 */
export function trainProgram(config: NetworkConfig, optimizer: OptimizerSettings, mostOutputs?: number): Uint8Array {
  const program = new Program(mostOutputs)
  const { values: v, graph } = program
  const { theta, gradient } = differentiated(program, config)
  const first = program.input('firstMoments', 'float32', theta.shape)
  const second = program.input('secondMoments', 'float32', theta.shape)
  const rate = program.input('learningRate', 'float32', [])
  const firstCorrection = program.input('firstCorrection', 'float32', [])
  const secondCorrection = program.input('secondCorrection', 'float32', [])
  const mul = (a: Value, b: Value | number) => v.binary('Mul', a, typeof b === 'number' ? v.scalar(b) : b)

  const norm = v.node('ReduceL2', [gradient, graph.integers([0])], [1], { keepdims: 1 })
  const excess = v.binary('Div', v.scalar(optimizer.clipNorm), v.binary('Add', norm, v.scalar(1e-12)))
  const clipped = mul(gradient, v.binary('Min', excess, v.scalar(1)))

  const { beta1, beta2 } = optimizer
  const newFirst = v.binary('Add', mul(first, beta1), mul(clipped, 1 - beta1))
  const newSecond = v.binary('Add', mul(second, beta2), mul(mul(clipped, clipped), 1 - beta2))
  const root = v.unary('Sqrt', mul(newSecond, secondCorrection))
  const adam = v.binary('Div', mul(newFirst, firstCorrection), v.binary('Add', root, v.scalar(optimizer.epsilon)))
  // Those that decay come first in theta.
  const specs = parameterSpecs(config)
  const decaying = specs.filter((spec) => spec.decays).reduce((sum, spec) => sum + spec.size, 0)
  const sizes = graph.integers([decaying, (theta.shape[0] as number) - decaying])
  const [matrices = '', others = ''] = graph.node('Split', [theta.name, sizes], { axis: 0 }, { outputs: 2 })
  const decayed = mul(v.value(matrices, [decaying]), optimizer.weightDecay)
  const decay = v.node('Concat', [decayed, mul(v.value(others, ['rest']), 0)], theta.shape, { axis: 0 })
  const newTheta = v.binary('Sub', theta, mul(v.binary('Add', adam, decay), rate))

  program.output(norm, 'gradientNorm')
  program.output(newTheta, 'newTheta')
  program.output(newFirst, 'newFirstMoments')
  program.output(newSecond, 'newSecondMoments')
  return graph.finish()
}

export function cacheName(layer: number, part: 'keys' | 'values', from: 'prompt' | 'own' | 'new'): string {
  return `${from}.${layer}.${part}`
}

/** In: ids, positions, mask, places [m]. Out: logits [m, V] and each layer's prompt cache. Parameters are baked in. */
export function prefillProgram(config: NetworkConfig, parameters: Float32Array): Uint8Array {
  const program = new Program()
  const weights = program.bakedWeights(config, parameters)
  const { hidden, cache } = encode(program.ops, config, weights, program.encodeInputs())
  const places = program.input('places', 'int32', ['M'])
  program.output(logitsAt(program.ops, weights, hidden, places), 'logits')
  cache.forEach(({ keys, values }, layer) => {
    program.output(keys, cacheName(layer, 'keys', 'prompt'))
    program.output(values, cacheName(layer, 'values', 'prompt'))
  })
  return program.graph.finish()
}

/** In: ids [S, K], positions [S, 1], promptMask, the caches. Out: logits [S * K, V], the own caches one token longer. */
export function decodeProgram(config: NetworkConfig, parameters: Float32Array): Uint8Array {
  const program = new Program()
  const weights = program.bakedWeights(config, parameters)
  const { heads, width, layers } = config
  const size = width / heads
  const caches = (from: 'prompt' | 'own', shape: readonly Dimension[]): LayerCache<Value>[] =>
    Array.from({ length: layers }, (_, layer) => ({
      keys: program.input(cacheName(layer, 'keys', from), 'float32', shape),
      values: program.input(cacheName(layer, 'values', from), 'float32', shape),
    }))
  const { logits, own } = decodeStep(program.ops, config, weights, {
    ids: program.input('ids', 'int32', ['S', 'K']),
    positions: program.input('positions', 'int32', ['S', 1]),
    promptMask: program.input('promptMask', 'float32', ['S', 1, 1, 'P']),
    prompt: caches('prompt', ['S', heads, 'P', size]),
    own: caches('own', ['S', heads, 'K', 't', size]),
  })
  program.output(logits, 'logits')
  own.forEach(({ keys, values }, layer) => {
    const shape = ['S', heads, 'K', 'u', size]
    program.output(keys, cacheName(layer, 'keys', 'new'), shape)
    program.output(values, cacheName(layer, 'values', 'new'), shape)
  })
  return program.graph.finish()
}
