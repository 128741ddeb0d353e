import { DatasetError, type ProofStep, readStepFile } from '../dataset/step-file.ts'
import { firstGoal } from '../policy/baseline/goal-view.ts'
import type { Choices } from '../policy/log-linear/features.ts'
import { skeletonOf } from '../policy/log-linear/names.ts'
import { choicesAt } from '../policy/log-linear/proposer.ts'
import { shapeOf } from '../policy/log-linear/shape.ts'
import { learnTemplates, TemplateBank, type Templates } from '../policy/log-linear/templates.ts'
import { premisesOfContext } from '../policy/premises.ts'
import type { ProofState } from '../proof/proof-state.ts'
import { splitByLabel } from './order.ts'
import { groupByTheorem } from './step-items.ts'
import type { LogLinearPlan } from './train-log-linear.ts'

/** The candidates of a step's state, and which of them the proof took. */
type Example = { readonly choices: Choices; readonly taken: number }
/** What one factor F belongs to: a step, or all steps of a proof. */
export type Item = readonly Example[]
export type Part = {
  readonly items: readonly Item[]
  /** Steps in the items. */
  readonly steps: number
  /** Steps left out: their tactic, or with the unit `proof` that of another step of their proof, is no candidate. */
  readonly unreachable: number
  readonly theorems: number
}

/** Everything the members of a family share: read, split and turned into candidates once. About 40 KB per step. */
export type LogLinearData = {
  readonly dataHash: string
  readonly templates: Templates
  readonly training: Part
  readonly heldOut: Part
}

/** @throws DatasetError, where the steps have no context too */
export async function prepareLogLinear(
  plan: Pick<LogLinearPlan, 'dataPath' | 'heldOutShare' | 'unit' | 'seed'>,
): Promise<LogLinearData> {
  const { steps, hash } = await readStepFile(plan.dataPath)
  const bare = steps.find(({ context }) => context === undefined)
  if (bare !== undefined)
    throw new DatasetError(
      `${plan.dataPath}: step ${bare.index} of ${bare.theorem} has no context, which a log-linear policy needs: write the file with \`hedge trace\`, or train a transformer.`,
    )
  const split = splitByLabel(
    steps.map((step) => ({ label: step.theorem, step })),
    plan.heldOutShare,
    plan.seed,
  )
  // What is held out teaches no templates either.
  const templates = learnTemplates(
    split.training.flatMap(({ step }) => {
      const view = firstGoal(stateOf(step))
      if (view === undefined) return []
      return [{ theorem: step.theorem, skeleton: skeletonOf(step.tactic, view), shape: shapeOf(view.target) }]
    }),
  )
  const bank = new TemplateBank(templates)
  const part = (labelled: typeof split.training) =>
    partOf(
      labelled.map(({ step }) => step),
      bank,
      plan.unit,
    )
  const data = { dataHash: hash, templates, training: part(split.training), heldOut: part(split.heldOut) }
  if (data.training.items.length === 0)
    throw new DatasetError(`${plan.dataPath} leaves nothing to train on: no step's tactic is among the candidates.`)
  return data
}

function partOf(steps: readonly ProofStep[], bank: TemplateBank, unit: 'step' | 'proof'): Part {
  const groups = unit === 'step' ? steps.map((step) => [step]) : groupByTheorem(steps)
  // A proof with a step that is no candidate has the probability 0 whatever the weights: there is no gradient, and the
  // product over its other steps would be the probability of something else.
  const items = groups
    .map((group) => group.flatMap((step) => exampleOf(step, bank) ?? []))
    .filter((item, i) => item.length === groups[i]?.length)
  const reached = items.reduce((sum, item) => sum + item.length, 0)
  const theorems = new Set(steps.map(({ theorem }) => theorem)).size
  return { items, steps: reached, unreachable: steps.length - reached, theorems }
}

/** Undefined where the tactic of the step is not among the candidates. */
function exampleOf(step: ProofStep, bank: TemplateBank): Example | undefined {
  const choices = choicesAt(stateOf(step), bank, step.context && premisesOfContext(step.context))
  const taken = choices?.tactics.indexOf(step.tactic) ?? -1
  return choices === undefined || taken < 0 ? undefined : { choices, taken }
}

/** The state of a step: its goals by their text, the first one's constants from the step's context. */
function stateOf({ state, context }: ProofStep): ProofState {
  const goals = state.split('\n\n').map((text, i) => ({ text, constants: i === 0 ? (context?.constants ?? []) : [] }))
  return { key: state, goals, path: [] }
}
