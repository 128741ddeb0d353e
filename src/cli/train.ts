import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { ENGINE_NAMES, type EngineName } from '../policy/network/engine.ts'
import { networkConfigSchema } from '../policy/network/network-config.ts'
import { MODELS, type ModelKind } from '../policy/policy-files.ts'
import { REDUCTIONS, type Reduction } from '../training/dco-loss.ts'
import { OPTIMISERS, type Optimiser } from '../training/descent.ts'
import { type Family, type FamilyPlan, prepareFamily } from '../training/family.ts'
import { DEFAULT_SETTINGS, PRESETS, type Preset } from '../training/settings.ts'
import { DEFAULT_LOG_LINEAR } from '../training/train-log-linear.ts'
import type { MemberResult } from '../training/train-policy.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { atLeast, outFolder, positive, share, widths } from './flags.ts'
import { listenForInterrupt } from './interrupt.ts'
import { sayWritten } from './terminal.ts'
import { confidenceTable, drawTrainingPlots, type MemberMetrics } from './train-report.ts'
import { TrainingView } from './train-view.ts'

type Flags = TrainingFlags & {
  readonly data: string
  readonly out: string
  readonly neff: readonly number[]
  readonly minutes?: number
  readonly force?: true
  readonly everyEpoch?: true
}

export type TrainingFlags = {
  readonly model: ModelKind
  readonly unit: 'step' | 'proof'
  readonly heldOut: number
  readonly epochs?: number
  readonly steps?: number
  readonly batchSize: number
  readonly learningRate?: number
  readonly optimiser: Optimiser
  readonly warmup: number
  readonly reduction?: Reduction
  readonly preset?: Preset
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

const DEFAULT_EPOCHS = { transformer: 3, 'log-linear': DEFAULT_LOG_LINEAR.epochs } as const

/** `hedge train`: fits a policy to proof steps by step-wise DCO, or one for each of several N_eff. */
export function trainCommand(): Command {
  return addTrainingOptions(new Command('train'))
    .description('train a policy on proof steps with step-wise DCO')
    .requiredOption('--data <file>', 'proof steps, one JSON object per line: theorem, index, state, tactic')
    .requiredOption(
      '-o, --out <folder>',
      'where the policy goes; with several N_eff, one directory neff-N in it for each',
      outFolder,
    )
    .option('--neff <list>', 'the confidence limit N_eff (1 is cross-entropy), or several: 1,4,8,16,32', widths, [8])
    .option('--minutes <n>', 'most wall-clock time for each N_eff', positive)
    .option('--every-epoch', 'log-linear: also keep the policy of each epoch, in epoch-N')
    .option('--force', 'train anew where --out has a policy already')
    .addHelpText(
      'after',
      `
Models: log-linear re-weighs the candidates of the baseline and tactics learnt from the data; its data come from
\`hedge trace\` or \`hedge iterate\`; it needs seconds, and of the options below only --unit, --held-out, --epochs,
--learning-rate, --optimiser, --refill and --seed. transformer is a network that writes tactics itself, from any steps.
\nExit codes: 0 done, 2 bad input, 3 the engine failed, 130 interrupted (the same command goes on).`,
    )
    .action(async (flags: Flags) => {
      process.exitCode = await orBadInput(() => trainAll(flags))
    })
}

/** What a training run can be told, by whatever command runs it. */
export function addTrainingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--model <kind>', 'what to train: see below')
        .choices(MODELS)
        .default('log-linear' satisfies ModelKind),
    )
    .addOption(
      new Option('--unit <unit>', 'what the loss multiplies probabilities over')
        .choices(['step', 'proof'])
        .default('step'),
    )
    .option('--held-out <share>', 'share of theorems that are not trained on', share, 0.1)
    .option(
      '--epochs <n>',
      `passes over the data (default: ${DEFAULT_EPOCHS['log-linear']} log-linear, ${DEFAULT_EPOCHS.transformer} transformer, unless --steps or --minutes is given)`,
      positive,
    )
    .option('--steps <n>', 'most training steps', atLeast(1))
    .option('--batch-size <n>', 'proof steps (or proofs) per training step', atLeast(1), DEFAULT_SETTINGS.batchSize)
    .option(
      '--learning-rate <x>',
      `highest learning rate (default: ${DEFAULT_LOG_LINEAR.learningRate} log-linear, ${DEFAULT_SETTINGS.learningRate} transformer)`,
      positive,
    )
    .addOption(
      new Option('--optimiser <name>', 'log-linear: how a gradient becomes a step')
        .choices(OPTIMISERS)
        .default(DEFAULT_LOG_LINEAR.optimiser),
    )
    .option('--warmup <n>', 'steps over which the learning rate rises', atLeast(0), DEFAULT_SETTINGS.warmupSteps)
    .addOption(
      new Option(
        '--reduction <how>',
        'how a batch is divided: mean over examples of the sum of their tokens, of the mean of their tokens, or over all tokens (default: sum)',
      ).choices(REDUCTIONS),
    )
    .addOption(
      new Option(
        '--preset <whose>',
        "transformer: --reduction, --refill and a constant learning rate as in the paper, or in its authors' code",
      ).choices(Object.keys(PRESETS)),
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
    .option('-s, --seed <n>', 'seed of everything random', atLeast(0), 1)
    .option('--save-every <n>', 'steps between states that an interrupted run is taken up from', atLeast(1), 50)
}

