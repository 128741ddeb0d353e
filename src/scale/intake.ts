import type { ProofRecord, TheoremOutcome } from '../ensemble/journal.ts'
import { type MemberProgress, nextUnit, type Plan } from '../ensemble/plan.ts'
import { RECORDED_STATES } from '../ensemble/theorem-run.ts'
import { advance } from '../ensemble/unit-loop.ts'
import type { World } from '../ensemble/world.ts'
import type { RunJournal } from '../results/journal.ts'
import { mergeTrees } from '../search/tree-record.ts'
import { isRepeatable, isSplittable, pieceKey } from './pieces.ts'
import { type Block, bodySchema, type Part, type Report, type ReportBody, type SentUnit, unpack } from './protocol.ts'
import { TreeMark } from './tree-mark.ts'

/** What became of a report. */
export type Taken =
  /** Written, or known already. */
  | { readonly kind: 'written'; readonly units: readonly SentUnit[]; readonly outcome: TheoremOutcome | undefined }
  /** It does not follow what is on record: a report before it is missing, or it is of work that was given to another. */
  | { readonly kind: 'left' }
  /** A block that is whole, and waits for those before it: a theorem is written in the order of one process. */
  | { readonly kind: 'kept' }
  /** No worker that does its work sends this. */
  | { readonly kind: 'refused'; readonly reason: string }

export type IntakeOptions = {
  readonly plan: Plan
  readonly journal: RunJournal
  readonly world: World
  /** The workers' word about proofs is enough: none is verified again. */
  readonly trust: boolean
  /** The piece of work that is handed out for a theorem. */
  readonly current: (position: number) => string | undefined
  readonly signal: AbortSignal
}

type Standing = {
  progress: MemberProgress[]
  units: number
  outcome: TheoremOutcome | undefined
  proofs: Set<string>
  /** Of the tree on record. */
  mark: TreeMark
}

/** The one way into the results file: what workers report, looked at, and written in one transaction each. */
export class Intake {
  readonly #options: IntakeOptions
  readonly #standings = new Map<number, Standing>()
  /** Reports of blocks that came before their turn, by theorem and piece. */
  readonly #early = new Map<number, Map<string, Report>>()

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  units(position: number): number {
    return this.#standing(position).units
  }

  progress(position: number): readonly MemberProgress[] {
    return this.#standing(position).progress
  }

  outcome(position: number): TheoremOutcome | undefined {
    return this.#standing(position).outcome
  }

  close(position: number, outcome: TheoremOutcome): void {
    this.#options.journal.close(position, outcome)
    this.#standing(position).outcome = outcome
    this.#early.delete(position)
  }

