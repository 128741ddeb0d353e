import { parentPort, workerData } from 'node:worker_threads'
import { LocalNetwork } from './policy-network.ts'
import type { FromWorker, RemoteError, ToWorker, WorkerOptions } from './worker-protocol.ts'

/** The thread that owns the engine: matrix products block this one and never the thread that talks to Lean. */
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const send = (message: FromWorker, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, transfer)

function remote(error: unknown): RemoteError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined }
  return { name: error.name, message: error.message, stack: error.stack }
}

/** The buffers of a result's typed arrays, which move to the other thread without a copy. */
function buffersOf(value: unknown): ArrayBuffer[] {
  const parts = value !== null && typeof value === 'object' ? [value, ...Object.values(value)] : []
  const buffers = parts.flatMap((part) =>
    part instanceof Float32Array && part.buffer instanceof ArrayBuffer && part.byteLength === part.buffer.byteLength
      ? [part.buffer]
      : [],
  )
  return [...new Set(buffers)]
}

const aborts = new Map<number, AbortController>()

async function call(network: LocalNetwork, message: ToWorker & { kind: 'call' }): Promise<void> {
  const { id, method, args } = message
  const abort = new AbortController()
  aborts.set(id, abort)
  try {
    const call = network[method] as (...args: unknown[]) => Promise<unknown>
    const withSignal = method === 'sample' || method === 'beam' ? [...args, abort.signal] : [...args]
    const value = await call.apply(network, withSignal)
    send({ kind: 'done', id, value }, buffersOf(value))
  } catch (error) {
    send({ kind: 'failed', id, error: remote(error) })
  } finally {
    aborts.delete(id)
  }
}

/** Without its port the thread has nothing left to wait for, and ends by itself. */
async function end(network: LocalNetwork): Promise<void> {
  for (const abort of aborts.values()) abort.abort()
  await network.dispose().catch(() => undefined)
  port?.close()
}

try {
  const options = workerData as WorkerOptions
  const network = await LocalNetwork.start({ ...options, notice: (line) => send({ kind: 'notice', line }) })
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'abort') aborts.get(message.id)?.abort()
    else if (message.kind === 'call') void call(network, message)
    else void end(network)
  })
  send({ kind: 'ready', config: network.config, description: network.description })
} catch (error) {
  send({ kind: 'failed', id: undefined, error: remote(error) })
}
