import { openPolicy, type PremisesOf } from '../policy/open.ts'
import { InputError } from '../proof/input-error.ts'
import type { Member, MemberConfig } from './member.ts'

/** A member of an ensemble, ready to work. @throws InputError, which names the member */
export async function openMember(config: MemberConfig, premises: PremisesOf): Promise<Member> {
  const opened = await openPolicy(config, premises).catch((error: Error) => {
    if (error instanceof InputError)
      throw new InputError(`member \`${config.name}\`: ${error.message}`, { cause: error })
    throw error
  })
  const { nEff, checkpointHash } = opened
  if (config.nEff !== null && nEff !== null && config.nEff !== nEff)
    throw new InputError(`member \`${config.name}\`: ${config.policy} was trained at N_eff ${nEff}, not ${config.nEff}`)
  return {
    ...config,
    nEff: nEff ?? config.nEff,
    checkpointHash,
    ...(opened.settings && { settings: opened.settings }),
    ...(opened.usage && { usage: opened.usage }),
    ...(opened.remarks && { remarks: opened.remarks }),
    policyFor: ({ header }) => opened.policyFor(header),
    dispose: () => opened.dispose(),
  }
}
