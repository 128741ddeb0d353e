import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Member, MemberConfig } from '../ensemble/member.ts'
import type { Engine } from '../lean/engine.ts'
import { BaselinePolicy } from '../policy/baseline.ts'
import type { DistributionOptions } from '../policy/distribution-policy.ts'
import { withLocal } from '../policy/local-premises.ts'
import { LogLinearPolicy, logLinearOf } from '../policy/log-linear/log-linear-policy.ts'
import { ENGINE_NAMES, EngineFailure, type EngineName } from '../policy/network/engine.ts'
import { OneShotPolicy } from '../policy/one-shot.ts'
import type { Policy, PolicyUsage } from '../policy/policy.ts'
import { CheckpointError, type PolicyFiles, readPolicyFiles } from '../policy/policy-files.ts'
import { buildPremiseIndex, type PremiseIndex } from '../policy/premises.ts'
import { isRemote } from '../policy/remote/settings.ts'
import { InputError } from './failure.ts'

/** What a user says of a policy; see `openPolicy` for the settings. */
type PolicyChoice = {
  /** `baseline`, `one-shot`, the name of a shipped policy, the directory of a trained one, or a model on a server. */
  readonly policy: string
  readonly temperature: number
  readonly settings: Readonly<Record<string, string | number | boolean>>
  readonly seed?: number
}

/** A policy ready for theorems of any header. */
export type OpenPolicy = {
  /** The confidence limit it was trained at; null if it was not trained. */
  readonly nEff: number | null
  /** SHA-256 of the trained policy's files; null if it was not trained. */
  readonly checkpointHash: string | null
  /** A policy may need to look at the theorem's environment first. */
  policyFor(header: string): Promise<Policy>
  /** In place of the user's, where those do not say all that decides the answers. */
  readonly settings?: MemberConfig['settings']
  /** What all its policies have cost. */
  usage?(): PolicyUsage
  /** What could not be used of their answers: a sentence for each kind, with the setting to change. */
  remarks?(): readonly string[]
  dispose(): Promise<void>
}

/** What the theorems of an environment are; undefined where nobody can tell. */
export type PremisesOf = ((header: string) => Promise<PremiseIndex>) | undefined

/** Environments whose index is kept: one of a whole library is tens of megabytes, and sets come in the order of their headers. */
const INDICES_KEPT = 4

/** An engine's theorems as indices: one for the imports of all policies, with what each header declares beside it. */
export function premisesFrom(
  engine: Pick<Engine, 'premises' | 'localPremises'>,
): (header: string) => Promise<PremiseIndex> {
  const libraries = new Map<string, Promise<PremiseIndex>>()
  const indices = new Map<string, Promise<PremiseIndex>>()
  const library = (imports: string, header: string) =>
    keptIn(libraries, imports, () => engine.premises(header).then(buildPremiseIndex))
  return (header) =>
    keptIn(indices, header, async () => {
      const { imports, ...local } = await engine.localPremises(header)
      return withLocal(await library(imports, header), local)
    })
}

function keptIn(
  known: Map<string, Promise<PremiseIndex>>,
  key: string,
  make: () => Promise<PremiseIndex>,
): Promise<PremiseIndex> {
  const index = known.get(key) ?? make()
  known.set(key, index)
  if (known.size > INDICES_KEPT) known.delete(known.keys().next().value as string)
  return index
}

/** The policies that come with the program. */
export const SHIPPED: readonly string[] = ['neff-1', 'neff-4', 'neff-8', 'neff-16', 'neff-32']
/** Said where nobody chose. */
export const SHIPPED_NOTE = `policies: ${SHIPPED.join(', ')} (the shipped ensemble; \`baseline\` needs no training)`
const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url))

/** Environments whose policy, with the distributions of the states it has seen, is kept. */
const KEPT = 4

/**
 * Opens what the user chose. Settings of `baseline` and of a log-linear policy: topk (draws from so many), premises (true or
 * false). Of a transformer: topp (0 to 1), engine, threads.
 * @throws InputError where the choice or a setting is unknown, or the directory is not a usable policy
 */
async function openPolicy(choice: PolicyChoice, premises: PremisesOf): Promise<OpenPolicy> {
  if (choice.policy === 'baseline') return openBaseline(choice, premises)
  if (choice.policy === 'one-shot') return openOneShot(choice)
  if (isRemote(choice.policy)) return (await import('./open-remote.ts')).openRemote(choice)
  return openTrained(choice, premises)
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
    ...(opened.settings && { settings: opened.settings }),
    ...(opened.usage && { usage: opened.usage }),
    ...(opened.remarks && { remarks: opened.remarks }),
    policyFor: ({ header }) => opened.policyFor(header),
    dispose: () => opened.dispose(),
  }
}

