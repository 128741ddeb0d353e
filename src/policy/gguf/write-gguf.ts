import type { Checkpoint } from '../network/checkpoint.ts'
import { parameterSpecs } from '../network/network-config.ts'
import { END_ID, PAD_ID } from '../network/tokenizer.ts'

/** Numbers of the format, version 3: kinds of values, and of tensors. */
const KIND = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const
const F32 = 0
const ALIGNMENT = 32
/** Kinds of tokens, as llama.cpp has them. */
const [NORMAL, CONTROL] = [1, 3]
const EPSILON = 1e-5

type Value =
  | { readonly kind: 'u32'; readonly value: number }
  | { readonly kind: 'f32'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly of: 'string' | 'i32'; readonly values: readonly (string | number)[] }

type Tensor = { readonly name: string; readonly dims: readonly number[]; readonly data: Float32Array }

/** In the metadata: the tokenizer as we read it. llama.cpp cuts text before merging in ways of its own. */
export const TOKENIZER_KEY = 'hedge.tokenizer'
export const TACTIC_TOKENS_KEY = 'hedge.max_tactic_tokens'

/**
 * A trained network as a GGUF file: it has the layers of GPT-2, under whose name llama.cpp runs it. All numbers stay float32. llama.cpp
 * approximates the activation, so probabilities differ in the third digit.
 */
export function writeGguf({ config, settings, tokenizer, parameters }: Checkpoint, name: string): Uint8Array {
  const u32 = (value: number): Value => ({ kind: 'u32', value })
  const text = (value: string): Value => ({ kind: 'string', value })
  const json = tokenizer.toJson() as { model: { vocab: Record<string, number>; merges: [string, string][] } }
  const tokens: string[] = []
  for (const [token, id] of Object.entries(json.model.vocab)) tokens[id] = token
  const values: [string, Value][] = [
    ['general.architecture', text('gpt2')],
    ['general.name', text(name)],
    ['gpt2.context_length', u32(config.contextLength)],
    ['gpt2.embedding_length', u32(config.width)],
    ['gpt2.block_count', u32(config.layers)],
    ['gpt2.feed_forward_length', u32(4 * config.width)],
    ['gpt2.attention.head_count', u32(config.heads)],
    ['gpt2.attention.layer_norm_epsilon', { kind: 'f32', value: EPSILON }],
    ['tokenizer.ggml.model', text('gpt2')],
    ['tokenizer.ggml.pre', text('gpt-2')],
    ['tokenizer.ggml.tokens', { kind: 'array', of: 'string', values: tokens }],
    [
      'tokenizer.ggml.token_type',
      { kind: 'array', of: 'i32', values: tokens.map((_, id) => (id === END_ID || id === PAD_ID ? CONTROL : NORMAL)) },
    ],
    ['tokenizer.ggml.merges', { kind: 'array', of: 'string', values: json.model.merges.map((pair) => pair.join(' ')) }],
    ['tokenizer.ggml.bos_token_id', u32(END_ID)],
    ['tokenizer.ggml.eos_token_id', u32(END_ID)],
    ['tokenizer.ggml.padding_token_id', u32(PAD_ID)],
    ['tokenizer.ggml.add_bos_token', { kind: 'bool', value: false }],
    ['hedge.n_eff', { kind: 'f32', value: settings.nEff }],
    [TACTIC_TOKENS_KEY, u32(settings.maxTacticTokens)],
    [TOKENIZER_KEY, text(JSON.stringify(json))],
  ]
  const tensors = parameterSpecs(config).flatMap(({ name, shape, offset, size }): Tensor[] => {
    const data = parameters.subarray(offset, offset + size)
    const [rows = 1, columns] = shape
    const named = (to: string) =>
      columns === undefined ? { name: to, dims: [rows], data } : { name: to, dims: [columns, rows], data }
    if (name === 'tokens') return [named('token_embd.weight'), named('output.weight')]
    if (name === 'positions') return [named('position_embd.weight')]
    if (columns === undefined) return [named(tensorName(name))]
    // Here a row of a matrix is an input, there it is an output.
    return [{ name: tensorName(name), dims: [rows, columns], data: transposed(data, rows, columns) }]
  })
  return fileOf(values, tensors)
}

const LAYER_PARTS: Readonly<Record<string, string>> = {
  'attention.norm': 'attn_norm',
  'attention.in': 'attn_qkv',
  'attention.out': 'attn_output',
  'mlp.norm': 'ffn_norm',
  'mlp.in': 'ffn_up',
  'mlp.out': 'ffn_down',
}

function tensorName(name: string): string {
  const kind = /\.(gain|weight)$/.test(name) ? 'weight' : 'bias'
  const [, layer, part = ''] = /^layers\.(\d+)\.(.*)\.[a-z]+$/.exec(name) ?? []
  return layer === undefined ? `output_norm.${kind}` : `blk.${layer}.${LAYER_PARTS[part]}.${kind}`
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(data.length)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j] as number
  return turned
}

function fileOf(values: readonly (readonly [string, Value])[], tensors: readonly Tensor[]): Uint8Array {
  const parts: Buffer[] = []
  const int = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    parts.push(bytes)
  }
  const long = (value: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt(value))
    parts.push(bytes)
  }
  const float = (value: number) => parts.push(Buffer.from(Float32Array.of(value).buffer))
  const string = (value: string) => {
    const bytes = Buffer.from(value)
    long(bytes.length)
    parts.push(bytes)
  }
  const write = (value: Value): void => {
    if (value.kind === 'u32') int(value.value)
    else if (value.kind === 'f32') float(value.value)
    else if (value.kind === 'bool') parts.push(Buffer.of(value.value ? 1 : 0))
    else if (value.kind === 'string') string(value.value)
    else {
      int(KIND[value.of])
      long(value.values.length)
      for (const one of value.values) typeof one === 'string' ? string(one) : int(one)
    }
  }
  parts.push(Buffer.from('GGUF'))
  int(3)
  long(tensors.length)
  long(values.length)
  for (const [key, value] of values) {
    string(key)
    int(KIND[value.kind])
    write(value)
  }
  let offset = 0
  for (const { name, dims, data } of tensors) {
    string(name)
    int(dims.length)
    for (const dim of dims) long(dim)
    int(F32)
    long(offset)
    offset += Math.ceil(data.byteLength / ALIGNMENT) * ALIGNMENT
  }
  const pad = (length: number) => parts.push(Buffer.alloc((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT))
  pad(parts.reduce((sum, part) => sum + part.length, 0))
  for (const { data } of tensors) {
    parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    pad(data.byteLength)
  }
  return Buffer.concat(parts)
}
