import { Command, Option } from 'commander'
import { FORMATS, type Format } from '../dataset/theorem-file.ts'
import { chosenMembers } from '../ensemble/chosen-members.ts'
import type { Member, MemberConfig } from '../ensemble/member.ts'
import { MEMBER_SYNTAX } from '../ensemble/member-spec.ts'
import { MODES, type Mode, type Plan, quota } from '../ensemble/plan.ts'
import {
  passesTogether,
  type ScheduleEvent,
  type ScheduleResult,
  schedule,
  theoremsAtOnce,
} from '../ensemble/scheduler.ts'
import type { World } from '../ensemble/world.ts'
import type { Judging, TacticLimits } from '../lean/engine.ts'
import { SHIPPED, SHIPPED_NOTE } from '../policy/shipped.ts'
import type { Theorem } from '../proof/theorem.ts'
import { plural } from '../report/plural.ts'
import type { RunJournal } from '../results/journal.ts'
import { listRuns } from '../results/read-run.ts'
import { runStanding, type Standing } from '../results/standing.ts'
import { beginRun, openResults } from '../results/store.ts'
import type { QueueServer } from '../scale/server.ts'
import { EvaluationProgress } from './evaluate-progress.ts'
import { coordinateRun } from './evaluate-queue.ts'
import { replayRun } from './evaluate-replay.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { atLeast, type Shard, shard } from './flags.ts'
import { listenForInterrupt } from './interrupt.ts'
import { showLine } from './live-line.ts'
import { openQueue, QUEUE_FLAG } from './open-queue.ts'
import { addLimitOptions, FLAG, judgingOf, type LimitFlags, time } from './options.ts'
import { programCommit } from './product.ts'
import { showSteps } from './terminal.ts'
import type { LeanReader, LeanSource } from './theorem-set.ts'
import { openViewChild, type ViewChild } from './view-child.ts'

/** What the command works with; tests put in worlds and policies of their own. */
export type EvaluateParts = {
  /** @throws InputError */
  readonly readTheorems: (
    path: string,
    split: string | undefined,
    format: Format | undefined,
    /** For Lean files, whose theorems only Lean can read. */
    lean: LeanSource,
  ) => Promise<LoadedTheorems>
  /** @throws EngineError */
  readonly openEngine: (
    workers: number,
    limits: RunLimits,
    project?: string,
    /** Keep what the kernels check of each proof. */
    exports?: boolean,
  ) => Promise<EvaluationEngine>
  /**
   * Called before the engine is opened, so that a bad member is told at once; `engine` has it from then on.
   * @throws InputError where the policy or one of its settings is unknown
   */
  readonly openMember: (config: MemberConfig, engine: () => EvaluationEngine | undefined) => Promise<Member>
}

/** Of each tactic, and of the second kernel: with the run's settings, so that all who work on it have the same. */
export type RunLimits = TacticLimits & Judging

export type LoadedTheorems = {
  readonly theorems: readonly Theorem[]
  /** Bad rows, each with file, line and field. */
  readonly problems: readonly string[]
  /** See `TheoremSet`. */
  readonly cut?: boolean
  /** SHA-256 of the file. */
  readonly hash: string
}

export type EvaluationEngine = {
  readonly world: World
  readonly leanVersion: string
  readonly libraryHash: string
  /** Missing where there is no Lean behind it. */
  readonly reader?: LeanReader
  dispose(): Promise<void>
}

export type EvaluateOptions = LimitFlags & {
  readonly policy?: readonly string[]
  readonly passes: number
  readonly mode: Mode
  readonly matched: boolean
  readonly block?: number
  readonly budget?: number
  readonly theoremBudget?: number
  readonly runBudget?: number
  readonly slice: number
  readonly depth: number
  readonly workers: number
  readonly lean?: string
  readonly root?: string
  readonly seed: string
  readonly split?: string
  readonly format?: Format
  readonly limit?: number
  readonly shard?: Shard
  readonly force?: boolean
  readonly retryErrors?: boolean
  readonly out: string
  readonly outGiven: boolean
  readonly view?: boolean
  readonly replay?: string
  readonly withLean?: boolean
  readonly run?: string
  readonly queue?: string
  readonly lock: number
  readonly trustWorkers?: boolean
  readonly exports?: boolean
}

