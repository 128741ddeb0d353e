import { openPolicy, type PremisesOf } from '../policy/open.ts'
import { InputError } from '../proof/input-error.ts'
import type { Member, MemberConfig } from './member.ts'

/** A member of an ensemble, ready to work. @throws InputError, which names the member */
export async function openMember(config: MemberConfig, premises: PremisesOf): Promise<Member> {
  const opened = await openPolicy(
    { ...config, writes: config.search.kind === 'whole' ? 'proofs' : 'steps' },
    premises,
  ).catch((error: Error) => {
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
    policyFor: (theorem) => opened.policyFor(theorem),
    dispose: () => opened.dispose(),
  }
}

/**
 * Opens the members of an ensemble before the Lean they will work with, so that one that cannot be used is told at once.
 * Where one of them fails, those before it are closed.
 * @param premises of the Lean they will work with; a member that asks while it is opened waits for that Lean
 * @throws InputError, which names the member
 */
export async function openMembers(
  configs: readonly MemberConfig[],
  premises: () => Promise<NonNullable<PremisesOf>>,
  open: typeof openMember = openMember,
): Promise<Member[]> {
  const members: Member[] = []
  try {
    for (const config of configs) members.push(await open(config, async (header) => (await premises())(header)))
    return members
  } catch (error) {
    await closeMembers(members)
    throw error
  }
}

export async function closeMembers(members: readonly Member[]): Promise<void> {
  for (const member of members) await member.dispose?.()
}

/** What is made when it is first asked for, and once. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
