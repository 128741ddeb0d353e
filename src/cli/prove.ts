import { writeFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { EmbeddedEngine } from '../lean/embedded/engine.ts'
import { DEFAULT_LIMITS, type ProofSession, type Verdict } from '../lean/engine.ts'
import { type VerifiedSource, verifyProof } from '../lean/verifier.ts'
import { buildPremiseIndex } from '../policy/premises.ts'
import type { Proof } from '../proof/proof.ts'
import { createRandom } from '../proof/random.ts'
import type { Theorem } from '../proof/theorem.ts'
import { renderTreePage } from '../report/tree-page.ts'
import { renderTreeSvg } from '../report/tree-picture.ts'
import { searchBestFirst, TUNED_BEST_FIRST } from '../search/best-first.ts'
import { minimiseProof, scriptRunner } from '../search/minimise.ts'
import type { Progress, SearchResult, SearchStatistics } from '../search/outcome.ts'
import { searchRollouts } from '../search/rollouts.ts'
import { createTree, type Tree } from '../search/tree.ts'
import { EXIT, InputError } from './failure.ts'
import { atLeast, duration, likelihood, temperature } from './flags.ts'
import { createLog } from './log.ts'
import { type OpenPolicy, openPolicy, type PolicyChoice } from './open-policy.ts'
import { findTheorem } from './target.ts'
import { renderDiagnostics, seconds, showBar, showSteps } from './terminal.ts'

type Flags = {
  header?: string
  budget: number
  depth: number
  passes?: number
  search: 'best-first' | 'rollouts'
  width: number
  seed: string
  policy: string
  temperature: number
  topP?: number
  workers?: number
  tacticTimeout: number
  heartbeats: number
  json?: true
  out?: string
  tree?: string
  verbose?: true
}

export function proveCommand(): Command {
  return new Command('prove')
    .description('find a proof of a theorem that Lean accepts, and show it')
    .argument('[what]', 'a theorem as text, a .lean or .jsonl file, file:name, or - for standard input')
    .option('--header <lean>', 'Lean commands before the theorem (imports, open, notation), in place of its own')
    .option('--budget <time>', 'wall clock for the search', duration, 60_000)
    .option('--depth <n>', 'most tactics in a proof', atLeast(1), 50)
    .option('--passes <n>', 'most roll-outs (with --search rollouts)', atLeast(1))
    .addOption(new Option('--search <kind>', 'how to search').choices(['best-first', 'rollouts']).default('best-first'))
    .option('--width <n>', 'tactics a best-first expansion tries at first', atLeast(1), TUNED_BEST_FIRST.width)
    .option('--policy <policy>', '`baseline`, or the directory of a trained policy', 'baseline')
    .option('--temperature <t>', 'temperature of sampled tactics (with --search rollouts)', temperature, 1)
    .option('--top-p <p>', 'draw tokens from the likeliest that hold this share (trained policies)', likelihood)
    .option('--seed <text>', 'seed of everything random', '0')
    .option('--workers <n>', 'Lean processes (default: one per core)', atLeast(1))
    .option('--tactic-timeout <time>', 'wall clock for one tactic', duration, 25_000)
    .option('--heartbeats <n>', "Lean's own limit for one tactic, in thousands", atLeast(1), 100_000)
    .option('--json', 'print the result as JSON')
    .option('--out <file>', 'write the proof as a standalone .lean file')
    .option('--tree <file>', 'draw the search tree, as .svg or .html')
    .option('--verbose', 'log what happens to stderr')
    .action(async (what: string | undefined, flags: Flags) => {
      process.exitCode = await prove(what, flags)
    })
}

type Run = { result: SearchResult; tree: Tree; statistics: SearchStatistics; passes?: number }

async function prove(what: string | undefined, flags: Flags): Promise<number> {
  if (flags.tree !== undefined && !/\.(svg|html)$/.test(flags.tree)) {
    throw new InputError(`--tree draws .svg or .html, not ${JSON.stringify(flags.tree)}`)
  }
  const found = await findTheorem(what)
  const theorem: Theorem = flags.header === undefined ? found : { ...found, header: flags.header }
  const log = createLog(flags.verbose === true)
  const interrupt = new AbortController()
  const onInterrupt = () => interrupt.abort(new Error('interrupted'))
  process.once('SIGINT', onInterrupt).once('SIGTERM', onInterrupt)

  // Before Lean starts: a policy that cannot be used is told at once.
  const policy = await openPolicy(policyChoice(flags), async (header) =>
    buildPremiseIndex(await engine.premises(header)),
  )
  const steps = showSteps(flags.json === true)
  const engine: EmbeddedEngine = await EmbeddedEngine.create({
    ...(flags.workers === undefined ? {} : { processes: flags.workers }),
    onProgress: steps.step,
    onEvent: (event) => log.debug(event, 'Lean process'),
  }).finally(steps.stop)
  try {
    const limits = { ...DEFAULT_LIMITS, heartbeats: flags.heartbeats, wallClockMs: flags.tacticTimeout }
    const started = await engine.start(theorem, limits, interrupt.signal)
    if (started.kind === 'rejected') {
      const text = started.where === 'header' ? theorem.header : `${theorem.statement} := by`
      console.error(`hedge: the ${started.where} does not elaborate`)
      console.error(renderDiagnostics(text, started.diagnostics))
      return EXIT.badInput
    }
    const { session } = started
    const warning = await boundAutomatically(engine, theorem)
    if (warning !== undefined) console.error(`hedge: warning: ${warning}`)
    let verified: VerifiedSource | undefined
    const accept = async (proof: Proof): Promise<boolean> => {
      const answer = await verifyProof(engine, theorem, proof)
      log.debug({ tactics: proof.tactics, verdict: answer.verdict }, 'verified')
      if (answer.verdict.kind === 'rejected') return false
      verified = answer
      return true
    }
    const run = await search(engine, session, policy, flags, accept, interrupt.signal)
    log.debug(run.statistics, 'search')
    let proof = run.result.kind === 'proved' ? run.result.proof : undefined
    if (proof !== undefined && proof.tactics.length > 1 && !interrupt.signal.aborted) {
      const shorter = await minimiseProof(proof, scriptRunner(session, interrupt.signal)).catch(() => undefined)
      if (shorter !== undefined && shorter.tactics.length < proof.tactics.length && (await accept(shorter)))
        proof = shorter
    }
    if (flags.tree !== undefined) await writeTree(flags.tree, run.tree, theorem)
    if (verified !== undefined && flags.out !== undefined) await writeFile(flags.out, verified.source)
    if (flags.json === true)
      console.log(JSON.stringify(asJson(theorem, flags, policy, engine, run, proof, verified), null, 2))
    else print(theorem, flags, engine, run, verified)
    return run.result.kind === 'proved'
      ? EXIT.done
      : run.result.kind === 'interrupted'
        ? EXIT.interrupted
        : EXIT.negative
  } finally {
    await policy.dispose()
    await engine.dispose()
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt)
  }
}

