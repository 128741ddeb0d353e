import type { Member } from '../ensemble/member.ts'
import { bestFirst, parseMembers } from '../ensemble/member-spec.ts'
import { closeMembers, openMembers as openAll } from '../ensemble/open-member.ts'
import { tidyProof, type VerifiedProof } from '../ensemble/tidy.ts'
import { searchInTurns, type TurnsOutcome } from '../ensemble/turns.ts'
import { type Verified, verifiedOf } from '../ensemble/world.ts'
import type { ProofSession } from '../lean/engine.ts'
import { verifyProof } from '../lean/verifier.ts'
import { premisesFrom, SHIPPED } from '../policy/open.ts'
import { InputError } from '../proof/input-error.ts'
import type { Kernels } from '../proof/kernels.ts'
import type { Proof } from '../proof/proof.ts'
import type { Theorem } from '../proof/theorem.ts'
import { TUNED_BEST_FIRST } from '../search/best-first.ts'
import { systemClock } from '../search/budget.ts'
import type { SearchStatistics } from '../search/outcome.ts'
import type { Tree } from '../search/tree.ts'
import { type Lean, type OpenOptions, startTheorem, type TheoremSource } from './lean.ts'

export type SearchOptions = {
  /** Members as on the command line, e.g. `neff-8`, `baseline@0.5`. Default: the shipped policies, in turns. */
  readonly policies?: readonly string[]
  /** Milliseconds for the search. */
  readonly budgetMs?: number
  /** Most tactics in a proof. */
  readonly depth?: number
  /** Most roll-outs of each member. */
  readonly passes?: number
  readonly seed?: string
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ProveProgress) => void
}

export type ProveProgress = {
  readonly elapsedMs: number
  readonly budgetMs: number
  readonly member: string
  readonly expansions: number
  readonly tactics: number
}

export type ProveOptions = SearchOptions & OpenOptions

export type ProveResult = {
  readonly theorem: Theorem
  readonly statistics: Readonly<SearchStatistics>
  readonly tree: Tree
  /** Finished scripts that the verifier did not take. */
  readonly refused: readonly { readonly tactics: readonly string[]; readonly reason: string }[]
} & (
  | {
      readonly kind: 'proved'
      /** What was verified: the theorem with all before it, and its proof. */
      readonly source: string
      /** The proof's tactic blocks. */
      readonly tactics: readonly string[]
      /** Of Lean's three, those it rests on beyond the library. */
      readonly axioms: readonly string[]
      readonly kernels?: Kernels
      /** The member that found it. */
      readonly by: string
    }
  | { readonly kind: 'notProved'; readonly reason: 'budget' | 'nothing is left to try' | 'interrupted' }
)

/** Where a search does not say. */
export const DEFAULTS = { budgetMs: 60_000, depth: 50, seed: '0' }
/** Roll-outs under way at the same time. */
const BLOCK = 32
/** Milliseconds of a policy's first turn, where there are several. */
const SLICE_MS = 2000

/**
 * Searches for a proof, and has it verified from scratch before it is called one.
 * @throws InputError where the theorem, or a policy, is not what it should be; EngineError where Lean cannot run
 */
export async function prove(lean: Lean, source: TheoremSource, options: ProveOptions = {}): Promise<ProveResult> {
  const theorem = await lean.find(source)
  const members = await openMembers(lean, options.policies)
  try {
    const session = await startTheorem(lean.engine, theorem, options)
    try {
      const verify = async (proof: Proof) => verifiedOf(await verifyProof(lean.engine, theorem, proof))
      const { run, proof } = await searchSession(lean, session, members, verify, options)
      const { statistics, tree, refusals } = run
      const shared = {
        theorem,
        statistics,
        tree,
        refused: refusals.map(({ tactics, reason }) => ({ tactics, reason })),
      }
      if (proof === undefined || run.proved === undefined) {
        const reason =
          run.completion === undefined
            ? 'interrupted'
            : run.completion === 'wallClock'
              ? 'budget'
              : 'nothing is left to try'
        return { ...shared, kind: 'notProved', reason }
      }
      const { kernels } = proof
      return {
        ...shared,
        kind: 'proved',
        source: proof.source,
        tactics: proof.tactics,
        axioms: proof.axioms,
        ...(kernels && { kernels }),
        by: run.proved.member.name,
      }
    } finally {
      await session.close()
    }
  } finally {
    await closeMembers(members)
  }
}

/**
 * @param unfinished whether they may propose what still rests on a hole
 * @throws InputError, which names the policy
 */
export async function openMembers(
  lean: Lean,
  policies: readonly string[] = SHIPPED,
  unfinished = false,
): Promise<Member[]> {
  const search = bestFirst(TUNED_BEST_FIRST.width)
  const configs = parseMembers(policies, { temperature: 1, search, settings: {} })
  if ('problem' in configs) throw new InputError(configs.problem)
  const premises = premisesFrom(lean.engine, unfinished)
  return openAll(configs, async () => premises)
}

type SessionOutcome = {
  readonly run: TurnsOutcome
  /** As short and as structured as it could be made, and verified as it stands here. */
  readonly proof: VerifiedProof | undefined
}

/** Members in turns on a theorem that is open; then what was found is shortened and written as people do. */
async function searchSession(
  { engine }: Lean,
  session: ProofSession,
  members: readonly Member[],
  verify: (proof: Proof) => Promise<Verified>,
  options: SearchOptions,
): Promise<SessionOutcome> {
  const { budgetMs = DEFAULTS.budgetMs, depth = DEFAULTS.depth, seed = DEFAULTS.seed, passes, onProgress } = options
  const signal = options.signal ?? new AbortController().signal
  const begun = performance.now()
  const opened = { kind: 'opened', domain: session, verify, close: async () => {} } as const
  const run = await searchInTurns(session.theorem, opened, {
    members,
    wallClockMs: budgetMs,
    sliceMs: SLICE_MS,
    passes: passes ?? Number.MAX_SAFE_INTEGER,
    depth,
    block: BLOCK,
    seed,
    concurrency: engine.processes,
    clock: systemClock,
    signal,
    onProgress: ({ name }, { expansions, tacticsRun }) =>
      onProgress?.({ elapsedMs: performance.now() - begun, budgetMs, member: name, expansions, tactics: tacticsRun }),
  })
  if (run.proved === undefined) return { run, proof: undefined }
  const { tactics, source, axioms, kernels } = run.proved.proof
  const first = { verified: true, tactics, source, axioms, ...(kernels && { kernels }) } as const
  return { run, proof: signal.aborted ? first : await tidyProof(session, first, verify, signal) }
}
