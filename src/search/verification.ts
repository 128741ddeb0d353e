import type { Proof } from '../proof/proof.ts'
import type { Meter } from './budget.ts'
import type { Accept, SearchStatistics } from './outcome.ts'
import type { EdgeVerdict, SearchEdge, Tree } from './tree.ts'

/**
 * Asks the verifier about a finished edge once, however many scripts lead to it: equal states behave equally, so the
 * first script speaks for all. The end of the wall clock does not stop it, for a proof found is never lost to the
 * clock; the user's abort does, if the verifier itself gives up (rejects) or has not been asked yet: then the edge stays
 * a candidate.
 */
export async function verifyEdge(
  edge: SearchEdge,
  proof: Proof,
  context: { tree: Tree; accept: Accept; meter: Meter; statistics: SearchStatistics },
): Promise<EdgeVerdict> {
  const { tree, accept, meter, statistics } = context
  if (edge.outcome.kind !== 'finished') throw new Error('only a finished edge can be verified')
  const verdict = edge.outcome.verdict
  if (verdict.kind !== 'candidate') return verdict
  const underWay = tree.verifying.get(edge)
  if (underWay !== undefined) {
    await underWay.catch(() => {})
    return verifyEdge(edge, proof, context)
  }
  if (meter.stopped() === 'interrupted') return { kind: 'candidate' }

  const start = meter.now()
  // Every proof must be judged, and its theorem must not lose passes to that: it would count for less than one unproved.
  const question = meter.apart(() => accept(proof))
  tree.verifying.set(edge, question)
  try {
    const answer = await question
    const verdict =
      answer.kind === 'verified'
        ? ({ kind: 'accepted', proof } as const)
        : ({ kind: 'refused', reason: answer.reason } as const)
    tree.judge(edge, verdict)
    if (verdict.kind === 'refused') statistics.refused++
    return verdict
  } catch (cause) {
    if (meter.stopped() === 'interrupted') return { kind: 'candidate' }
    throw new Error('the verifier failed', { cause })
  } finally {
    tree.verifying.delete(edge)
    statistics.verifierMs += meter.now() - start
  }
}
