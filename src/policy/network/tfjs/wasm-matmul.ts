import * as tf from '@tensorflow/tfjs'

/** What of the wasm back end's insides is used. Checked against version 4.22.0, which package.json pins. */
type WasmTensor = { readonly dataId: object; readonly shape: number[]; readonly dtype: 'float32' }
type WasmBackend = {
  readonly wasm: {
    cwrap(name: string, result: null, types: readonly string[]): (...args: (number | Uint8Array)[]) => void
    readonly tfjs: {
      registerTensor(id: number, size: number, offset: number): void
      disposeData(id: number): void
    }
  }
  readonly dataIdMap: { get(dataId: object): { readonly id: number; readonly memoryOffset: number } }
  dataIdNextNumber: number
  makeOutput(shape: number[], dtype: 'float32'): WasmTensor
  disposeData(dataId: object): void
}
type KernelCall = {
  readonly inputs: { readonly a: WasmTensor; readonly b: WasmTensor }
  readonly attrs: { readonly transposeA: boolean; readonly transposeB: boolean }
  readonly backend: WasmBackend
}

let installed = false

/**
 * Replaces the wasm back end's batched matrix product by one that is several times faster. The stock kernel uses its
 * fast routine (XNNPACK) only for a single product without transposes, and a scalar loop for everything else, which
 * is attention and the whole backward pass. This one writes transposes out and gives the fast routine one matrix of
 * the batch at a time, as a view into the same memory. Products of a single row stay with the stock kernel, which is faster there.
 */
export function installFastMatMul(): void {
  if (installed) return
  const stock = tf.getKernel('BatchMatMul', 'wasm')
  const transpose = tf.getKernel('Transpose', 'wasm')
  if (stock === undefined || transpose === undefined) throw new Error('the wasm back end is not registered')
  const stockFunction = stock.kernelFunc as unknown as (call: KernelCall) => WasmTensor
  const transposeFunction = transpose.kernelFunc as unknown as (call: object) => WasmTensor
  let product: ReturnType<WasmBackend['wasm']['cwrap']> | undefined

  const kernel = (call: KernelCall): WasmTensor => {
    const { backend } = call
    const { a, b } = call.inputs
    const { transposeA, transposeB } = call.attrs
    const stacked = a.shape.length === 3 && b.shape.length === 3 && a.shape[0] === b.shape[0]
    const plain = a.shape.length === 2 && b.shape.length === 2
    const rows = a.shape.at(transposeA ? -1 : -2) as number
    if (!(stacked || plain) || rows === 1 || a.shape.includes(0) || b.shape.includes(0)) return stockFunction(call)
    product ??= backend.wasm.cwrap('BatchMatMul', null, [
      'number',
      'array',
      'number',
      'number',
      'array',
      'number',
      'number',
      'number',
      'number',
    ])
    const stack = (x: WasmTensor): WasmTensor => ({
      dataId: x.dataId,
      dtype: x.dtype,
      shape: plain ? [1, ...x.shape] : x.shape,
    })
    const turn = (x: WasmTensor): WasmTensor =>
      transposeFunction({ inputs: { x }, attrs: { perm: [0, 2, 1] }, backend })
    const left = transposeA ? turn(stack(a)) : stack(a)
    const right = transposeB ? turn(stack(b)) : stack(b)
    const [batch = 0, m = 0, k = 0] = left.shape
    const n = right.shape[2] as number
    const out = backend.makeOutput([batch, m, n], 'float32')
    multiply(backend, product, left, right, out, { batch, m, k, n })
    if (transposeA) backend.disposeData(left.dataId)
    if (transposeB) backend.disposeData(right.dataId)
    return { dataId: out.dataId, dtype: 'float32', shape: plain ? [m, n] : out.shape }
  }

  tf.unregisterKernel('BatchMatMul', 'wasm')
  tf.registerKernel({ ...stock, kernelFunc: kernel as unknown as tf.KernelFunc })
  installed = true
}

function multiply(
  backend: WasmBackend,
  product: (...args: (number | Uint8Array)[]) => void,
  left: WasmTensor,
  right: WasmTensor,
  out: WasmTensor,
  { batch, m, k, n }: { batch: number; m: number; k: number; n: number },
): void {
  const { tfjs } = backend.wasm
  const leftShape = shapeBytes([1, m, k])
  const rightShape = shapeBytes([1, k, n])
  const data = [left, right, out].map((tensor) => backend.dataIdMap.get(tensor.dataId))
  const sizes = [m * k, k * n, m * n]
  for (let i = 0; i < batch; i++) {
    const ids = data.map((entry, j) => {
      const id = backend.dataIdNextNumber++
      const size = sizes[j] as number
      tfjs.registerTensor(id, size, entry.memoryOffset + i * size * 4)
      return id
    }) as [number, number, number]
    product(ids[0], leftShape, 3, ids[1], rightShape, 3, 0, 0, ids[2])
    for (const id of ids) tfjs.disposeData(id)
  }
}

function shapeBytes(shape: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(shape).buffer)
}
