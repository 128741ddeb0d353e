import * as z from 'zod'

/**
 * The safetensors format: eight bytes of header length, a JSON header, then the numbers, little-endian. Only float32
 * tensors are read and written here.
 */
export type NamedTensor = { readonly name: string; readonly shape: readonly number[]; readonly data: Float32Array }
export type TensorFile = {
  readonly tensors: ReadonlyMap<string, NamedTensor>
  readonly metadata: Readonly<Record<string, string>>
}

const MAX_HEADER_BYTES = 100_000_000
const entrySchema = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()).optional() }).catchall(z.unknown())

export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let at = 0
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] }
    at += data.byteLength
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  // Filled up with blanks so that the numbers start at a multiple of eight.
  const start = 8 + Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(start + at).fill(0x20, 8, start)
  file.set(json, 8)
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true)
  let offset = start
  for (const { data } of tensors) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  return file
}

/** Throws an Error with one sentence where the bytes are not a whole safetensors file of float32 tensors. */
export function decodeSafetensors(bytes: Uint8Array): TensorFile {
  if (bytes.length < 8) throw new Error('it is too short to be a safetensors file')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = Number(view.getBigUint64(0, true))
  if (headerLength > MAX_HEADER_BYTES || 8 + headerLength > bytes.length)
    throw new Error('it is not a safetensors file, or it is cut off in its header')
  const { __metadata__: metadata = {}, ...entries } = readHeader(bytes.subarray(8, 8 + headerLength))
  const body = bytes.subarray(8 + headerLength)
  const tensors = new Map<string, NamedTensor>()
  let end = 0
  for (const [name, value] of Object.entries(entries)) {
    const entry = entrySchema.safeParse(value)
    if (!entry.success) throw new Error(`its tensor ${name} is not a float32 tensor`)
    const { shape } = entry.data
    const [from, to] = entry.data.data_offsets
    if (to - from !== shape.reduce((product, n) => product * n, 4))
      throw new Error(`its tensor ${name} has another size than its shape says`)
    if (to > body.length) throw new Error(`it is cut off inside the tensor ${name}`)
    // A copy, as the numbers need not be aligned in the file.
    tensors.set(name, { name, shape, data: new Float32Array(new Uint8Array(body.subarray(from, to)).buffer) })
    end = Math.max(end, to)
  }
  if (end !== body.length) throw new Error('it has bytes that belong to no tensor')
  return { tensors, metadata }
}

function readHeader(bytes: Uint8Array): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch {
    throw new Error('it is not a safetensors file: its header cannot be read')
  }
}
