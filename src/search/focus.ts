import { createHash } from 'node:crypto'
import type { Goal, ProofState } from '../proof/proof-state.ts'
import type { TacticResult, Trying } from '../proof/tactic-result.ts'
import { indent } from './blocks.ts'
import type { Domain } from './domain.ts'

/** Takes a goal of a state, counted from 0, by itself. Lean reads no tactic in it, so no policy's can be meant. */
export const focusOn = (goal: number): string => `· goal ${goal + 1}`
const FOCUS = /^· goal (\d+)$/
export const isFocus = (tactic: string): boolean => FOCUS.test(tactic)

/** Whether a state is some goals of another one taken by themselves. */
export const isPart = ({ path }: ProofState): boolean => path.some(isFocus)

/** Whether it is worth asking if the goals can be taken one by one: there are several, and none shows a metavariable. */
export function mayBeApart({ goals }: ProofState): boolean {
  return goals.length > 1 && !goals.some(({ text }) => /(?<![\p{L}\p{N}_\])}'])\?[\p{L}_]/u.test(text))
}

/** The key of what is left where the goals taken are closed; keys of parts begin in the same way, and no others. */
const CLOSED = '·'

/** A real state in which the goals taken stand first, once it is turned, and the others behind them, which no tactic may touch. */
type Carrier = { readonly state: ProofState; readonly turns: number; readonly rest: readonly Goal[] }

/**
 * The same domain, in which `focusOn(i)` leads to a state with one goal of several. A tactic is run there on a real state that
 * has this goal first and the others behind it, unchanged before and after; a closed goal leads to a state without goals, and
 * never to a finished one, for nothing is proved yet. Goals with metavariables stay together: a proof of one would
 * say something of another.
 */
export function withFocus(domain: Domain): Domain {
  const carriers = new WeakMap<ProofState, Carrier>()
  const keysOf = (state: ProofState) => (domain.alone === undefined ? keysByText(state) : domain.alone(state))

  /** Asks nothing of Lean: the goals are turned when a tactic is run on the one taken. */
  const focus = (state: ProofState, tactic: string): TacticResult => {
    const goal = Number(FOCUS.exec(tactic)?.[1]) - 1
    const own = state.goals[goal]
    if (state.goals.length < 2 || own === undefined)
      return { kind: 'error', message: 'there is no such goal of several' }
    const carrier = carriers.get(state) ?? { state, turns: 0, rest: [] }
    const real = carrier.state
    const key = keysOf(real)?.[goal]
    if (key === undefined) return { kind: 'error', message: 'the goals hold metavariables' }
    const part = { key: `${CLOSED} ${key}`, goals: [own], path: [...state.path, tactic] }
    const rest = [...real.goals.slice(goal + 1), ...real.goals.slice(0, goal)]
    carriers.set(part, { state: real, turns: goal, rest })
    return { kind: 'open', state: part }
  }

  const turned = async (part: ProofState, carrier: Carrier, signal?: AbortSignal): Promise<ProofState> => {
    const { state, turns, rest } = carrier
    if (turns === 0) return state
    const [result] = await domain.runTactics(state, [`rotate_left ${turns}`], signal)
    if (result?.kind !== 'open') throw signal?.aborted ? signal.reason : new Error('Lean could not turn the goals')
    carriers.set(part, { state: result.state, turns: 0, rest })
    return result.state
  }

  /** What a tactic did to the goals taken; undefined where it did something to the others. */
  const ownResult = (from: ProofState, tactic: string, result: TacticResult, rest: readonly Goal[]) => {
    if (result.kind === 'finished') return undefined
    if (result.kind !== 'open') return result
    const { goals } = result.state
    const count = goals.length - rest.length
    if (count < 0 || rest.some((goal, i) => goal.text !== goals[count + i]?.text)) return undefined
    const keys = keysOf(result.state)?.slice(0, count)
    const key = count === 0 ? CLOSED : `${CLOSED} ${keys?.join(' ') ?? result.state.key}`
    const state = { key, goals: goals.slice(0, count), path: [...from.path, tactic] }
    carriers.set(state, { state: result.state, turns: 0, rest })
    return { kind: 'open', state } as const
  }

  const runInside = async (
    state: ProofState,
    carrier: Carrier,
    tactics: readonly string[],
    signal: AbortSignal | undefined,
    short: boolean,
  ): Promise<TacticResult[]> => {
    const { rest } = carrier
    const real = await turned(state, carrier, signal)
    const single = state.goals.length === 1
    const kept = tactics.map((tactic) => (single && SAYS_ALL.test(tactic) ? narrowed(tactic) : tactic))
    const results = await domain.runTactics(real, kept, signal, { short })
    const own = results.map((result, i) => ownResult(state, tactics[i] as string, result, rest))
    const wide = tactics.filter((_, i) => i < own.length && own[i] === undefined)
    const again =
      single && wide.length > 0 ? await domain.runTactics(real, wide.map(narrowed), signal, { short }) : undefined
    const narrow = wide.map((tactic, i): TacticResult | undefined => {
      const result = again?.[i]
      if (again !== undefined && result === undefined) return undefined
      const one = result && ownResult(state, tactic, result, rest)
      return one ?? { kind: 'error', message: 'it does something to goals beside this one' }
    })
    const all: TacticResult[] = []
    for (const result of own) {
      const one = result ?? narrow.shift()
      if (one === undefined) break
      all.push(one)
    }
    return all
  }

  return {
    root: domain.root,
    async runTactics(state: ProofState, tactics: readonly string[], signal?: AbortSignal, trying: Trying = {}) {
      const carrier = carriers.get(state)
      if (carrier === undefined && !tactics.some(isFocus)) return domain.runTactics(state, tactics, signal, trying)
      const plain = tactics.filter((tactic) => !isFocus(tactic))
      const run = () =>
        carrier === undefined
          ? domain.runTactics(state, plain, signal, trying)
          : runInside(state, carrier, plain, signal, trying.short === true)
      const results = plain.length === 0 ? [] : [...(await run())]
      const all: TacticResult[] = []
      for (const tactic of tactics) {
        const result = isFocus(tactic) ? focus(state, tactic) : results.shift()
        if (result === undefined) break
        all.push(result)
      }
      return all
    },
    release: (state) => domain.release(carriers.get(state)?.state ?? state),
  }
}

/** Kept to one goal it may go well where it fails on another. */
const SAYS_ALL = /\b(?:all|any)_goals\b/

/** A tactic kept to the first goal. */
const narrowed = (tactic: string): string => `focus\n${indent(tactic)}`

function keysByText(state: ProofState): string[] | undefined {
  if (!mayBeApart(state)) return undefined
  return state.goals.map(({ text }) => createHash('sha1').update(text).digest('base64url').slice(0, 22))
}
