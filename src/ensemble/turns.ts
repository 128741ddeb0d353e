import type { Policy } from '../policy/policy.ts'
import type { Clock } from '../search/budget.ts'
import { addStatistics, newStatistics, type SearchStatistics } from '../search/outcome.ts'
import { createTree, type Tree } from '../search/tree.ts'
import type { PassEndWord, ProofRecord, RefusalRecord } from './journal.ts'
import type { Member } from './member.ts'
import { type Completion, type MemberProgress, NO_PROGRESS, nextUnit, type Plan } from './plan.ts'
import { recordPolicy } from './policy-record.ts'
import { advance, unitSeed } from './theorem-run.ts'
import { runUnit } from './unit.ts'
import type { Opened } from './world.ts'

export type TurnsOptions = {
  readonly members: readonly Member[]
  /** Milliseconds for all members together. */
  readonly wallClockMs: number
  /** Milliseconds of a member's first turn; each further one is twice as long. One member alone is never interrupted. */
  readonly sliceMs: number
  readonly passes: number
  readonly depth: number
  readonly block: number
  readonly seed: string
  readonly concurrency: number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** The tree that is going to grow. */
  readonly onTree?: (tree: Tree) => void
  readonly onProgress?: (member: Member, statistics: Readonly<SearchStatistics>) => void
}

export type TurnsOutcome = {
  readonly tree: Tree
  readonly statistics: SearchStatistics
  /** Passes of roll-outs and searches that came to an end of their own, and how. */
  readonly ends: readonly PassEndWord[]
  /** Scripts that the verifier did not take, in order. */
  readonly refusals: readonly RefusalRecord[]
  /** A verified proof and who found it. */
  readonly proved: { readonly proof: ProofRecord; readonly member: Member } | undefined
  /** Why nothing more was tried; undefined after an abort. */
  readonly completion: Completion | undefined
}

/** Members of an ensemble on one tree, in turns, until the first verified proof. Nothing is recorded. */
export async function searchInTurns(
  theorem: Plan['theorems'][number],
  opened: Extract<Opened, { kind: 'opened' }>,
  options: TurnsOptions,
): Promise<TurnsOutcome> {
  const { members, wallClockMs, signal, clock, concurrency, depth, block, onProgress } = options
  const plan = {
    ...options,
    mode: 'slices',
    matched: false,
    sliceMs: members.length === 1 ? wallClockMs : options.sliceMs,
  } as const
  const place = {
    tree: createTree(opened.domain.root),
    domain: opened.domain,
    verify: opened.verify,
    proofs: new Map<string, ProofRecord>(),
  }
  options.onTree?.(place.tree)
  const statistics = newStatistics()
  const ends: PassEndWord[] = []
  const refusals: RefusalRecord[] = []
  const progress: MemberProgress[] = members.map(() => NO_PROGRESS)
  const policies: (Policy | undefined)[] = []
  for (;;) {
    const unit = nextUnit(plan, progress)
    const outcome = { tree: place.tree, statistics, ends, refusals }
    if (typeof unit === 'string') return { ...outcome, proved: undefined, completion: unit }
    if (signal.aborted) return { ...outcome, proved: undefined, completion: undefined }
    const member = members[unit.member] as Member
    // One for all turns, which remembers what it was told: a pass that was cut short is begun again.
    policies[unit.member] ??= recordPolicy(
      await member.policyFor(theorem),
      () => [],
      () => {},
    )
    const policy = policies[unit.member] as Policy
    const { proofs, ...done } = await runUnit(place, member, policy, unit, {
      seed: unitSeed(options.seed, member, theorem.name),
      depth,
      block,
      concurrency,
      clock,
      signal,
      onProgress: (part) => {
        const soFar = { ...statistics }
        addStatistics(soFar, part)
        onProgress?.(member, soFar)
      },
    })
    addStatistics(statistics, done.statistics)
    refusals.push(...done.refusals)
    ends.push(...done.passes.map((pass) => pass.end))
    const [proof] = proofs
    if (proof !== undefined) return { ...outcome, proved: { proof, member }, completion: 'firstProof' }
    // The end of a turn is not the end of a member's work.
    progress[unit.member] = advance(progress[unit.member] as MemberProgress, { ...done, open: true })
  }
}
