import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InputError } from '../proof/input-error.ts'
import type { LocalPremises, PremiseList } from '../proof/premises.ts'
import { BaselinePolicy } from './baseline.ts'
import { CANDIDATES } from './candidates-version.ts'
import type { DistributionOptions } from './distribution-policy.ts'
import { withLocal } from './local-premises.ts'
import { LogLinearPolicy, logLinearOf } from './log-linear/log-linear-policy.ts'
import { readableTactics, type TheoremOpener } from './mathlib/header-tactics.ts'
import { broughtTactics, MATHLIB_TACTICS } from './mathlib/mathlib-steps.ts'
import { ENGINE_NAMES, EngineFailure, type EngineName } from './network/engine.ts'
import { OneShotPolicy } from './one-shot.ts'
import type { OpenPolicy, PolicyChoice } from './opened.ts'
import type { Policy } from './policy.ts'
import { CheckpointError, type PolicyFiles, readPolicyFiles } from './policy-files.ts'
import { buildPremiseIndex, type PremiseIndex } from './premises.ts'
import { isRemote } from './remote/settings.ts'
import { SHIPPED } from './shipped.ts'

/** What the theorems of an environment are; undefined where nobody can tell. */
export type PremisesOf = ((header: string) => Promise<PremiseIndex>) | undefined

/** Environments whose index is kept: one of a whole library is tens of megabytes, and sets come in the order of their headers. */
const INDICES_KEPT = 4

/** What a Lean can tell of theorems; see `Engine`. */
export type PremiseSource = {
  premises(header: string): Promise<PremiseList>
  localPremises(header: string): Promise<LocalPremises>
  /** Opens a theorem, to see which tactics can be read under its header; without it nobody asks. */
  readonly start?: TheoremOpener['start']
}

/**
 * An engine's theorems as indices: one for the imports of all policies, with what each header declares beside it.
 * @param unfinished whether what a header leaves open is among it
 */
export function premisesFrom(engine: PremiseSource, unfinished = false): (header: string) => Promise<PremiseIndex> {
  const libraries = new Map<string, Promise<PremiseIndex>>()
  const indices = new Map<string, Promise<PremiseIndex>>()
  const library = (imports: string, header: string) =>
    keptIn(libraries, imports, () => engine.premises(header).then(buildPremiseIndex))
  return (header) =>
    keptIn(indices, header, async () => {
      const { imports, ...local } = await engine.localPremises(header)
      const index = withLocal(await library(imports, header), local, unfinished)
      const tactics = broughtTactics(await readableTactics(engine, header, Object.values(MATHLIB_TACTICS)))
      return tactics.size === 0 ? index : { ...index, tactics }
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

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url))

/** Where a policy's files are; undefined where it has none, or they are not here. */
export function policyFolder(policy: string): string | undefined {
  const folder = SHIPPED.includes(policy) ? join(POLICIES, policy) : policy
  return existsSync(folder) && statSync(folder).isDirectory() ? folder : undefined
}

/** Environments whose policy, with the distributions of the states it has seen, is kept. */
const KEPT = 4

/**
 * Opens what the user chose. Settings of `baseline` and of a log-linear policy: topk (draws from so many), premises (true or
 * false). Of a transformer: topp (0 to 1), engine, threads.
 * @throws InputError where the choice or a setting is unknown, or the directory is not a usable policy
 */
export async function openPolicy(choice: PolicyChoice, premises: PremisesOf): Promise<OpenPolicy> {
  if (isRemote(choice.policy)) return (await import('./remote/open.ts')).openRemote(choice)
  if (choice.policy.endsWith('.gguf')) return (await import('./gguf/open.ts')).openGguf(choice)
  if (choice.writes === 'proofs')
    throw new InputError(
      `\`${choice.policy}\` proposes steps: only a model on a server writes whole proofs (kind=whole)`,
    )
  if (choice.policy === 'baseline') return openBaseline(choice, premises)
  if (choice.policy === 'one-shot') return openOneShot(choice)
  return openTrained(choice, premises)
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
    policyFor({ header }) {
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
  return { nEff: null, checkpointHash: null, settings: withCandidates(choice), ...opened }
}

/** Their version decides what is tried: it belongs to what a run is known by. */
const withCandidates = ({ settings }: PolicyChoice) => ({ ...settings, candidates: CANDIDATES })

function openOneShot({ temperature, settings }: PolicyChoice): OpenPolicy {
  refuseUnknown('one-shot', settings, 'none')
  if (temperature !== 1) throw new InputError('one-shot has no temperature: its tactics are equally likely')
  const policy = new OneShotPolicy({})
  return { nEff: null, checkpointHash: null, policyFor: async () => policy, dispose: async () => {} }
}

async function openTrained(choice: PolicyChoice, premisesOf: PremisesOf): Promise<OpenPolicy> {
  const directory = policyFolder(choice.policy)
  if (directory === undefined)
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
  const { hash, training, ...model } = logLinearOf(files)
  // Of the shipped ones their card says it: policies/README.md.
  const remark = SHIPPED.includes(choice.policy) ? undefined : otherCandidates(training.candidates)
  const opened = openByHeader(
    'a log-linear policy',
    choice,
    premisesOf,
    (options) => new LogLinearPolicy(model, options),
  )
  return {
    nEff: model.nEff,
    checkpointHash: hash,
    settings: withCandidates(choice),
    ...opened,
    ...(remark && { remarks: () => [remark] }),
  }
}

/** What is to be said of a policy that was trained over other candidates than it is going to choose from. */
function otherCandidates(trainedOver: unknown): string | undefined {
  if (trainedOver === CANDIDATES) return undefined
  const version = trainedOver === undefined ? 'an unknown version' : `version ${trainedOver}`
  return `it was trained over ${version} of the baseline's candidates and chooses from version ${CANDIDATES}: it may prove less, and be surer than its N_eff says; \`hedge train\` makes a new one`
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
  const { TransformerPolicy } = await import('./network/transformer-policy.ts')
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
