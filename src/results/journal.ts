import { deflateSync, inflateSync } from 'node:zlib'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import {
  type Journal,
  PASS_ENDS,
  type ProofRecord,
  type RefusalRecord,
  THEOREM_OUTCOMES,
  type TheoremJournal,
  type TheoremOutcome,
  type UnitRecord,
} from '../ensemble/journal.ts'
import { COMPLETIONS, type MemberProgress, NO_PROGRESS } from '../ensemble/plan.ts'
import type { AnswerBatch, PolicyAnswer } from '../ensemble/policy-record.ts'
import type { RecordedTheorem, RecordedUnit } from '../ensemble/replay.ts'
import { statisticsSchema } from '../ensemble/statistics-schema.ts'
import type { Kernels } from '../proof/kernels.ts'
import { sha256 } from '../proof/sha256.ts'
import { STATISTICS } from '../search/outcome.ts'
import type { TreePart, TreeRecord } from '../search/tree-record.ts'
import { insertRow, selected } from './columns.ts'
import { storedSource } from './headers.ts'
import { readTree, readTreeParts, writeTreePart } from './trees.ts'

const theoremRow = z.object({
  id: z.number(),
  outcome: z.enum(THEOREM_OUTCOMES),
  completion: z.enum(COMPLETIONS).nullable(),
  message: z.string().nullable(),
})
const proofRow = z.object({
  id: z.number(),
  key: z.string(),
  tactics: z.string(),
  source: z.string(),
  axioms: z.string(),
  kernels: z.string().nullable(),
})
const kernelsSchema = z.object({
  leanMs: z.number(),
  own: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('accepted'), ms: z.number() }),
    z.object({ kind: z.literal('unfinished'), limit: z.string(), ms: z.number() }),
  ]),
})
const refusalRow = z.object({ key: z.string(), tactics: z.string(), reason: z.string(), messages: z.string() })
const turnRow = z.object({ turns: z.number(), elapsed: z.number(), open: z.number() })
const strings = z.array(z.string())
const passRow = z.object({
  member_id: z.number(),
  pass: z.number(),
  unit_id: z.number(),
  ending: z.enum(PASS_ENDS),
  depth: z.number(),
  tactics: z.string(),
  proof: z.string().nullable(),
})
const unitRow = z.object({
  id: z.number(),
  member_id: z.number(),
  first_pass: z.number(),
  open: z.number(),
  ...statisticsSchema.shape,
})
const answerRows = z.array(z.tuple([z.string(), z.string(), z.array(z.tuple([z.string(), z.number()]))]))

/** One run in a results file. Each unit is one transaction. */
export class RunJournal implements Journal {
  readonly database: Database
  readonly run: number
  readonly #commit: string
  readonly #members: readonly number[]
  /** Row numbers of theorems by position. */
  readonly #theorems: readonly number[]

  constructor(database: Database, run: number, commit: string) {
    this.database = database
    this.run = run
    this.#commit = commit
    const ids = (table: 'members' | 'theorems') =>
      z
        .array(z.number())
        .parse(database.prepare(`SELECT id FROM ${table} WHERE run_id = ? ORDER BY position`).pluck().all(run))
    this.#members = ids('members')
    this.#theorems = ids('theorems')
  }

  /** What names the run: the hash of all that decides its results. */
  get key(): string {
    return z.string().parse(this.database.prepare('SELECT key FROM runs WHERE id = ?').pluck().get(this.run))
  }

  /** Positions of theorems without an outcome; with `retryErrors` also of those that ended in an error, whose error is taken back. */
  open(retryErrors: boolean): number[] {
    if (retryErrors) {
      this.database
        .prepare(
          `UPDATE theorems SET outcome = 'open', message = NULL
           WHERE run_id = ? AND outcome IN ('statementError', 'engineError')`,
        )
        .run(this.run)
    }
    const rows = this.database
      .prepare("SELECT position FROM theorems WHERE run_id = ? AND outcome = 'open' ORDER BY position")
      .pluck()
      .all(this.run)
    return z.array(z.number()).parse(rows)
  }

