import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type ProofStep, readStepFile } from '../dataset/step-file.ts'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../policy/network/checkpoint.ts'
import { DEFAULT_OPTIMIZER, type EngineName } from '../policy/network/engine.ts'
import type { NetworkConfig } from '../policy/network/network-config.ts'
import { SEPARATOR } from '../policy/network/prompt.ts'
import type { Tokenizer } from '../policy/network/tokenizer.ts'
import { trainTokenizer } from '../policy/network/tokenizer-trainer.ts'
import { WorkerNetwork } from '../policy/network/worker-network.ts'
import { CheckpointError, refuseOtherKind } from '../policy/policy-files.ts'
import { sha256 } from '../proof/sha256.ts'
import type { EvaluationMetrics, Metrics } from './metrics.ts'
import { readMetrics, writeMetrics } from './metrics-file.ts'
import { refillThreshold } from './objective.ts'
import { splitByLabel } from './order.ts'
import { readSnapshot, writeSnapshot } from './resume.ts'
import type { TrainSettings } from './settings.ts'
import { itemsOf, type StepItems } from './step-items.ts'
import { type TrainHooks, train } from './trainer.ts'

/** A policy, or a family of them, to be trained from a file of proof steps. */
export type TrainPlan = {
  readonly dataPath: string
  readonly heldOutShare: number
  /** `step`: step-wise DCO; `proof`: DCO of the product over each proof's steps. */
  readonly unit: 'step' | 'proof'
  /** Size of the network to make; the vocabulary may come out smaller. */
  readonly network: NetworkConfig
  readonly maxTacticTokens: number
  /** A policy's directory to go on from, with its network and its tokenizer. */
  readonly startFrom: string | undefined
  /** The threshold per N_eff is the default one where it is left open. */
  readonly settings: Omit<TrainSettings, 'refillThreshold'> & { readonly refillThreshold?: number | undefined }
  readonly engine: EngineName
  readonly threads: number
}

/** Everything the members of a family share: read, split and cut into tokens once. */
export type PreparedData = {
  readonly dataHash: string
  readonly tokenizer: Tokenizer
  readonly config: NetworkConfig
  readonly maxTacticTokens: number
  readonly start: (Checkpoint & { readonly hash: string }) | undefined
  readonly training: StepItems
  readonly heldOut: StepItems
  readonly theorems: { readonly training: number; readonly heldOut: number }
}

/** Throws DatasetError or CheckpointError. */
export async function prepareData(plan: TrainPlan): Promise<PreparedData> {
  const { steps, hash } = await readStepFile(plan.dataPath)
  const labelled = steps.map((step) => ({ label: step.theorem, step }))
  const split = splitByLabel(labelled, plan.heldOutShare, plan.settings.seed)
  const stepsOf = (part: typeof labelled) => part.map(({ step }) => step)
  const [training, heldOut] = [stepsOf(split.training), stepsOf(split.heldOut)]
  const start = plan.startFrom === undefined ? undefined : await readCheckpoint(plan.startFrom)
  const texts = training.map((step) => step.state + SEPARATOR + step.tactic)
  const tokenizer = start?.tokenizer ?? trainTokenizer(texts, plan.network.vocabularySize)
  const config = start?.config ?? { ...plan.network, vocabularySize: tokenizer.vocabularySize }
  const maxTacticTokens = start?.settings.maxTacticTokens ?? plan.maxTacticTokens
  const limits = { contextLength: config.contextLength, maxTacticTokens }
  const theorems = (part: readonly ProofStep[]) => new Set(part.map((step) => step.theorem)).size
  return {
    dataHash: hash,
    tokenizer,
    config,
    maxTacticTokens,
    start,
    training: itemsOf(training, tokenizer, plan.unit, limits),
    heldOut: itemsOf(heldOut, tokenizer, plan.unit, limits),
    theorems: { training: theorems(training), heldOut: theorems(heldOut) },
  }
}

export type MemberResult =
  | {
      readonly kind: 'trained'
      readonly hash: string
      readonly steps: number
      /** Examples passed over by the refill rule. */
      readonly replaced: number
      /** What ended it. */
      readonly reason: string
      readonly metrics: readonly Metrics[]
    }
  /** The directory has the policy of this very plan already. */
  | { readonly kind: 'known'; readonly hash: string; readonly metrics: readonly Metrics[] }
  | { readonly kind: 'interrupted' }

export type MemberHooks = Pick<TrainHooks, 'onMetrics' | 'stop'> & {
  /** Replace whatever policy the directory has. */
  readonly force?: boolean
  readonly snapshotEvery: number
  readonly notice: (line: string) => void
  /** Told once the network runs: what runs it, and the step an interrupted run is taken up at (0: a new one). */
  readonly onStart?: (description: string, step: number) => void
}

const RUN_FILE = 'unfinished-run.safetensors'

