import { countSteps } from '../proof/steps.ts'
import type { RunResults, TheoremResult } from '../results/read-run.ts'
import type { RowOutcome } from './outcomes.ts'

/** A theorem of a run as `report --json` has it. */
export type TheoremReport = {
  readonly name: string
  readonly outcome: RowOutcome
  /** Why it cannot be worked on, or where it is false; empty otherwise. */
  readonly message: string
  readonly statement: string
  /** The shortest proof. */
  readonly proof: { readonly steps: number; readonly tactics: readonly string[]; readonly source: string } | null
  /** Of each member, in the order of the members: passes on record, and those that proved it. */
  readonly members: readonly { readonly name: string; readonly passes: number; readonly proved: number }[]
}

export function theoremReports({ theorems, members }: RunResults): TheoremReport[] {
  return theorems.map((theorem) => ({
    name: theorem.name,
    outcome: outcomeOf(theorem),
    message: theorem.message ?? '',
    statement: theorem.statement,
    proof:
      theorem.proof === undefined
        ? null
        : {
            steps: countSteps(theorem.proof.tactics),
            tactics: theorem.proof.tactics,
            source: theorem.proof.source,
          },
    members: members.map(({ name }, i) => ({
      name,
      passes: theorem.counts[i]?.n ?? 0,
      proved: theorem.counts[i]?.c ?? 0,
    })),
  }))
}

export function outcomeOf(theorem: TheoremResult): RowOutcome {
  switch (theorem.outcome) {
    case 'done':
      return theorem.proof === undefined ? 'not proved' : 'proved'
    case 'open':
      return theorem.proof !== undefined ? 'proved' : passesOf(theorem) > 0 ? 'under way' : 'open'
    case 'statementError':
      return 'statement error'
    case 'engineError':
      return 'engine error'
    default:
      return theorem.outcome satisfies never
  }
}

export const passesOf = ({ counts }: TheoremResult): number => counts.reduce((sum, { n }) => sum + n, 0)
