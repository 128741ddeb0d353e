import type { Journal, TheoremJournal, TheoremOutcome, UnitRecord } from '../ensemble/journal.ts'
import { NO_PROGRESS } from '../ensemble/plan.ts'
import type { AnswerBatch, PolicyAnswer } from '../ensemble/policy-record.ts'
import { GrownTree, type TreeRecord } from '../search/tree-record.ts'
import { type Known, type Part, pack, type Report, type Work } from './protocol.ts'
import { TreeMark } from './tree-mark.ts'

export type SenderOptions = {
  /** The job's name. */
  readonly id: string
  readonly work: Work
  readonly known: Known | undefined
  readonly members: number
  /** Who sends, for messages. */
  readonly worker: string
  /** Milliseconds after which what there is to report is sent before the theorem's end. */
  readonly sendAfterMs: number
  /** Returns when the queue has the report; giving the same id twice does nothing. */
  readonly send: (id: string, report: Report) => Promise<void>
}

/** A worker's journal of one theorem: what would be written into a results file is sent to the coordinator, in order. */
export class Sender implements Journal {
  readonly #options: SenderOptions
  #parts: Part[] = []
  /** Of a block, which is sent as a whole. */
  readonly #blockTree = new GrownTree()
  /** What has been said of the tree so far. */
  readonly #mark = new TreeMark()
  #whole: TreeRecord | undefined
  /** Units of the theorem before those that wait to be sent. */
  #first: number
  #sent: Promise<void> = Promise.resolve()
  #sentAt = performance.now()
  #reports = 0
  #outcome: TheoremOutcome | undefined
  #silent = false

  constructor(options: SenderOptions) {
    this.#options = options
    this.#first = options.work.units
  }

  /** Another has the theorem now: nothing more is sent. */
  silence(): void {
    this.#silent = true
  }

  read(): TheoremJournal {
    const { known, members } = this.#options
    return {
      outcome: undefined,
      progress: known?.progress ?? Array.from({ length: members }, () => NO_PROGRESS),
      proofs: known?.proofs ?? [],
      tree: known?.tree,
    }
  }

  answers(_: number, member: number): PolicyAnswer[] {
    return [...(this.#options.known?.answers[member] ?? [])]
  }

  writeAnswers(_: number, member: number, { answers, usage }: AnswerBatch): void {
    const sayable = answers.map((answer) => ({
      ...answer,
      // JSON has no infinity.
      candidates: answer.candidates.map(({ tactic, logProb }) => ({
        tactic,
        logProb: Math.max(logProb, -Number.MAX_VALUE),
      })),
    }))
    this.#parts.push({ kind: 'answers', member, batch: { answers: sayable, usage } })
    this.#sendIfDue()
  }

  writeUnit(_: number, { tree, ...unit }: UnitRecord): void {
    if (this.#options.work.block === undefined) {
      this.#parts.push({ kind: 'unit', unit, tree: this.#mark.say(tree) })
      this.#sendIfDue()
    } else {
      // Whether a block is whole is known at its end.
      this.#parts.push({ kind: 'unit', unit })
      this.#blockTree.add(tree)
      this.#whole = this.#blockTree.record()
    }
  }

  writeTree(_: number, tree: TreeRecord): void {
    this.#whole = tree
  }

  close(_: number, outcome: TheoremOutcome): void {
    this.#outcome = outcome
  }

  /** Sends what is left, and why there is no more. Returns when all has been taken by the queue. */
  async finish(interrupted: boolean): Promise<void> {
    const outcome = this.#outcome
    const isBlock = this.#options.work.block !== undefined
    // A part of a block is nothing: the whole of it is done elsewhere.
    if (isBlock && interrupted) {
      this.#parts = this.#parts.filter(({ kind }) => kind === 'answers')
      this.#whole = undefined
    }
    if (outcome !== undefined) this.#flush({ kind: 'ended', outcome })
    else this.#flush({ kind: isBlock && !interrupted ? 'block' : 'handedBack' })
    await this.#sent
  }

  #sendIfDue(): void {
    if (performance.now() - this.#sentAt >= this.#options.sendAfterMs) this.#flush({ kind: 'working' })
  }

  #flush(end: Report['end']): void {
    const { work, id, worker, send } = this.#options
    const tree = this.#whole
    const parts = this.#parts.map((part) => {
      if (part.kind === 'answers' || tree === undefined) return part
      const { tree: _, ...rest } = part
      return rest
    })
    const report: Report = {
      position: work.position,
      ...(work.block !== undefined && { block: work.block }),
      work: id,
      first: this.#first,
      worker,
      end,
      body: pack({ parts, tree }),
    }
    this.#first += parts.filter(({ kind }) => kind === 'unit').length
    this.#parts = []
    this.#sentAt = performance.now()
    const name = `${id}-r${this.#reports++}`
    this.#sent = this.#sent.then(() => (this.#silent ? undefined : send(name, report)))
    // Whoever waits for the end hears of it.
    this.#sent.catch(() => {})
  }
}
