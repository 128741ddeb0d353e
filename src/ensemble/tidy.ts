import type { Proof } from '../proof/proof.ts'
import type { ScriptVerdict, VerifiedScript } from '../proof/verdict.ts'
import type { Domain } from '../search/domain.ts'
import { isComposite, minimiseProof, scriptRunner, shortenTactics } from '../search/minimise.ts'
import { structureProof } from '../search/structure.ts'

export type VerifiedProof = Proof & VerifiedScript

/** A proof without needless steps and parts of steps, and structured as people write it. Each form counts only where it is verified as it stands. */
export async function tidyProof(
  domain: Domain,
  found: VerifiedProof,
  verify: (proof: Proof) => Promise<ScriptVerdict>,
  signal: AbortSignal,
): Promise<VerifiedProof> {
  if (found.tactics.length === 1 && !found.tactics.some(isComposite)) return found
  // A process that dies here costs the nicer form, not the proof.
  const forms = async (): Promise<(readonly string[])[]> => {
    const finishes = scriptRunner(domain, signal)
    const { tactics } = await shortenTactics(await minimiseProof(found, finishes), finishes)
    const structured = await structureProof(tactics, domain, signal)
    return structured === undefined ? [tactics] : [structured, tactics]
  }
  for (const tactics of await forms().catch(() => [])) {
    if (tactics.join('\n') === found.tactics.join('\n')) return found
    const verdict = await verify({ tactics })
    if (verdict.kind === 'verified') return { tactics, ...verdict }
  }
  return found
}
