import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { DatasetError } from '../dataset/step-file.ts'
import { CheckpointError } from '../policy/checkpoint.ts'
import { ENGINE_NAMES, EngineFailure, type EngineName } from '../policy/engine.ts'
import { networkConfigSchema, parameterCount } from '../policy/network-config.ts'
import { DEFAULT_SETTINGS } from '../training/settings.ts'
import {
  type MemberResult,
  type PreparedData,
  prepareData,
  type TrainPlan,
  trainMember,
} from '../training/train-policy.ts'
import { EXIT, InputError } from './failure.ts'
import { atLeast, positive, share, widths } from './flags.ts'
import { confidenceTable, drawTrainingPlots, type MemberMetrics } from './train-report.ts'
import { TrainingView } from './train-view.ts'

type Flags = TrainingFlags & {
  readonly data: string
  readonly out: string
  readonly neff: readonly number[]
  readonly minutes?: number
  readonly force?: true
}

export type TrainingFlags = {
  readonly unit: 'step' | 'proof'
  readonly heldOut: number
  readonly epochs?: number
  readonly steps?: number
  readonly batchSize: number
  readonly learningRate: number
  readonly warmup: number
  readonly normalisation: 'sum' | 'token-mean'
  readonly refill?: number
  readonly evaluateEvery?: number
  readonly patience?: number
  readonly vocabulary: number
  readonly context: number
  readonly tacticTokens: number
  readonly width: number
  readonly layers: number
  readonly heads: number
  readonly from?: string
  readonly engine: EngineName
  readonly threads: number
  readonly seed: number
  readonly saveEvery: number
}

const DEFAULT_EPOCHS = 3

/** `hedge train`: fits a policy to proof steps by step-wise DCO, or one for each of several N_eff. */
export function trainCommand(): Command {
  return addTrainingOptions(new Command('train'))
    .description('train a transformer policy on proof steps with step-wise DCO')
    .requiredOption('--data <file>', 'proof steps, one JSON object per line: theorem, index, state, tactic')
    .requiredOption('--out <dir>', 'where the policy goes; with several N_eff, one directory neff-N in it for each')
    .option('--neff <list>', 'the confidence limit N_eff (1 is cross-entropy), or several: 1,4,8,16,32', widths, [8])
    .option('--minutes <n>', 'most wall-clock time for each N_eff', positive)
    .option('--force', 'train anew where --out has a policy already')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 2 bad input, 3 the engine failed, 130 interrupted (the same command goes on).',
    )
    .action(async (flags: Flags) => {
      process.exitCode = await trainAll(flags)
    })
}

/** What a training run can be told, by whatever command runs it. */
export function addTrainingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--unit <unit>', 'what the loss multiplies probabilities over')
        .choices(['step', 'proof'])
        .default('step'),
    )
    .option('--held-out <share>', 'share of theorems that are not trained on', share, 0.1)
    .option(
      '--epochs <n>',
      `passes over the data (default: ${DEFAULT_EPOCHS}, unless --steps or --minutes is given)`,
      positive,
    )
    .option('--steps <n>', 'most training steps', atLeast(1))
    .option('--batch-size <n>', 'proof steps (or proofs) per training step', atLeast(1), DEFAULT_SETTINGS.batchSize)
    .option('--learning-rate <x>', 'highest learning rate', positive, DEFAULT_SETTINGS.learningRate)
    .option('--warmup <n>', 'steps over which the learning rate rises', atLeast(0), DEFAULT_SETTINGS.warmupSteps)
    .addOption(
      new Option('--normalisation <how>', 'mean over examples (sum of their tokens) or over tokens')
        .choices(['sum', 'token-mean'])
        .default('sum'),
    )
    .option('--refill <factor>', 'replace examples whose factor F is below (default: depends on N_eff)', share)
    .option('--evaluate-every <n>', 'steps between looks at the held-out theorems (default: each epoch)', atLeast(1))
    .option('--patience <n>', 'stop after so many looks without a better held-out loss, and keep the best', atLeast(1))
    .option('--vocabulary <n>', 'most tokens of the tokenizer that is trained on the data', atLeast(1), 1024)
    .option('--context <n>', 'longest proof state and tactic, in tokens', atLeast(1), 256)
    .option('--tactic-tokens <n>', 'longest tactic, in tokens', atLeast(1), 64)
    .option('--width <n>', 'width of the network', atLeast(1), 128)
    .option('--layers <n>', 'layers of the network', atLeast(1), 4)
    .option('--heads <n>', 'attention heads of each layer', atLeast(1), 4)
    .option('--from <dir>', 'a policy to go on from, with its network and its tokenizer')
    .addOption(new Option('--engine <name>', 'what computes').choices(ENGINE_NAMES).default('ort'))
    .option('--threads <n>', 'threads of the engine', atLeast(1), 1)
    .option('--seed <n>', 'seed of everything random', atLeast(0), 1)
    .option('--save-every <n>', 'steps between states that an interrupted run is taken up from', atLeast(1), 50)
}