/** `hedge evaluate`: every theorem of a set, by every member of an ensemble, into a results file. */
export function evaluateCommand(parts: EvaluateParts): Command {
  return addLimitOptions(
    new Command('evaluate')
      .description('run an ensemble on a set of theorems; the same command again goes on where it stopped')
      .argument('[theorems]', 'a .jsonl or .json file of theorems, .lean files, a folder or a glob of them')
      .addOption(FLAG.policy())
      .addOption(FLAG.passes('passes of each member on each theorem', 32))
      .addOption(new Option('--mode <mode>', 'how members share a theorem').choices(MODES).default('union'))
      .option('--no-matched', 'union: do not give the first member the passes of all members as a baseline')
      .addOption(FLAG.budget('wall clock per theorem, verification apart; in union mode of each member'))
      .addOption(
        time(
          '--theorem-budget <time>',
          'union: wall clock per theorem of all members together; leaves the matched baseline out',
        ),
      )
      .addOption(time('--run-budget <time>', 'wall clock of the whole run'))
      .addOption(time('--slice <time>', "slices: a member's first turn", 2000))
      .addOption(FLAG.depth())
      .option(
        '--block <count>',
        'passes that are run and recorded together (default: 32; 128 with models on servers, in union mode without a clock)',
        atLeast(1),
      )
      .addOption(FLAG.lean())
      .addOption(FLAG.root())
      .addOption(FLAG.workers())
      .addOption(FLAG.seed())
      .addOption(
        new Option('--format <format>', 'how the theorems are written, if not to be told by the file').choices(FORMATS),
      )
      .option('--split <name>', 'only the theorems of this split')
      .option('--limit <count>', 'only the first theorems: for trying things out', atLeast(1))
      .option('--shard <i/n>', 'only every n-th theorem, beginning with the i-th; see `hedge results merge`', shard)
      .option(...QUEUE_FLAG)
      .addOption(time('--lock <time>', '--queue: without a sign of life for so long, a worker counts as lost', 30_000))
      .option('--trust-workers', '--queue: do not verify here what workers have proved')
      .option(
        '--exports',
        'keep what the kernels check of each proof in the results file, to be checked again on its page',
      )
      .option('--force', 'throw away what this run has written before, and begin again')
      .option('--retry-errors', 'also work on theorems that ended in an error')
      .addOption(FLAG.out('the results file', 'run.sqlite'))
      .option('--view', 'show the run in a browser while it happens, as `hedge view` does')
      .option('--replay <file>', 'do a recorded run again without its policies, and compare; -o keeps the replay')
      .option('--run <key>', 'with --replay: the run whose key begins so, if the file has several')
      .option('--with-lean', 'with --replay: give tactics and proofs to Lean again')
      .addHelpText(
        'after',
        `\nMembers: ${MEMBER_SYNTAX}\n\nExit codes: 0 done, 1 out of --run-budget, 2 bad input, 3 engine failure, 130 interrupted.`,
      )
      .action(async (path: string | undefined, options: EvaluateOptions, command: Command) => {
        const outGiven = command.getOptionValueSource('out') === 'cli'
        process.exitCode = await orBadInput(() => evaluate(path, { ...options, outGiven }, parts))
      }),
  )
}

