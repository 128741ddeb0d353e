import { Worker } from 'node:worker_threads'
import type { NameParts } from '../proof/declarations/names.ts'
import type { Limits } from './kernel/budget.ts'
import type { KernelVerdict } from './kernel/session.ts'
import type { FromKernelThread, ToKernelThread } from './kernel-protocol.ts'

/** Terms are deep, and the kernel recurses over them. */
const STACK_MB = 256
const HEAP_MB = 3072
const DEFAULT_DEADLINE_MS = 60_000

export type Imports = readonly { readonly module: string; readonly all: boolean }[]

/** `limit` may be the clock or the thread's memory too: then it says nothing about the proof. */
export type SecondVerdict =
  | Exclude<KernelVerdict, { readonly kind: 'unfinished' }>
  | { readonly kind: 'unfinished'; readonly declaration: string; readonly limit: string }
export type SecondAnswer = {
  readonly verdict: SecondVerdict
  /** Milliseconds of checking, without the time that the library's constants took to come. */
  readonly ms: number
  readonly steps: number
  readonly terms: number
}

/**
 * Gives constants of a library, validated by nobody yet, in lean4export's terms: those named that exist, whole inductive
 * groups, and perhaps what they mention.
 */
export type ConstantSource = (imports: Imports, names: readonly NameParts[]) => Promise<LibraryConstants>
export type LibraryConstants = {
  readonly exported: unknown
  /** Which of them are axioms: theorems look the same. */
  readonly axioms: readonly NameParts[]
}

/** The proof and what it is checked against: `stated` and `proof` as they come from a Lean process. */
export type SecondCheck = {
  readonly imports: Imports
  readonly stated: unknown
  readonly proof: unknown
  readonly limits?: Partial<Limits>
  /** For the whole check. */
  readonly deadlineMs?: number
}

/** Our own type checker in a thread of its own, one check after another. The thread starts with the first one. */
export class SecondKernel {
  readonly #constants: ConstantSource
  #thread: Worker | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #next = 1

  constructor(constants: ConstantSource) {
    this.#constants = constants
  }

  /** @throws what the source of constants throws */
  check(check: SecondCheck): Promise<SecondAnswer> {
    const turn = this.#turn.then(() => this.#check(check))
    this.#turn = turn.catch(() => {})
    return turn
  }

  async dispose(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    await thread?.terminate()
  }

  async #check({ imports, stated, proof, limits = {}, deadlineMs = DEFAULT_DEADLINE_MS }: SecondCheck) {
    this.#thread ??= spawnThread()
    const thread = this.#thread
    thread.ref()
    const id = this.#next++
    const library = JSON.stringify(
      imports
        .map((i) => `${i.all} ${i.module}`)
        .filter(first)
        .sort(),
    )
    const post = (message: ToKernelThread) => thread.postMessage(message)
    const ended = (limit: string): SecondAnswer => {
      if (this.#thread === thread) this.#thread = undefined
      void thread.terminate()
      return { verdict: { kind: 'unfinished', declaration: '', limit }, ms: deadlineMs, steps: 0, terms: 0 }
    }
    let timer: NodeJS.Timeout | undefined
    const listeners: (() => void)[] = []
    const on = (event: 'message' | 'error' | 'exit', listen: (value: never) => void) => {
      thread.on(event, listen as () => void)
      listeners.push(() => thread.off(event, listen as () => void))
    }
    try {
      return await new Promise<SecondAnswer>((resolve, reject) => {
        timer = setTimeout(() => resolve(ended('time')), deadlineMs)
        on('error', (error: Error & { readonly code?: string }) => {
          if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve(ended('memory'))
          else reject(error)
        })
        on('exit', (code: number) => reject(new Error(`the second kernel's thread ended (code ${code})`)))
        on('message', (message: FromKernelThread) => {
          if (message.id !== id) return
          if (message.kind === 'verdict') {
            const { kind: _, id: __, ...answer } = message
            resolve(answer)
            return
          }
          this.#constants(imports, message.constants).then(
            ({ exported, axioms }) => post({ kind: 'constants', exported, axioms, asked: message.constants }),
            (error) => {
              ended('constants')
              reject(error)
            },
          )
        })
        post({ kind: 'check', id, library, stated, proof, limits })
      })
    } catch (error) {
      // A thread that failed is not used again.
      if (this.#thread === thread) this.#thread = undefined
      throw error
    } finally {
      clearTimeout(timer)
      for (const off of listeners) off()
      thread.unref()
    }
  }
}

const first = <T>(item: T, at: number, all: readonly T[]): boolean => all.indexOf(item) === at

function spawnThread(): Worker {
  const options = { execArgv: [], resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: HEAP_MB } }
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./kernel-thread.js', import.meta.url), options)
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const file = JSON.stringify(new URL('./kernel-thread.ts', import.meta.url).href)
  const start = `import(${loader}).then(({ register }) => { register(); return import(${file}) })`
  return new Worker(start, { ...options, eval: true })
}
