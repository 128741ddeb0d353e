import { createHash } from 'node:crypto'
import type { Candidate, Policy } from '../../src/policy/policy.ts'
import type { ProofState } from '../../src/proof/proof-state.ts'
import type { TacticResult } from '../../src/proof/tactic-result.ts'
import type { Domain } from '../../src/search/domain.ts'
import { withFocus } from '../../src/search/focus.ts'

/** What a tactic makes of a goal: the goals in its place. Undefined where it fails. */
export type GoalRule = (goal: string, tactic: string) => readonly string[] | undefined

export type GoalDomain = Domain & {
  /** Every (first goal, tactic) that was run, in order. */
  readonly runs: string[]
}

/**
 * A world of goals, of which tactics take the first one. `rotate_left n` and `focus` are Lean's. `value := x`, too, is a
 * tactic: `?v` becomes `x` in all goals.
 */
export function goalDomain(root: readonly string[], rule: GoalRule): GoalDomain {
  const runs: string[] = []
  const state = (goals: readonly string[], path: readonly string[]): ProofState => ({
    key: createHash('sha1').update(goals.join('\n')).digest('hex'),
    goals: goals.map((goal) => ({ text: `⊢ ${goal}`, constants: [] })),
    path,
  })
  const run = (from: ProofState, tactic: string): TacticResult => {
    const goals = from.goals.map(({ text }) => text.slice(2))
    const open = (left: readonly string[]): TacticResult =>
      left.length === 0 ? { kind: 'finished' } : { kind: 'open', state: state(left, [...from.path, tactic]) }
    const [, turns] = /^rotate_left (\d+)$/.exec(tactic) ?? []
    if (turns !== undefined) return open([...goals.slice(Number(turns)), ...goals.slice(0, Number(turns))])
    const [, inner] = /^focus\n {2}(.*)$/s.exec(tactic) ?? []
    const [first = '', ...rest] = goals
    const [, value] = /^value := (.*)$/.exec(tactic) ?? []
    if (value !== undefined) return open([first, ...rest].map((goal) => goal.replaceAll('?v', value)))
    if (tactic.startsWith('· ')) return block(tactic, first, rest, open)
    if (inner === undefined) runs.push(`${first} ${tactic}`)
    if (tactic === 'all') return open(goals.flatMap((goal) => rule(goal, 'close') ?? [goal]))
    const left = rule(first, inner === 'all' ? 'close' : (inner ?? tactic))
    return left === undefined ? { kind: 'error', message: 'no such move' } : open([...left, ...rest])
  }
  const block = (
    tactic: string,
    first: string,
    rest: readonly string[],
    open: (left: readonly string[]) => TacticResult,
  ): TacticResult => {
    let at = state([first], [])
    const steps = blocksOf(tactic.slice(2).replaceAll('\n  ', '\n'))
    for (const [i, step] of steps.entries()) {
      const result = run(at, step)
      if (result.kind === 'finished' && i === steps.length - 1) return open(rest)
      if (result.kind !== 'open') return { kind: 'error', message: 'unsolved goals' }
      at = result.state
    }
    return { kind: 'error', message: 'unsolved goals' }
  }
  const domain: Domain = {
    root: state(root, []),
    runTactics: async (from, tactics) => tactics.map((tactic) => run(from, tactic)),
    release: () => {},
  }
  return { ...withFocus(domain), runs }
}

/** The lines of a block, each with those that stand deeper. */
function blocksOf(text: string): string[] {
  const blocks: string[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('  ') && blocks.length > 0) blocks[blocks.length - 1] += `\n${line}`
    else blocks.push(line)
  }
  return blocks
}

/** A policy that knows what may be done with a goal, and looks at the first one. */
export function goalPolicy(table: (goal: string) => Readonly<Record<string, number>>): Policy {
  const candidates = (from: ProofState): Candidate[] =>
    Object.entries(table(from.goals[0]?.text.slice(2) ?? '')).map(([tactic, p]) => ({ tactic, logProb: Math.log(p) }))
  return {
    name: 'goals',
    rank: async (from, width) =>
      candidates(from)
        .sort((a, b) => b.logProb - a.logProb)
        .slice(0, width),
    sample: async (from, count, random) =>
      Array.from({ length: count }, () => {
        let left = random.next()
        return candidates(from).find(({ logProb }) => {
          left -= Math.exp(logProb)
          return left < 0
        })
      }).filter((one) => one !== undefined),
  }
}