async function evaluate(path: string | undefined, options: EvaluateOptions, parts: EvaluateParts): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  let engine: EvaluationEngine | undefined
  let server: QueueServer | undefined
  const members: Member[] = []
  let page: ViewChild | undefined
  const interrupt = listenForInterrupt(say)
  try {
    const { replay } = options
    if (replay !== undefined) {
      if (path !== undefined || options.policy !== undefined)
        throw new InputError('--replay takes theorems and members from the recorded run: give neither')
      const out = options.outGiven ? options.out : undefined
      return await replayRun({ ...options, replay, out }, parts, interrupt.signal)
    }
    if (path === undefined) throw new InputError('the file of theorems is missing')
    if (options.queue !== undefined && options.shard !== undefined)
      throw new InputError('--queue spreads a run over machines by itself: leave --shard out')
    if (options.theoremBudget !== undefined && options.mode !== 'union')
      throw new InputError(`--theorem-budget is for --mode union; in --mode ${options.mode} the clock of -b is that`)
    server = options.queue === undefined ? undefined : await openQueue(options.queue, say)
    if (server !== undefined) say(`${server.address.shown}: coordinating`)
    if (options.policy === undefined) say(SHIPPED_NOTE)
    const configs = chosenMembers(options.policy ?? SHIPPED)
    const limits = { heartbeats: options.heartbeats, wallClockMs: options.tacticTimeout, ...judgingOf(options) }
    const reader = async () => {
      engine ??= await parts.openEngine(options.workers, limits, options.lean, options.exports)
      if (engine.reader === undefined) throw new InputError(`${path} can be read by Lean only`)
      return engine.reader
    }
    const steps = showSteps(false)
    const source = {
      reader,
      root: options.root ?? options.lean,
      most: options.split === undefined ? options.limit : undefined,
      onProgress: steps.step,
    }
    const loaded = await parts.readTheorems(path, options.split, options.format, source).finally(() => steps.stop())
    for (const problem of loaded.problems) say(problem)
    const needing = loaded.theorems.filter(({ header }) => /^\s*import Mathlib\b/m.test(header)).length
    if (needing > 0 && options.lean === undefined)
      say(
        `${needing} of ${loaded.theorems.length} theorems import Mathlib, which this Lean does not have: use a project that has it with --lean; \`hedge doctor --lean lean-project\` says how to get one`,
      )
    const theorems = options.limit === undefined ? loaded.theorems : loaded.theorems.slice(0, options.limit)
    if (theorems.length === 0) throw new InputError(`${path} has no theorems to work on`)
    if (theorems.length < loaded.theorems.length || loaded.cut) {
      const all = loaded.cut ? '' : ` of ${loaded.theorems.length}`
      say(`only the first ${theorems.length}${all} theorems: not a result for the set`)
    }

    for (const config of configs) members.push(await parts.openMember(config, () => engine))
    const plan = planOf(theorems, members, options)
    // Before Lean starts, so that a file that will not do is told at once.
    const database = openResults(options.out)
    try {
      engine ??= await parts.openEngine(options.workers, limits, options.lean, options.exports)
      const others = listRuns(database).map(({ key }) => key)
      const journal = beginRun(
        database,
        plan,
        {
          dataset: datasetLabel(path, options, loaded),
          datasetHash: loaded.hash,
          leanVersion: engine.leanVersion,
          libraryHash: engine.libraryHash,
          commit: programCommit(),
          settings: limits,
        },
        options.force ?? false,
      )
      if (others.length > 0 && !others.includes(journal.key))
        say(
          `${options.out} has ${plural(others.length, 'run')} that cannot be gone on with: theorems, members, settings, Lean or the version of the baseline's candidates are others now; this is a new run beside`,
        )
      page = options.view === true ? await openViewChild(options.out, options.queue) : undefined
      if (page !== undefined) say(`the run is at ${page.url}; \`hedge view ${options.out}\` shows it later`)
      const result = await work(plan, members, journal, engine.world, server, options, interrupt.signal)
      const bad = loaded.problems.length > 0
      return conclude(result, runStanding(journal.database, journal.run), options, bad, say)
    } finally {
      database.close()
    }
  } finally {
    interrupt.release()
    page?.close()
    for (const { name, remarks } of members) for (const remark of remarks?.() ?? []) console.error(`${name}: ${remark}`)
    for (const member of members) await member.dispose?.()
    await engine?.dispose()
    await server?.close()
  }
}

