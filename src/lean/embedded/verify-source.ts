import type { Theorem } from '../../proof/theorem.ts'
import { DEFAULT_LIMITS, RejectedInput, type Submission, type Verdict } from '../engine.ts'
import type { LeanPool, Worker } from '../pool.ts'
import { openHeader } from '../session.ts'
import { ProcessGoneError } from './lean-process.ts'

const DEFAULT_DEADLINE_MS = 120_000

/**
 * Checks a proof in two processes. The first elaborates the whole source and is not believed: it only gives the terms of
 * the constants that the theorem rests on, as plain data. The second has never seen a tactic or a line of the source; it
 * elaborates the trusted statement under its trusted header, compares the types, has the kernel check every term, and
 * follows every constant to its axioms. So neither notations, options, macros nor code in the source can change what is
 * checked, or how.
 *
 * @param theorem the trusted statement and header
 * @param deadlineMs for each of the two processes; a source that takes longer is rejected
 * @throws RejectedInput where the trusted header or statement does not elaborate; EngineError where Lean cannot run
 */
export async function verifySource(
  pool: LeanPool,
  theorem: Theorem,
  submission: Submission,
  deadlineMs = DEFAULT_DEADLINE_MS,
): Promise<Verdict> {
  try {
    await pool.withCleanProcess((worker) => elaborateStatement(worker, theorem, deadlineMs))
    const exported = await pool.withWorker(({ process }) => process.request('exportProof', submission, deadlineMs))
    if (exported.kind === 'refused') return { kind: 'rejected', reason: exported.reason, messages: exported.messages }
    const answer = await pool.withCleanProcess(async (worker) => {
      const { environment, clean } = await openHeader(worker, theorem.header)
      const { statement, name } = theorem
      const params = { environment, statement, name, exported }
      return { result: await worker.process.request('checkProof', params, deadlineMs), clean }
    })
    switch (answer.kind) {
      case 'verified':
        return answer
      case 'refused':
        return { kind: 'rejected', reason: answer.reason, messages: answer.messages }
      case 'rejected':
        throw new RejectedInput('statement', answer.diagnostics)
      default:
        return answer satisfies never
    }
  } catch (error) {
    if (!(error instanceof ProcessGoneError)) throw error
    return { kind: 'rejected', reason: 'Lean stopped while it checked the proof', messages: [error.message] }
  }
}

/** Before any of the proof's text is seen: the statement alone must elaborate. @throws RejectedInput */
async function elaborateStatement(
  worker: Worker,
  { header, statement }: Theorem,
  deadlineMs: number,
): Promise<{ result: undefined; clean: boolean }> {
  const { environment, clean } = await openHeader(worker, header)
  const { heartbeats } = DEFAULT_LIMITS
  const started = await worker.process.request('start', { environment, statement, heartbeats }, deadlineMs)
  if (started.kind === 'rejected') throw new RejectedInput('statement', started.diagnostics)
  worker.process.notify('closeTheorem', { theorem: started.theorem })
  return { result: undefined, clean }
}
