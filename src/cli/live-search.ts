import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProofRecord } from '../ensemble/journal.ts'
import type { Plan } from '../ensemble/plan.ts'
import { RECORDED_STATES } from '../ensemble/theorem-run.ts'
import type { TurnsOutcome } from '../ensemble/turns.ts'
import type { RunJournal } from '../results/journal.ts'
import { beginRun, openResults, type Provenance } from '../results/store.ts'
import type { Tree } from '../search/tree.ts'
import { recordTree } from '../search/tree-record.ts'
import { openViewChild, type ViewChild } from './view-child.ts'

type Results = ReturnType<typeof openResults>

/** So often the tree is written for who looks at it, in milliseconds. */
const TICK_MS = 700

/** A search for one theorem, written into a file of its own while it goes on, and the page that shows it. */
export class LiveSearch {
  readonly #folder: string
  readonly #database: Results
  readonly #journal: RunJournal
  readonly #page: ViewChild | undefined
  #timer: NodeJS.Timeout | undefined

  private constructor(folder: string, database: Results, journal: RunJournal, page: ViewChild | undefined) {
    this.#folder = folder
    this.#database = database
    this.#journal = journal
    this.#page = page
  }

  static async begin(plan: Plan, provenance: Provenance): Promise<LiveSearch> {
    const folder = mkdtempSync(join(tmpdir(), 'hedge-prove-'))
    const path = join(folder, 'search.sqlite')
    const database = openResults(path)
    const journal = beginRun(database, plan, provenance)
    return new LiveSearch(folder, database, journal, await openViewChild(path))
  }

  /** The address of the theorem's page; undefined where there is none. */
  get url(): string | undefined {
    const id = encodeURIComponent(`search.sqlite:${this.#journal.key.slice(0, 8)}`)
    return this.#page && `${this.#page.url}#/run/${id}/0`
  }

  /** Writes a tree that grows, now and then. */
  follow(tree: Tree): void {
    let written = -1
    this.#timer = setInterval(() => {
      if (tree.counts.edges === written) return
      written = tree.counts.edges
      this.#journal.writeTree(0, recordTree(tree, RECORDED_STATES))
    }, TICK_MS)
  }

  end(run: TurnsOutcome, proof: ProofRecord | undefined, member: number): void {
    clearInterval(this.#timer)
    this.#journal.writeUnit(0, {
      member,
      firstPass: 0,
      seed: '',
      open: false,
      statistics: run.statistics,
      passes:
        proof === undefined
          ? []
          : [{ index: 0, end: 'proved', depth: proof.tactics.length, tactics: proof.tactics, proof: proof.key }],
      proofs: proof === undefined ? [] : [proof],
      refusals: run.refusals,
      tree: recordTree(run.tree, RECORDED_STATES),
    })
    if (run.completion !== undefined) this.#journal.close(0, { kind: 'done', completion: run.completion })
  }

  dispose(): void {
    clearInterval(this.#timer)
    this.#page?.close()
    this.#database.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