async function work(
  plan: Plan,
  members: readonly Member[],
  journal: RunJournal,
  world: World,
  server: QueueServer | undefined,
  options: EvaluateOptions,
  signal: AbortSignal,
): Promise<ScheduleResult> {
  const { shard } = options
  const mine = (position: number) => shard === undefined || position % shard.count === shard.index - 1
  const positions = journal.open(options.retryErrors ?? false).filter(mine)
  // The queue may still have what a coordinator left that did not come to its end.
  if (positions.length === 0 && server === undefined) return { kind: 'complete' }
  const perTheorem = plan.members.reduce((sum, _, member) => sum + quota(plan, member), 0)
  const passesDone = positions.reduce((sum, position) => sum + journal.passes(position), 0)
  const progress = new EvaluationProgress({
    open: positions.length,
    before: runStanding(journal.database, journal.run, mine),
    passesLeft: perTheorem * positions.length - passesDone,
    now: () => performance.now(),
  })
  const shown = showLine(() => progress.line())
  const onEvent = (event: ScheduleEvent) => progress.take(event)
  try {
    if (server !== undefined)
      return await coordinateRun({ server, plan, journal, world, positions, options, signal, onEvent })
    return await schedule({
      plan,
      members,
      world,
      journal,
      positions,
      workers: options.workers,
      theoremsAtOnce: theoremsAtOnce(
        members,
        options.workers,
        options.lean === undefined ? 1 : new Set(plan.theorems.map(({ header }) => header)).size,
      ),
      runWallClockMs: options.runBudget,
      signal,
      onEvent,
    })
  } finally {
    shown.stop(progress.line())
  }
}

function planOf(theorems: readonly Theorem[], members: readonly Member[], options: EvaluateOptions): Plan {
  const clocks = { mode: options.mode, wallClockMs: options.budget, theoremMs: options.theoremBudget }
  return {
    ...clocks,
    theorems,
    members,
    passes: options.passes,
    matched: options.matched && options.mode === 'union' && options.theoremBudget === undefined && members.length > 1,
    block: options.block ?? passesTogether(members, clocks),
    depth: options.depth,
    shortFirst: true,
    sliceMs: options.slice,
    seed: options.seed,
  }
}

function datasetLabel(path: string, options: EvaluateOptions, loaded: LoadedTheorems): string {
  const name = path.replace(/^.*[\\/]/, '')
  const split = options.split === undefined ? '' : ` ${options.split}`
  const { limit } = options
  const some = limit !== undefined && (loaded.cut || limit < loaded.theorems.length)
  return `${name}${split}${some ? ` (first ${limit}${loaded.cut ? '' : ` of ${loaded.theorems.length}`})` : ''}`
}

/** Says how it ended and gives the exit code. */
function conclude(
  result: ScheduleResult,
  standing: Standing,
  options: EvaluateOptions,
  badRows: boolean,
  say: (line: string) => void,
): number {
  const { done, proved, open, statementErrors, autoBound, engineErrors } = standing
  const errors = statementErrors + engineErrors
  say(
    `${options.out}: ${proved} of ${plural(done + open, 'theorem')} proved` +
      (errors > 0
        ? `; not counted: ${plural(statementErrors, 'statement error')}${autoBound > 0 ? ` (${autoBound} of them with auto-bound names)` : ''}, ${plural(engineErrors, 'engine error')}`
        : '') +
      (open > 0 ? `; ${open} still open` : ''),
  )
  for (const refuted of standing.refuted) say(`false statement: ${refuted}`)
  switch (result.kind) {
    case 'interrupted':
      say('interrupted: the same command goes on from here')
      return EXIT.interrupted
    case 'outOfTime':
      say('the time of --run-budget is over: the same command goes on from here')
      return EXIT.negative
    case 'broken':
      say(`${result.message}; \`--retry-errors\` tries these theorems again`)
      return EXIT.engineFailure
    case 'complete':
      if (open === 0) say(`the run is complete; next: hedge report ${options.out}, or hedge view ${options.out}`)
      else say('this shard is complete; next: hedge results merge all.sqlite FILES...')
      if (engineErrors > 0) return EXIT.engineFailure
      return statementErrors > 0 || badRows ? EXIT.badInput : EXIT.done
    default:
      return result satisfies never
  }
}
