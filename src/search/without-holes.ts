import { leavesHole } from '../proof/lean-text.ts'
import type { TacticResult } from '../proof/tactic-result.ts'
import type { Domain } from './domain.ts'

/**
 * The same domain, in which a tactic that leaves a hole is an error. Lean would go on to a state with the same goals as one
 * that was reached honestly: the two are one node of the tree, and nothing that ends there could be a proof any more.
 */
export function withoutHoles(domain: Domain): Domain {
  return {
    root: domain.root,
    async runTactics(state, tactics, signal, trying) {
      const honest = tactics.filter((tactic) => !leavesHole(tactic))
      if (honest.length === tactics.length) return domain.runTactics(state, tactics, signal, trying)
      const results = honest.length === 0 ? [] : [...(await domain.runTactics(state, honest, signal, trying))]
      const all: TacticResult[] = []
      for (const tactic of tactics) {
        if (leavesHole(tactic)) all.push({ kind: 'error', message: 'it leaves a hole: `sorry` proves nothing' })
        else {
          const result = results.shift()
          // What the end of the budget, or a tactic that finishes, cut off is cut off for all behind it.
          if (result === undefined) return all
          all.push(result)
        }
      }
      return all
    },
    release: (state) => domain.release(state),
  }
}
