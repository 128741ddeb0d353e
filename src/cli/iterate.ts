import { basename } from 'node:path'
import { Command } from 'commander'
import { type ProofStep, readStepFile } from '../dataset/step-file.ts'
import type { TheoremEntry } from '../dataset/theorem-file.ts'
import { chosenMembers } from '../ensemble/chosen-members.ts'
import { MEMBER_SYNTAX } from '../ensemble/member-spec.ts'
import { closeMembers, openMembers } from '../ensemble/open-member.ts'
import type { ScheduleEvent } from '../ensemble/scheduler.ts'
import { chooseTheorems } from '../iteration/choose.ts'
import { readHarvest, withFound } from '../iteration/harvest.ts'
import {
  policyDirectory,
  type RoundManifest,
  type RoundResult,
  readManifest,
  roundPaths,
  runRound,
} from '../iteration/round.ts'
import type { Engine } from '../lean/engine.ts'
import { openEngine } from '../lean/open.ts'
import { premisesFrom } from '../policy/open.ts'
import { sha256 } from '../proof/sha256.ts'
import type { Theorem } from '../proof/theorem.ts'
import { formatDuration } from './clock.ts'
import { EXIT, InputError } from './failure.ts'
import { atLeast, outFolder, positive, widths } from './flags.ts'
import { listenForInterrupt } from './interrupt.ts'
import { showLine } from './live-line.ts'
import { addLimitOptions, FLAG, judgingOf, type LimitFlags } from './options.ts'
import { programCommit } from './product.ts'
import { showSteps } from './terminal.ts'
import { type LeanSource, problemText, readSet, type TheoremSet } from './theorem-set.ts'
import { addTrainingOptions, familyPlan, type TrainingFlags } from './train.ts'

type Flags = TrainingFlags &
  LimitFlags & {
    readonly out: string
    readonly rounds: number
    readonly split: string
    readonly exclude: readonly string[]
    readonly stepsFrom: readonly string[]
    readonly theorems: number
    readonly policy?: readonly string[]
    readonly passes: number
    readonly budget: number
    readonly depth: number
    readonly share: number
    readonly neff: readonly number[]
    readonly trainCommand?: string
    readonly workers: number
    readonly root?: string
    readonly lean?: string
  }

const FIRST_SEARCHERS = ['baseline,search=best-first']

/** `hedge iterate`: expert iteration. */
export function iterateCommand(): Command {
  return addTrainingOptions(
    addLimitOptions(new Command('iterate'))
      .description('expert iteration: search, learn from the proofs found, search again with what was learnt')
      .argument('<theorems...>', 'sets of theorems, such as that of `hedge dataset library`')
      .requiredOption('-o, --out <folder>', 'one folder round-N in it for each round', outFolder)
      .option('--rounds <count>', 'rounds in all; finished ones are not done again', atLeast(1), 1)
      .option('--split <name>', 'the only split that is searched and learnt from, of sets that have splits', 'train')
      .option('--exclude <files...>', 'more sets of theorems that must not be learnt from', [])
      .option('--steps-from <files...>', 'proof steps to learn from besides those found', [])
      .option('--theorems <count>', 'most theorems searched in a round, by the hash of their names', atLeast(1), 1000)
      .addOption(FLAG.policy('the members that search in the first round', FIRST_SEARCHERS))
      .addOption(FLAG.passes('passes of each trained policy on a theorem, in later rounds', 32))
      .addOption(FLAG.budget('wall clock per theorem', 10_000))
      .addOption(FLAG.depth())
      .option('--share <x>', 'most of the steps that one tactic may make up', positive, 0.15)
      .option('--neff <list>', 'the confidence limits of the policies', widths, [1, 4, 8, 16, 32])
      .option(
        '--train-command <command>',
        'trains elsewhere: a command for the shell, with HEDGE_STEPS, HEDGE_ROUND_FOLDER and HEDGE_ROUND in its environment; -m searches in every round',
      )
      .addOption(FLAG.lean())
      .addOption(FLAG.root())
      .addOption(FLAG.workers())
      .addHelpText(
        'after',
        `
Nothing of another split, or of --exclude, is searched or learnt from, by name or by statement; a set without splits, such as a
Lean file, is searched whole. A proof that the search finds takes the place of --steps-from's steps of the same theorem. In later
rounds the policies of the round before take turns on what is still unproved; with --train-command the members of -m do, whose
models it trains and loads. The same command goes on where it stopped.

Members: ${MEMBER_SYNTAX}

Exit codes: 0 done, 2 bad input, 3 Lean or the network failed, 130 interrupted.`,
      )
      .action(async (files: string[], flags: Flags) => {
        process.exitCode = await iterate(files, flags)
      }),
  )
}

