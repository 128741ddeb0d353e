import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { EvaluateParts } from '../../src/cli/evaluate.ts'
import { InputError } from '../../src/cli/failure.ts'
import { engineWorld, type World } from '../../src/ensemble/world.ts'
import { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { sha256 } from '../../src/proof/sha256.ts'
import type { Theorem } from '../../src/proof/theorem.ts'
import { cleverJugs, jugs, tablePolicy, toyDomain } from '../search/toy.ts'

/** A JSON file with a list of theorems. */
const readTheorems: EvaluateParts['readTheorems'] = async (path) => {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new InputError(`${path} cannot be read`)
  })
  return { theorems: JSON.parse(text) as Theorem[], problems: [], hash: sha256(text) }
}

/** Every theorem is the jug puzzle; every draw takes a few milliseconds, on any machine. */
export function jugParts(drawMs: number): EvaluateParts {
  const world: World = {
    async open() {
      return {
        kind: 'opened',
        domain: toyDomain('0,0', jugs),
        verify: async ({ tactics }) => ({ kind: 'verified', source: tactics.join('; '), axioms: [] }),
        close: async () => {},
      }
    },
  }
  const policy: Policy = {
    ...cleverJugs,
    async sample(state, count, random, signal) {
      await wait(drawMs)
      return cleverJugs.sample(state, count, random, signal)
    },
  }
  return {
    readTheorems,
    openEngine: async () => ({ world, leanVersion: 'jugs', libraryHash: 'jugs', dispose: async () => {} }),
    openMember: async (config) => ({ ...config, policyFor: async () => policy }),
  }
}

const TACTICS = ['intros', 'simp', 'omega', 'rfl', 'constructor', 'assumption', 'exact trivial', 'intro h', 'cases h']

/** The same few tactics for every state, the first ones likelier; less so at a higher temperature. */
function fixedPolicy(temperature: number): Policy {
  const weights = TACTICS.map((_, i) => 0.7 ** (i / temperature))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return tablePolicy(() => Object.fromEntries(TACTICS.map((tactic, i) => [tactic, (weights[i] ?? 0) / total])))
}

/** Real Lean with the fixed policy. */
export const leanParts: EvaluateParts = {
  readTheorems,
  async openEngine(workers, limits) {
    const engine = await EmbeddedEngine.create({ processes: workers })
    return {
      world: engineWorld(engine, limits),
      leanVersion: engine.leanVersion,
      libraryHash: engine.pool.libraryHash,
      dispose: () => engine.dispose(),
    }
  },
  openMember: async (config) => ({
    ...config,
    policyFor: async () => fixedPolicy(config.temperature),
  }),
}