async function trainAll(flags: Flags): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  let interrupted = false
  const interrupt = () => {
    // Leaving in the middle of a native operation needs the hard way: an ordinary exit would crash in it.
    if (interrupted) process.kill(process.pid, 'SIGKILL')
    interrupted = true
    say('interrupting after this step; once more to stop at once')
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    const plan = { ...trainPlanOf(flags, flags.minutes), dataPath: flags.data }
    const data = await prepareData(plan)
    if (data.training.items.length === 0)
      throw new DatasetError(
        `${flags.data} leaves no step to train on: every tactic is longer than ${data.maxTacticTokens} tokens.`,
      )
    describe(plan, data, say)
    const members: MemberMetrics[] = []
    for (const nEff of flags.neff) {
      const directory = flags.neff.length === 1 ? flags.out : join(flags.out, `neff-${nEff}`)
      const result = await trainOne(plan, data, nEff, directory, flags, say, () => interrupted)
      if (result.kind === 'interrupted') {
        say('interrupted; the same command takes the run up again')
        return EXIT.interrupted
      }
      if (result.kind === 'known') {
        say(`N_eff ${nEff}: policy ${result.hash.slice(0, 12)} in ${directory} is trained already`)
        members.push({ nEff, metrics: result.metrics })
        continue
      }
      const { progress, reason } = result.outcome
      say(`N_eff ${nEff}: ${progress.step} steps (ended by ${reason}), ${progress.replaced} examples replaced`)
      say(`N_eff ${nEff}: policy ${result.hash.slice(0, 12)} in ${directory}`)
      members.push({ nEff, metrics: result.metrics })
    }
    for (const [name, svg] of Object.entries(await drawTrainingPlots(members))) {
      await writeFile(join(flags.out, name), svg)
      say(`wrote ${join(flags.out, name)}`)
    }
    process.stdout.write(confidenceTable(members))
    return EXIT.done
  } catch (error) {
    if (error instanceof DatasetError || error instanceof CheckpointError || error instanceof InputError) {
      say(error.message)
      return EXIT.badInput
    }
    if (error instanceof EngineFailure) {
      say(`the engine failed: ${error.message}`)
      return EXIT.engineFailure
    }
    throw error
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

async function trainOne(
  plan: TrainPlan,
  data: PreparedData,
  nEff: number,
  directory: string,
  flags: Flags,
  say: (line: string) => void,
  interrupted: () => boolean,
): Promise<MemberResult> {
  const view = new TrainingView(`N_eff ${nEff}`, process.stderr)
  const deadline = flags.minutes === undefined ? undefined : Date.now() + flags.minutes * 60_000
  try {
    return await trainMember(plan, data, nEff, directory, {
      notice: say,
      onStart: (engine, step) => say(`N_eff ${nEff} on ${engine}${step > 0 ? `, taken up at step ${step}` : ''}`),
      onMetrics: (metrics, done) => view.show(metrics, done),
      snapshotEvery: flags.saveEvery,
      force: flags.force === true,
      stop: () =>
        interrupted() ? 'interrupt' : deadline !== undefined && Date.now() >= deadline ? 'wallClock' : undefined,
    })
  } finally {
    view.close()
  }
}

/** @throws InputError */
export function trainPlanOf(flags: TrainingFlags, minutes?: number): Omit<TrainPlan, 'dataPath'> {
  const network = networkConfigSchema.safeParse({
    vocabularySize: flags.vocabulary,
    contextLength: flags.context,
    width: flags.width,
    layers: flags.layers,
    heads: flags.heads,
  })
  if (!network.success) throw new InputError(`no such network: ${network.error.issues[0]?.message}.`)
  if (flags.tacticTokens < 2 || flags.tacticTokens >= flags.context)
    throw new InputError('--tactic-tokens must be at least 2 and leave room for the proof state in --context.')
  if (flags.vocabulary < 258)
    throw new InputError('--vocabulary must be at least 258: the bytes and two special tokens.')
  const limited = flags.steps !== undefined || minutes !== undefined
  const epochs = flags.epochs ?? (limited ? undefined : DEFAULT_EPOCHS)
  return {
    heldOutShare: flags.heldOut,
    unit: flags.unit,
    network: network.data,
    maxTacticTokens: flags.tacticTokens,
    startFrom: flags.from,
    settings: {
      batchSize: flags.batchSize,
      learningRate: flags.learningRate,
      warmupSteps: flags.warmup,
      finalRate: DEFAULT_SETTINGS.finalRate,
      normalisation: flags.normalisation === 'sum' ? 'sum' : 'tokenMean',
      seed: flags.seed,
      refillThreshold: flags.refill,
      ...(epochs === undefined ? {} : { epochs }),
      ...(flags.steps === undefined ? {} : { maxSteps: flags.steps }),
      ...(flags.evaluateEvery === undefined ? {} : { evaluateEvery: flags.evaluateEvery }),
      ...(flags.patience === undefined ? {} : { patience: flags.patience }),
    },
    engine: flags.engine,
    threads: flags.threads,
  }
}

function describe(plan: TrainPlan, data: PreparedData, say: (line: string) => void): void {
  const { training, heldOut, theorems, config } = data
  say(
    `${training.items.length} ${plan.unit}s of ${theorems.training} theorems to train on, ${heldOut.items.length} of ${theorems.heldOut} held out`,
  )
  say(`${(parameterCount(config) / 1e6).toFixed(2)} M parameters, ${config.vocabularySize} tokens`)
  const cut = training.cutStates + heldOut.cutStates
  const dropped = training.droppedSteps + heldOut.droppedSteps
  if (cut > 0)
    say(`${cut} proof states are longer than the context allows: later goals and the first hypotheses are cut`)
  if (dropped > 0) say(`${dropped} steps are left out: a tactic is longer than ${data.maxTacticTokens} tokens`)
}
