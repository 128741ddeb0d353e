import type { TacticResult } from '../proof/tactic-result.ts'
import type { Domain } from './domain.ts'
import type { SearchNode } from './tree.ts'

export type Fetched = {
  /** A result for each tactic asked for that is not an edge of the node; some are missing if the signal aborted. */
  readonly results: ReadonlyMap<string, TacticResult>
  /** Those of them this call sent to the domain itself; the others were on their way for someone else. */
  readonly ran: Set<string>
}

/**
 * Requests on their way to the domain, shared by all who wait for the same (state, tactic). Together with the tree's
 * edges this makes the cache exact: no pair is ever sent twice, unless its only request was aborted.
 */
export class ResultCache {
  readonly #inFlight = new Map<SearchNode, Map<string, Promise<TacticResult>>>()

  /**
   * Results for those of `tactics` that are not yet edges of `node`, new ones run as one batch. When the signal aborts,
   * gives what there is, or rejects with its reason where there is nothing. An abort of another search that ran what this one waits for is no reason to fail:
   * the request is made again.
   */
  async fetch(node: SearchNode, tactics: readonly string[], domain: Domain, signal: AbortSignal): Promise<Fetched> {
    const results = new Map<string, TacticResult>()
    const missing = new Set(tactics.filter((tactic) => !node.edges.has(tactic)))
    const ran = new Set<string>()
    while (true) {
      for (const tactic of missing) if (node.edges.has(tactic)) missing.delete(tactic)
      if (missing.size === 0 || (signal.aborted && results.size > 0)) return { results, ran }
      signal.throwIfAborted()
      const pending = this.#pendingAt(node)
      const others = [...missing].flatMap((tactic) => {
        const request = pending.get(tactic)
        return request === undefined ? [] : [{ tactic, request }]
      })
      const mine = [...missing].filter((tactic) => !pending.has(tactic))
      if (mine.length > 0) {
        for (const [i, result] of (await this.#run(node, mine, domain, signal)).entries()) {
          const tactic = mine[i] as string
          results.set(tactic, result)
          missing.delete(tactic)
          ran.add(tactic)
        }
      }
      for (const { tactic, request } of others) {
        const answer = await settledOrAborted(request, signal)
        if (answer === undefined) continue
        results.set(tactic, answer)
        missing.delete(tactic)
      }
    }
  }

  /** The result is on an edge now, so the request need not be remembered. */
  settled(node: SearchNode, tactic: string): void {
    const pending = this.#inFlight.get(node)
    if (pending?.delete(tactic) && pending.size === 0) this.#inFlight.delete(node)
  }

  /** Registers the requests before anything is awaited, so that nobody can ask for the same in between. */
  #run(node: SearchNode, tactics: readonly string[], domain: Domain, signal: AbortSignal): Promise<TacticResult[]> {
    const batch = domain.runTactics(node.state, tactics, signal).then((results) => {
      if (results.length !== tactics.length && !(signal.aborted && results.length < tactics.length))
        throw new Error(`${tactics.length} tactics were run, but ${results.length} results came back`)
      return results
    })
    const pending = this.#pendingAt(node)
    for (const [i, tactic] of tactics.entries()) {
      const request = batch.then((results) => results[i] ?? Promise.reject(signal.reason))
      pending.set(tactic, request)
      request.catch(() => {
        if (this.#inFlight.get(node)?.get(tactic) === request) this.settled(node, tactic)
      })
    }
    return batch
  }

  #pendingAt(node: SearchNode): Map<string, Promise<TacticResult>> {
    const pending = this.#inFlight.get(node) ?? new Map<string, Promise<TacticResult>>()
    this.#inFlight.set(node, pending)
    return pending
  }
}

/** The request's value, or undefined if it failed. Rejects only with the reason of the waiter's own signal. */
function settledOrAborted<T>(request: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    request.then(resolve, () => resolve(undefined)).finally(() => signal.removeEventListener('abort', abort))
  })
}
