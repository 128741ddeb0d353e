import { writeFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { boundAutomatically } from '../api/auto-bound.ts'
import { bringImports } from '../api/imports.ts'
import { findPlaced, leanTarget, readLeanFile } from '../api/lean-file.ts'
import { type SessionOutcome, searchSession } from '../api/prove.ts'
import { checkComments } from '../api/read-lean.ts'
import { chosenMembers } from '../ensemble/chosen-members.ts'
import type { Member, MemberConfig } from '../ensemble/member.ts'
import { bestFirst, MEMBER_SYNTAX } from '../ensemble/member-spec.ts'
import { closeMembers, once, openMembers } from '../ensemble/open-member.ts'
import { type Refutation, refute } from '../ensemble/refute.ts'
import { TURNS } from '../ensemble/turns.ts'
import { DEFAULT_LIMITS, type Engine, type ProofSession, type TacticLimits } from '../lean/engine.ts'
import { openEngine } from '../lean/open.ts'
import type { PlacedTheorem } from '../lean/placed.ts'
import { verifyProof } from '../lean/verifier.ts'
import { guesses } from '../policy/counterexamples.ts'
import { premisesFrom } from '../policy/open.ts'
import { SHIPPED, SHIPPED_NOTE } from '../policy/shipped.ts'
import type { Proof } from '../proof/proof.ts'
import { sourceText } from '../proof/source-text.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { ScriptVerdict } from '../proof/verdict.ts'
import { renderTreeSvg } from '../report/tree-picture.ts'
import { renderTreeText } from '../report/tree-text.ts'
import { defaultSettings, STRATEGY_NAMES } from '../search/strategies.ts'
import type { Tree } from '../search/tree.ts'
import { treePage } from '../view/written.ts'
import { EXIT, InputError } from './failure.ts'
import { likelihood, outFile, temperature } from './flags.ts'
import { listenForInterrupt } from './interrupt.ts'
import { LiveSearch } from './live-search.ts'
import { createLog } from './log.ts'
import { addLimitOptions, FLAG, judgingOf } from './options.ts'
import { programCommit } from './product.ts'
import { outcomeAsJson, type ProveFlags, type Refused, sayOutcome, sayRefuted, workOf } from './prove-answer.ts'
import { sayRejected } from './rejected.ts'
import { findTheorem } from './target.ts'
import { sayWritten, seconds, showBar, showSteps } from './terminal.ts'

export function proveCommand(): Command {
  return addLimitOptions(
    new Command('prove')
      .description('find a proof of a theorem that Lean accepts, and show it')
      .argument('[what]', 'a theorem as text, a file, file:name, file.lean:line, or - for standard input')
      .option('--header <lean>', 'Lean commands before the theorem (imports, open, notation), in place of its own')
      .addOption(FLAG.budget('wall clock for the search', 60_000))
      .addOption(FLAG.depth())
      .addOption(FLAG.passes('most passes of each member (with --search rollouts)'))
      .addOption(new Option('--search <kind>', 'how to search').choices(STRATEGY_NAMES).default('best-first'))
      .addOption(FLAG.width())
      .addOption(FLAG.policy())
      .option('--temperature <t>', 'temperature of sampled tactics (with --search rollouts)', temperature, 1)
      .option('--top-p <p>', 'draw tokens from the likeliest that hold this share (trained policies)', likelihood)
      .addOption(FLAG.seed())
      .addOption(FLAG.lean())
      .addOption(FLAG.root())
      .addOption(FLAG.workers())
      .option('--allow-auto-bound', 'go on where Lean takes an undeclared name for a new variable (autoImplicit)')
      .addOption(FLAG.json('the result'))
      .addOption(FLAG.out('write the proof as a standalone .lean file'))
      .option('--tree <file>', 'draw the search tree, as .svg, .html or .txt', outFile)
      .option('--view', 'show the search in a browser while it grows; the page stays until Ctrl-C')
      .option('--verbose', 'log what happens to stderr')
      .addHelpText(
        'after',
        `\nPolicies: ${MEMBER_SYNTAX}\n\n\`--search\`, \`--width\`, \`--temperature\` and \`--top-p\` are for policies that do not say their own.`,
      )
      .action(async (what: string | undefined, flags: ProveFlags) => {
        process.exitCode = await prove(what, flags)
      }),
  )
}

async function prove(what: string | undefined, flags: ProveFlags): Promise<number> {
  const configs = membersOf(flags)
  if (flags.tree !== undefined && !/\.(svg|html|txt)$/.test(flags.tree)) {
    throw new InputError(`--tree draws .svg, .html or .txt, not ${JSON.stringify(flags.tree)}`)
  }
  const target = what === undefined ? undefined : leanTarget(what)
  if (target !== undefined && flags.header !== undefined)
    throw new InputError('--header is for a theorem given as text: one in a file stands behind what the file says')
  const file = target === undefined ? undefined : await readLeanFile(target.path)
  const given = target === undefined ? withHeader(await findTheorem(what), flags.header) : undefined
  if (given !== undefined) checkComments(given.header, 'the header')
  const log = createLog(flags.verbose === true)
  const interrupt = listenForInterrupt((line) => process.stderr.write(`${line}\n`))

  const steps = showSteps(flags.json === true)
  const lean = once(() =>
    openEngine(flags.lean, {
      processes: flags.workers,
      ...judgingOf(flags),
      onProgress: steps.step,
      onEvent: (event) => log.debug(event, 'Lean process'),
    }).finally(steps.stop),
  )
  let members: readonly Member[] = []
  let opened: Engine | undefined
  let live: LiveSearch | undefined
  try {
    members = await openMembers(
      configs,
      once(async () => premisesFrom(await lean())),
    )
    if (flags.policy === undefined && flags.json !== true) console.error(SHIPPED_NOTE)
    const engine = await lean()
    opened = engine
    const placed =
      target === undefined || file === undefined
        ? undefined
        : await bringImports(engine.modules, target.path, file.text, flags.root)
            .then(() => findPlaced(target, file.text, engine, (share) => steps.step(`reading ${target.path}`, share)))
            .finally(steps.stop)
    const theorem = given ?? (placed as PlacedTheorem).theorem
    const limits = { ...DEFAULT_LIMITS, heartbeats: flags.heartbeats, wallClockMs: flags.tacticTimeout }
    const started = await engine.start(theorem, limits, interrupt.signal)
    if (started.kind === 'rejected') {
      sayRejected(theorem, started, target?.path, placed)
      return EXIT.badInput
    }
    const { session } = started
    const bound = await boundAutomatically(engine, theorem, session.root)
    if (bound !== undefined && flags.allowAutoBound !== true)
      throw new InputError(`${bound}; declare it, or go on with --allow-auto-bound`)
    if (bound !== undefined) console.error(`hedge: warning: ${bound}`)
    engine.expectProof?.(theorem)
    const refused: Refused[] = []
    const verify = async (proof: Proof): Promise<ScriptVerdict> => {
      const verdict = await verifyProof(engine, theorem, proof)
      log.debug({ tactics: proof.tactics, verdict }, 'verified')
      if (verdict.kind === 'rejected') {
        const refusal = { tactics: proof.tactics, reason: verdict.reason, messages: verdict.messages }
        refused.push(refusal)
        if (flags.json !== true && !refused.some((other) => other !== refusal && other.reason === refusal.reason))
          console.error(`hedge: a finished script was refused by the verifier: ${refusal.reason}`)
      }
      return verdict
    }
    const tell = async (refutation: Refutation) => {
      sayRefuted(theorem, refutation, engine, flags.json === true)
      if (flags.out !== undefined) {
        await writeFile(flags.out, refutation.source)
        sayWritten(flags.out)
      }
      return EXIT.isFalse
    }
    // Where our own arithmetic finds a counterexample, Lean is asked about that before anything is searched for.
    if (guesses(session.root).some(({ isLikely }) => isLikely)) {
      const refutation = await refute(engine, session, { limits, signal: interrupt.signal }).catch(() => undefined)
      if (refutation !== undefined) return await tell(refutation)
    }
    if (flags.view === true) live = await LiveSearch.begin(...livePlan(theorem, members, flags, engine, limits))
    if (live?.url !== undefined) console.error(`The search is at ${live.url}`)
    const { run, proof } = await search(engine, session, members, flags, verify, interrupt.signal, live)
    log.debug(run.statistics, 'search')
    live?.end(run, proof, Math.max(0, members.indexOf(run.proved?.member ?? (members[0] as Member))))
    if (proof === undefined && !interrupt.signal.aborted) {
      const refutation = await searchForNegation(engine, session, members, flags, limits, interrupt.signal)
      if (refutation !== undefined) return await tell(refutation)
    }
    // First of all what was found is shown: a file may turn out not to be writable.
    const outcome = { theorem, flags, members, engine, run, proof }
    if (flags.json === true) console.log(JSON.stringify(outcomeAsJson(outcome, refused), null, 2))
    else sayOutcome(outcome, placed)
    if (proof !== undefined && flags.out !== undefined) {
      await writeFile(flags.out, proof.source)
      sayWritten(flags.out)
    }
    if (flags.tree !== undefined) {
      await writeTree(flags.tree, run.tree, theorem)
      sayWritten(flags.tree)
    }
    if (live?.url !== undefined && !interrupt.signal.aborted) {
      console.error(`The search stays at ${live.url} until Ctrl-C.`)
      await untilAborted(interrupt.signal)
    }
    return proof !== undefined ? EXIT.done : run.completion === undefined ? EXIT.interrupted : EXIT.negative
  } finally {
    live?.dispose()
    await closeMembers(members)
    await opened?.dispose()
    interrupt.release()
  }
}

/** What is left of a wall clock for the search for a negation. */
const SHARE_FOR_NEGATION = 0.1

/** Small values, then the first local policy's search for the negation, in a tenth of the budget beside what the search had. */
async function searchForNegation(
  engine: Engine,
  session: ProofSession,
  members: readonly Member[],
  flags: ProveFlags,
  limits: TacticLimits,
  signal: AbortSignal,
): Promise<Refutation | undefined> {
  const wallClockMs = Math.round(flags.budget * SHARE_FOR_NEGATION)
  const ended = AbortSignal.any([signal, AbortSignal.timeout(2 * wallClockMs)])
  // Never one that costs: nobody has asked it about the negation.
  const member = members.find(({ usage }) => usage === undefined)
  const policyFor = (header: string) => (member as Member).policyFor({ ...session.theorem, header })
  const search = member === undefined ? {} : { search: { policyFor, wallClockMs } }
  const options = { limits, signal: ended, ...search }
  return refute(engine, session, options).catch((error: unknown) => {
    if (ended.aborted) return undefined
    throw error
  })
}

function withHeader(theorem: Theorem, header: string | undefined): Theorem {
  return header === undefined ? theorem : { ...theorem, header: sourceText(header).text }
}

/** @throws InputError */
function membersOf(flags: ProveFlags): MemberConfig[] {
  const configs = chosenMembers(flags.policy ?? SHIPPED, {
    temperature: flags.temperature,
    search:
      flags.search === 'best-first'
        ? bestFirst(flags.width)
        : { kind: flags.search, settings: defaultSettings(flags.search) },
    settings: {},
  })
  const settings = flags.topP === undefined ? {} : { topp: flags.topP }
  return configs.map((config) =>
    config.policy === 'baseline' ? config : { ...config, settings: { ...settings, ...config.settings } },
  )
}

async function search(
  engine: Engine,
  session: ProofSession,
  members: readonly Member[],
  flags: ProveFlags,
  verify: (proof: Proof) => Promise<ScriptVerdict>,
  signal: AbortSignal,
  live: LiveSearch | undefined,
): Promise<SessionOutcome> {
  const bar = flags.json === true ? undefined : showBar('searching', flags.budget, seconds)
  const begun = performance.now()
  let note = 'preparing the policy'
  const ticker = setInterval(() => bar?.update(performance.now() - begun, note), 250)
  try {
    return await searchSession(engine, session, members, {
      budgetMs: flags.budget,
      passes: flags.passes ?? Number.MAX_SAFE_INTEGER,
      depth: flags.depth,
      seed: flags.seed,
      signal,
      verify,
      verifyForm: (form) => verifyProof(engine, session.theorem, form),
      onTree: (tree) => live?.follow(tree),
      onProgress(member, statistics) {
        const who = members.length > 1 ? `${member.name}: ` : ''
        note = `${who}${workOf(statistics)}`
      },
    })
  } finally {
    clearInterval(ticker)
    bar?.stop()
  }
}

/** The search as a run of one theorem, for those who look on. */
function livePlan(
  theorem: Theorem,
  members: readonly Member[],
  flags: ProveFlags,
  { leanVersion, libraryHash }: Engine,
  limits: TacticLimits,
): Parameters<typeof LiveSearch.begin> {
  const { depth, seed, budget } = flags
  const shared = { depth, seed, ...TURNS, wallClockMs: budget, passes: flags.passes ?? 1 }
  const plan = { ...shared, theorems: [theorem], members, mode: 'slices', matched: false, shortFirst: true } as const
  const { heartbeats, wallClockMs } = limits
  const settings = { heartbeats, wallClockMs }
  return [plan, { dataset: theorem.name, datasetHash: '', leanVersion, libraryHash, commit: programCommit(), settings }]
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else {
      // Nothing else keeps the program from ending.
      const alive = setInterval(() => {}, 60_000)
      signal.addEventListener('abort', () => {
        clearInterval(alive)
        resolve()
      })
    }
  })
}

/** Of a tree as text; what is left out is counted in the last one. */
const TEXT_TREE_LINES = 500

async function writeTree(path: string, tree: Tree, theorem: Theorem): Promise<void> {
  const title = `${theorem.name}: search tree`
  const drawn = path.endsWith('.svg')
    ? renderTreeSvg(tree, { title })
    : path.endsWith('.txt')
      ? `${renderTreeText(tree, TEXT_TREE_LINES)}\n`
      : await treePage(tree, title)
  await writeFile(path, drawn)
}
