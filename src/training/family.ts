import { DatasetError } from '../dataset/step-file.ts'
import { parameterCount } from '../policy/network/network-config.ts'
import { prepareLogLinear } from './log-linear-data.ts'
import type { Metrics } from './metrics.ts'
import { type LogLinearPlan, trainLogLinear } from './train-log-linear.ts'
import { type MemberResult, type PreparedData, prepareData, type TrainPlan, trainMember } from './train-policy.ts'

/** How policies of one kind are trained, whatever kind it is. */
export type FamilyPlan =
  | ({ readonly model: 'log-linear' } & LogLinearPlan)
  | ({ readonly model: 'transformer' } & TrainPlan)

export type FamilyHooks = {
  /** Replace whatever policy the directory has. */
  readonly force?: boolean
  /** Log-linear policies: keep one for each epoch, in `epoch-N` of the directory. */
  readonly everyEpoch?: boolean
  /** Steps between states that an interrupted run of a network is taken up from. */
  readonly snapshotEvery: number
  readonly notice: (line: string) => void
  readonly onMetrics?: (metrics: Metrics, done: number) => void
  readonly stop?: () => 'interrupt' | 'wallClock' | undefined
}

/** Data read once for policies at several N_eff. */
export type Family = {
  /** What there is to learn from, in lines for people. */
  readonly description: readonly string[]
  /** Throws CheckpointError where the directory has another policy, EngineFailure when the engine fails. */
  train(nEff: number, directory: string, hooks: FamilyHooks): Promise<MemberResult>
}

/** @throws DatasetError, CheckpointError */
export async function prepareFamily(plan: FamilyPlan): Promise<Family> {
  if (plan.model === 'log-linear') {
    const data = await prepareLogLinear(plan)
    const { training, heldOut, templates } = data
    const left = training.unreachable + heldOut.unreachable
    return {
      description: [
        `${training.items.length} ${plan.unit}s of ${training.theorems} theorems to train on, ${heldOut.items.length} of ${heldOut.theorems} held out`,
        `${templates.length} tactics learnt as templates`,
        ...(left > 0 ? [`${left} steps are left out: their tactic is not among the candidates`] : []),
      ],
      train: (nEff, directory, hooks) => trainLogLinear(plan, data, nEff, directory, hooks),
    }
  }
  const data = await prepareData(plan)
  if (data.training.items.length === 0)
    throw new DatasetError(
      `${plan.dataPath} leaves no step to train on: every tactic is longer than ${data.maxTacticTokens} tokens.`,
    )
  return {
    description: describeNetwork(plan, data),
    train: (nEff, directory, { notice, everyEpoch: _, ...hooks }) =>
      trainMember(plan, data, nEff, directory, {
        ...hooks,
        notice,
        onStart: (engine, step) => notice(`N_eff ${nEff} on ${engine}${step > 0 ? `, taken up at step ${step}` : ''}`),
      }),
  }
}

function describeNetwork(
  plan: TrainPlan,
  { training, heldOut, theorems, config, maxTacticTokens }: PreparedData,
): string[] {
  const cut = training.cutStates + heldOut.cutStates
  const dropped = training.droppedSteps + heldOut.droppedSteps
  return [
    `${training.items.length} ${plan.unit}s of ${theorems.training} theorems to train on, ${heldOut.items.length} of ${theorems.heldOut} held out`,
    `${(parameterCount(config) / 1e6).toFixed(2)} M parameters, ${config.vocabularySize} tokens`,
    ...(cut > 0
      ? [`${cut} proof states are longer than the context allows: later goals and the first hypotheses are cut`]
      : []),
    ...(dropped > 0 ? [`${dropped} steps are left out: a tactic is longer than ${maxTacticTokens} tokens`] : []),
  ]
}