  /** The report that was kept and whose turn it is now. */
  due(position: number): Report | undefined {
    const early = this.#early.get(position)
    const next = nextUnit(this.#options.plan, this.#standing(position).progress)
    if (early === undefined || typeof next === 'string') return undefined
    const key = pieceKey({ position, block: next })
    const report = early.get(key)
    early.delete(key)
    return report
  }

  /** Reports of one theorem one after another, please. @throws where the file or the verifier fails; then nothing of it is written */
  async take(report: Report): Promise<Taken> {
    const { position, first, end } = report
    const standing = this.#standing(position)
    // From a worker that was thought lost, and was not the one to end it.
    if (standing.outcome !== undefined) return { kind: 'written', units: [], outcome: undefined }
    if (!isRepeatable(this.#options.plan) && report.work !== this.#options.current(position)) return { kind: 'left' }
    if (report.block === undefined && first > standing.units) return { kind: 'left' }
    let body: ReportBody
    try {
      body = unpack(report.body, bodySchema) as ReportBody
    } catch {
      return refused('it cannot be read')
    }
    if (report.block !== undefined) return this.#takeBlock(report, report.block, body, standing)
    if (end.kind === 'block') return refused('it is of no block')
    const parts = unknownParts(body.parts, standing.units - first)
    if (parts === undefined) return { kind: 'written', units: [], outcome: undefined }
    return this.#takeParts(report, { parts, tree: body.tree }, standing)
  }

  async #takeBlock(report: Report, block: Block, body: ReportBody, standing: Standing): Promise<Taken> {
    const { plan } = this.#options
    const { position, end } = report
    if (!isSplittable(plan)) return refused('this run is not split')
    if ((standing.progress[block.member]?.passes ?? 0) > block.firstPass)
      return { kind: 'written', units: [], outcome: undefined }
    const units = body.parts.flatMap((part) => (part.kind === 'unit' ? [part.unit] : []))
    if (end.kind !== 'block') {
      if (units.length > 0 || (end.kind === 'ended' && end.outcome.kind === 'done'))
        return refused('it is no whole block')
      return this.#takeParts(report, { parts: body.parts }, standing)
    }
    const [unit, another] = units
    if (another !== undefined || unit?.member !== block.member || unit.firstPass !== block.firstPass)
      return refused('it has not the block that it names')
    if (body.tree === undefined) return refused('it has no tree')
    const due = nextUnit(plan, standing.progress)
    if (typeof due === 'string') return refused('it has passes that are not due')
    if (due.member !== block.member || due.firstPass !== block.firstPass) {
      const early = this.#early.get(position) ?? new Map<string, Report>()
      this.#early.set(position, early.set(pieceKey({ position, block }), report))
      return { kind: 'kept' }
    }
    if (unit.passes.length !== due.passes) return refused(`its block has ${unit.passes.length} of ${due.passes} passes`)
    let { tree } = body
    try {
      // Others may have written while it was done.
      const before = this.#options.journal.read(position).tree
      if (before !== undefined) tree = mergeTrees(before, tree, RECORDED_STATES)
    } catch (error) {
      return refused(`its tree cannot be read: ${(error as Error).message}`)
    }
    return this.#takeParts(report, { parts: body.parts, tree }, standing)
  }

  /** Parts that follow what is on record: judged, looked at, and written. */
  async #takeParts({ position, end }: Report, { parts, tree }: ReportBody, standing: Standing): Promise<Taken> {
    const { plan } = this.#options
    const judged = await this.#judge(position, parts, standing)
    if ('reason' in judged) return refused(judged.reason)
    const checked = this.#follow(judged.parts, standing)
    if (typeof checked === 'string') return refused(checked)
    const due = nextUnit(plan, checked)
    if (end.kind === 'ended' && end.outcome.kind === 'done' && due !== end.outcome.completion)
      return refused('it says that all is done, and some passes are missing')
    let outcome: TheoremOutcome | undefined = end.kind === 'ended' ? end.outcome : undefined
    if (end.kind === 'block' && typeof due === 'string') outcome = { kind: 'done', completion: due }
    if (outcome?.kind === 'done') {
      const isProved =
        standing.proofs.size > 0 || judged.parts.some((part) => part.kind === 'unit' && part.unit.proofs.length > 0)
      // What nobody proves may be false. That is this process's own to say.
      if (!isProved) outcome = { ...outcome, refuted: await this.#refutation(position) }
    }
    return this.#write(position, { parts: judged.parts, tree }, checked, outcome)
  }

  async #refutation(position: number): Promise<string | undefined> {
    const { plan, world, signal } = this.#options
    const theorem = plan.theorems[position]
    const opened = theorem === undefined ? undefined : await world.open(theorem, signal)
    if (opened?.kind !== 'opened') return undefined
    try {
      return await opened.refute?.(signal)
    } finally {
      await opened.close()
    }
  }

  #write(position: number, body: ReportBody, progress: MemberProgress[], outcome: TheoremOutcome | undefined): Taken {
    const { journal } = this.#options
    const standing = this.#standing(position)
    const units = body.parts.flatMap((part) => (part.kind === 'unit' ? [part.unit] : []))
    const mark = standing.mark.copy()
    const write = () => {
      for (const part of body.parts)
        if (part.kind === 'answers') journal.writeAnswers(position, part.member, part.batch)
        else journal.writeUnit(position, { ...part.unit, tree: mark.take(part.tree) })
      if (body.tree !== undefined) {
        journal.writeTree(position, body.tree)
        mark.add(body.tree)
      }
      if (outcome !== undefined) journal.close(position, outcome)
    }
    journal.database.transaction(write).immediate()
    standing.mark = mark
    standing.progress = progress
    standing.units += units.length
    standing.outcome = outcome
    if (outcome !== undefined) this.#early.delete(position)
    for (const unit of units) for (const { key } of unit.proofs) standing.proofs.add(key)
    return { kind: 'written', units, outcome }
  }

