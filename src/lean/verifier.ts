import { type Proof, toLeanSource } from '../proof/proof.ts'
import type { Theorem } from '../proof/theorem.ts'
import { refusalReason, type ScriptVerdict, type Verdict } from '../proof/verdict.ts'
import type { Engine, VerifyOptions } from './engine.ts'

/** Lean's own limit for a whole declaration is 200,000; a proof of many steps may need more than that in all. */
const HEARTBEATS_EXHAUSTED = /maximum number of heartbeats/

/**
 * Writes the standalone file of a proof and has the engine verify it from scratch: nothing of the search is used again.
 * Where Lean's limit for one declaration is too small, the file says `set_option maxHeartbeats 0 in`.
 */
export async function verifyProof(
  engine: Engine,
  theorem: Theorem,
  proof: Proof,
  options?: VerifyOptions,
): Promise<ScriptVerdict> {
  const header = theorem.header.trim()
  const verify = (source: string): Promise<Verdict> =>
    engine.verify(theorem, { source, name: theorem.name, header }, options)
  let source = toLeanSource(theorem, proof)
  let verdict = await verify(source)
  if (verdict.kind === 'rejected' && verdict.messages.some((message) => HEARTBEATS_EXHAUSTED.test(message))) {
    source = toLeanSource(theorem, proof, { maxHeartbeats: 0 })
    verdict = await verify(source)
  }
  return verdict.kind === 'rejected' ? { ...verdict, reason: refusalReason(verdict) } : { ...verdict, source }
}
