import type { Goal, ProofState } from '../proof/proof-state.ts'
import type { TacticResult } from '../proof/tactic-result.ts'
import { bullet, indent } from './blocks.ts'
import type { Domain } from './domain.ts'

/** A tactic, and the proofs of the goals it left, in Lean's order. */
type Node = { readonly tactic: string; readonly children: readonly Node[] }

/** What often closes a goal by itself, shortest first. */
const CLOSERS = ['rfl', 'simp', 'omega', 'decide', 'grind', 'simp_all']

/**
 * A finished script as people write it: the cases of an induction in their place, a `·` block for each goal of
 * several, `have … := by` with its proof below it. A part that one closing tactic proves in fewer characters becomes
 * that tactic.
 *
 * @returns one tactic block per entry, undefined where the script cannot be said so (a tactic that works on several
 * goals), or Lean does not take the result
 */
export async function structureProof(
  tactics: readonly string[],
  domain: Domain,
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  const tree = await readTree(tactics, domain, signal)
  if (tree === undefined) return undefined
  const blocks = writeNode(tree)
  if (blocks.length === tactics.length && blocks.every((block, i) => block === tactics[i])) return blocks
  const [result] = await domain.runTactics(domain.root, [blocks.join('\n')], signal)
  return result?.kind === 'finished' ? blocks : undefined
}

/** Runs the script and sees which goals each tactic leaves. */
async function readTree(
  tactics: readonly string[],
  domain: Domain,
  signal: AbortSignal | undefined,
): Promise<Node | undefined> {
  let at = 0
  /** The proof of the first goal of `state`; then the state without it, undefined where none is left. */
  const prove = async (state: ProofState): Promise<{ node: Node; rest: ProofState | undefined } | undefined> => {
    const begun = at
    const tactic = tactics[at++]
    if (tactic === undefined) return undefined
    const result = await one(domain, state, tactic, signal)
    const left = goalsLeft(state, result)
    if (left === undefined) return undefined
    const children: Node[] = []
    let rest = result.kind === 'open' ? result.state : undefined
    for (let i = 0; i < left; i++) {
      const child: Awaited<ReturnType<typeof prove>> = rest && (await prove(rest))
      if (child === undefined) return undefined
      children.push(child.node)
      rest = child.rest
    }
    const whole = { tactic, children }
    const closer = at - begun > 1 ? await shorterCloser(domain, state, whole, signal) : undefined
    return { node: closer ?? whole, rest }
  }
  const whole = await prove(domain.root)
  return whole === undefined || whole.rest !== undefined || at < tactics.length ? undefined : whole.node
}

async function shorterCloser(
  domain: Domain,
  state: ProofState,
  node: Node,
  signal: AbortSignal | undefined,
): Promise<Node | undefined> {
  const length = writeNode(node).join('\n').length
  for (const tactic of CLOSERS.filter((closer) => closer.length < length)) {
    const result = await one(domain, state, tactic, signal)
    if (goalsLeft(state, result) === 0) return { tactic, children: [] }
  }
  return undefined
}

async function one(domain: Domain, state: ProofState, tactic: string, signal?: AbortSignal): Promise<TacticResult> {
  const [result] = await domain.runTactics(state, [tactic], signal)
  if (result === undefined) throw new Error(`no result for tactic ${JSON.stringify(tactic)}`)
  return result
}

/** How many goals stand in place of the first one; undefined where another goal has changed too. */
function goalsLeft(state: ProofState, result: TacticResult): number | undefined {
  if (result.kind !== 'open' && result.kind !== 'finished') return undefined
  const after = result.kind === 'open' ? result.state.goals : []
  const others = state.goals.slice(1)
  const left = after.length - others.length
  const same = (goal: Goal, i: number) => goal.text === after[left + i]?.text
  return left >= 0 && others.every(same) ? left : undefined
}

function writeNode({ tactic, children }: Node): string[] {
  const blocks = children.map(writeNode)
  const cases = fillCases(tactic, blocks)
  if (cases !== undefined) return [cases]
  if (children.length <= 1) return [tactic, ...blocks.flat()]
  const [, have, later] = /^(have\b(?:(?!:=|\n).)*?)( :=\s*\?_)?$/.exec(tactic) ?? []
  if (have !== undefined && children.length === 2) {
    // Lean puts what is left for later behind the goal that uses it.
    const [proof = [], goal = []] = later === undefined ? blocks : [...blocks].reverse()
    return [withBlock(`${have} := by`, proof), ...goal]
  }
  return [tactic, ...blocks.map(bullet)]
}

/** The cases of `induction … with | a => ?_ | b => ?_` with their proofs; undefined for another tactic. */
function fillCases(tactic: string, blocks: readonly string[][]): string | undefined {
  const [, head, cases] = /^((?:induction|cases|match)\b[^|]*\bwith)\s*(\|[\s\S]*)$/.exec(tactic) ?? []
  if (head === undefined || cases === undefined) return undefined
  const heads = cases.split(/=>\s*\?_\s*/)
  if (heads.pop() !== '' || heads.length !== blocks.length) return undefined
  if (heads.some((text) => !/^\|[^|=]*$/.test(text))) return undefined
  return [head, ...heads.map((text, i) => withBlock(`${text.trim()} =>`, blocks[i] ?? []))].join('\n')
}

/** A proof behind its head: on the same line where it is one line, below it otherwise. */
function withBlock(head: string, block: readonly string[]): string {
  const [only = ''] = block
  if (block.length === 1 && !only.includes('\n') && `${head} ${only}`.length < 90) return `${head} ${only}`
  return `${head}\n${indent(block.join('\n'))}`
}
