import type { Attribute, Dimension, OnnxGraph } from './onnx-model.ts'

/** A node's output: its name in the graph, and its shape, where a symbol stands for one number per run. */
export type Value = { readonly name: string; readonly shape: readonly Dimension[] }

export const MICROSOFT = 'com.microsoft'

/** Arithmetic on graph values that keeps track of shapes. Nothing here is differentiated. */
export class GraphValues {
  readonly graph: OnnxGraph
  readonly #leadingShapes = new Map<string, string>()

  constructor(graph: OnnxGraph) {
    this.graph = graph
  }

  value(name: string, shape: readonly Dimension[]): Value {
    return { name, shape }
  }

  node(
    operator: string,
    inputs: readonly (Value | string)[],
    shape: readonly Dimension[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain?: string,
  ): Value {
    const names = inputs.map((input) => (typeof input === 'string' ? input : input.name))
    const [name] = this.graph.node(operator, names, attributes, domain === undefined ? {} : { domain })
    return { name: name as string, shape }
  }

  unary(operator: string, x: Value): Value {
    return this.node(operator, [x], x.shape)
  }

  binary(operator: string, a: Value, b: Value): Value {
    return this.node(operator, [a, b], broadcast(a.shape, b.shape))
  }

  scalar(value: number): Value {
    return { name: this.graph.floats(value), shape: [] }
  }

  /** Sum over the last axis, kept with length 1. */
  sumLast(x: Value): Value {
    const shape = [...x.shape.slice(0, -1), 1]
    return this.node('ReduceSum', [x, this.graph.integers([x.shape.length - 1])], shape, { keepdims: 1 })
  }

  meanLast(x: Value): Value {
    const shape = [...x.shape.slice(0, -1), 1]
    return this.node('ReduceMean', [x, this.graph.integers([x.shape.length - 1])], shape, { keepdims: 1 })
  }

  /** [..., d] as [product, d]; costs nothing at run time. */
  flatten(x: Value): Value {
    if (x.shape.length === 2) return x
    const last = x.shape.at(-1) as Dimension
    const rows = x.shape.slice(0, -1).join('*')
    const target = typeof last === 'number' ? [-1, last] : undefined
    if (target === undefined) throw new Error('the last axis must be known to flatten the others')
    return this.node('Reshape', [x, this.graph.integers(target)], [rows, last])
  }

  /** `x` [product, d] with the leading axes of `like` [..., e] again: [..., d]. */
  unflatten(x: Value, like: Value): Value {
    const leading = like.shape.slice(0, -1)
    if (leading.length === 1) return x
    const last = x.shape.at(-1) as number
    return this.node('Reshape', [x, this.#leadingShape(like, last)], [...leading, last])
  }

  /** Sum of `x` over the axes along which a value of shape `shape` was repeated. */
  sumTo(x: Value, shape: readonly Dimension[]): Value {
    const extra = x.shape.length - shape.length
    const axes = x.shape.flatMap((dimension, axis) => (axis < extra || shape[axis - extra] !== dimension ? [axis] : []))
    if (axes.length === 0) return x
    if (extra > 0 && axes.length !== extra) throw new Error('a value is repeated along old and new axes at once')
    return this.node('ReduceSum', [x, this.graph.integers(axes)], shape, { keepdims: extra > 0 ? 0 : 1 })
  }

  /** One-hot rows [m, classes] of integer `ids` [m]. */
  oneHot(ids: Value, classes: number): Value {
    // For int32 ids ONNX Runtime wants the number of classes as a float.
    const inputs = [ids, this.graph.floats(classes), this.graph.floats([0, 1])]
    return this.node('OneHot', inputs, [ids.shape[0] as Dimension, classes], { axis: -1 })
  }

  /** The shape of `like` with its last axis replaced by `last`; computed once for all values with the same leading axes. */
  #leadingShape(like: Value, last: number): string {
    const key = `${like.shape.slice(0, -1).join(',')}|${last}`
    const known = this.#leadingShapes.get(key)
    if (known !== undefined) return known
    const leading = this.node('Shape', [like], [like.shape.length - 1], { start: 0, end: like.shape.length - 1 })
    const shape = this.node('Concat', [leading, this.graph.integers([last])], [like.shape.length], { axis: 0 }).name
    this.#leadingShapes.set(key, shape)
    return shape
  }
}

/** The shape two values have after repeating along axes of length 1. */
export function broadcast(a: readonly Dimension[], b: readonly Dimension[]): Dimension[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[a.length - rank + axis] ?? 1
    const y = b[b.length - rank + axis] ?? 1
    if (x === y || y === 1) return x
    if (x === 1) return y
    throw new Error(`shapes [${a}] and [${b}] do not go together`)
  })
}