function policyChoice({ policy, temperature, topP }: Flags): PolicyChoice {
  return { policy, temperature, settings: topP === undefined ? {} : { topp: topP } }
}

/** A misspelt name becomes a new variable under Lean's default `autoImplicit true`; the user should hear of it. */
async function boundAutomatically(engine: EmbeddedEngine, theorem: Theorem): Promise<string | undefined> {
  const strict = {
    ...theorem,
    header: `${theorem.header}\nset_option autoImplicit false\nset_option relaxedAutoImplicit false`,
  }
  const started = await engine.start(strict)
  if (started.kind === 'started') {
    await started.session.close()
    return undefined
  }
  const name = started.diagnostics
    .map((d) => /[Uu]nknown (?:identifier|universe level) `([^`]+)`/.exec(d.text)?.[1])
    .find((n) => n !== undefined)
  if (name === undefined) return undefined
  return `\`${name}\` is not declared; Lean takes it for a new variable (autoImplicit)`
}

async function search(
  engine: EmbeddedEngine,
  session: ProofSession,
  opened: OpenPolicy,
  flags: Flags,
  accept: (proof: Proof) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Run> {
  const bar = flags.json === true ? undefined : showBar('searching', flags.budget, seconds)
  const begun = performance.now()
  let note = 'preparing the policy'
  const ticker = setInterval(() => bar?.update(performance.now() - begun, note), 250)
  const onProgress = ({ statistics, waiting }: Progress) => {
    note = `${statistics.expansions} expansions, ${statistics.tacticsRun} tactics, ${waiting} waiting`
  }
  try {
    const policy = await opened.policyFor(session.theorem.header)
    const budget = { wallClockMs: flags.budget, depth: flags.depth, passes: flags.passes, signal }
    const tree = createTree(session.root)
    const common = { budget, accept, concurrency: engine.pool.processes, onProgress }
    if (flags.search === 'best-first') {
      return await searchBestFirst(tree, session, policy, { ...common, ...TUNED_BEST_FIRST, width: flags.width })
    }
    const random = createRandom(flags.seed)
    const { passes, ...run } = await searchRollouts(tree, session, policy, {
      ...common,
      random,
      stopAtFirstProof: true,
    })
    return { ...run, passes: passes.length }
  } finally {
    clearInterval(ticker)
    bar?.stop()
  }
}

async function writeTree(path: string, tree: Tree, theorem: Theorem): Promise<void> {
  const options = { title: `${theorem.name}: search tree` }
  await writeFile(path, path.endsWith('.svg') ? renderTreeSvg(tree, options) : renderTreePage(tree, options))
}

/** Why a search ended without a proof, in one clause. */
function reasonOf(result: SearchResult, flags: Flags): string {
  switch (result.kind) {
    case 'proved':
      return 'proved'
    case 'exhausted':
      return 'nothing is left to try'
    case 'interrupted':
      return 'interrupted'
    case 'outOfBudget': {
      const limits = {
        wallClock: `the wall clock of ${seconds(flags.budget)} ran out`,
        depth: `every path reached the depth of ${flags.depth}`,
        passes: `all ${flags.passes} passes are used up`,
        expansions: 'all expansions are used up',
      }
      return limits[result.limit]
    }
    default:
      return result satisfies never
  }
}

function axiomsText(verdict: Verdict): string {
  if (verdict.kind === 'rejected') return ''
  return verdict.axioms.length === 0 ? 'no axioms beyond those of the library' : `axioms: ${verdict.axioms.join(', ')}`
}

function print(
  theorem: Theorem,
  flags: Flags,
  engine: EmbeddedEngine,
  run: Run,
  verified: VerifiedSource | undefined,
): void {
  const { statistics, result } = run
  const passes = run.passes === undefined ? '' : `${run.passes} passes, `
  const work = `${passes}${statistics.expansions} expansions, ${statistics.tacticsRun} tactics, ${seconds(statistics.totalMs)}`
  if (result.kind !== 'proved' || verified === undefined) {
    console.log(`${theorem.name}: not proved: ${reasonOf(result, flags)} (${work})`)
  } else {
    console.log(`${theorem.name}: proved (${work})\n`)
    console.log(verified.source)
    console.log(
      `Verified by Lean ${engine.leanVersion.slice(0, 24)} in a second process: ${axiomsText(verified.verdict)}.`,
    )
    if (flags.out !== undefined) console.log(`The proof is in ${flags.out}.`)
  }
  if (flags.tree !== undefined) console.log(`The search tree is in ${flags.tree}.`)
}

function asJson(
  theorem: Theorem,
  flags: Flags,
  policy: OpenPolicy,
  engine: EmbeddedEngine,
  run: Run,
  proof: Proof | undefined,
  verified: VerifiedSource | undefined,
): object {
  return {
    theorem,
    result: run.result.kind,
    ...(run.result.kind === 'outOfBudget' ? { limit: run.result.limit } : {}),
    ...(proof === undefined || verified === undefined
      ? {}
      : { proof: proof.tactics, source: verified.source, verdict: verified.verdict }),
    statistics: run.statistics,
    ...(run.passes === undefined ? {} : { passes: run.passes }),
    config: {
      policy: flags.policy,
      nEff: policy.nEff,
      checkpointHash: policy.checkpointHash,
      search: flags.search,
      seed: flags.seed,
      budgetMs: flags.budget,
      depth: flags.depth,
      ...TUNED_BEST_FIRST,
      width: flags.width,
      temperature: flags.temperature,
      heartbeats: flags.heartbeats,
      tacticTimeoutMs: flags.tacticTimeout,
      workers: engine.pool.processes,
    },
    lean: { version: engine.leanVersion, libraryHash: engine.pool.libraryHash },
  }
}
