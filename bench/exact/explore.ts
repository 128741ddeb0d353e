import type { Engine, ProofSession } from '../../src/lean/engine.ts'
import { firstGoal } from '../../src/policy/baseline/goal-view.ts'
import { PREMISES_PER_GOAL, type PremiseIndex } from '../../src/policy/premises.ts'
import type { ProofState } from '../../src/proof/proof-state.ts'
import type { Theorem } from '../../src/proof/theorem.ts'
import type { Graph, GraphState } from './graph.ts'

export type Explorer = {
  readonly engine: Engine
  readonly premises: (header: string) => Promise<PremiseIndex>
  /** All candidates at a state with how likely the likeliest of the policies takes each. */
  readonly candidatesAt: (state: GraphState) => ReadonlyMap<string, number>
  /** Thousands of heartbeats for a tactic. */
  readonly heartbeats: number
  /** States below the first one at which all candidates are run, the ones most likely to be reached. */
  readonly statesBelow: number
  /** Tactics between the first state and the last ones at which candidates are run: 1 for depth two. */
  readonly levels: number
}

/** Runs every candidate at the first state, and at the states below it that are reached most. Undefined where Lean refuses the statement. */
export async function explore(theorem: Theorem, explorer: Explorer): Promise<Graph | undefined> {
  const { engine, heartbeats } = explorer
  const index = await explorer.premises(theorem.header)
  const started = await engine.start(theorem, { heartbeats, wallClockMs: 60_000 })
  if (started.kind === 'rejected') return undefined
  const { session } = started
  try {
    return { theorem: theorem.name, states: await exploreFrom(session, index, explorer) }
  } finally {
    await session.close()
  }
}

async function exploreFrom(session: ProofSession, index: PremiseIndex, explorer: Explorer): Promise<GraphState[]> {
  const states: GraphState[] = []
  const known = new Map<string, number>()
  const proofStates: ProofState[] = []
  const reach: number[] = []
  const add = (state: ProofState): number => {
    const before = known.get(state.key)
    if (before !== undefined) return before
    const goals = state.goals.map(({ text, constants }) => ({ text, constants: [...constants] }))
    const related = firstGoal(state) === undefined ? [] : index.find(goals[0]?.constants ?? [], PREMISES_PER_GOAL)
    states.push({ goals, related: [...related] })
    proofStates.push(state)
    reach.push(0)
    known.set(state.key, states.length - 1)
    return states.length - 1
  }
  const run = async (at: number) => {
    const candidates = [...explorer.candidatesAt(states[at] as GraphState)]
    const results = await session.runTactics(
      proofStates[at] as ProofState,
      candidates.map(([tactic]) => tactic),
    )
    const edges: Record<string, 'proved' | number> = {}
    for (const [i, [tactic, p]] of candidates.entries()) {
      const result = results[i]
      if (result?.kind === 'finished') edges[tactic] = 'proved'
      if (result?.kind !== 'open') continue
      const to = add(result.state)
      edges[tactic] = to
      reach[to] = (reach[to] as number) + (reach[at] as number) * p
    }
    ;(states[at] as GraphState).edges = edges
  }
  add(session.root)
  reach[0] = 1
  await run(0)
  let left = explorer.statesBelow
  for (let level = 0; level < explorer.levels && left > 0; level++) {
    const waiting = states.flatMap(({ edges }, i) => (edges === undefined ? [i] : []))
    const chosen = waiting.sort((a, b) => (reach[b] as number) - (reach[a] as number)).slice(0, left)
    left -= chosen.length
    for (const at of chosen) await run(at)
  }
  return states
}
