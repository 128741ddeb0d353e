import type { Candidate, Policy } from '../../src/policy/policy.ts'
import type { ProofState } from '../../src/proof/proof-state.ts'
import { createRandom, type Random } from '../../src/proof/random.ts'
import type { TacticResult } from '../../src/proof/tactic-result.ts'
import type { Verdict } from '../../src/proof/verdict.ts'
import type { Clock } from '../../src/search/budget.ts'
import type { Domain } from '../../src/search/domain.ts'

/** What a rule of a toy world says: the next state's name, or how the tactic ends. */
export type Rule = (state: string, tactic: string) => Answers | { slow: Answers } | 'hang'
type Answers = { to: string } | Exclude<TacticResult, { kind: 'open' }>

export type ToyDomain = Domain & {
  /** Every (state, tactic) that was run, as `state tactic`, in order; ` whole` follows where a slow one ran to its end. */
  readonly runs: string[]
  /** The batches in which they were run. */
  readonly batches: string[][]
  /** The states of answered batches, in the order of the answers. */
  readonly answered: string[]
  readonly released: string[]
  /** The most states that were worked on at the same time. */
  busiest: number
}

export function state(name: string, path: readonly string[] = []): ProofState {
  return { key: name, goals: [{ text: `⊢ ${name}`, constants: [] }], path }
}

/** A world of named states. With `delays`, batches take a random number of turns, so answers come in any order. */
export function toyDomain(root: string, rule: Rule, delays?: Random): ToyDomain {
  let busy = 0
  const domain: ToyDomain = {
    root: state(root),
    runs: [],
    batches: [],
    answered: [],
    released: [],
    busiest: 0,
    async runTactics(from, tactics, signal, { short = false, untilFinished = false } = {}) {
      signal?.throwIfAborted()
      domain.busiest = Math.max(domain.busiest, ++busy)
      try {
        domain.batches.push([...tactics])
        for (let turns = Math.floor((delays?.next() ?? 0) * 8); turns > 0; turns--) await turn()
        const results: TacticResult[] = []
        for (const tactic of tactics) {
          const said = rule(from.key, tactic)
          const isSlow = typeof said === 'object' && 'slow' in said
          domain.runs.push(`${from.key} ${tactic}${isSlow && !short ? ' whole' : ''}`)
          const answer = isSlow ? said.slow : said
          if (answer === 'hang') await untilAbort(signal)
          else if (isSlow && short) results.push({ kind: 'timeout', limit: 'short' })
          else if ('to' in answer) results.push({ kind: 'open', state: state(answer.to, [...from.path, tactic]) })
          else results.push(answer)
          if (untilFinished && results.at(-1)?.kind === 'finished') break
        }
        domain.answered.push(from.key)
        return results
      } finally {
        busy--
      }
    },
    release: (from) => void domain.released.push(from.key),
  }
  return domain
}

/** A policy given by a table of probabilities, which need not add up to 1: the rest of a draw is no tactic. */
export function tablePolicy(table: (state: string) => Readonly<Record<string, number>>): Policy {
  const candidates = (from: ProofState): Candidate[] =>
    Object.entries(table(from.key)).map(([tactic, p]) => ({ tactic, logProb: Math.log(p) }))
  return {
    name: 'table',
    async rank(from, width, signal) {
      signal?.throwIfAborted()
      return candidates(from)
        .sort((a, b) => b.logProb - a.logProb)
        .slice(0, width)
    },
    async sample(from, count, random, signal) {
      signal?.throwIfAborted()
      return Array.from({ length: count }, () => {
        let left = random.next()
        return candidates(from).find(({ logProb }) => {
          left -= Math.exp(logProb)
          return left < 0
        })
      }).filter((one) => one !== undefined)
    },
  }
}

export const error: TacticResult & { kind: 'error' } = { kind: 'error', message: 'no such move' }

/** Two jugs of 3 and 5, both empty; measure 4 in the big one. The shortest way is 6 moves, then `done`. */
export const jugs: Rule = (from, tactic) => {
  const [small, big] = from.split(',').map(Number) as [number, number]
  const pour = Math.min(small, 5 - big)
  const back = Math.min(big, 3 - small)
  switch (tactic) {
    case 'fillSmall':
      return { to: `3,${big}` }
    case 'fillBig':
      return { to: `${small},5` }
    case 'emptySmall':
      return { to: `0,${big}` }
    case 'emptyBig':
      return { to: `${small},0` }
    case 'smallToBig':
      return { to: `${small - pour},${big + pour}` }
    case 'bigToSmall':
      return { to: `${small + back},${big - back}` }
    case 'done':
      return big === 4 ? { kind: 'finished' } : error
    default:
      return error
  }
}

export const jugMoves = ['fillSmall', 'fillBig', 'emptySmall', 'emptyBig', 'smallToBig', 'bigToSmall', 'done', 'drink']

export const uniformJugs = tablePolicy(() => Object.fromEntries(jugMoves.map((move) => [move, 1 / jugMoves.length])))

/** Knows a little of jugs: about one pass in a hundred measures 4. */
export const cleverJugs = tablePolicy((at): Record<string, number> => {
  const [small, big] = at.split(',').map(Number) as [number, number]
  if (big === 4) return { done: 0.5, emptyBig: 0.25, drink: 0.25 }
  if (small === 3) return { emptySmall: 0.7, smallToBig: 0.2, fillBig: 0.1 }
  if (big === 5) return { bigToSmall: 0.7, emptyBig: 0.2, done: 0.1 }
  return { fillBig: 0.4, bigToSmall: 0.4, fillSmall: 0.15, done: 0.05 }
})

/** Draws what the script says: one list of numbers for each label. */
export function scriptedRandom(script: Readonly<Record<string, readonly number[]>>): Random {
  return {
    next: () => Number.NaN,
    fork(label) {
      const numbers = [...(script[label] ?? [])]
      return { next: () => numbers.shift() ?? Number.NaN, fork: () => scriptedRandom({}) }
    },
  }
}

/** A clock that stands still until told otherwise. */
export function handClock(): Clock & { advance(ms: number): void } {
  let now = 0
  const timers = new Set<{ at: number; call: () => void }>()
  return {
    now: () => now,
    after(ms, call) {
      const timer = { at: now + ms, call }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      now += ms
      for (const timer of timers)
        if (timer.at <= now) {
          timers.delete(timer)
          timer.call()
        }
    },
  }
}

export const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** A verifier's answer. */
export const answer = (accepted: boolean): Verdict =>
  accepted ? { kind: 'verified', axioms: [] } : { kind: 'rejected', reason: 'it rests on an axiom', messages: [] }

export const seeded = (seed: number | string) => createRandom(seed)

function untilAbort(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal?.reason)
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
  })
}
