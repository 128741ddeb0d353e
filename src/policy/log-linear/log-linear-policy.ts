import * as z from 'zod'
import type { ProofState } from '../../proof/proof-state.ts'
import { type DistributionOptions, DistributionPolicy } from '../distribution-policy.ts'
import { withHeaderTactics } from '../mathlib/mathlib-candidates.ts'
import { decodeSafetensors, encodeSafetensors } from '../network/safetensors.ts'
import type { Candidate } from '../policy.ts'
import { CONFIG, FORMAT, json, type PolicyFiles, readPolicyFiles, VERSION, writePolicyFiles } from '../policy-files.ts'
import type { PremiseIndex } from '../premises.ts'
import { logProbs, WEIGHT_COUNT } from './features.ts'
import { type Proposer, proposerFor } from './proposer.ts'
import { type Templates, templatesSchema } from './templates.ts'

/** What a log-linear policy knows. */
export type LogLinearModel = {
  /** The N_eff it was trained at. */
  readonly nEff: number
  readonly templates: Templates
  /** One number for each place that features are hashed to, WEIGHT_COUNT in all. */
  readonly weights: Float32Array
}

const configSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  model: z.literal('log-linear'),
  nEff: z.number().min(1),
})
const TEMPLATES = 'templates.json'
const WEIGHTS = 'model.safetensors'

/** Writes a policy to `directory` and returns its hash. */
export function writeLogLinear(
  directory: string,
  { nEff, templates, weights }: LogLinearModel,
  training: Readonly<Record<string, unknown>>,
): Promise<string> {
  const contents = {
    [CONFIG]: json({ format: FORMAT, version: VERSION, model: 'log-linear', nEff }),
    [TEMPLATES]: json(templates),
    [WEIGHTS]: encodeSafetensors([{ name: 'weights', shape: [WEIGHT_COUNT], data: weights }], { format: FORMAT }),
  }
  return writePolicyFiles(directory, contents, training)
}

/** A model as it is kept: with its hash, and how it came to be. */
export type KeptLogLinear = LogLinearModel & Pick<PolicyFiles, 'hash' | 'training'>

/** @throws CheckpointError */
export async function readLogLinear(directory: string): Promise<KeptLogLinear> {
  return logLinearOf(await readPolicyFiles(directory))
}

/** @throws CheckpointError */
export function logLinearOf(files: PolicyFiles): KeptLogLinear {
  if (files.kind !== 'log-linear') throw files.fail(`it is a ${files.kind} policy, not a log-linear one.`)
  const { nEff } = files.json(CONFIG, configSchema)
  const weights = files.parse(WEIGHTS, (bytes) => {
    const tensor = decodeSafetensors(bytes).tensors.get('weights')
    if (tensor === undefined) throw new Error('it has no tensor weights')
    if (tensor.data.length !== WEIGHT_COUNT)
      throw new Error(`it has ${tensor.data.length} weights, not ${WEIGHT_COUNT}`)
    if (!tensor.data.every(Number.isFinite)) throw new Error('it has numbers that are not finite')
    return tensor.data
  })
  return {
    nEff,
    templates: files.json(TEMPLATES, templatesSchema),
    weights,
    hash: files.hash,
    training: files.training,
  }
}

/**
 * A trained policy over the baseline's candidates and over tactics learnt from proofs:
 * p(tactic | state) is proportional to prior(tactic | state) * exp(sum of the weights of the choice's features).
 */
export class LogLinearPolicy extends DistributionPolicy {
  readonly name: string
  readonly nEff: number
  readonly #weights: Float32Array
  readonly #proposer: Proposer
  readonly #premises: PremiseIndex | undefined

  constructor(model: LogLinearModel, options: DistributionOptions & { readonly premises?: PremiseIndex } = {}) {
    super(options)
    this.nEff = model.nEff
    this.name = `log-linear (N_eff ${model.nEff})`
    this.#weights = model.weights
    this.#premises = options.premises
    this.#proposer = proposerFor(model.templates, options.premises)
  }

  protected candidatesAt(state: ProofState): readonly Candidate[] {
    const choices = this.#proposer.choicesAt(state)
    if (choices === undefined) return []
    const scores = logProbs(choices, this.#weights)
    const own = choices.tactics
      .map((tactic, i) => ({ tactic, logProb: scores[i] as number }))
      .sort((a, b) => b.logProb - a.logProb)
    return withHeaderTactics(state, own, this.#premises)
  }
}
