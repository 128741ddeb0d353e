import type { Theorem } from '../proof/theorem.ts'
import type { Clock } from '../search/budget.ts'
import { addStatistics, newStatistics, type SearchStatistics } from '../search/outcome.ts'
import { createTree, type Tree } from '../search/tree.ts'
import type { PassEndWord, ProofRecord, RefusalRecord } from './journal.ts'
import { liveMember, type Member } from './member.ts'
import { type Completion, NO_PROGRESS } from './plan.ts'
import { recordPolicy } from './policy-record.ts'
import { type Recorder, runUnits } from './unit-loop.ts'
import type { OpenedTheorem } from './world.ts'

/** Roll-outs under way at the same time, and milliseconds of a member's first turn, where nobody says otherwise. */
export const TURNS = { block: 32, sliceMs: 2000 }

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
  readonly onTree?: ((tree: Tree) => void) | undefined
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
  theorem: Theorem,
  opened: OpenedTheorem,
  options: TurnsOptions,
): Promise<TurnsOutcome> {
  const { members, wallClockMs, signal, clock, concurrency } = options
  const sliceMs = members.length === 1 ? wallClockMs : options.sliceMs
  const plan = { ...options, mode: 'slices', matched: false, shortFirst: true, sliceMs } as const
  const { domain, verify } = opened
  const place = { theorem, tree: createTree(domain.root), domain, verify, proofs: new Map<string, ProofRecord>() }
  options.onTree?.(place.tree)
  const statistics = newStatistics()
  const ends: PassEndWord[] = []
  const refusals: RefusalRecord[] = []
  let proved: TurnsOutcome['proved']
  const recorder: Recorder = {
    // One for all turns, which remembers what it was told: a pass that was cut short is begun again.
    policyFor: async (_, config) =>
      recordPolicy(
        await liveMember(members, config).policyFor(theorem),
        () => [],
        () => {},
      ),
    after({ config }, outcome) {
      addStatistics(statistics, outcome.statistics)
      refusals.push(...outcome.refusals)
      ends.push(...outcome.passes.map((pass) => pass.end))
      const [proof] = outcome.proofs
      if (proof !== undefined) {
        proved = { proof, member: liveMember(members, config) }
        return undefined
      }
      // The end of a turn is not the end of a member's work.
      return { ...outcome, open: true }
    },
    onProgress(config, part) {
      const soFar = { ...statistics }
      addStatistics(soFar, part)
      options.onProgress?.(liveMember(members, config), soFar)
    },
  }
  const progress = members.map(() => NO_PROGRESS)
  const ended = await runUnits({ plan, name: theorem.name, place, progress, recorder, concurrency, clock, signal })
  const completion = proved === undefined ? ended : 'firstProof'
  return { tree: place.tree, statistics, ends, refusals, proved, completion }
}
