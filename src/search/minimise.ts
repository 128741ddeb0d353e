import { type CodeToken, codeTokens } from '../proof/lean-text.ts'
import type { Proof } from '../proof/proof.ts'
import type { ProofState } from '../proof/proof-state.ts'
import type { TacticResult } from '../proof/tactic-result.ts'
import type { Domain } from './domain.ts'

/** Whether a script, run from the theorem's first state, leaves no goal. */
export type RunScript = (tactics: readonly string[]) => Promise<boolean>

/**
 * Drops steps a script does not need: runs of steps first, halving down to single ones, later ones before earlier ones
 * (delta debugging, Zeller & Hildebrandt 2002), again until no single step can go. At most O(n^2) scripts are run.
 * A script that does not finish in the first place comes back unchanged.
 */
export async function minimiseProof(proof: Proof, finishes: RunScript): Promise<Proof> {
  if (!(await finishes(proof.tactics))) return proof
  let tactics = proof.tactics
  for (let before = -1; before !== tactics.length; ) {
    before = tactics.length
    for (let size = 2 ** Math.floor(Math.log2(Math.max(1, before - 1))); size >= 1; size /= 2)
      for (let start = tactics.length - size; start >= 0; start--) {
        const shorter = [...tactics.slice(0, start), ...tactics.slice(start + size)]
        if (shorter.length > 0 && (await finishes(shorter))) tactics = shorter
      }
  }
  return { tactics }
}

/**
 * Drops parts a tactic does not need: of `a <;> b <;> c` each behind a `<;>`, and what a simplifier is given of which it
 * makes no use, later ones first, again until none can go.
 * A script that does not finish in the first place comes back unchanged.
 */
export async function shortenTactics(proof: Proof, finishes: RunScript): Promise<Proof> {
  if (!proof.tactics.some(isComposite) || !(await finishes(proof.tactics))) return proof
  let tactics = proof.tactics
  for (let i = 0; i < tactics.length; i++)
    for (let shorter: string | undefined = ''; shorter !== undefined; ) {
      shorter = undefined
      for (const one of withoutOnePart(tactics[i] as string)) {
        const script = tactics.with(i, one)
        if (!(await finishes(script))) continue
        shorter = one
        tactics = script
        break
      }
    }
  return { tactics }
}

/** Whether a tactic may have parts that it does not need. */
export const isComposite = (tactic: string): boolean => tactic.includes('<;>') || LIST.test(tactic)

/** The beginning of the list that a simplifier is given. */
const LIST = /(?<![\w.])(?:simp|simp_all|simpa|dsimp|grind)!?(?: only)? \[/

/** A tactic without one of its parts, for each of them, the last ones first. */
const withoutOnePart = (tactic: string): string[] => [...withoutOneBehind(tactic), ...withoutOneArgument(tactic)]

/** Without one of the parts behind its `<;>`. Parts end with their line. */
function withoutOneBehind(tactic: string): string[] {
  const lines = tactic.split('\n')
  return lines.flatMap((line, i) => {
    const marks = combinators(line)
    return marks
      .map((mark, k) =>
        lines.with(i, line.slice(0, mark).trimEnd() + line.slice(marks[k + 1] ?? line.length).replace(/^(?=.)/, ' ')),
      )
      .reverse()
      .map((shorter) => shorter.join('\n'))
  })
}

/** Without one of the names and terms that a simplifier is given; without the last one its list goes too. */
function withoutOneArgument(tactic: string): string[] {
  const tokens = [...codeTokens(tactic)]
  return [...tactic.matchAll(new RegExp(LIST, 'g'))].reverse().flatMap((match) => {
    const open = match.index + match[0].length - 1
    const at = tokens.findIndex(({ start }) => start === open)
    // In a comment or a string.
    if (at < 0) return []
    const inside = (tokens[at] as CodeToken).depth
    const end = tokens.findIndex(({ kind, depth }, i) => i > at && kind === 'close' && depth === inside - 1)
    if (end < 0) return []
    const marks = tokens.slice(at + 1, end).filter(({ text, depth }) => text === ',' && depth === inside)
    const ends = [...marks, tokens[end] as CodeToken].map(({ start }) => start)
    const items = ends.map((stop, i) => tactic.slice(i === 0 ? open + 1 : (ends[i - 1] as number) + 1, stop).trim())
    const close = ends.at(-1) as number
    return items
      .map((_, i) => {
        const left = items.toSpliced(i, 1)
        const list = left.length === 0 ? '' : ` [${left.join(', ')}]`
        return tactic.slice(0, open - 1) + list + tactic.slice(close + 1)
      })
      .reverse()
  })
}

/** Where the `<;>` of a line stand that are in no bracket. */
function combinators(line: string): number[] {
  const tokens = [...codeTokens(line)]
  return tokens.flatMap(({ text, start, depth }) =>
    text === '<' && depth === 0 && line.startsWith('<;>', start) ? [start] : [],
  )
}

/**
 * Runs scripts on a domain, remembering every (state, tactic): shortened scripts share most of their steps. Rejects
 * when `signal` aborts.
 */
export function scriptRunner(domain: Domain, signal?: AbortSignal): RunScript {
  const known = new Map<string, Map<string, TacticResult>>()
  const run = async (state: ProofState, tactic: string): Promise<TacticResult> => {
    const here = known.get(state.key) ?? new Map<string, TacticResult>()
    known.set(state.key, here)
    const result = here.get(tactic) ?? (await domain.runTactics(state, [tactic], signal))[0]
    if (result === undefined) throw new Error(`no result for tactic ${JSON.stringify(tactic)}`)
    here.set(tactic, result)
    return result
  }
  return async (tactics) => {
    let state = domain.root
    for (const [i, tactic] of tactics.entries()) {
      const result = await run(state, tactic)
      if (result.kind === 'finished') return i === tactics.length - 1
      if (result.kind !== 'open') return false
      state = result.state
    }
    return false
  }
}
