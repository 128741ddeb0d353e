import * as tf from '@tensorflow/tfjs'
import { EngineFailure, type EngineName } from '../engine.ts'
import { installFastMatMul } from './wasm-matmul.ts'

/** A way to run TensorFlow.js: `prepare` loads and registers the back end called `backend`. */
type Candidate = { readonly name: string; readonly backend: string; readonly prepare: () => Promise<unknown> }

// The native packages may be absent, installed without their binary, or made for an older Node: their names are not
// literals, so that the program compiles without them, and whatever goes wrong is a reason to try the next.
const nativeModule = (name: string) => () => import(name)

const CANDIDATES: readonly Candidate[] = [
  { name: 'tfjs-node-gpu', backend: 'tensorflow', prepare: nativeModule('@tensorflow/tfjs-node-gpu') },
  { name: 'tfjs-node', backend: 'tensorflow', prepare: nativeModule('@tensorflow/tfjs-node') },
  {
    name: 'tfjs wasm',
    backend: 'wasm',
    prepare: () => import('@tensorflow/tfjs-backend-wasm').then(installFastMatMul),
  },
  { name: 'tfjs cpu', backend: 'cpu', prepare: async () => undefined },
  { name: 'tfjs wasm, stock kernels', backend: 'wasm', prepare: () => import('@tensorflow/tfjs-backend-wasm') },
]
const ORDER: Partial<Record<EngineName, readonly number[]>> = {
  tfjs: [0, 1, 2, 3],
  'tfjs-wasm': [2],
  'tfjs-cpu': [3],
  'tfjs-wasm-stock': [4],
}

/**
 * Sets the first back end that works: one that loads and gets a small product and its gradient right. Each one passed
 * over gives one line to `notice`. Throws EngineFailure if none works.
 */
export async function selectBackend(
  engine: EngineName,
  notice: (line: string) => void,
): Promise<{ name: string; backend: string }> {
  const order = ORDER[engine]
  if (order === undefined) throw new EngineFailure(`${engine} is not a TensorFlow.js engine`)
  // Without its greeting on the first operation, and without its checks of every tensor for NaN.
  tf.enableProdMode()
  const reasons: string[] = []
  for (const index of order) {
    const { name, backend, prepare } = CANDIDATES[index] as Candidate
    try {
      await prepare()
      if (!(await tf.setBackend(backend))) throw new Error(`its back end ${backend} does not start`)
      await selfTest()
      return { name, backend }
    } catch (error) {
      const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
      reasons.push(`${name}: ${message.slice(0, 200)}`)
      notice(`${name} is not usable (${message.slice(0, 200)})`)
    }
  }
  throw new EngineFailure(`no TensorFlow.js back end works: ${reasons.join('; ')}`)
}

/** d/dx sum(x x^T) = 2 x summed over rows, on one 2 x 2 matrix. */
async function selfTest(): Promise<void> {
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2])
  const gradient = tf.tidy(() => tf.grad((y) => tf.sum(tf.matMul(y as tf.Tensor2D, y as tf.Tensor2D, false, true)))(x))
  const numbers = Array.from(await gradient.data())
  tf.dispose([x, gradient])
  if (numbers.join() !== '8,12,8,12') throw new Error(`its first gradient is wrong: ${numbers.join()}`)
}
