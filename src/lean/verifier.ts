import { type Proof, toLeanSource } from '../proof/proof.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { Engine, Verdict } from './engine.ts'

/** Lean's own limit for a whole declaration is 200,000; a proof of many steps may need more than that in all. */
const HEARTBEATS_EXHAUSTED = /maximum number of heartbeats/

/** A verdict, and the file it is about. */
export type VerifiedSource = { readonly verdict: Verdict; readonly source: string }

/**
 * Writes the standalone file of a proof and has the engine verify it from scratch: nothing of the search is used again.
 * Where Lean's limit for one declaration is too small, the file says `set_option maxHeartbeats 0 in`.
 */
export async function verifyProof(engine: Engine, theorem: Theorem, proof: Proof): Promise<VerifiedSource> {
  const header = theorem.header.trim()
  const verify = async (source: string): Promise<VerifiedSource> => ({
    verdict: await engine.verify(theorem, { source, name: theorem.name, header }),
    source,
  })
  const first = await verify(toLeanSource(theorem, proof))
  const { verdict } = first
  if (verdict.kind !== 'rejected' || !verdict.messages.some((message) => HEARTBEATS_EXHAUSTED.test(message)))
    return first
  return verify(toLeanSource(theorem, proof, { maxHeartbeats: 0 }))
}
