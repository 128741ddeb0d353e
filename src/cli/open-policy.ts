import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Member, MemberConfig } from '../ensemble/member.ts'
import { BaselinePolicy } from '../policy/baseline.ts'
import { CheckpointError } from '../policy/checkpoint.ts'
import { ENGINE_NAMES, EngineFailure, type EngineName } from '../policy/engine.ts'
import type { Policy } from '../policy/policy.ts'
import { buildPremiseIndex, type PremiseIndex } from '../policy/premises.ts'
import { InputError } from './failure.ts'
import type { ChosenEngine } from './open-engine.ts'

/** What a user says of a policy; see `openPolicy` for the settings. */
type PolicyChoice = {
  /** `baseline`, or the directory of a trained policy. */
  readonly policy: string
  readonly temperature: number
  readonly settings: Readonly<Record<string, string | number | boolean>>
}

/** A policy ready for theorems of any header. */
type OpenPolicy = {
  /** The confidence limit it was trained at; null if it was not trained. */
  readonly nEff: number | null
  /** SHA-256 of the trained policy's files; null if it was not trained. */
  readonly checkpointHash: string | null
  /** A policy may need to look at the theorem's environment first. */
  policyFor(header: string): Promise<Policy>
  dispose(): Promise<void>
}

/** What the theorems of an environment are; undefined where nobody can tell. */
export type PremisesOf = ((header: string) => Promise<PremiseIndex>) | undefined

/** Environments whose index is kept: one of a whole library is tens of megabytes, and sets come in the order of their headers. */
const INDICES_KEPT = 4

/** An engine's theorems as indices, each made once for all policies. */
export function premisesFrom(engine: Pick<ChosenEngine, 'premises'>): (header: string) => Promise<PremiseIndex> {
  const indices = new Map<string, Promise<PremiseIndex>>()
  return (header) => {
    const known = indices.get(header)
    if (known !== undefined) return known
    const index = engine.premises(header).then(buildPremiseIndex)
    indices.set(header, index)
    if (indices.size > INDICES_KEPT) indices.delete(indices.keys().next().value as string)
    return index
  }
}

/** Environments whose baseline policy, with the distributions of the states it has seen, is kept. */
const KEPT = 4

/**
 * Opens what the user chose. Settings of `baseline`: topk (draws from so many), premises (true or false). Settings of a
 * trained policy: topp (0 to 1), engine, threads.
 * @throws InputError where the choice or a setting is unknown, or the directory is not a usable policy
 */
async function openPolicy(choice: PolicyChoice, premises: PremisesOf): Promise<OpenPolicy> {
  if (choice.policy === 'baseline') return openBaseline(choice, premises)
  return openTrained(choice)
}

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
    policyFor: ({ header }) => opened.policyFor(header),
    dispose: () => opened.dispose(),
  }
}

function openBaseline({ temperature, settings }: PolicyChoice, premisesOf: PremisesOf): OpenPolicy {
  const { topk, premises = true, ...unknown } = settings
  refuseUnknown('baseline', unknown, 'topk, premises')
  if (!(temperature > 0)) throw new InputError(`the temperature of baseline must be above 0, not ${temperature}`)
  if (typeof premises !== 'boolean') throw new InputError(`premises must be true or false, not ${premises}`)
  if (topk !== undefined && !(typeof topk === 'number' && topk >= 1))
    throw new InputError(`topk must be a number of at least 1, not ${topk}`)
  const policies = new Map<string, Promise<BaselinePolicy>>()
  const create = async (header: string) =>
    new BaselinePolicy({
      temperature,
      ...(topk === undefined ? {} : { topK: topk }),
      ...(premises && premisesOf !== undefined ? { premises: await premisesOf(header) } : {}),
    })
  return {
    nEff: null,
    checkpointHash: null,
    policyFor(header) {
      const policy = policies.get(header) ?? create(header)
      policies.set(header, policy)
      if (policies.size > KEPT) policies.delete(policies.keys().next().value as string)
      return policy
    },
    dispose: async () => {},
  }
}

async function openTrained({ policy: directory, temperature, settings }: PolicyChoice): Promise<OpenPolicy> {
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw new InputError(`there is no policy \`${directory}\`: give \`baseline\` or the directory of a trained policy`)
  const { topp = 1, engine = 'ort', threads = Math.min(2, availableParallelism()), ...unknown } = settings
  refuseUnknown('a trained policy', unknown, 'topp, engine, threads')
  if (!(typeof topp === 'number' && topp > 0 && topp <= 1))
    throw new InputError(`topp must be above 0 and at most 1, not ${topp}`)
  if (!ENGINE_NAMES.includes(engine as EngineName))
    throw new InputError(`engine must be one of ${ENGINE_NAMES.join(', ')}, not ${engine}`)
  if (!(typeof threads === 'number' && Number.isInteger(threads) && threads >= 1))
    throw new InputError(`threads must be a whole number of at least 1, not ${threads}`)
  // The network's libraries take seconds to load; the baseline does without them.
  const { TransformerPolicy } = await import('../policy/transformer-policy.ts')
  try {
    const options = { engine: engine as EngineName, threads, temperature, topP: topp }
    const policy = await TransformerPolicy.open(directory, options)
    return {
      nEff: policy.nEff,
      checkpointHash: policy.hash,
      policyFor: async () => policy,
      dispose: () => policy.dispose(),
    }
  } catch (error) {
    if (error instanceof CheckpointError || error instanceof EngineFailure)
      throw new InputError(error.message, { cause: error })
    throw error
  }
}

function refuseUnknown(what: string, unknown: Readonly<Record<string, unknown>>, known: string): void {
  const [other] = Object.keys(unknown)
  if (other !== undefined) throw new InputError(`${what} has no setting \`${other}\`; it has ${known}`)
}