  /** Passes on record, of all members. */
  passes(position: number): number {
    return Number(
      this.database.prepare('SELECT count(*) FROM passes WHERE theorem_id = ?').pluck().get(this.#id(position)),
    )
  }

  read(position: number): TheoremJournal {
    const id = this.#id(position)
    const row = theoremRow.parse(
      this.database.prepare('SELECT id, outcome, completion, message FROM theorems WHERE id = ?').get(id),
    )
    return {
      outcome: outcomeOf(row),
      progress: this.#members.map((member) => this.#progress(id, member)),
      proofs: this.#proofs(id),
      tree: readTree(this.database, id),
    }
  }

  /** Without a tree the one on record stays: of units that are written together only the last one's counts. */
  writeUnit(position: number, unit: Omit<UnitRecord, 'tree'> & { readonly tree: TreePart | undefined }): void {
    const id = this.#id(position)
    const member = this.#member(unit.member)
    this.database
      .transaction(() => {
        this.#writeProofs(id, unit.proofs)
        this.#writeRefusals(id, member, unit.refusals)
        const unitId = this.#insertUnit(id, member, unit)
        const proofId = this.database.prepare('SELECT id FROM proofs WHERE theorem_id = ? AND key = ?').pluck()
        // A pass that was kept out of turn, for its proof, comes again when its turn comes.
        for (const { index, end, depth, tactics, proof } of unit.passes)
          insertRow(
            this.database,
            'passes',
            {
              theoremId: id,
              memberId: member,
              pass: index,
              unitId,
              ending: end,
              depth,
              tactics: JSON.stringify(tactics),
              proofId: proof === undefined ? null : z.number().parse(proofId.get(id, proof)),
            },
            'INSERT OR IGNORE',
          )
        if (unit.tree !== undefined) writeTreePart(this.database, id, unit.tree)
      })
      .immediate()
  }

  /** What is on record of the tree, as it was written. */
  treeParts(position: number): readonly TreePart[] {
    return readTreeParts(this.database, this.#id(position))
  }

  writeTree(position: number, tree: TreeRecord): void {
    writeTreePart(this.database, this.#id(position), tree)
  }

  answers(position: number, member: number): PolicyAnswer[] {
    return this.database
      .prepare('SELECT record FROM answers WHERE theorem_id = ? AND member_id = ? ORDER BY id')
      .pluck()
      .all(this.#id(position), this.#members[member])
      .flatMap((record) => unpackAnswers(record as Uint8Array))
  }

  writeAnswers(position: number, member: number, { answers, usage }: AnswerBatch): void {
    const [theoremId, memberId] = [this.#id(position), this.#member(member)]
    insertRow(this.database, 'answers', { ...usage, theoremId, memberId, record: packAnswers(answers) })
  }

  /** What there is to be done again on a theorem. */
  recorded(position: number): RecordedTheorem {
    const { proofs, tree } = this.read(position)
    return {
      units: this.#units(position),
      proofs,
      refusals: this.#refusals(position),
      tree,
      answers: (member) => this.answers(position, member),
    }
  }

  close(position: number, outcome: TheoremOutcome): void {
    const completion = outcome.kind === 'done' ? outcome.completion : null
    const message = outcome.kind === 'done' ? (outcome.refuted ?? null) : outcome.message
    this.database
      .prepare('UPDATE theorems SET outcome = ?, completion = ?, message = ? WHERE id = ?')
      .run(outcome.kind, completion, message, this.#id(position))
  }

  #id(position: number): number {
    const id = this.#theorems[position]
    if (id === undefined) throw new Error(`the run has no theorem ${position}`)
    return id
  }

  #member(position: number): number {
    const id = this.#members[position]
    if (id === undefined) throw new Error(`the run has no member ${position}`)
    return id
  }

  #progress(theorem: number, member: number): MemberProgress {
    const { turns, elapsed, open } = turnRow.parse(
      this.database
        .prepare(
          `SELECT count(*) AS turns, coalesce(sum(total_ms - verifier_ms), 0) AS elapsed, coalesce(min(open), 1) AS open
           FROM units WHERE theorem_id = ? AND member_id = ?`,
        )
        .get(theorem, member),
    )
    if (turns === 0) return NO_PROGRESS
    const passes = z
      .array(z.object({ pass: z.number(), ending: z.string() }))
      .parse(
        this.database
          .prepare('SELECT pass, ending FROM passes WHERE theorem_id = ? AND member_id = ? ORDER BY pass')
          .all(theorem, member),
      )
    let next = 0
    for (const { pass } of passes) if (pass === next) next++
    const proved = passes.some((pass) => pass.ending === 'proved')
    return { passes: next, turns, elapsedMs: elapsed, proved, closed: open === 0 }
  }

  #units(position: number): RecordedUnit[] {
    const theorem = this.#id(position)
    const passes = z.array(passRow).parse(
      this.database
        .prepare(
          `SELECT member_id, pass, unit_id, ending, depth, passes.tactics, proofs.key AS proof
           FROM passes LEFT JOIN proofs ON proofs.id = proof_id WHERE passes.theorem_id = ? ORDER BY pass`,
        )
        .all(theorem),
    )
    return z
      .array(unitRow)
      .parse(
        this.database
          .prepare(
            `SELECT id, member_id, first_pass, open, ${selected(STATISTICS)} FROM units WHERE theorem_id = ? ORDER BY id`,
          )
          .all(theorem),
      )
      .map(({ id, member_id, first_pass, open, ...statistics }) => ({
        member: this.#members.indexOf(member_id),
        firstPass: first_pass,
        open: open === 1,
        statistics,
        // A pass that an earlier unit kept out of turn was done by this one as well.
        passes: passes
          .filter((pass) => pass.member_id === member_id && pass.unit_id <= id && pass.pass >= first_pass)
          .map(({ pass, ending, depth, tactics, proof }) => ({
            index: pass,
            end: ending,
            depth,
            tactics: strings.parse(JSON.parse(tactics)),
            proof: proof ?? undefined,
          })),
      }))
  }

  #proofs(theorem: number): ProofRecord[] {
    const rows = this.database
      .prepare(
        `SELECT id, key, tactics, sources.source AS source, axioms, kernels FROM proofs JOIN sources ON proof_id = id
         WHERE theorem_id = ?`,
      )
      .all(theorem)
    return z
      .array(proofRow)
      .parse(rows)
      .map(({ key, tactics, source, axioms, kernels }) => ({
        key,
        source,
        tactics: strings.parse(JSON.parse(tactics)),
        axioms: strings.parse(JSON.parse(axioms)),
        ...(kernels === null ? {} : { kernels: kernelsSchema.parse(JSON.parse(kernels)) }),
      }))
  }

  #refusals(position: number): RefusalRecord[] {
    const rows = this.database
      .prepare('SELECT key, tactics, reason, messages FROM refusals WHERE theorem_id = ? ORDER BY id')
      .all(this.#id(position))
    return z
      .array(refusalRow)
      .parse(rows)
      .map(({ key, tactics, reason, messages }) => ({
        key,
        tactics: strings.parse(JSON.parse(tactics)),
        reason,
        messages: strings.parse(JSON.parse(messages)),
      }))
  }

  #writeRefusals(theorem: number, member: number, refusals: readonly RefusalRecord[]): void {
    for (const { key, tactics, reason, messages } of refusals)
      insertRow(
        this.database,
        'refusals',
        {
          theoremId: theorem,
          memberId: member,
          key,
          tactics: JSON.stringify(tactics),
          reason,
          messages: JSON.stringify(messages),
        },
        'INSERT OR IGNORE',
      )
  }

