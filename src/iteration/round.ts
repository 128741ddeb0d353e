import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { balanceSteps } from '../dataset/balance.ts'
import { formatStep, type ProofStep } from '../dataset/step-file.ts'
import type { Member } from '../ensemble/member.ts'
import { configOf } from '../ensemble/member.ts'
import type { Plan } from '../ensemble/plan.ts'
import { type ScheduleEvent, type ScheduleResult, schedule } from '../ensemble/scheduler.ts'
import { engineWorld } from '../ensemble/world.ts'
import type { Engine, TacticLimits } from '../lean/engine.ts'
import { replaceFile } from '../policy/policy-files.ts'
import type { PremiseIndex } from '../policy/premises.ts'
import { sha256 } from '../proof/sha256.ts'
import type { Theorem } from '../proof/theorem.ts'
import { listRuns, readRun } from '../results/read-run.ts'
import { beginRun, openResults, type Provenance } from '../results/store.ts'
import { type FamilyPlan, prepareFamily } from '../training/family.ts'
import { harvest, withFound } from './harvest.ts'
import { runTrainCommand } from './train-command.ts'

/** Where a round keeps what it does. Its manifest is written last: a round that has one is over. */
export type RoundPaths = {
  readonly directory: string
  readonly results: string
  readonly harvest: string
  readonly times: string
  readonly steps: string
  readonly policies: string
  readonly manifest: string
}

export function roundPaths(out: string, round: number): RoundPaths {
  const directory = join(out, `round-${round}`)
  return {
    directory,
    results: join(directory, 'results.sqlite'),
    harvest: join(directory, 'harvest.jsonl'),
    times: join(directory, 'times.jsonl'),
    steps: join(directory, 'steps.jsonl'),
    policies: join(directory, 'policies'),
    manifest: join(directory, 'manifest.json'),
  }
}

export const policyDirectory = (paths: RoundPaths, nEff: number): string => join(paths.policies, `neff-${nEff}`)

const manifestSchema = z.object({
  round: z.number(),
  dataset: z.object({ file: z.string(), sha256: z.string(), split: z.string() }),
  theorems: z.object({ forbidden: z.number(), tried: z.number(), proved: z.number(), traced: z.number() }),
  /** Proofs without steps, by theorem. */
  untraced: z.record(z.string(), z.string()),
  /**
   * `all` came from this round, earlier rounds and elsewhere, without the `replaced` ones whose theorems this round
   * proved; `used` of them were trained on.
   */
  steps: z.object({
    all: z.number(),
    replaced: z.number().default(0),
    duplicates: z.number(),
    dropped: z.number(),
    used: z.number(),
    sha256: z.string(),
  }),
  members: z.array(z.unknown()),
  /** None where they were trained by `trainCommand`. */
  policies: z.array(z.object({ nEff: z.number(), hash: z.string() })),
  trainCommand: z.string().optional(),
  seconds: z.object({ search: z.number(), harvest: z.number(), training: z.number() }),
  lean: z.object({ version: z.string(), libraryHash: z.string() }),
  commit: z.string(),
})
export type RoundManifest = Readonly<z.infer<typeof manifestSchema>>
type Stage = keyof RoundManifest['seconds']