  /** The proofs in new units, in this process's own words, or why one of them is none. */
  async #judge(
    position: number,
    parts: readonly Part[],
    standing: Standing,
  ): Promise<{ readonly parts: readonly Part[] } | { readonly reason: string }> {
    const { plan, world, trust, signal } = this.#options
    const theorem = plan.theorems[position]
    if (theorem === undefined) return { reason: `there is no theorem ${position}` }
    const claimed = new Map<string, ProofRecord>()
    for (const part of parts)
      if (part.kind === 'unit')
        for (const proof of part.unit.proofs) if (!standing.proofs.has(proof.key)) claimed.set(proof.key, proof)
    if (trust || claimed.size === 0) return { parts }
    const opened = await world.open(theorem, signal)
    if (opened.kind === 'rejected') return { reason: `it proves what does not elaborate here: ${opened.message}` }
    const own = new Map<string, ProofRecord>()
    try {
      for (const [key, { tactics }] of claimed) {
        const { kind, ...found } = await opened.verify({ tactics })
        if ('reason' in found) return { reason: `a proof in it is refused here: ${found.reason}` }
        own.set(key, { key, tactics, ...found })
      }
    } finally {
      await opened.close()
    }
    return {
      parts: parts.map((part) =>
        part.kind === 'answers'
          ? part
          : { ...part, unit: { ...part.unit, proofs: part.unit.proofs.flatMap(({ key }) => own.get(key) ?? []) } },
      ),
    }
  }

  /** Progress after these parts, or what is wrong with one of them: each unit must be the one that is due. */
  #follow(parts: readonly Part[], standing: Standing): MemberProgress[] | string {
    const { plan } = this.#options
    const progress = [...standing.progress]
    const proofs = new Set(standing.proofs)
    for (const part of parts) {
      if (part.kind === 'answers') {
        if (part.member >= plan.members.length) return `there is no member ${part.member}`
        continue
      }
      const { unit } = part
      const due = nextUnit(plan, progress)
      if (typeof due === 'string') return 'it has passes that are not due'
      if (due.member !== unit.member || due.firstPass !== unit.firstPass)
        return `member ${due.member} from pass ${due.firstPass} on is due, not member ${unit.member} from pass ${unit.firstPass} on`
      for (const { key } of unit.proofs) proofs.add(key)
      const wrong = problemOf(unit, due.passes, proofs)
      if (wrong !== undefined) return wrong
      progress[unit.member] = advance(progress[unit.member] as MemberProgress, unit)
    }
    return progress
  }

  #standing(position: number): Standing {
    const known = this.#standings.get(position)
    if (known !== undefined) return known
    const { progress, outcome, proofs } = this.#options.journal.read(position)
    const standing = {
      progress: [...progress],
      units: progress.reduce((sum, { turns }) => sum + turns, 0),
      outcome,
      proofs: new Set(proofs.map(({ key }) => key)),
      mark: TreeMark.of(this.#options.journal.treeParts(position)),
    }
    this.#standings.set(position, standing)
    return standing
  }
}

function refused(reason: string): Taken {
  return { kind: 'refused', reason }
}

/** Those behind the first `known` units; undefined where there are not that many, so that nothing in them is new. */
function unknownParts(parts: readonly Part[], known: number): readonly Part[] | undefined {
  let left = known
  for (const [i, part] of parts.entries()) {
    if (left === 0) return parts.slice(i)
    if (part.kind === 'unit') left--
  }
  return left > 0 ? undefined : []
}

function problemOf(unit: SentUnit, most: number, proofs: ReadonlySet<string>): string | undefined {
  const seen = new Set<number>()
  for (const { index, end, proof } of unit.passes) {
    if (index < unit.firstPass || index >= unit.firstPass + most || seen.has(index)) return `pass ${index} is not due`
    seen.add(index)
    if ((end === 'proved') !== (proof !== undefined)) return `pass ${index} is \`${end}\` without a proof, or has one`
    if (proof !== undefined && !proofs.has(proof)) return `the proof of pass ${index} is not there`
  }
  return undefined
}