/**
 * Trains one policy at `nEff` into `directory`, taking up the unfinished run it finds there. Throws CheckpointError for
 * a run that cannot be taken up and where the directory has another policy, EngineFailure when the engine fails.
 */
export async function trainMember(
  plan: TrainPlan,
  data: PreparedData,
  nEff: number,
  directory: string,
  hooks: MemberHooks,
): Promise<MemberResult> {
  const settings: TrainSettings = {
    ...plan.settings,
    refillThreshold: plan.settings.refillThreshold ?? refillThreshold(nEff),
  }
  const { config, tokenizer, start } = data
  const network = await WorkerNetwork.start({
    engine: plan.engine,
    threads: plan.threads,
    config,
    optimizer: DEFAULT_OPTIMIZER,
    notice: hooks.notice,
  })
  try {
    const setUp = {
      data: { file: basename(plan.dataPath), sha256: data.dataHash, heldOutShare: plan.heldOutShare, unit: plan.unit },
      nEff,
      settings,
      optimizer: DEFAULT_OPTIMIZER,
      network: config,
      engine: network.description,
      startFrom: start?.hash ?? null,
      tokenizer: sha256(JSON.stringify(tokenizer.merges)),
    }
    const fingerprint = sha256(JSON.stringify(setUp))
    await mkdir(directory, { recursive: true })
    const runFile = join(directory, RUN_FILE)
    if (hooks.force !== true) await refuseOtherKind(directory, 'transformer')
    const snapshot = await readSnapshot(runFile, fingerprint)
    const known =
      hooks.force || snapshot !== undefined ? undefined : await readCheckpoint(directory).catch(() => undefined)
    if (known !== undefined) {
      if (known.training.fingerprint !== fingerprint)
        throw new CheckpointError(`${directory} has a policy that was trained otherwise; --force replaces it.`)
      return { kind: 'known', hash: known.hash, metrics: await readMetrics(directory) }
    }
    if (start === undefined) await network.initialise(settings.seed)
    else await network.writeState({ ...(await network.readState()), parameters: start.parameters })
    const log = await MetricsLog.open(directory, snapshot?.progress.step)
    hooks.onStart?.(network.description, snapshot?.progress.step ?? 0)
    const outcome = await train(
      network,
      { training: data.training.items, heldOut: data.heldOut.items },
      { kind: 'dco', n: nEff },
      settings,
      {
        onMetrics: async (metrics, done) => {
          log.add(metrics)
          await hooks.onMetrics?.(metrics, done)
        },
        onSnapshot: async (taken) => {
          await log.flush()
          await writeSnapshot(runFile, taken, fingerprint)
        },
        snapshotEvery: hooks.snapshotEvery,
        ...(hooks.stop === undefined ? {} : { stop: hooks.stop }),
      },
      snapshot,
    )
    await log.flush()
    if (outcome.kind === 'interrupted') return { kind: 'interrupted' }
    const { parameters } = await network.readState()
    const evaluations = log.rows.filter((row): row is EvaluationMetrics => row.kind === 'evaluation')
    const training = {
      fingerprint,
      ...setUp,
      counts: {
        theorems: data.theorems,
        items: { training: data.training.items.length, heldOut: data.heldOut.items.length },
        cutStates: { training: data.training.cutStates, heldOut: data.heldOut.cutStates },
        droppedSteps: { training: data.training.droppedSteps, heldOut: data.heldOut.droppedSteps },
      },
      ended: outcome.reason,
      steps: outcome.progress.step,
      tokens: outcome.progress.tokens,
      replaced: outcome.progress.replaced,
      evaluations,
    }
    const policy = {
      config,
      settings: { nEff, maxTacticTokens: data.maxTacticTokens },
      tokenizer,
      parameters,
      training,
    }
    const hash = await writeCheckpoint(directory, policy)
    await rm(runFile, { force: true })
    const { reason, progress } = outcome
    return { kind: 'trained', hash, steps: progress.step, replaced: progress.replaced, reason, metrics: log.rows }
  } finally {
    await network.dispose()
  }
}

/** Rows are kept in memory and written whole, so that a run taken up repeats no row. */
class MetricsLog {
  readonly rows: Metrics[]
  readonly #directory: string

  private constructor(directory: string, rows: Metrics[]) {
    this.#directory = directory
    this.rows = rows
  }

  /** Goes on after step `from`; starts anew where that is undefined. */
  static async open(directory: string, from: number | undefined): Promise<MetricsLog> {
    if (from !== undefined)
      return new MetricsLog(
        directory,
        (await readMetrics(directory)).filter((row) => row.step <= from),
      )
    await writeMetrics(directory, [])
    return new MetricsLog(directory, [])
  }

  add(row: Metrics): void {
    this.rows.push(row)
  }
  async flush(): Promise<void> {
    await writeMetrics(this.#directory, this.rows)
  }
}
