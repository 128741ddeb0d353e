import type { Policy } from '../policy/policy.ts'
import type { Random } from '../proof/random.ts'
import type { Theorem } from '../proof/theorem.ts'
import { searchBestFirst, TUNED_BEST_FIRST } from './best-first.ts'
import type { Budget, Clock } from './budget.ts'
import type { Domain } from './domain.ts'
import type { Accept, Progress, SearchResult, SearchStatistics } from './outcome.ts'
import type { Pass } from './pass.ts'
import { searchRollouts } from './rollouts.ts'
import type { SearchEdge, Tree } from './tree.ts'
import { searchWhole } from './whole.ts'

/** A strategy's settings by name. */
export type StrategySettings = Readonly<Record<string, number>>

/** What every strategy is given beside its settings. */
export type StrategyRun = {
  readonly budget: Budget
  readonly accept: Accept
  readonly theorem: Theorem
  /** Edges to states that whole proofs have reached and that this search may go on from. */
  readonly onward: readonly SearchEdge[]
  /** For strategies that draw: pass i draws from `random.fork(i)` alone. */
  readonly random: Random
  readonly stopAtFirstProof: boolean
  /** Passes under way at the same time. */
  readonly block: number
  readonly concurrency: number
  /** See `Plan.shortFirst`. */
  readonly shortFirst: boolean
  readonly clock: Clock
  readonly onProgress?: (progress: Progress) => void
}

export type StrategyOutcome = {
  readonly result: SearchResult
  readonly statistics: SearchStatistics
  /** Of a strategy that goes pass by pass, those that were begun. */
  readonly passes: readonly Pass[]
}

/** A way to look for a proof. */
export type Strategy = {
  /** Whether it goes pass by pass; if not, all it does on a theorem counts as one pass. */
  readonly byPasses: boolean
  /**
   * Its settings, with what they are where nothing is said, and the least and the most that they may be; yes is 1, no is 0.
   * One without a value is not put on record where nothing is said.
   */
  readonly settings: Readonly<
    Record<string, { readonly value?: number; readonly least: number; readonly most?: number }>
  >
  run(
    tree: Tree,
    domain: Domain,
    policy: Policy,
    settings: StrategySettings,
    how: StrategyRun,
  ): Promise<StrategyOutcome>
}

/** Whether goals are solved one by one; not where nothing is said. */
const SPLIT = { least: 0, most: 1 }
const { width, alpha, widenings, batch, wave, first } = TUNED_BEST_FIRST

/** All strategies, by the name that people write. A new one is a file that makes a `SearchQueue`, and a row here. */
export const STRATEGIES = {
  rollouts: {
    byPasses: true,
    settings: { split: SPLIT },
    run: (tree, domain, policy, { split }, how) => searchRollouts(tree, domain, policy, { ...how, split: split === 1 }),
  },
  'best-first': {
    byPasses: false,
    settings: {
      width: { value: width, least: 1 },
      alpha: { value: alpha, least: 0 },
      widenings: { value: widenings, least: 0 },
      batch: { value: batch, least: 1 },
      wave: { value: wave, least: 1 },
      first: { value: first, least: 1 },
      expansions: { value: 1000, least: 1 },
      split: SPLIT,
    },
    async run(tree, domain, policy, { expansions = Number.POSITIVE_INFINITY, split, ...choice }, how) {
      const options = { ...how, ...choice, split: split === 1, budget: { ...how.budget, expansions } }
      return { ...(await searchBestFirst(tree, domain, policy, options)), passes: [] }
    },
  },
  whole: {
    byPasses: true,
    settings: { repair: { value: 2, least: 0 } },
    run: (tree, domain, policy, { repair = 0 }, how) => searchWhole(tree, domain, policy, repair, how),
  },
} as const satisfies Readonly<Record<string, Strategy>>

export type StrategyName = keyof typeof STRATEGIES
export const STRATEGY_NAMES = Object.keys(STRATEGIES) as StrategyName[]

export function strategyOf(name: StrategyName): Strategy {
  return STRATEGIES[name]
}

/** A strategy's settings where nothing is said. */
export function defaultSettings(name: StrategyName): StrategySettings {
  return Object.fromEntries(
    Object.entries(strategyOf(name).settings).flatMap(([key, { value }]) =>
      value === undefined ? [] : [[key, value]],
    ),
  )
}
