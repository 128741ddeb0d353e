import type { EngineState } from '../../src/policy/network/engine.ts'
import type { PolicyNetwork } from '../../src/policy/network/policy-network.ts'
import { WorkerNetwork } from '../../src/policy/network/worker-network.ts'
import type { Item } from '../../src/training/items.ts'
import { DEFAULT_SETTINGS } from '../../src/training/settings.ts'
import { train } from '../../src/training/trainer.ts'
import { type DirectRun, type Look, look, passAt, runDirect } from '../dco-demo/experiment.ts'
import { runGrpo } from '../dco-demo/grpo.ts'
import { rankAccuracies } from '../dco-demo/ranks.ts'
import { type ReasonedLook, type ReasonedRun, reasonedPassAt, runReasoned } from '../dco-demo/reasoned.ts'
import { DIRECT_RUN, rangedProblems, reasonedProblems } from '../dco-demo/task.ts'
import { type LevelView, levelViews, mean } from './gradients.ts'
import type { Sizes } from './sizes.ts'

/** Coverage of some questions at each N of DIRECT_PASSES, and the confidence in greedy answers. */
export type Coverage = {
  readonly pass: readonly number[]
  readonly greedy: number
  /** Share of the questions with a confidence over a half in a wrong greedy answer. */
  readonly sureAndWrong: number
}
export type DirectResult = {
  readonly n: number
  readonly looks: readonly { readonly epoch: number; readonly test: Coverage; readonly outside: Coverage }[]
}
export type ReasonedView = Omit<ReasonedLook, 'right'> & { readonly pass: readonly number[] }
export type ReasonedResult = {
  readonly method: Method
  readonly looks: readonly ReasonedView[]
  readonly replacedAt: readonly number[]
}

/** All that is measured with one seed. */
export type SeedResult = {
  readonly seed: number
  /** The levels' views at each of STAGES. */
  readonly stages: readonly (readonly LevelView[])[]
  readonly direct: readonly DirectResult[]
  /** Accuracy of the answers by rank, of the first and the last of DIRECT_WIDTHS. */
  readonly ranks: readonly (readonly number[])[]
  /** The network that all ways of training with a chain of thought start from. */
  readonly base: ReasonedView
  readonly reasoned: readonly ReasonedResult[]
}

export const METHODS = ['cross-entropy', 'GRPO', 'DCO^a 64'] as const
export type Method = (typeof METHODS)[number]
/** N' of the networks that answer directly; 1 is cross-entropy. */
export const DIRECT_WIDTHS = [1, 16, 256]
export const DIRECT_PASSES = [1, 16, 256, 4096]
export const REASONED_PASSES = [1, 16, 64]
/** N of the test loss and of F in C.1 and C.8. */
export const VIEWED_AT = 256
/** Shares of one long epoch, as in the paper; then the end of many epochs on few questions. */
const VIEWED_SHARES = [0.11, 0.86]
export const STAGES = ['11 % of one epoch', '86 % of one epoch', 'after many epochs on few questions']
export const RANKS = 16

export async function runSeed(seed: number, sizes: Sizes): Promise<SeedResult> {
  const problems = rangedProblems(
    { training: sizes.questions, test: sizes.test, unseen: sizes.unseen, outside: sizes.test },
    seed,
  )
  const stages = await oneEpoch(seed, sizes)
  const plan = {
    problems,
    seed,
    epochs: sizes.epochs,
    lookEvery: sizes.lookEvery,
    batchSize: 64,
    learningRate: 3e-3,
    refill: 0.3,
  }
  const direct: DirectResult[] = []
  const ranks: number[][] = []
  for (const n of DIRECT_WIDTHS) {
    const outside: Look[] = []
    const run = await runDirect(
      plan,
      n,
      async (network) => {
        if (n === 1) stages.push(await viewsOf(network, problems.test, problems.unseen))
        if (n === 1 || n === DIRECT_WIDTHS.at(-1)) {
          const asked = problems.test.slice(0, sizes.ranked)
          ranks.push([...(await rankAccuracies(network, asked, { width: sizes.beam, ranks: RANKS })).accuracies])
        }
      },
      async (network, epoch) => {
        outside.push(await look(network, problems.outside, epoch))
      },
    )
    direct.push({ n, looks: coverages(run, outside) })
  }
  return { seed, stages, direct, ranks, ...(await reasoned(seed, sizes)) }
}