/** The manifest of a round that is over; undefined where it is not. */
export async function readManifest(paths: RoundPaths): Promise<RoundManifest | undefined> {
  const text = await readFile(paths.manifest, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : manifestSchema.parse(JSON.parse(text))
}

export type RoundOptions = {
  readonly round: number
  readonly paths: RoundPaths
  readonly theorems: readonly Theorem[]
  readonly forbidden: number
  readonly members: readonly Member[]
  readonly plan: Omit<Plan, 'theorems' | 'members'>
  readonly provenance: Provenance & { readonly split: string }
  readonly limits: TacticLimits
  readonly premises: (header: string) => Promise<PremiseIndex>
  readonly workers: number
  /** Steps from elsewhere and from earlier rounds. */
  readonly earlier: readonly ProofStep[]
  /** No tactic in more than this share of the steps. */
  readonly share: number
  /** How policies are trained on a file of steps. */
  readonly training: (dataPath: string) => FamilyPlan
  readonly nEffs: readonly number[]
  readonly saveEvery: number
  /** Trains elsewhere, in place of `training`: a command for the shell, see `runTrainCommand`. */
  readonly trainCommand?: string | undefined
  readonly signal: AbortSignal
  readonly say: (line: string) => void
  readonly onSearch?: (event: ScheduleEvent) => void
  readonly onTraining?: (nEff: number, loss: number, done: number) => void
}

export type RoundResult =
  | { readonly kind: 'over'; readonly manifest: RoundManifest }
  | Exclude<ScheduleResult, { kind: 'complete' }>

/**
 * One round of expert iteration: search, shorten and replay what was proved into steps, train a policy for each N_eff on
 * all steps so far. Every stage takes up what an interrupted one left.
 */
export async function runRound(engine: Engine, options: RoundOptions): Promise<RoundResult> {
  const { paths, signal, say } = options
  await mkdir(paths.directory, { recursive: true })
  const searched = await timed(paths, 'search', () => search(engine, options))
  if (searched.kind !== 'complete') return searched
  const proofs = provedIn(paths, options.theorems)
  say(`round ${options.round}: ${proofs.length} of ${options.theorems.length} theorems proved; replaying their proofs`)
  const harvested = await timed(paths, 'harvest', () =>
    harvest(engine, proofs, paths.harvest, {
      limits: options.limits,
      premises: options.premises,
      workers: options.workers,
      signal,
      onDone: (done, all) => {
        if (done % 25 === 0 || done === all) say(`round ${options.round}: ${done} of ${all} proofs replayed`)
      },
    }),
  )
  const { steps: all, replaced } = withFound(options.earlier, harvested)
  const { steps, duplicates, dropped } = balanceSteps(all, options.share)
  if (steps.length === 0) return { kind: 'broken', message: 'no proof was found, so there is nothing to train on' }
  const text = steps.map((step) => `${formatStep(step)}\n`).join('')
  await replaceFile(paths.steps, text)
  say(
    `round ${options.round}: ${steps.length} steps to train on; ${replaced} gave way to proofs found, ${duplicates} repeated, ${dropped} over their share`,
  )
  const policies = await timed(paths, 'training', async () =>
    options.trainCommand === undefined ? trainAll(options) : trainElsewhere(options, options.trainCommand),
  )
  if (policies === undefined) return { kind: 'interrupted' }
  if (typeof policies === 'string') return { kind: 'broken', message: policies }
  const manifest: RoundManifest = {
    round: options.round,
    dataset: {
      file: options.provenance.dataset,
      sha256: options.provenance.datasetHash,
      split: options.provenance.split,
    },
    theorems: {
      forbidden: options.forbidden,
      tried: options.theorems.length,
      proved: proofs.length,
      traced: harvested.filter(({ reason }) => reason === undefined).length,
    },
    untraced: Object.fromEntries(
      harvested.flatMap(({ theorem, reason }) => (reason === undefined ? [] : [[theorem, reason]])),
    ),
    steps: { all: all.length, replaced, duplicates, dropped, used: steps.length, sha256: sha256(text) },
    members: options.members.map(configOf),
    policies,
    trainCommand: options.trainCommand,
    seconds: await readTimes(paths),
    lean: { version: engine.leanVersion, libraryHash: engine.libraryHash },
    commit: options.provenance.commit,
  }
  await replaceFile(paths.manifest, `${JSON.stringify(manifest, null, 2)}\n`)
  return { kind: 'over', manifest }
}

async function search(engine: Engine, options: RoundOptions): Promise<ScheduleResult> {
  const { paths, theorems, members, limits, workers, signal, onSearch } = options
  const { split: _, ...provenance } = options.provenance
  const plan: Plan = { ...options.plan, theorems, members }
  const database = openResults(paths.results)
  try {
    const journal = beginRun(database, plan, provenance)
    const positions = journal.open(false)
    return await schedule({
      plan,
      members: options.members,
      world: engineWorld(engine, limits),
      journal,
      positions,
      workers,
      signal,
      ...(onSearch === undefined ? {} : { onEvent: onSearch }),
    })
  } finally {
    database.close()
  }
}

function provedIn(paths: RoundPaths, theorems: readonly Theorem[]): { theorem: Theorem; tactics: readonly string[] }[] {
  const database = openResults(paths.results, { mustExist: true })
  try {
    const byName = new Map(theorems.map((theorem) => [theorem.name, theorem]))
    const [run] = listRuns(database)
    if (run === undefined) return []
    return readRun(database, run).theorems.flatMap(({ name, proof }) => {
      const theorem = byName.get(name)
      return proof === undefined || theorem === undefined ? [] : [{ theorem, tactics: proof.tactics }]
    })
  } finally {
    database.close()
  }
}

/** Undefined where it was interrupted. */
async function trainAll(options: RoundOptions): Promise<{ nEff: number; hash: string }[] | undefined> {
  const { paths, nEffs, signal, say, onTraining } = options
  const family = await prepareFamily(options.training(paths.steps))
  const policies: { nEff: number; hash: string }[] = []
  for (const nEff of nEffs) {
    const directory = policyDirectory(paths, nEff)
    const result = await family.train(nEff, directory, {
      notice: say,
      snapshotEvery: options.saveEvery,
      onMetrics: ({ loss }, done) => onTraining?.(nEff, loss, done),
      stop: () => (signal.aborted ? 'interrupt' : undefined),
    })
    if (result.kind === 'interrupted') return undefined
    policies.push({ nEff, hash: result.hash })
    say(`round ${options.round}: policy at N_eff ${nEff} trained`)
  }
  return policies
}

/** No policies of ours, or why it failed; undefined where it was interrupted. */
async function trainElsewhere({ paths, round, signal, say }: RoundOptions, command: string) {
  say(`round ${round}: training by ${command}`)
  const ended = await runTrainCommand(command, { steps: paths.steps, directory: paths.directory, round }, signal)
  if (signal.aborted) return undefined
  return ended === undefined ? [] : `the training command ${ended}: ${command}`
}

/** Notes how long a stage worked, however it ended. What a kill cut off is not counted. */
async function timed<R>(paths: RoundPaths, stage: Stage, work: () => Promise<R>): Promise<R> {
  const began = performance.now()
  try {
    return await work()
  } finally {
    const seconds = Math.round((performance.now() - began) / 1000)
    await appendFile(paths.times, `${JSON.stringify({ stage, seconds })}\n`)
  }
}

async function readTimes(paths: RoundPaths): Promise<RoundManifest['seconds']> {
  const seconds = { search: 0, harvest: 0, training: 0 }
  for (const line of (await readFile(paths.times, 'utf8')).trim().split('\n')) {
    const { stage, seconds: spent } = JSON.parse(line) as { stage: Stage; seconds: number }
    seconds[stage] += spent
  }
  return seconds
}
