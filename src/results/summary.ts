import { sharesGoals } from '../ensemble/plan.ts'
import { countSteps } from '../proof/steps.ts'
import type { Contribution } from './contributions.ts'
import { coverageAt, doublings, type Estimator, ensembleCoverageAt, solvedWithin, tableColumns } from './coverage.ts'
import {
  type Effort,
  memberSolves,
  type Refusal,
  type RunResults,
  type Spending,
  type TheoremResult,
} from './read-run.ts'
import { mcnemar, mean, median, type PairedTest, type Rate, wilson } from './statistics.ts'
import { planOfConfig } from './stored-plan.ts'

export type Point = { readonly k: number; readonly rate: Rate }

export type MemberSummary = {
  readonly name: string
  readonly nEff: number | null
  readonly checkpointHash: string | null
  readonly quota: number
  /** At `columns`. */
  readonly coverage: readonly Point[]
  /** At powers of two, up to the member's own quota. */
  readonly curve: readonly Point[]
  /** Theorems it proves within the run's passes, and those nobody else does. */
  readonly solved: number
  readonly alone: number
}

/** An ensemble beside its first member alone, at the same number of passes in all. */
export type MatchedCompute = {
  readonly passesEach: number
  readonly members: number
  readonly ensemble: Rate
  readonly alone: Rate
  readonly test: PairedTest
}

export type Overlap = {
  readonly first: string
  readonly second: string
  readonly both: number
  readonly test: PairedTest
}

export type Summary = {
  readonly dataset: string
  readonly datasetHash: string
  readonly leanVersion: string
  readonly libraryHash: string
  readonly seed: string
  readonly mode: RunResults['run']['mode']
  readonly passes: number
  readonly startedAt: string
  readonly runKey: string
  readonly commits: readonly string[]
  readonly estimator: Estimator
  /** Whether every member had its full chance on every theorem, rather than only until another one proved it. */
  readonly comparable: boolean
  readonly counts: {
    readonly theorems: number
    /** The denominator of every rate. */
    readonly done: number
    readonly proved: number
    readonly open: number
    /** Whose statement is false. */
    readonly refuted: number
    readonly statementErrors: number
    readonly engineErrors: number
    /** Theorems whose time ended before their passes did. */
    readonly cutByClock: number
  }
  readonly columns: readonly number[]
  readonly members: readonly MemberSummary[]
  readonly ensemble: { readonly coverage: readonly Point[]; readonly curve: readonly Point[] }
  readonly matched: readonly MatchedCompute[]
  readonly overlaps: readonly Overlap[]
  /** The best member at each number of passes: the Pareto frontier over confidence limits. */
  readonly frontier: readonly { readonly k: number; readonly member: string; readonly rate: Rate }[]
  readonly proofLengths: { readonly all: readonly number[]; readonly mean: number; readonly median: number }
  /** How many theorems' proofs the second kernel accepted, did not finish, or was not asked about. */
  readonly kernels: Readonly<Record<string, number>>
  readonly refusals: readonly Refusal[]
  readonly contributions: readonly Contribution[]
  readonly effort: Effort
  readonly spending: Spending
}

