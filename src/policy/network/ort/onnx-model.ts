/**
 * Writes ONNX models: the few messages of onnx.proto that a computation graph needs, in protobuf's wire format. The
 * one package with these messages is tied to a protobufjs long out of support.
 */

/** A dimension known now, or a symbol bound when the graph is run. */
export type Dimension = number | string
export type ElementType = 'float32' | 'int32' | 'int64'
export type Attribute = number | readonly number[] | { readonly float: number } | string

/** TensorProto.DataType */
const ELEMENT_CODES: Record<ElementType, number> = { float32: 1, int32: 6, int64: 7 }
/** AttributeProto.AttributeType */
const ATTRIBUTE = { FLOAT: 1, INT: 2, STRING: 3, INTS: 7 } as const
const OPERATOR_SET = 20
const IR_VERSION = 9

/** One protobuf message under construction. */
class Message {
  readonly #parts: Uint8Array[] = []

  varint(value: number | bigint): this {
    let rest = BigInt.asUintN(64, BigInt(value))
    const bytes: number[] = []
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
    bytes.push(Number(rest))
    this.#parts.push(Uint8Array.from(bytes))
    return this
  }
  int(field: number, value: number | bigint): this {
    return this.varint(field << 3).varint(value)
  }
  float(field: number, value: number): this {
    this.varint((field << 3) | 5)
    this.#parts.push(new Uint8Array(Float32Array.of(value).buffer))
    return this
  }
  bytes(field: number, value: Uint8Array): this {
    this.varint((field << 3) | 2).varint(value.length)
    this.#parts.push(value)
    return this
  }
  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }
  message(field: number, value: Message): this {
    return this.bytes(field, value.finish())
  }
  finish(): Uint8Array {
    const whole = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
}

function attributeMessage(name: string, value: Attribute): Message {
  const message = new Message().text(1, name)
  if (typeof value === 'number') return message.int(3, value).int(20, ATTRIBUTE.INT)
  if (typeof value === 'string') return message.text(4, value).int(20, ATTRIBUTE.STRING)
  if ('float' in value) return message.float(2, value.float).int(20, ATTRIBUTE.FLOAT)
  for (const item of value) message.int(8, item)
  return message.int(20, ATTRIBUTE.INTS)
}

function tensorType(name: string, type: ElementType, shape: readonly Dimension[]): Message {
  const dimensions = new Message()
  for (const dimension of shape)
    dimensions.message(
      1,
      typeof dimension === 'number' ? new Message().int(1, dimension) : new Message().text(2, dimension),
    )
  const tensor = new Message().int(1, ELEMENT_CODES[type]).message(2, dimensions)
  return new Message().text(1, name).message(2, new Message().message(1, tensor))
}

/** A graph that is added to node by node, in an order in which it can be computed. */
export class OnnxGraph {
  readonly #nodes: Message[] = []
  readonly #initializers: Message[] = []
  readonly #inputs: Message[] = []
  readonly #outputs: Message[] = []
  readonly #constants = new Map<string, string>()
  #names = 0

  /** Appends a node and returns the names of its outputs. An empty input name is an input left out. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: { readonly outputs?: number; readonly domain?: string } = {},
  ): string[] {
    const outputs = Array.from({ length: options.outputs ?? 1 }, () => `${operator}_${this.#names++}`)
    const message = new Message()
    for (const input of inputs) message.text(1, input)
    for (const output of outputs) message.text(2, output)
    message.text(3, outputs[0] as string).text(4, operator)
    for (const [name, value] of Object.entries(attributes)) message.message(5, attributeMessage(name, value))
    if (options.domain !== undefined) message.text(7, options.domain)
    this.#nodes.push(message)
    return outputs
  }

  input(name: string, type: ElementType, shape: readonly Dimension[]): string {
    this.#inputs.push(tensorType(name, type, shape))
    return name
  }

  /** Makes `value` an output called `name`. */
  output(value: string, name: string, type: ElementType, shape: readonly Dimension[]): void {
    this.#nodes.push(new Message().text(1, value).text(2, name).text(3, `out_${name}`).text(4, 'Identity'))
    this.#outputs.push(tensorType(name, type, shape))
  }

  /** A tensor that is part of the model. */
  tensor(name: string, type: ElementType, shape: readonly number[], data: Float32Array | BigInt64Array): string {
    const message = new Message()
    for (const dimension of shape) message.int(1, dimension)
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    this.#initializers.push(message.int(2, ELEMENT_CODES[type]).text(8, name).bytes(9, bytes))
    return name
  }

  /** A constant scalar or vector, stored once however often it is asked for. */
  floats(values: number | readonly number[]): string {
    const list = typeof values === 'number' ? [values] : values
    const shape = typeof values === 'number' ? [] : [list.length]
    return this.#constant(`float ${JSON.stringify(values)}`, (name) =>
      this.tensor(name, 'float32', shape, Float32Array.from(list)),
    )
  }
  integers(values: number | readonly number[]): string {
    const list = typeof values === 'number' ? [values] : values
    const shape = typeof values === 'number' ? [] : [list.length]
    return this.#constant(`int ${JSON.stringify(values)}`, (name) =>
      this.tensor(name, 'int64', shape, BigInt64Array.from(list, BigInt)),
    )
  }
  #constant(key: string, make: (name: string) => string): string {
    const known = this.#constants.get(key)
    if (known !== undefined) return known
    const name = make(`constant_${this.#names++}`)
    this.#constants.set(key, name)
    return name
  }

  /** The serialised ModelProto. */
  finish(): Uint8Array {
    const graph = new Message()
    for (const node of this.#nodes) graph.message(1, node)
    graph.text(2, 'network')
    for (const initializer of this.#initializers) graph.message(5, initializer)
    for (const input of this.#inputs) graph.message(11, input)
    for (const output of this.#outputs) graph.message(12, output)
    return new Message()
      .int(1, IR_VERSION)
      .text(2, 'hedge-prover')
      .message(7, graph)
      .message(8, new Message().text(1, '').int(2, OPERATOR_SET))
      .message(8, new Message().text(1, 'com.microsoft').int(2, 1))
      .finish()
  }
}