function coverages(run: DirectRun, outside: readonly Look[]): DirectResult['looks'] {
  const coverage = ({ right, greedy }: Look): Coverage => ({
    pass: DIRECT_PASSES.map((n) => passAt(n, right).mean),
    greedy: mean(greedy.map(({ confidence }) => confidence)),
    sureAndWrong: mean(greedy.map(({ confidence, correct }) => (confidence > 0.5 && !correct ? 1 : 0))),
  })
  return run.looks.map((here, i) => ({
    epoch: here.epoch,
    test: coverage(here),
    outside: coverage(outside[i] as Look),
  }))
}

/** One pass of cross-entropy over many questions, each of which is seen once. */
async function oneEpoch(seed: number, sizes: Sizes): Promise<LevelView[][]> {
  const problems = rangedProblems(
    { training: sizes.once, test: sizes.test, unseen: sizes.unseen, outside: 0 },
    `${seed} once`,
  )
  const network = await WorkerNetwork.start(DIRECT_RUN)
  try {
    await network.initialise(seed)
    const views: LevelView[][] = []
    const settings = { ...DEFAULT_SETTINGS, batchSize: 64, learningRate: 3e-3, finalRate: 1, epochs: 1, seed }
    const due = VIEWED_SHARES.map((share) => Math.ceil((share * sizes.once) / settings.batchSize))
    await train(network, { training: problems.training, heldOut: [] }, { kind: 'dco', n: 1 }, settings, {
      onMetrics: async (metrics) => {
        if (metrics.kind === 'step' && due.includes(metrics.step))
          views.push(await viewsOf(network, problems.test, problems.unseen))
      },
    })
    return views
  } finally {
    await network.dispose()
  }
}

async function viewsOf(
  network: PolicyNetwork,
  test: readonly Item[],
  unseen: readonly (readonly Item[])[],
): Promise<LevelView[]> {
  const state: EngineState = await network.readState()
  return levelViews(state, test, unseen, VIEWED_AT)
}

/** The three ways to train on, from one network that has learnt the format and little else. */
async function reasoned(seed: number, sizes: Sizes): Promise<Pick<SeedResult, 'base' | 'reasoned'>> {
  const { training, test } = reasonedProblems(2 * sizes.sums, sizes.sumTests, seed)
  const shared = { seed, samples: sizes.samples, rollouts: sizes.rollouts }
  const start = await runReasoned({
    ...shared,
    problems: { training: training.slice(sizes.sums), test },
    epochs: sizes.baseEpochs,
    lookAt: [sizes.baseEpochs],
    n: 1,
  })
  const problems = { training: training.slice(0, sizes.sums), test }
  const results: ReasonedResult[] = []
  for (const method of METHODS) {
    const lookAt = sizes.looks[method]
    const plan = { ...shared, problems, base: start.parameters, epochs: lookAt.at(-1) as number, lookAt }
    const run: ReasonedRun = await (method === 'GRPO'
      ? runGrpo({ ...plan, ...sizes.grpo })
      : runReasoned({ ...plan, n: method === 'cross-entropy' ? 1 : 64 }))
    results.push({ method, replacedAt: run.replacedAt, looks: run.looks.map((look) => viewOf(look, sizes.samples)) })
  }
  return { base: viewOf(start.looks[0] as ReasonedLook, sizes.samples), reasoned: results }
}

function viewOf(look: ReasonedLook, samples: number): ReasonedView {
  const { epoch, modeConfidence, modeRight } = look
  return { epoch, modeConfidence, modeRight, pass: REASONED_PASSES.map((k) => reasonedPassAt(k, samples, look).mean) }
}
