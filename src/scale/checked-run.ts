import { z } from 'zod'
import type { MemberConfig } from '../ensemble/member.ts'
import type { Plan } from '../ensemble/plan.ts'
import { InputError } from '../proof/input-error.ts'
import { sha256 } from '../proof/sha256.ts'
import { planOfConfig } from '../results/stored-plan.ts'
import { PROTOCOL, type RunCard } from './protocol.ts'

/** A run as its card tells it, before anything is known about what this machine has. */
export type ToldRun = {
  readonly card: RunCard
  readonly plan: Omit<Plan, 'theorems' | 'members'>
  readonly members: readonly MemberConfig[]
  /** Of a tactic, and of the second kernel where the run has such. */
  readonly limits: ReturnType<typeof planOfConfig>['settings'] & {
    readonly heartbeats: number
    readonly wallClockMs: number
  }
  readonly leanVersion: string
  readonly libraryHash: string
}

const leanSchema = z.looseObject({ leanVersion: z.string(), libraryHash: z.string() })

/** Reads a card. @throws InputError where this program cannot work for it */
export function readCard(card: RunCard): ToldRun {
  const name = card.key.slice(0, 12)
  if (card.protocol !== PROTOCOL)
    throw new InputError(
      `run ${name} was begun by a version of this program that speaks protocol ${card.protocol}, this one speaks ${PROTOCOL}: use the same version (it was begun with ${card.commit})`,
    )
  if (sha256(card.config) !== card.key) throw new InputError(`the config of run ${name} is not the one of its key`)
  const { plan, members, settings } = planOfConfig(card.config, card.key)
  const lean = leanSchema.safeParse(JSON.parse(card.config))
  const { heartbeats, wallClockMs } = settings
  if (!lean.success || heartbeats === undefined || wallClockMs === undefined)
    throw new InputError(`the config of run ${name} does not say with which Lean it is done`)
  return { card, plan, members, limits: { ...settings, heartbeats, wallClockMs }, ...lean.data }
}

/** What a machine has. */
export type Machine = {
  readonly leanVersion: string
  readonly libraryHash: string
  readonly members: readonly MemberConfig[]
}

/**
 * Computes the run's key from what this machine has, and says how it differs.
 * @throws InputError where the results of this machine would not be those of the run
 */
export function compareKey(run: ToldRun, { leanVersion, libraryHash, members }: Machine): void {
  const { card } = run
  const config = JSON.stringify({
    ...(JSON.parse(card.config) as Record<string, unknown>),
    leanVersion,
    libraryHash,
    members,
  })
  if (sha256(config) === card.key) return
  const name = `run ${card.key.slice(0, 12)} (${card.dataset})`
  if (leanVersion !== run.leanVersion)
    throw new InputError(
      `this machine has ${leanVersion}, and ${name} is done with ${run.leanVersion}: nothing was worked on`,
    )
  if (libraryHash !== run.libraryHash)
    throw new InputError(
      `this machine's Lean library is ${libraryHash.slice(0, 12)}, and that of ${name} is ${run.libraryHash.slice(0, 12)}: nothing was worked on`,
    )
  for (const [i, wanted] of run.members.entries()) {
    const own = members[i]
    if (JSON.stringify(own) !== JSON.stringify(wanted))
      throw new InputError(
        own !== undefined && own.checkpointHash !== wanted.checkpointHash
          ? `member \`${wanted.name}\` of ${name} is the policy ${wanted.checkpointHash?.slice(0, 12)}, and this machine has ${own.checkpointHash?.slice(0, 12)}: nothing was worked on`
          : `member \`${wanted.name}\` of ${name} has other settings or another version of the baseline's candidates on this machine: nothing was worked on`,
      )
  }
  throw new InputError(`the key that this machine computes for ${name} is another: nothing was worked on`)
}