async function trainAll(flags: Flags): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const interrupt = listenForInterrupt(say)
  try {
    const family = await prepareFamily(familyPlan(flags, flags.data, flags.minutes))
    for (const line of family.description) say(line)
    const members: MemberMetrics[] = []
    for (const nEff of flags.neff) {
      const directory = flags.neff.length === 1 ? flags.out : join(flags.out, `neff-${nEff}`)
      const result = await trainOne(family, nEff, directory, flags, say, () => interrupt.signal.aborted)
      if (result.kind === 'interrupted') {
        say('interrupted; the same command takes the run up again')
        return EXIT.interrupted
      }
      if (result.kind === 'known') {
        say(`N_eff ${nEff}: policy ${result.hash.slice(0, 12)} in ${directory} is trained already`)
        members.push({ nEff, metrics: result.metrics })
        continue
      }
      say(`N_eff ${nEff}: ${result.steps} steps (ended by ${result.reason}), ${result.replaced} examples replaced`)
      say(`N_eff ${nEff}: policy ${result.hash.slice(0, 12)} in ${directory}`)
      members.push({ nEff, metrics: result.metrics })
    }
    for (const [name, svg] of Object.entries(await drawTrainingPlots(members))) {
      await writeFile(join(flags.out, name), svg)
      sayWritten(join(flags.out, name))
    }
    process.stdout.write(confidenceTable(members))
    return EXIT.done
  } finally {
    interrupt.release()
  }
}

async function trainOne(
  family: Family,
  nEff: number,
  directory: string,
  flags: Flags,
  say: (line: string) => void,
  interrupted: () => boolean,
): Promise<MemberResult> {
  const view = new TrainingView(`N_eff ${nEff}`)
  const deadline = flags.minutes === undefined ? undefined : Date.now() + flags.minutes * 60_000
  try {
    return await family.train(nEff, directory, {
      notice: say,
      onMetrics: (metrics, done) => view.show(metrics, done),
      snapshotEvery: flags.saveEvery,
      force: flags.force === true,
      everyEpoch: flags.everyEpoch === true,
      stop: () =>
        interrupted() ? 'interrupt' : deadline !== undefined && Date.now() >= deadline ? 'wallClock' : undefined,
    })
  } finally {
    view.close()
  }
}

/** @throws InputError */
export function familyPlan(flags: TrainingFlags, dataPath: string, minutes?: number): FamilyPlan {
  const limited = flags.steps !== undefined || minutes !== undefined
  const epochs = flags.epochs ?? (limited ? undefined : DEFAULT_EPOCHS[flags.model])
  if (flags.model === 'log-linear') {
    for (const [name, value] of Object.entries({ '--steps': flags.steps, '--from': flags.from }))
      if (value !== undefined) throw new InputError(`${name} is for --model transformer`)
    return {
      model: 'log-linear',
      dataPath,
      heldOutShare: flags.heldOut,
      unit: flags.unit,
      epochs: epochs ?? DEFAULT_LOG_LINEAR.epochs,
      learningRate: flags.learningRate ?? DEFAULT_LOG_LINEAR.learningRate,
      optimiser: flags.optimiser,
      refillThreshold: flags.refill,
      seed: flags.seed,
    }
  }
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
  const preset = flags.preset === undefined ? undefined : PRESETS[flags.preset]
  return {
    model: 'transformer',
    dataPath,
    heldOutShare: flags.heldOut,
    unit: flags.unit,
    network: network.data,
    maxTacticTokens: flags.tacticTokens,
    startFrom: flags.from,
    settings: {
      batchSize: flags.batchSize,
      learningRate: flags.learningRate ?? DEFAULT_SETTINGS.learningRate,
      warmupSteps: flags.warmup,
      finalRate: preset?.finalRate ?? DEFAULT_SETTINGS.finalRate,
      reduction: flags.reduction ?? preset?.reduction ?? DEFAULT_SETTINGS.reduction,
      seed: flags.seed,
      refillThreshold: flags.refill ?? preset?.refillThreshold,
      ...(epochs === undefined ? {} : { epochs }),
      ...(flags.steps === undefined ? {} : { maxSteps: flags.steps }),
      ...(flags.evaluateEvery === undefined ? {} : { evaluateEvery: flags.evaluateEvery }),
      ...(flags.patience === undefined ? {} : { patience: flags.patience }),
    },
    engine: flags.engine,
    threads: flags.threads,
  }
}
