import type { NetworkConfig } from './network-config.ts'
import type { NetworkOptions, PolicyNetwork } from './policy-network.ts'

/** What the worker is started with; notices come back as messages. */
export type WorkerOptions = Omit<NetworkOptions, 'notice'>

/** The calls of a network that go through the worker, by name. */
export type RemoteMethods = Pick<
  PolicyNetwork,
  'initialise' | 'trainStep' | 'score' | 'sample' | 'beam' | 'readState' | 'writeState' | 'memory'
>
export type RemoteMethod = keyof RemoteMethods

export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly method: RemoteMethod; readonly args: readonly unknown[] }
  | { readonly kind: 'abort'; readonly id: number }
  /** Free everything, then let the thread end. */
  | { readonly kind: 'end' }

export type FromWorker =
  | { readonly kind: 'ready'; readonly config: NetworkConfig; readonly description: string }
  | { readonly kind: 'notice'; readonly line: string }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number | undefined; readonly error: RemoteError }

/** An error that crossed threads: its name decides which class it becomes again. */
export type RemoteError = { readonly name: string; readonly message: string; readonly stack: string | undefined }
