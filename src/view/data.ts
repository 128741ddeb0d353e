import type { Plot } from '../report/evaluation-plots.ts'
import { OUTCOMES, type RowOutcome } from '../report/outcomes.ts'
import type { Table } from '../report/table.ts'
import type { TreeRecord } from '../search/tree-record.ts'

/** What the server, or a written report, tells the page. Times are milliseconds, moments ISO 8601 in UTC. */
export type RunOverview = {
  /** Names the run among all that are shown. */
  readonly id: string
  readonly file: string
  readonly key: string
  readonly dataset: string
  readonly mode: string
  readonly passes: number
  readonly members: readonly string[]
  readonly theorems: number
  readonly done: number
  readonly proved: number
  readonly open: number
  readonly errors: number
  /** The ensemble's, or the only member's, at the run's passes: in [0, 1], null before the first theorem is done. */
  readonly coverage: { readonly value: number; readonly low: number; readonly high: number } | null
  readonly curve: readonly { readonly k: number; readonly value: number }[]
  readonly startedAt: string
  /** When the last unit was written; null before the first. */
  readonly lastAt: string | null
  /** Milliseconds that the work still to be done would take at the pace of the last units; null where nobody works. */
  readonly leftMs: number | null
  readonly state: RunState
}

/** `idle`: theorems are open, and nobody has written for a while. */
export type RunState = 'running' | 'idle' | 'complete'

/** A member's part of the work. */
export type MemberPart = {
  readonly name: string
  readonly passes: number
  readonly quota: number
  readonly proved: number
  readonly units: number
  readonly tacticsRun: number
  readonly policyMs: number
  readonly leanMs: number
  readonly verifierMs: number
  readonly totalMs: number
}

export type RefusedScript = {
  readonly position: number
  readonly theorem: string
  readonly member: string
  readonly tactics: readonly string[]
  readonly reason: string
  readonly messages: readonly string[]
}

/** `only[i][j]`: theorems that member i proves and member j does not; on the diagonal, all that it proves. */
export type OverlapMatrix = { readonly members: readonly string[]; readonly only: readonly (readonly number[])[] }

export type RunPage = {
  readonly overview: RunOverview
  readonly facts: readonly (readonly [name: string, value: string])[]
  readonly warnings: readonly string[]
  readonly tables: readonly Table[]
  readonly plots: readonly Plot[]
  readonly parts: readonly MemberPart[]
  readonly overlap: OverlapMatrix | null
  readonly refusals: readonly RefusedScript[]
  readonly passesDone: number
  readonly passesPlanned: number
}

export { OUTCOMES, type RowOutcome }

/** A theorem in the list. */
export type TheoremRow = {
  readonly position: number
  readonly name: string
  readonly statement: string
  readonly outcome: RowOutcome
  /** Positions of the members that prove it. */
  readonly by: readonly number[]
  readonly passes: number
  readonly seconds: number
  /** Of the shortest proof. */
  readonly steps: number | null
  /** What went wrong; empty where nothing did. */
  readonly message: string
}

export type ShownProof = {
  readonly tactics: readonly string[]
  readonly source: string
  readonly axioms: readonly string[]
  /** What was said of kernels, as a clause; empty where no second kernel was asked. */
  readonly kernels: string
}

export type TheoremPage = {
  readonly position: number
  readonly name: string
  readonly header: string
  readonly statement: string
  readonly outcome: RowOutcome
  readonly message: string
  /** Shortest first. */
  readonly proofs: readonly ShownProof[]
  readonly refusals: readonly RefusedScript[]
  readonly members: readonly {
    readonly name: string
    readonly passes: number
    readonly proved: number
    readonly seconds: number
  }[]
  /** Theorems of the run. */
  readonly count: number
  /** Whether an exported proof is there, which the page can check again. */
  readonly exported: boolean
}

/** Jobs of a run in its queue: theorems, or blocks of a member's passes on one. */
export type QueueState = {
  /** The queue's address, without a password. */
  readonly at: string
  /** One sentence where nothing can be told; then the rest is empty. */
  readonly problem: string
  readonly coordinated: boolean
  readonly workers: readonly QueueWorker[]
  readonly waiting: number
  readonly active: number
  readonly setAside: number
  /** Reports that the coordinator has not written yet. */
  readonly unwritten: number
}

export type QueueWorker = {
  readonly name: string
  /** What it works on. */
  readonly on: readonly QueueJob[]
}

export type QueueJob = {
  readonly position: number
  /** Where it is a block: whose passes, from which on. */
  readonly block: { readonly member: number; readonly firstPass: number } | null
  readonly since: string | null
}

/** The tree on its own: it is large, and often the same as before. */
export type TheoremTree = { readonly record: TreeRecord | null }

/** What the live page's server sends, one event of each kind at first and then whenever it has changed. */
export type Events = {
  readonly runs: {
    readonly runs: readonly RunOverview[]
    /** Their curves together, where there are several. */
    readonly plot: Plot | null
    /** Files that could not be read, and why. */
    readonly problems: readonly string[]
    /** Runs that have not been read yet. */
    readonly unread: number
  }
  readonly run: RunPage
  /** All rows, or those that have changed. */
  readonly rows: { readonly whole: boolean; readonly rows: readonly TheoremRow[] }
  readonly theorem: TheoremPage
  readonly tree: TheoremTree
  /** Only where the page was given a queue. */
  readonly queue: QueueState
  /** One sentence. */
  readonly problem: string
}

/** What a written page has inside. Packed: deflated JSON in base64. */
export type WrittenPage =
  | {
      readonly kind: 'report'
      readonly run: RunPage
      readonly rows: readonly TheoremRow[]
      /** By position: packed `TheoremPage`, packed `TreeRecord`, gzipped export in base64. */
      readonly theorems: readonly {
        readonly page: string
        readonly tree: string | null
        readonly exported: string | null
      }[]
    }
  | { readonly kind: 'tree'; readonly title: string; readonly tree: string }
