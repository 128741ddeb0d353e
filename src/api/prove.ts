import { chosenMembers } from '../ensemble/chosen-members.ts'
import type { ProofRecord } from '../ensemble/journal.ts'
import type { Member } from '../ensemble/member.ts'
import { bestFirst } from '../ensemble/member-spec.ts'
import { closeMembers, openMembers as openAll } from '../ensemble/open-member.ts'
import { tidyProof } from '../ensemble/tidy.ts'
import { searchInTurns, TURNS, type TurnsOptions, type TurnsOutcome } from '../ensemble/turns.ts'
import type { Engine, ProofSession } from '../lean/engine.ts'
import { verifyProof } from '../lean/verifier.ts'
import { premisesFrom } from '../policy/open.ts'
import { SHIPPED } from '../policy/shipped.ts'
import type { Kernels } from '../proof/kernels.ts'
import type { Proof } from '../proof/proof.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { ScriptVerdict } from '../proof/verdict.ts'
import { TUNED_BEST_FIRST } from '../search/best-first.ts'
import { systemClock } from '../search/budget.ts'
import type { SearchStatistics } from '../search/outcome.ts'
import { lastEdge, type Tree } from '../search/tree.ts'
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
      const verify = (proof: Proof) => verifyProof(lean.engine, theorem, proof)
      const { budgetMs = DEFAULTS.budgetMs, depth = DEFAULTS.depth, seed = DEFAULTS.seed } = options
      const { onProgress, signal = new AbortController().signal, passes = Number.MAX_SAFE_INTEGER } = options
      const begun = performance.now()
      const { run, proof } = await searchSession(lean.engine, session, members, {
        ...{ budgetMs, depth, seed, passes, signal, verify },
        onProgress: ({ name }, { expansions, tacticsRun: tactics }) =>
          onProgress?.({ elapsedMs: performance.now() - begun, budgetMs, member: name, expansions, tactics }),
      })
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
  const configs = chosenMembers(policies, { temperature: 1, search, settings: {} })
  const premises = premisesFrom(lean.engine, unfinished)
  return openAll(configs, async () => premises)
}

export type SessionSearch = Pick<TurnsOptions, 'passes' | 'depth' | 'seed' | 'signal' | 'onTree' | 'onProgress'> & {
  /** Milliseconds for the search. */
  readonly budgetMs: number
  /** Judges what is found. */
  readonly verify: (proof: Proof) => Promise<ScriptVerdict>
  /** Judges its shorter forms; left out where `verify` does. A form that is refused is no news: the proof stands as it was found. */
  readonly verifyForm?: (proof: Proof) => Promise<ScriptVerdict>
}

export type SessionOutcome = {
  readonly run: TurnsOutcome
  /** As short and as structured as it could be made, and verified as it stands here. */
  readonly proof: ProofRecord | undefined
}

/** Members in turns on a theorem that is open; then what was found is shortened and written as people do. */
export async function searchSession(
  { processes }: Engine,
  session: ProofSession,
  members: readonly Member[],
  { budgetMs, verify, verifyForm = verify, ...options }: SessionSearch,
): Promise<SessionOutcome> {
  const { signal } = options
  const opened = { kind: 'opened', domain: session, verify, close: async () => {} } as const
  const turns = { ...TURNS, members, wallClockMs: budgetMs, concurrency: processes, clock: systemClock }
  const run = await searchInTurns(session.theorem, opened, { ...turns, ...options })
  const found = run.proved?.proof
  if (found === undefined || signal.aborted) return { run, proof: found }
  const proof = { ...found, ...(await tidyProof(session, { kind: 'verified', ...found }, verifyForm, signal)) }
  // Where the search has met the shorter form too, its tree shows the proof that is printed.
  const edge = lastEdge(run.tree, proof.tactics)
  if (edge?.outcome.kind === 'finished' && edge.outcome.verdict.kind === 'candidate')
    run.tree.judge(edge, { kind: 'accepted', proof: { tactics: proof.tactics } })
  return { run, proof }
}
