import type { ProofState } from '../proof/proof-state.ts'
import type { TacticResult } from '../proof/tactic-result.ts'
import type { RecordedEdge, TreeRecord } from '../search/tree-record.ts'
import type { ProofRecord, RefusalRecord } from './journal.ts'
import type { OpenedTheorem } from './world.ts'

/** A theorem as a recorded search knew it: no Lean is needed for tactics and proofs that are on record. */
export function recordedTheorem(
  tree: TreeRecord,
  proofs: readonly ProofRecord[],
  refusals: readonly RefusalRecord[],
): OpenedTheorem {
  const [root] = tree.states
  if (root === undefined) throw new Error('the recorded tree has no states')
  const numbers = new Map(tree.states.map((state, i) => [state.key, i]))
  const edges = new Map(tree.edges.map((edge) => [`${edge.from} ${edge.tactic}`, edge]))
  const edgeAt = (state: ProofState, tactic: string): RecordedEdge => {
    const edge = edges.get(`${numbers.get(state.key)} ${tactic}`)
    if (edge !== undefined) return edge
    const why = tree.left > 0 ? `, whose tree was too large to be recorded as a whole (${tree.left} states more)` : ''
    throw new Error(`what \`${tactic}\` does is not on record${why}`)
  }
  const resultOf = ({ outcome, slow }: RecordedEdge, short = false): TacticResult => {
    if (short && slow === true) return { kind: 'timeout', limit: 'short' }
    if (outcome.kind === 'open') return { kind: 'open', state: tree.states[outcome.to] as ProofState }
    return outcome.kind === 'finished' ? { kind: 'finished' } : outcome
  }
  return {
    kind: 'opened',
    domain: {
      root,
      async runTactics(state, tactics, _signal, trying = {}) {
        const results: TacticResult[] = []
        for (const tactic of tactics) {
          const result = resultOf(edgeAt(state, tactic), trying.short)
          results.push(result)
          if (trying.untilFinished === true && result.kind === 'finished') break
        }
        return results
      },
      release: () => {},
    },
    async verify({ tactics }) {
      let state = root
      let last: RecordedEdge | undefined
      for (const tactic of tactics) {
        last = edgeAt(state, tactic)
        const result = resultOf(last)
        if (result.kind === 'open') state = result.state
      }
      const proof = proofs.find(({ key }) => key === `${state.key} ${tactics.at(-1)}`)
      if (proof !== undefined) {
        const { source, axioms, kernels } = proof
        return { kind: 'verified', source, axioms, ...(kernels === undefined ? {} : { kernels }) }
      }
      if (last?.outcome.kind === 'finished' && last.outcome.verdict.kind === 'refused') {
        const { reason } = last.outcome.verdict
        const refusal = refusals.find(({ key }) => key === `${state.key} ${tactics.at(-1)}`)
        return { kind: 'rejected', reason, messages: refusal?.messages ?? [] }
      }
      throw new Error(`the verdict on \`${tactics.join('; ')}\` is not on record`)
    },
    close: async () => {},
  }
}
