import type { PolicyNetwork } from './policy-network.ts'
import type { DrawSettings } from './prefix-cache.ts'
import { type Draw, nextTurn, type Seed } from './sampler.ts'

/**
 * Draws of one request, unless a single call wants more. Requests are done one after the other, so they are kept short
 * enough for others to get their turn.
 */
const MAX_DRAWS = 1024

type Call = {
  readonly prompts: readonly (readonly number[])[]
  readonly seeds: readonly (readonly Seed[])[]
  readonly signal: AbortSignal | undefined
  readonly resolve: (draws: Draw[][]) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Puts calls into common requests: those made in the same turn of the event loop, and those made while a request is
 * under way. Which calls share a request changes no draw.
 */
export class SampleQueue {
  readonly #network: Pick<PolicyNetwork, 'sample'>
  readonly #settings: DrawSettings & { readonly maxTokens: number }
  #waiting: Call[] = []
  #running = false

  constructor(network: Pick<PolicyNetwork, 'sample'>, settings: DrawSettings & { readonly maxTokens: number }) {
    this.#network = network
    this.#settings = settings
  }

  /**
   * Draws [prompt][draw] for seeds of that shape. Rejects with the signal's reason as soon as it aborts, which ends the
   * common request only if nobody else waits for it; and with the request's error if that fails.
   */
  sample(
    prompts: readonly (readonly number[])[],
    seeds: readonly (readonly Seed[])[],
    signal?: AbortSignal,
  ): Promise<Draw[][]> {
    return new Promise<Draw[][]>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const abort = () => settled(() => reject(signal?.reason))
      const settled = (settle: () => void) => {
        signal?.removeEventListener('abort', abort)
        settle()
      }
      signal?.addEventListener('abort', abort)
      this.#waiting.push({
        prompts,
        seeds,
        signal,
        resolve: (draws) => settled(() => resolve(draws)),
        reject: (reason) => settled(() => reject(reason)),
      })
      if (!this.#running) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      // Those whom the last request answered may ask again in this turn.
      await nextTurn()
      const calls = this.#take()
      if (calls.length > 0) await this.#request(calls)
    }
    this.#running = false
  }

  #take(): Call[] {
    this.#waiting = this.#waiting.filter((call) => !call.signal?.aborted)
    let draws = 0
    const end = this.#waiting.findIndex(({ seeds }, i) => {
      draws += seeds.reduce((sum, list) => sum + list.length, 0)
      return i > 0 && draws > MAX_DRAWS
    })
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end)
  }

  async #request(calls: readonly Call[]): Promise<void> {
    const abort = new AbortController()
    const check = () => {
      if (calls.every((call) => call.signal?.aborted)) abort.abort()
    }
    const signals = new Set(calls.flatMap(({ signal }) => signal ?? []))
    for (const signal of signals) signal.addEventListener('abort', check)
    try {
      const prompts = calls.flatMap((call) => call.prompts)
      const seeds = calls.flatMap((call) => call.seeds)
      const draws = await this.#network.sample({ ...this.#settings, prompts, seeds }, abort.signal)
      let at = 0
      for (const { prompts, resolve } of calls) {
        resolve(draws.slice(at, at + prompts.length))
        at += prompts.length
      }
    } catch (error) {
      for (const { reject } of calls) reject(error)
    } finally {
      for (const signal of signals) signal.removeEventListener('abort', check)
    }
  }
}