  #writeProofs(theorem: number, proofs: readonly ProofRecord[]): void {
    if (proofs.length === 0) return
    const header = z
      .string()
      .parse(this.database.prepare('SELECT header FROM headers WHERE theorem_id = ?').pluck().get(theorem))
    const numberOf = this.database.prepare('SELECT id FROM proofs WHERE theorem_id = ? AND key = ?').pluck()
    for (const { key, tactics, source, axioms, kernels, exported } of proofs) {
      insertRow(
        this.database,
        'proofs',
        {
          theoremId: theorem,
          key,
          tactics: JSON.stringify(tactics),
          ...storedSource(source, header),
          axioms: JSON.stringify(axioms),
          kernels: kernels === undefined ? null : JSON.stringify(kernels),
        },
        'INSERT OR IGNORE',
      )
      if (exported === undefined) continue
      const row = { proofId: Number(numberOf.get(theorem, key)), hash: sha256(exported), record: exported }
      insertRow(this.database, 'exports', row, 'INSERT OR IGNORE')
    }
  }

  #insertUnit(theorem: number, member: number, unit: Omit<UnitRecord, 'tree'>): number {
    const turns = this.database
      .prepare('SELECT count(*) FROM units WHERE theorem_id = ? AND member_id = ?')
      .pluck()
      .get(theorem, member)
    return insertRow(this.database, 'units', {
      ...unit.statistics,
      theoremId: theorem,
      memberId: member,
      turn: Number(turns),
      firstPass: unit.firstPass,
      seed: unit.seed,
      open: unit.open ? 1 : 0,
      commitHash: this.#commit,
      endedAt: new Date().toISOString(),
    })
  }
}

/** What a proof's row says of kernels. */
export function storedKernels(kernels: string | null): Kernels | undefined {
  return kernels === null ? undefined : kernelsSchema.parse(JSON.parse(kernels))
}

function outcomeOf({ outcome, completion, message }: z.infer<typeof theoremRow>): TheoremOutcome | undefined {
  switch (outcome) {
    case 'open':
      return undefined
    case 'done':
      return { kind: 'done', completion: completion ?? 'complete', ...(message !== null && { refuted: message }) }
    case 'statementError':
    case 'engineError':
      return { kind: outcome, message: message ?? '' }
    default:
      return outcome satisfies never
  }
}

function packAnswers(answers: readonly PolicyAnswer[]): Buffer {
  const rows = answers.map(({ state, question, candidates }) => [
    state,
    question,
    // JSON has no infinity.
    candidates.map(({ tactic, logProb }) => [tactic, Math.max(logProb, -Number.MAX_VALUE)]),
  ])
  return deflateSync(JSON.stringify(rows), { level: 3 })
}

function unpackAnswers(record: Uint8Array): PolicyAnswer[] {
  return answerRows.parse(JSON.parse(inflateSync(record).toString())).map(([state, question, candidates]) => ({
    state,
    question,
    candidates: candidates.map(([tactic, logProb]) => ({ tactic, logProb })),
  }))
}
