import type { ProofStep } from '../dataset/step-file.ts'
import { completionOf, promptOf } from '../policy/network/prompt.ts'
import type { Tokenizer } from '../policy/network/tokenizer.ts'
import type { Item, Row } from './items.ts'

export type StepItems = {
  readonly items: readonly Item[]
  /** Proof states that were shortened to fit (see `promptOf`). */
  readonly cutStates: number
  /** Steps left out because their tactic is longer than the longest one allowed: a tactic cannot be shortened. */
  readonly droppedSteps: number
}

/**
 * Steps as what a loss is about: each step alone (`step`), or all steps of a theorem together (`proof`). A proof loses
 * no step: one whose tactic is too long takes its whole proof out.
 */
export function itemsOf(
  steps: readonly ProofStep[],
  tokenizer: Tokenizer,
  unit: 'step' | 'proof',
  limits: { readonly contextLength: number; readonly maxTacticTokens: number },
): StepItems {
  let cutStates = 0
  let droppedSteps = 0
  const items: Item[] = []
  for (const group of unit === 'step' ? steps.map((step) => [step]) : groupByTheorem(steps)) {
    const rows: Row[] = []
    let cutHere = 0
    for (const step of group) {
      const completion = completionOf(tokenizer, step.tactic)
      if (completion.length > limits.maxTacticTokens) continue
      const { tokens, cut } = promptOf(tokenizer, step.state, limits.contextLength - limits.maxTacticTokens)
      if (cut) cutHere++
      rows.push({ prompt: tokens, completion })
    }
    if (rows.length === group.length) {
      items.push({ label: (group[0] as ProofStep).theorem, rows })
      cutStates += cutHere
    } else droppedSteps += group.length
  }
  return { items, cutStates, droppedSteps }
}

/** The steps of each theorem in their order; theorems in the order of their first step. */
export function groupByTheorem(steps: readonly ProofStep[]): ProofStep[][] {
  const groups = new Map<string, ProofStep[]>()
  for (const step of steps) {
    const group = groups.get(step.theorem)
    if (group === undefined) groups.set(step.theorem, [step])
    else group.push(step)
  }
  return [...groups.values()].map((group) => group.toSorted((a, b) => a.index - b.index))
}
