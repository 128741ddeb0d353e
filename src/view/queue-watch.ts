import type { QueueState } from './data.ts'

/** Tells of a run, by its key, what its queue has. */
export type AskQueue = (key: string) => Promise<QueueState>

const POLL_MS = 2_000

/** What the queue has, asked again and again while somebody looks; whoever looks is told of changes. */
export class QueueWatch {
  readonly #ask: AskQueue
  readonly #states = new Map<string, string>()
  readonly #listeners = new Map<() => void, string>()
  #timer: NodeJS.Timeout | undefined

  constructor(ask: AskQueue) {
    this.#ask = ask
  }

  /** Undefined until it was asked for the first time. */
  state(key: string): QueueState | undefined {
    const text = this.#states.get(key)
    return text === undefined ? undefined : (JSON.parse(text) as QueueState)
  }

  /** Calls back whenever something of the run has changed, until the returned function is called. */
  listen(key: string, listener: () => void): () => void {
    this.#listeners.set(listener, key)
    this.#timer ??= setTimeout(() => void this.#round(), 0)
    return () => void this.#listeners.delete(listener)
  }

  async #round(): Promise<void> {
    for (const key of new Set(this.#listeners.values())) {
      const text = JSON.stringify(await this.#ask(key))
      if (text === this.#states.get(key)) continue
      this.#states.set(key, text)
      for (const [listener, of] of this.#listeners) if (of === key) listener()
    }
    this.#timer = this.#listeners.size === 0 ? undefined : setTimeout(() => void this.#round(), POLL_MS)
    // It keeps nobody from ending.
    this.#timer?.unref()
  }
}
