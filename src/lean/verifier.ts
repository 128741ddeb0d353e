import { type Proof, toLeanSource } from '../proof/proof.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { Engine } from './engine.ts'
import type { Verdict, VerifyOptions } from './verdict.ts'

/** Lean's own limit for a whole declaration is 200,000; a proof of many steps may need more than that in all. */
const HEARTBEATS_EXHAUSTED = /maximum number of heartbeats/

/** A reason is cut here; the messages of its verdict are whole. */
const REASON_LENGTH = 240

/** Why a proof was not taken, in one line: the verifier's reason, and the first of Lean's messages. */
export function refusalReason({ reason, messages }: Extract<Verdict, { kind: 'rejected' }>): string {
  const [first] = messages
  const text = (first === undefined ? reason : `${reason}: ${first}`).replace(/\s+/g, ' ').trim()
  const characters = [...text]
  return characters.length <= REASON_LENGTH ? text : `${characters.slice(0, REASON_LENGTH - 1).join('')}…`
}

/** A verdict, and the file it is about. */
export type VerifiedSource = { readonly verdict: Verdict; readonly source: string }

/**
 * Writes the standalone file of a proof and has the engine verify it from scratch: nothing of the search is used again.
 * Where Lean's limit for one declaration is too small, the file says `set_option maxHeartbeats 0 in`.
 */
export async function verifyProof(
  engine: Engine,
  theorem: Theorem,
  proof: Proof,
  options?: VerifyOptions,
): Promise<VerifiedSource> {
  const header = theorem.header.trim()
  const verify = async (source: string): Promise<VerifiedSource> => ({
    verdict: await engine.verify(theorem, { source, name: theorem.name, header }, options),
    source,
  })
  const first = await verify(toLeanSource(theorem, proof))
  const { verdict } = first
  if (verdict.kind !== 'rejected' || !verdict.messages.some((message) => HEARTBEATS_EXHAUSTED.test(message)))
    return first
  return verify(toLeanSource(theorem, proof, { maxHeartbeats: 0 }))
}
