import { InputError } from '../../proof/input-error.ts'
import { sha256 } from '../../proof/sha256.ts'
import type { OpenPolicy, PolicyChoice } from '../opened.ts'
import { combineUsage, NO_USAGE, type Policy } from '../policy.ts'
import { familyNames } from './model-family.ts'
import { ModelServer } from './model-server.ts'
import { RemotePolicy } from './remote-policy.ts'
import { keyFor, RemoteSettingsError, readRemoteSettings } from './settings.ts'
import { AnswerTally } from './tally.ts'
import { WholeProofPolicy } from './whole-policy.ts'

/**
 * A model on a server that answers. Each theorem has a policy object of its own, which counts what it has cost.
 * @throws InputError, PolicyFailure
 */
export async function openRemote(choice: PolicyChoice): Promise<OpenPolicy> {
  const { policy, temperature, settings, seed = 0, writes = 'steps' } = choice
  try {
    const remote = await readRemoteSettings(policy, { temperature, seed, settings, writes })
    const tally = new AnswerTally()
    const server = new ModelServer(remote, keyFor(remote, process.env), undefined, tally)
    await server.greet()
    const policies: Policy[] = []
    const builtIn = settings.template === undefined || familyNames().includes(String(settings.template))
    return {
      nEff: null,
      checkpointHash: null,
      // A file's name does not say what was asked.
      ...(!builtIn && {
        settings: { ...settings, templatehash: sha256(JSON.stringify(remote.template)).slice(0, 16) },
      }),
      async policyFor(theorem) {
        const one =
          writes === 'proofs'
            ? new WholeProofPolicy(server, remote, theorem, tally)
            : new RemotePolicy(server, remote, tally)
        policies.push(one)
        return one
      },
      usage: () => policies.reduce((sum, one) => combineUsage(sum, one.usage ?? NO_USAGE), NO_USAGE),
      remarks: () => tally.remarks(remote),
      dispose: async () => server.close(),
    }
  } catch (error) {
    if (error instanceof RemoteSettingsError) throw new InputError(error.message, { cause: error })
    throw error
  }
}
