import { loadTheorems } from '../dataset/theorem-file.ts'
import type { Member, MemberConfig } from '../ensemble/member.ts'
import { engineWorld } from '../ensemble/world.ts'
import { EmbeddedEngine } from '../lean/embedded/engine.ts'
import { BaselinePolicy } from '../policy/baseline.ts'
import { buildPremiseIndex, type PremiseIndex } from '../policy/premises.ts'
import type { EvaluateParts, EvaluationEngine, LoadedTheorems } from './evaluate.ts'
import { InputError } from './failure.ts'

/** What an engine can tell a policy about a theorem's environment. */
export type PremiseSource = { premises(header: string): Promise<PremiseIndex> }

/** Theorem files, the embedded engine and the policies this program has. */
export const evaluateParts: EvaluateParts = {
  readTheorems,
  async openEngine(workers, limits) {
    const progress = (step: string, fraction: number) => {
      if (fraction === 0) process.stderr.write(`${step}\n`)
    }
    const engine = await EmbeddedEngine.create({ processes: workers, onProgress: progress })
    const indices = new Map<string, Promise<PremiseIndex>>()
    const opened: EvaluationEngine & PremiseSource = {
      world: engineWorld(engine, limits),
      leanVersion: engine.leanVersion,
      libraryHash: engine.pool.libraryHash,
      premises(header) {
        const known = indices.get(header)
        if (known !== undefined) return known
        const index = engine.premises(header).then(buildPremiseIndex)
        indices.set(header, index)
        // An index of a whole library is tens of megabytes; sets with many headers come in their order.
        if (indices.size > 4) indices.delete(indices.keys().next().value as string)
        return index
      },
      dispose: () => engine.dispose(),
    }
    return opened
  },
  openMember: async (config, engine) => openMember(config, engine),
}

async function readTheorems(path: string, split: string | undefined): Promise<LoadedTheorems> {
  const file = await loadTheorems(path).catch((cause: Error) => {
    throw new InputError(`${path} cannot be read: ${cause.message}`, { cause })
  })
  const splits = new Set(file.theorems.map((entry) => entry.split ?? ''))
  if (split !== undefined && !splits.has(split)) {
    const names = [...splits].filter((name) => name !== '')
    throw new InputError(`${path} has no split \`${split}\`${names.length > 0 ? `; it has ${names.join(', ')}` : ''}`)
  }
  return {
    theorems: file.theorems
      .filter((entry) => split === undefined || entry.split === split)
      .map(({ theorem }) => theorem),
    problems: file.problems.map(
      ({ line, field, message }) => `${path}:${line}: ${field === undefined ? '' : `${field}: `}${message}`,
    ),
    hash: file.sha256,
  }
}

/** @throws InputError */
function openMember(config: MemberConfig, engine: EvaluationEngine): Member {
  if (config.policy !== 'baseline')
    throw new InputError(
      `member \`${config.name}\`: there is no policy \`${config.policy}\`; this version knows: baseline`,
    )
  const { topk, premises = true, ...unknown } = config.settings
  const [other] = Object.keys(unknown)
  if (other !== undefined)
    throw new InputError(`member \`${config.name}\`: baseline has no setting \`${other}\`; it has topk, premises`)
  if (typeof premises !== 'boolean') throw new InputError(`member \`${config.name}\`: premises must be true or false`)
  if (topk !== undefined && !(typeof topk === 'number' && topk >= 1))
    throw new InputError(`member \`${config.name}\`: topk must be a number of at least 1`)
  // One policy per environment: it remembers the distributions of the states it has seen.
  const policies = new Map<string, Promise<BaselinePolicy>>()
  const create = async (header: string) =>
    new BaselinePolicy({
      temperature: config.temperature,
      ...(topk === undefined ? {} : { topK: topk }),
      ...(premises && hasPremises(engine) ? { premises: await engine.premises(header) } : {}),
    })
  return {
    ...config,
    policyFor({ header }) {
      const policy = policies.get(header) ?? create(header)
      policies.set(header, policy)
      if (policies.size > 4) policies.delete(policies.keys().next().value as string)
      return policy
    },
  }
}

function hasPremises(engine: EvaluationEngine): engine is EvaluationEngine & PremiseSource {
  return 'premises' in engine
}