/** Every number of the report, from what is on record. */
export function summarise(results: RunResults): Summary {
  const { run, members, theorems } = results
  const done = theorems.filter((theorem) => theorem.outcome === 'done')
  const independent = run.mode === 'union' && !sharesGoals(planOfConfig(run.config, run.key))
  const estimator: Estimator = independent ? 'unbiased' : 'solvedWithin'
  const comparable = estimator === 'unbiased' || members.length === 1
  const columns = tableColumns(run.passes)
  /** Up to the run's passes in the time that every member had; beyond them, in the time that goes with more passes. */
  const memberAt = (
    member: number,
    k: number,
    which: 'counts' | 'ordinary' = k > run.passes ? 'counts' : 'ordinary',
  ) => {
    const sum = done.reduce((total, theorem) => {
      const counts = theorem[which][member]
      return total + (counts === undefined ? 0 : coverageAt(counts, k, estimator))
    }, 0)
    return { k, rate: wilson(Math.min(sum, done.length), done.length) }
  }
  const ensembleAt = (k: number): Point => {
    const sum = done.reduce((total, { ordinary }) => total + ensembleCoverageAt(ordinary, k, estimator), 0)
    return { k, rate: wilson(Math.min(sum, done.length), done.length) }
  }
  const solves = (theorem: TheoremResult, member: number) => solvesOrdinarily(theorem, member, run.passes)
  const summaries = members.map((member, position): MemberSummary => {
    const solved = done.filter((theorem) => solves(theorem, position))
    const others = members.map((_, other) => other).filter((other) => other !== position)
    return {
      name: member.name,
      nEff: member.n_eff,
      checkpointHash: member.checkpoint_hash,
      quota: member.quota,
      coverage: columns.map((k) => memberAt(position, k)),
      curve: doublings(member.quota === 1 ? run.passes : member.quota).map((k) => memberAt(position, k)),
      solved: solved.length,
      alone: solved.filter((theorem) => !others.some((other) => solves(theorem, other))).length,
    }
  })
  const count = (test: (theorem: TheoremResult) => boolean) => theorems.filter(test).length
  const lengths = done.flatMap(({ proof }) => (proof === undefined ? [] : [countSteps(proof.tactics)]))
  return {
    dataset: run.dataset,
    datasetHash: run.dataset_hash,
    leanVersion: run.lean_version,
    libraryHash: run.library_hash,
    seed: run.seed,
    mode: run.mode,
    passes: run.passes,
    startedAt: run.started_at,
    runKey: run.key,
    commits: results.commits,
    estimator,
    comparable,
    counts: {
      theorems: theorems.length,
      done: done.length,
      proved: lengths.length,
      open: count(({ outcome }) => outcome === 'open'),
      refuted: count(({ outcome, message }) => outcome === 'done' && message !== null),
      statementErrors: count(({ outcome }) => outcome === 'statementError'),
      engineErrors: count(({ outcome }) => outcome === 'engineError'),
      cutByClock: count(({ outcome, completion }) => outcome === 'done' && completion === 'wallClock'),
    },
    columns,
    members: summaries,
    ensemble: { coverage: columns.map(ensembleAt), curve: doublings(run.passes).map(ensembleAt) },
    matched: estimator === 'unbiased' ? matchedCompute(results, done, (k) => memberAt(0, k, 'counts'), ensembleAt) : [],
    overlaps: comparable ? overlaps(results, done) : [],
    frontier: (comparable ? doublings(run.passes) : []).map((k) => {
      const points = members.map((member, position) => ({ k, member: member.name, rate: memberAt(position, k).rate }))
      return points.reduce((best, point) => (point.rate.value > best.rate.value ? point : best))
    }),
    proofLengths: { all: lengths, mean: mean(lengths), median: median(lengths) },
    kernels: tally(done.flatMap(({ proof }) => proof?.kernels ?? [])),
    refusals: results.refusals,
    contributions: results.contributions,
    effort: results.effort,
    spending: results.spending,
  }
}

/**
 * The ensemble with n passes each against its first member with as many as all together, at the run's own n where the
 * first member was given that many, and at the largest n for which its ordinary passes are enough.
 */
function matchedCompute(
  { run, members }: RunResults,
  done: readonly TheoremResult[],
  aloneAt: (k: number) => Point,
  ensembleAt: (k: number) => Point,
): MatchedCompute[] {
  const size = members.length
  if (size < 2 || members.some((member) => member.quota < run.passes)) return []
  const quota = members[0]?.quota ?? 0
  const sizes = [Math.floor(run.passes / size), run.passes].filter((n) => n >= 1 && n * size <= quota)
  return sizes.map((n) => ({
    passesEach: n,
    members: size,
    ensemble: ensembleAt(n).rate,
    alone: aloneAt(n * size).rate,
    test: mcnemar(
      done.map((theorem) => [
        members.some((_, member) => solvesOrdinarily(theorem, member, n)),
        memberSolves(theorem, 0, n * size),
      ]),
    ),
  }))
}

/** In the time that every member had. */
function solvesOrdinarily({ ordinary }: TheoremResult, member: number, k: number): boolean {
  const counts = ordinary[member]
  return counts !== undefined && solvedWithin(counts, k)
}

function overlaps({ run, members }: RunResults, done: readonly TheoremResult[]): Overlap[] {
  return members.flatMap((first, i) =>
    members.slice(i + 1).map((second, offset): Overlap => {
      const pairs = done.map((theorem): [boolean, boolean] => [
        solvesOrdinarily(theorem, i, run.passes),
        solvesOrdinarily(theorem, i + 1 + offset, run.passes),
      ])
      return {
        first: first.name,
        second: second.name,
        both: pairs.filter(([a, b]) => a && b).length,
        test: mcnemar(pairs),
      }
    }),
  )
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