/** A policy over candidates: its settings, and one policy per header, since headers have different premises. */
function openByHeader<P extends Policy>(
  what: string,
  { temperature, settings }: PolicyChoice,
  premisesOf: PremisesOf,
  create: (options: DistributionOptions & { readonly premises?: PremiseIndex }) => P,
): Pick<OpenPolicy, 'policyFor' | 'dispose'> {
  const { topk, premises = true, ...unknown } = settings
  refuseUnknown(what, unknown, 'topk, premises')
  if (typeof premises !== 'boolean') throw new InputError(`premises must be true or false, not ${premises}`)
  if (topk !== undefined && !(typeof topk === 'number' && topk >= 1))
    throw new InputError(`topk must be a number of at least 1, not ${topk}`)
  const policies = new Map<string, Promise<P>>()
  const open = async (header: string) =>
    create({
      temperature,
      ...(topk === undefined ? {} : { topK: topk }),
      ...(premises && premisesOf !== undefined ? { premises: await premisesOf(header) } : {}),
    })
  return {
    policyFor(header) {
      const policy = policies.get(header) ?? open(header)
      policies.set(header, policy)
      if (policies.size > KEPT) policies.delete(policies.keys().next().value as string)
      return policy
    },
    dispose: async () => {},
  }
}

function openBaseline(choice: PolicyChoice, premisesOf: PremisesOf): OpenPolicy {
  const { temperature } = choice
  if (!(temperature > 0)) throw new InputError(`the temperature of baseline must be above 0, not ${temperature}`)
  const opened = openByHeader('baseline', choice, premisesOf, (options) => new BaselinePolicy(options))
  return { nEff: null, checkpointHash: null, ...opened }
}

function openOneShot({ temperature, settings }: PolicyChoice): OpenPolicy {
  refuseUnknown('one-shot', settings, 'none')
  if (temperature !== 1) throw new InputError('one-shot has no temperature: its tactics are equally likely')
  const policy = new OneShotPolicy({})
  return { nEff: null, checkpointHash: null, policyFor: async () => policy, dispose: async () => {} }
}

async function openTrained(choice: PolicyChoice, premisesOf: PremisesOf): Promise<OpenPolicy> {
  const directory = SHIPPED.includes(choice.policy) ? join(POLICIES, choice.policy) : choice.policy
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw new InputError(
      `there is no policy \`${choice.policy}\`: give \`baseline\`, \`one-shot\`, ${SHIPPED.map((name) => `\`${name}\``).join(', ')} or the directory of a trained policy`,
    )
  try {
    const files = await readPolicyFiles(directory)
    return files.kind === 'log-linear'
      ? openLogLinear(files, choice, premisesOf)
      : await openTransformer({ ...choice, policy: directory })
  } catch (error) {
    if (error instanceof CheckpointError || error instanceof EngineFailure)
      throw new InputError(error.message, { cause: error })
    throw error
  }
}

function openLogLinear(files: PolicyFiles, choice: PolicyChoice, premisesOf: PremisesOf): OpenPolicy {
  const { hash, ...model } = logLinearOf(files)
  const opened = openByHeader(
    'a log-linear policy',
    choice,
    premisesOf,
    (options) => new LogLinearPolicy(model, options),
  )
  return { nEff: model.nEff, checkpointHash: hash, ...opened }
}

async function openTransformer({ policy: directory, temperature, settings }: PolicyChoice): Promise<OpenPolicy> {
  const { topp = 1, engine = 'ort', threads = Math.min(2, availableParallelism()), ...unknown } = settings
  refuseUnknown('a transformer policy', unknown, 'topp, engine, threads')
  if (!(typeof topp === 'number' && topp > 0 && topp <= 1))
    throw new InputError(`topp must be above 0 and at most 1, not ${topp}`)
  if (!ENGINE_NAMES.includes(engine as EngineName))
    throw new InputError(`engine must be one of ${ENGINE_NAMES.join(', ')}, not ${engine}`)
  if (!(typeof threads === 'number' && Number.isInteger(threads) && threads >= 1))
    throw new InputError(`threads must be a whole number of at least 1, not ${threads}`)
  // The network's libraries take seconds to load; the other policies do without them.
  const { TransformerPolicy } = await import('../policy/network/transformer-policy.ts')
  const options = { engine: engine as EngineName, threads, temperature, topP: topp }
  const policy = await TransformerPolicy.open(directory, options)
  return {
    nEff: policy.nEff,
    checkpointHash: policy.hash,
    policyFor: async () => policy,
    dispose: () => policy.dispose(),
  }
}

function refuseUnknown(what: string, unknown: Readonly<Record<string, unknown>>, known: string): void {
  const [other] = Object.keys(unknown)
  if (other !== undefined) throw new InputError(`${what} has no setting \`${other}\`; it has ${known}`)
}