async function iterate(files: readonly string[], flags: Flags): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const interrupt = listenForInterrupt(say)
  const steps = showSteps(false)
  let engine: Engine | undefined
  try {
    const training = (dataPath: string) => familyPlan(flags, dataPath)
    training('')
    const lean: LeanSource = {
      reader: async () => {
        engine ??= await startLean(flags)
        return engine
      },
      root: flags.root ?? flags.lean,
      onProgress: steps.step,
    }
    const set = await readSets(files, flags.split, lean, say)
    const excluded: Theorem[] = []
    for (const file of flags.exclude)
      excluded.push(...(await setOf(file, lean, say)).entries.map(({ theorem }) => theorem))
    steps.stop()
    const configs = chosenMembers(flags.policy ?? FIRST_SEARCHERS)
    let earlier: readonly ProofStep[] = []
    for (const file of flags.stepsFrom) earlier = [...earlier, ...(await readStepFile(file)).steps]
    const proved = new Set<string>()
    for (let round = 0; round < flags.rounds; round++) {
      const paths = roundPaths(flags.out, round)
      const known = await readManifest(paths)
      if (known !== undefined) say(`${summary(known)} (done before)`)
      else {
        engine ??= await startLean(flags)
        const premises = premisesFrom(engine)
        const searchers =
          round === 0 || flags.trainCommand !== undefined
            ? configs
            : chosenMembers(flags.neff.map((nEff) => policyDirectory(roundPaths(flags.out, round - 1), nEff)))
        const members = await openMembers(searchers, async () => premises)
        const { theorems, forbidden } = chooseTheorems(set.theorems, flags.split, excluded, proved, flags.theorems)
        if (theorems.length === 0) throw new InputError(`nothing of ${set.file} is left to search`)
        say(`round ${round}: searching ${theorems.length} theorems; ${forbidden} are not allowed`)
        const limits = { heartbeats: flags.heartbeats, wallClockMs: flags.tacticTimeout }
        const progress = showProgress(round, theorems.length)
        const result = await runRound(engine, {
          round,
          paths,
          theorems,
          forbidden,
          members,
          plan: {
            mode: 'first-proof',
            passes: flags.passes,
            matched: false,
            block: Math.min(32, flags.passes),
            depth: flags.depth,
            shortFirst: true,
            wallClockMs: flags.budget,
            sliceMs: flags.budget,
            seed: `${flags.seed}/${round}`,
          },
          provenance: {
            dataset: set.file,
            datasetHash: set.sha256,
            split: flags.split,
            leanVersion: engine.leanVersion,
            libraryHash: engine.libraryHash,
            commit: programCommit(),
            settings: { ...limits, ...judgingOf(flags) },
          },
          limits,
          premises,
          workers: flags.workers,
          earlier,
          share: flags.share,
          training,
          nEffs: flags.neff,
          saveEvery: flags.saveEvery,
          trainCommand: flags.trainCommand,
          signal: interrupt.signal,
          say: progress.say,
          onSearch: progress.onSearch,
          onTraining: progress.onTraining,
        }).finally(async () => {
          progress.stop()
          await closeMembers(members)
        })
        if (result.kind !== 'over') return conclude(result, say)
        say(summary(result.manifest))
      }
      const harvested = await readHarvest(paths.harvest)
      for (const { theorem } of harvested) proved.add(theorem)
      earlier = withFound(earlier, harvested).steps
    }
    return EXIT.done
  } catch (error) {
    if (interrupt.signal.aborted) return conclude({ kind: 'interrupted' }, say)
    throw error
  } finally {
    steps.stop()
    await engine?.dispose()
    interrupt.release()
  }
}

async function startLean(flags: Flags): Promise<Engine> {
  const steps = showSteps(false)
  return openEngine(flags.lean, {
    processes: flags.workers,
    ...judgingOf(flags),
    onProgress: steps.step,
  }).finally(steps.stop)
}

async function setOf(path: string, lean: LeanSource, say: (line: string) => void): Promise<TheoremSet> {
  const set = await readSet(path, undefined, lean)
  for (const problem of set.problems) say(problemText(problem))
  if (set.entries.length === 0) throw new InputError(`${path} has no theorems`)
  return set
}

/** Several sets as one, those without splits as `split`. @throws InputError where two theorems have one name */
async function readSets(files: readonly string[], split: string, lean: LeanSource, say: (line: string) => void) {
  const theorems: TheoremEntry[] = []
  const hashes: string[] = []
  const places = new Map<string, string>()
  for (const file of files) {
    const set = await setOf(file, lean, say)
    const whole = set.entries.every((entry) => entry.split === undefined)
    if (!whole && !set.entries.some((entry) => entry.split === split))
      throw new InputError(`${file} has no split \`${split}\``)
    for (const entry of set.entries) {
      const { name } = entry.theorem
      if (places.has(name)) throw new InputError(`\`${name}\` is in ${places.get(name)} and in ${file}`)
      places.set(name, file)
      theorems.push(whole ? { ...entry, split } : entry)
    }
    hashes.push(set.hash)
  }
  return {
    file: files.map((file) => basename(file)).join(' '),
    theorems,
    // One set keeps its own hash.
    sha256: hashes.length === 1 ? (hashes[0] as string) : sha256(hashes.join(' ')),
  }
}

/** How far the search and the training of a round are, in the program's one line. */
function showProgress(round: number, all: number) {
  const began = performance.now()
  let [ended, proofs, what] = [0, 0, `0 of ${all} theorems searched`]
  const line = () => `${formatDuration(performance.now() - began)} | round ${round} | ${what}`
  const shown = showLine(line)
  return {
    onSearch: (event: ScheduleEvent) => {
      if (event.kind !== 'theoremEnded') return
      ended++
      if (event.outcome?.kind === 'done' && event.outcome.completion === 'firstProof') proofs++
      what = `${ended} of ${all} theorems searched in this run, ${proofs} proved`
    },
    onTraining: (nEff: number, loss: number, done: number) => {
      what = `training at N_eff ${nEff}: ${Math.round(100 * done)} %, loss ${loss.toFixed(3)}`
    },
    say: shown.say,
    stop: () => shown.stop(line()),
  }
}

function summary({ round, theorems, steps, seconds }: RoundManifest): string {
  const spent = formatDuration(1000 * (seconds.search + seconds.harvest + seconds.training))
  return `round ${round}: ${theorems.proved} of ${theorems.tried} theorems proved, ${steps.used} steps, ${spent}`
}

function conclude(result: Exclude<RoundResult, { kind: 'over' }>, say: (line: string) => void): number {
  if (result.kind === 'broken') {
    say(result.message)
    return EXIT.engineFailure
  }
  say('interrupted: the same command goes on from here')
  return EXIT.interrupted
}
