import type { TacticResult, Trying } from '../proof/tactic-result.ts'
import { answerOf } from './answer-of.ts'
import type { Domain } from './domain.ts'
import type { SearchNode } from './tree.ts'

export type Fetched = {
  /**
   * A result for each tactic asked for that is not an edge of the node; some are missing if the signal aborted, or behind
   * the first that finishes, where nothing behind that was asked for.
   */
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
  async fetch(
    node: SearchNode,
    tactics: readonly string[],
    domain: Domain,
    signal: AbortSignal,
    trying: Trying = {},
  ): Promise<Fetched> {
    const results = new Map<string, TacticResult>()
    const ran = new Set<string>()
    while (true) {
      const { missing, asked } = open(node, tactics, results, trying)
      if (missing.length === 0 || (signal.aborted && results.size > 0)) {
        // What came from behind a tactic that finishes would not be there on another day.
        for (const tactic of results.keys())
          if (!asked.has(tactic)) {
            results.delete(tactic)
            ran.delete(tactic)
            this.settled(node, tactic)
          }
        return { results, ran }
      }
      signal.throwIfAborted()
      const pending = this.#pendingAt(node)
      const others = missing.flatMap((tactic) => {
        const request = pending.get(nameOf(tactic, trying))
        return request === undefined ? [] : [{ tactic, request }]
      })
      const mine = missing.filter((tactic) => !pending.has(nameOf(tactic, trying)))
      if (mine.length > 0) {
        for (const [i, result] of (await this.#run(node, mine, domain, signal, trying)).entries()) {
          const tactic = mine[i] as string
          results.set(tactic, result)
          ran.add(tactic)
        }
      }
      for (const { tactic, request } of others) {
        const answer = await settledOrAborted(request, signal)
        if (answer !== undefined) results.set(tactic, answer)
      }
    }
  }

  /** The result is on an edge now, so the request need not be remembered. */
  settled(node: SearchNode, tactic: string): void {
    const pending = this.#inFlight.get(node)
    if (pending === undefined) return
    for (const short of [true, false]) pending.delete(nameOf(tactic, { short }))
    if (pending.size === 0) this.#inFlight.delete(node)
  }

  /** Registers the requests before anything is awaited, so that nobody can ask for the same in between. */
  #run(
    node: SearchNode,
    tactics: readonly string[],
    domain: Domain,
    signal: AbortSignal,
    trying: Trying,
  ): Promise<TacticResult[]> {
    const batch = domain.runTactics(node.state, tactics, signal, trying).then((all) => {
      const end = trying.untilFinished ? all.findIndex(({ kind }) => kind === 'finished') : -1
      const results = end < 0 ? all : all.slice(0, end + 1)
      const whole = results.length === tactics.length || end >= 0
      if (!whole && !(signal.aborted && results.length < tactics.length))
        throw new Error(`${tactics.length} tactics were run, but ${results.length} results came back`)
      return results
    })
    const pending = this.#pendingAt(node)
    for (const [i, tactic] of tactics.entries()) {
      const name = nameOf(tactic, trying)
      const request = batch.then((results) => results[i] ?? Promise.reject(signal.reason))
      pending.set(name, request)
      request.catch(() => {
        const now = this.#inFlight.get(node)
        if (now?.get(name) === request && now.delete(name) && now.size === 0) this.#inFlight.delete(node)
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

/** A request's name among those of its node: one with the whole limit is another. */
function nameOf(tactic: string, { short }: Trying): string {
  return `${short === true ? 'short' : 'whole'} ${tactic}`
}

/**
 * The tactics that have a say, each once, and those of them without an answer. Where one that finishes is enough, what
 * stands behind the first of them has none.
 */
function open(
  node: SearchNode,
  tactics: readonly string[],
  results: ReadonlyMap<string, TacticResult>,
  trying: Trying,
): { readonly missing: readonly string[]; readonly asked: ReadonlySet<string> } {
  const missing: string[] = []
  const asked = new Set<string>()
  for (const tactic of tactics) {
    if (asked.has(tactic)) continue
    asked.add(tactic)
    const edge = node.edges.get(tactic)
    const answer = (edge && answerOf(edge, trying.short === true)) ?? results.get(tactic)
    if (answer === undefined) missing.push(tactic)
    else if (trying.untilFinished === true && answer.kind === 'finished') break
  }
  return { missing, asked }
}
