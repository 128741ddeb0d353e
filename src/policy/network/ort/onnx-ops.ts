import type { DecodeOps } from '../ops.ts'
import { GraphValues, MICROSOFT, type Value } from './graph-values.ts'
import type { Dimension, OnnxGraph } from './onnx-model.ts'

type Pullback = (gradients: readonly (Value | undefined)[]) => readonly Value[]
/** One recorded operation: `pullback` maps the gradients of its outputs to those of its inputs. */
type TapeEntry = { readonly outputs: readonly Value[]; readonly inputs: readonly Value[]; readonly pullback: Pullback }

/**
 * The network's operations as ONNX nodes. Each operation that depends on a parameter also leaves its gradient rule on a
 * tape, so that `backward` can append the gradient computation to the same graph.
 */
export class OnnxOps implements DecodeOps<Value> {
  readonly #v: GraphValues
  readonly #graph: OnnxGraph
  readonly #tape: TapeEntry[] = []
  readonly #tracked = new Set<string>()

  constructor(graph: OnnxGraph) {
    this.#graph = graph
    this.#v = new GraphValues(graph)
  }

  /** Gradients are wanted with respect to this value. */
  track(parameter: Value): void {
    this.#tracked.add(parameter.name)
  }

  #record(output: Value, inputs: readonly Value[], pullback: (gradient: Value) => readonly Value[]): Value {
    this.#recordAll([output], inputs, ([gradient]) => pullback(gradient as Value))
    return output
  }
  #recordAll(outputs: readonly Value[], inputs: readonly Value[], pullback: Pullback): void {
    if (!inputs.some((input) => this.#tracked.has(input.name))) return
    for (const output of outputs) this.#tracked.add(output.name)
    this.#tape.push({ outputs, inputs, pullback })
  }

  /** Appends the gradients of sum(`seed` * `output`): a map from each tracked value's name to its gradient. */
  backward(output: Value, seed: Value): Map<string, Value> {
    const gradients = new Map<string, Value>([[output.name, seed]])
    for (const { outputs, inputs, pullback } of this.#tape.toReversed()) {
      const incoming = outputs.map((value) => gradients.get(value.name))
      if (incoming.every((gradient) => gradient === undefined)) continue
      const outgoing = pullback(incoming)
      inputs.forEach((input, i) => {
        const gradient = outgoing[i]
        if (gradient === undefined || !this.#tracked.has(input.name)) return
        const before = gradients.get(input.name)
        gradients.set(input.name, before === undefined ? gradient : this.#v.binary('Add', before, gradient))
      })
    }
    return gradients
  }

  embed(table: Value, ids: Value): Value {
    const [rows = 0, width = 0] = table.shape as readonly number[]
    const out = this.#v.node('Gather', [table, ids], [...ids.shape, width], { axis: 0 })
    return this.#record(out, [table], (gradient) => {
      // A matrix product with one-hot rows: unlike scattered additions its order of summation never changes.
      const count = ids.shape.join('*')
      const flatIds = this.#v.node('Reshape', [ids, this.#graph.integers([-1])], [count])
      const oneHot = this.#v.oneHot(flatIds, rows)
      return [this.#v.node('Gemm', [oneHot, this.#v.flatten(gradient)], table.shape, { transA: 1 })]
    })
  }

  add(a: Value, b: Value): Value {
    const out = this.#v.binary('Add', a, b)
    return this.#record(out, [a, b], (gradient) => [
      this.#v.sumTo(gradient, a.shape),
      ...(this.#tracked.has(b.name) ? [this.#v.sumTo(gradient, b.shape)] : []),
    ])
  }

  linear(x: Value, weight: Value, bias: Value): Value {
    const [from, to] = weight.shape as [number, number]
    const flat = this.#v.flatten(x)
    const rows = flat.shape[0] as Dimension
    const out = this.#v.unflatten(this.#v.node('Gemm', [flat, weight, bias], [rows, to]), x)
    return this.#record(out, [x, weight, bias], (gradient) => {
      const flatGradient = this.#v.flatten(gradient)
      const dx = this.#v.node('Gemm', [flatGradient, weight], [rows, from], { transB: 1 })
      return [
        this.#v.unflatten(dx, x),
        this.#v.node('Gemm', [flat, flatGradient], weight.shape, { transA: 1 }),
        this.#v.sumTo(flatGradient, bias.shape),
      ]
    })
  }

  layerNorm(x: Value, gain: Value, bias: Value): Value {
    const v = this.#v
    const attributes = { axis: -1, epsilon: { float: 1e-5 } }
    const names = this.#graph.node('LayerNormalization', [x.name, gain.name, bias.name], attributes, { outputs: 3 })
    const [out = '', mean = '', inverse = ''] = names
    const column = [...x.shape.slice(0, -1), 1]
    return this.#record(v.value(out, x.shape), [x, gain, bias], (gradient) => {
      const scale = v.value(inverse, column)
      const normal = v.binary('Mul', v.binary('Sub', x, v.value(mean, column)), scale)
      const inner = v.binary('Mul', gradient, gain)
      const along = v.binary('Mul', normal, v.meanLast(v.binary('Mul', inner, normal)))
      const centred = v.binary('Sub', v.binary('Sub', inner, v.meanLast(inner)), along)
      return [
        v.binary('Mul', centred, scale),
        v.sumTo(v.flatten(v.binary('Mul', gradient, normal)), gain.shape),
        v.sumTo(v.flatten(gradient), bias.shape),
      ]
    })
  }

  gelu(x: Value): Value {
    const v = this.#v
    const out = v.node('Gelu', [x], x.shape, {}, MICROSOFT)
    return this.#record(out, [x], (gradient) => {
      // d/dx x Phi(x) = Phi(x) + x phi(x), with the normal distribution's Phi and phi.
      const bell = v.unary('Exp', v.binary('Mul', v.binary('Mul', x, x), v.scalar(-0.5)))
      const density = v.binary('Mul', bell, v.scalar(1 / Math.sqrt(2 * Math.PI)))
      const error = v.unary('Erf', v.binary('Mul', x, v.scalar(Math.SQRT1_2)))
      const cumulated = v.binary('Mul', v.binary('Add', error, v.scalar(1)), v.scalar(0.5))
      return [v.binary('Mul', gradient, v.binary('Add', cumulated, v.binary('Mul', x, density)))]
    })
  }

  splitLast(x: Value, parts: number): Value[] {
    const size = (x.shape.at(-1) as number) / parts
    const shape = [...x.shape.slice(0, -1), size]
    const sizes = this.#graph.integers(Array.from({ length: parts }, () => size))
    const outputs = this.#graph.node('Split', [x.name, sizes], { axis: -1 }, { outputs: parts })
    const values = outputs.map((name) => this.#v.value(name, shape))
    this.#recordAll(values, [x], (gradients) => {
      if (gradients.some((gradient) => gradient === undefined)) throw new Error('a part of a split is not used')
      return [this.#v.node('Concat', gradients as readonly Value[], x.shape, { axis: -1 })]
    })
    return values
  }

  splitHeads(x: Value, heads: number): Value {
    const split = this.#splitHeads(x, heads)
    return this.#record(split, [x], (gradient) => [this.#mergeHeads(gradient)])
  }
  mergeHeads(x: Value): Value {
    const heads = x.shape[1] as number
    return this.#record(this.#mergeHeads(x), [x], (gradient) => [this.#splitHeads(gradient, heads)])
  }
  #splitHeads(x: Value, heads: number): Value {
    const [a, b, width] = x.shape as [Dimension, Dimension, number]
    const size = width / heads
    const cut = this.#v.node('Reshape', [x, this.#graph.integers([0, 0, heads, size])], [a, b, heads, size])
    return this.#v.node('Transpose', [cut], [a, heads, b, size], { perm: [0, 2, 1, 3] })
  }
  #mergeHeads(x: Value): Value {
    const [a, heads, b, size] = x.shape as [Dimension, number, Dimension, number]
    const turned = this.#v.node('Transpose', [x], [a, b, heads, size], { perm: [0, 2, 1, 3] })
    return this.#v.node('Reshape', [turned, this.#graph.integers([0, 0, heads * size])], [a, b, heads * size])
  }

  scores(a: Value, b: Value, scale: number): Value {
    return this.#record(this.#matmul(a, b, { transB: 1 }, scale), [a, b], (gradient) => [
      this.#matmul(gradient, b, {}, scale),
      this.#matmul(gradient, a, { transA: 1 }, scale),
    ])
  }
  mix(a: Value, b: Value): Value {
    return this.#record(this.#matmul(a, b, {}, 1), [a, b], (gradient) => [
      this.#matmul(gradient, b, { transB: 1 }, 1),
      this.#matmul(a, gradient, { transA: 1 }, 1),
    ])
  }
  #matmul(a: Value, b: Value, flags: { transA?: 1; transB?: 1 }, scale: number): Value {
    const m = a.shape.at(flags.transA ? -1 : -2) as Dimension
    const n = b.shape.at(flags.transB ? -2 : -1) as Dimension
    const shape = [...a.shape.slice(0, -2), m, n]
    return this.#v.node('FusedMatMul', [a, b], shape, { ...flags, alpha: { float: scale } }, MICROSOFT)
  }

  softmax(x: Value): Value {
    const out = this.#v.node('Softmax', [x], x.shape, { axis: -1 })
    return this.#record(out, [x], (gradient) => {
      const product = this.#v.binary('Mul', gradient, out)
      return [this.#v.binary('Sub', product, this.#v.binary('Mul', out, this.#v.sumLast(product)))]
    })
  }

  takeRows(x: Value, rows: Value): Value {
    const flat = this.#v.flatten(x)
    const width = x.shape.at(-1) as number
    const out = this.#v.node('Gather', [flat, rows], [rows.shape[0] as Dimension, width], { axis: 0 })
    return this.#record(out, [x], (gradient) => {
      const zeros = this.#v.node('ConstantOfShape', [this.#v.node('Shape', [flat], [2])], flat.shape)
      const column = this.#v.node('Unsqueeze', [rows, this.#graph.integers([1])], [rows.shape[0] as Dimension, 1])
      // int64 is the one index type ScatterND takes; 7 is TensorProto.INT64.
      const places = this.#v.node('Cast', [column], column.shape, { to: 7 })
      return [this.#v.unflatten(this.#v.node('ScatterND', [zeros, places, gradient], flat.shape), x)]
    })
  }

  unembed(x: Value, table: Value): Value {
    const [rows] = x.shape as [Dimension]
    const [classes] = table.shape as [number]
    return this.#record(this.#v.node('Gemm', [x, table], [rows, classes], { transB: 1 }), [x, table], (gradient) => [
      this.#v.node('Gemm', [gradient, table], x.shape),
      this.#v.node('Gemm', [gradient, x], table.shape, { transA: 1 }),
    ])
  }

  logProbOf(logits: Value, targets: Value): Value {
    const v = this.#v
    const [rows, classes] = logits.shape as [Dimension, number]
    const one = this.#graph.integers([1])
    const logProbs = v.node('LogSoftmax', [logits], logits.shape, { axis: -1 })
    const column = v.node('Unsqueeze', [targets, one], [rows, 1])
    const picked = v.node('GatherElements', [logProbs, column], [rows, 1], { axis: 1 })
    return this.#record(v.node('Squeeze', [picked, one], [rows]), [logits], (gradient) => {
      const rest = v.binary('Sub', v.oneHot(targets, classes), v.unary('Exp', logProbs))
      return [v.binary('Mul', rest, v.node('Unsqueeze', [gradient, one], [rows, 1]))]
    })
  }

  flattenRows(x: Value): Value {
    return this.#v.flatten(x)
  }
  concat(a: Value, b: Value, axis: number): Value {
    const shape = a.shape.map((dimension, i) => (i === axis ? `${dimension}+${b.shape[i]}` : dimension))
    return this.#v.node('Concat', [a, b], shape, { axis })
  }
  splitLastLike(x: Value, like: Value): [Value, Value] {
    const lastOf = (value: Value) => this.#v.node('Shape', [value], [1], { start: value.shape.length - 1 })
    const first = lastOf(like)
    const sizes = this.#v.node('Concat', [first, this.#v.binary('Sub', lastOf(x), first)], [2], { axis: 0 })
    const [a = '', b = ''] = this.#graph.node('Split', [x.name, sizes.name], { axis: -1 }, { outputs: 2 })
    const leading = x.shape.slice(0, -1)
    return [
      this.#v.value(a, [...leading, like.shape.at(-1) as Dimension]),
      this.#v.value(b, [...leading, `${x.shape.at(-1)}-${like.shape.at(-1)}`]),
    ]
  }
  expandAxis(x: Value, axis: number): Value {
    return this.#v.node('Unsqueeze', [x, this.#graph.integers([axis])], x.shape.toSpliced(axis, 0, 1))
  }
  dropAxis(x: Value, axis: number): Value {
    return this.#v.node('Squeeze', [x, this.#graph.integers([axis])], x.shape.toSpliced(axis, 1))
  }
}
