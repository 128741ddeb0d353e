import { logProbs } from '../../src/policy/log-linear/features.ts'
import { readLogLinear } from '../../src/policy/log-linear/log-linear-policy.ts'
import { choicesAt } from '../../src/policy/log-linear/proposer.ts'
import { TemplateBank } from '../../src/policy/log-linear/templates.ts'
import { premisesOfContext } from '../../src/policy/premises.ts'
import type { Distribution } from './coverage.ts'
import type { GraphState } from './graph.ts'

/** A policy that was read, by its name in the tables. */
export type StudyPolicy = { readonly name: string; at(state: GraphState): Distribution }

/** A log-linear policy from its directory, or the prior that all of them start from. */
export async function studyPolicy(name: string, directory: string): Promise<StudyPolicy> {
  const { templates, weights } = await readLogLinear(directory)
  const bank = new TemplateBank(templates)
  return {
    name,
    at(state) {
      const first = state.goals[0]
      if (first === undefined) return new Map()
      const premises = premisesOfContext({ constants: first.constants, related: state.related })
      const key = state.goals.map(({ text }) => text).join('\n\n')
      const choices = choicesAt({ key, goals: state.goals, path: [] }, bank, premises)
      if (choices === undefined) return new Map()
      const scores = logProbs(choices, weights)
      return new Map(choices.tactics.map((tactic, i) => [tactic, Math.exp(scores[i] as number)]))
    },
  }
}
