import { Worker } from 'node:worker_threads'
import type { BeamRequest } from './beam.ts'
import { EngineFailure, type EngineState, type StepResult, type TokenBatch, type WeightedBatch } from './engine.ts'
import type { NetworkConfig } from './network-config.ts'
import type { NetworkOptions, PolicyNetwork } from './policy-network.ts'
import type { Draw, SampleRequest } from './sampler.ts'
import type {
  FromWorker,
  RemoteError,
  RemoteMethod,
  RemoteMethods,
  ToWorker,
  WorkerOptions,
} from './worker-protocol.ts'

/** An operation that takes longer to finish than this is torn down after all. */
const DISPOSE_TIMEOUT_MS = 30_000

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }

/** A network in a worker thread of its own. The thread keeps the process alive only while a call is running. */
export class WorkerNetwork implements PolicyNetwork {
  readonly config: NetworkConfig
  readonly description: string
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #calls = 0
  #dead: Error | undefined
  #ended: Promise<void> | undefined

  private constructor(worker: Worker, config: NetworkConfig, description: string) {
    this.#worker = worker
    this.config = config
    this.description = description
    worker.on('message', (message: FromWorker) => this.#receive(message))
    worker.on('error', (error) =>
      this.#die(new EngineFailure(`the network's thread failed: ${error.message}`, { cause: error })),
    )
    worker.on('exit', (code) => this.#die(new EngineFailure(`the network's thread ended (code ${code})`)))
    worker.unref()
  }

  /** Starts the thread and the engine in it. Throws EngineFailure when the engine does not start. */
  static async start(options: NetworkOptions): Promise<WorkerNetwork> {
    const { notice, ...rest } = options
    const worker = spawnWorker(rest)
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        worker.off('message', listen)
        worker.off('error', fail)
        worker.off('exit', ended)
        act()
      }
      const fail = (error: Error) =>
        settle(() =>
          reject(new EngineFailure(`the network's thread does not start: ${error.message}`, { cause: error })),
        )
      const ended = (code: number) =>
        settle(() => reject(new EngineFailure(`the network's thread ended at its start (code ${code})`)))
      const listen = (message: FromWorker) => {
        if (message.kind === 'notice') notice(message.line)
        if (message.kind === 'ready')
          settle(() => resolve(new WorkerNetwork(worker, message.config, message.description)))
        if (message.kind === 'failed') settle(() => reject(revive(message.error)))
      }
      worker.on('message', listen)
      worker.on('error', fail)
      worker.on('exit', ended)
    })
  }

  initialise(seed: number | string): Promise<void> {
    return this.#call('initialise', [seed])
  }
  trainStep(batch: WeightedBatch, learningRate: number): Promise<StepResult> {
    return this.#call('trainStep', [batch, learningRate])
  }
  score(batch: TokenBatch): Promise<Float32Array> {
    return this.#call('score', [batch])
  }
  sample(request: SampleRequest, signal?: AbortSignal): Promise<Draw[][]> {
    return this.#call('sample', [request], signal)
  }
  beam(request: BeamRequest, signal?: AbortSignal): Promise<Draw[]> {
    return this.#call('beam', [request], signal)
  }
  readState(): Promise<EngineState> {
    return this.#call('readState', [])
  }
  writeState(state: EngineState): Promise<void> {
    return this.#call('writeState', [state])
  }
  memory(): Promise<number> {
    return this.#call('memory', [])
  }
  /**
   * Ends the thread. Calls still waiting are rejected at once; the thread itself finishes the operation it is in, as a
   * native library that is torn down in the middle of one takes the whole process with it.
   */
  async dispose(): Promise<void> {
    if (this.#ended !== undefined) return this.#ended
    this.#ended = new Promise((resolve) => {
      const timer = setTimeout(() => void this.#worker.terminate(), DISPOSE_TIMEOUT_MS)
      this.#worker.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
    })
    const gone = this.#dead !== undefined
    this.#die(new EngineFailure('the network was disposed of'))
    if (gone) return
    this.#worker.ref()
    this.#send({ kind: 'end' })
    return this.#ended
  }

  async #call<M extends RemoteMethod>(
    method: M,
    args: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<RemoteMethods[M]>>> {
    signal?.throwIfAborted()
    if (this.#dead !== undefined) throw this.#dead
    const id = this.#calls++
    const abort = () => this.#send({ kind: 'abort', id })
    signal?.addEventListener('abort', abort, { once: true })
    this.#worker.ref()
    try {
      const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
      this.#send({ kind: 'call', id, method, args })
      return (await answer) as Awaited<ReturnType<RemoteMethods[M]>>
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) this.#worker.unref()
    }
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'done') this.#waiting.get(message.id)?.resolve(message.value)
    else if (message.kind === 'failed' && message.id !== undefined)
      this.#waiting.get(message.id)?.reject(revive(message.error))
  }

  #die(error: Error): void {
    this.#dead ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#dead)
  }
}

/** The worker's file beside this one: compiled, or as source, where the thread first needs a loader of its own. */
function spawnWorker(workerData: WorkerOptions): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./network-worker.js', import.meta.url), { workerData, execArgv: [] })
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const file = JSON.stringify(new URL('./network-worker.ts', import.meta.url).href)
  const start = `import(${loader}).then(({ register }) => { register(); return import(${file}) })`
  return new Worker(start, { eval: true, workerData, execArgv: [] })
}

function revive({ name, message, stack }: RemoteError): Error {
  const error =
    name === 'EngineFailure'
      ? new EngineFailure(message)
      : name === 'RangeError'
        ? new RangeError(message)
        : new Error(message)
  if (stack !== undefined) error.stack = stack
  return error
}
