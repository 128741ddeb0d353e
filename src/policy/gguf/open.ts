import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { InputError } from '../../proof/input-error.ts'
import type { OpenPolicy, PolicyChoice } from '../opened.ts'
import { combineUsage, NO_USAGE } from '../policy.ts'
import { RemotePolicy } from '../remote/remote-policy.ts'
import { RemoteSettingsError, readRemoteSettings } from '../remote/settings.ts'
import { AnswerTally } from '../remote/tally.ts'
import { loadLlama } from './llama.ts'
import { LlamaServer } from './llama-server.ts'

/** What a model in this process takes of the settings of one on a server. */
const KEYS = ['template', 'stop', 'maxtokens', 'topp', 'n']
/** Tokens of a context at most: memory is taken for all of it. */
const MOST_CONTEXT = 4096

/**
 * A language model in a GGUF file, run in this process. Settings: those above, `threads`, and `sequences`, the draws that are made side
 * by side. @throws InputError
 */
export async function openGguf(choice: PolicyChoice): Promise<OpenPolicy> {
  const { policy: path, temperature, seed = 0, writes = 'steps' } = choice
  if (!existsSync(path)) throw new InputError(`there is no file ${path}`)
  if (writes === 'proofs')
    throw new InputError(`\`${path}\` proposes steps: only a model on a server writes whole proofs`)
  const { threads = 1, sequences = 8, ...settings } = choice.settings
  for (const [key, value] of Object.entries({ threads, sequences }))
    if (!(Number.isSafeInteger(value) && Number(value) >= 1))
      throw new InputError(`${key} must be a whole number of at least 1, not ${value}`)
  const unknown = Object.keys(settings).find((key) => !KEYS.includes(key))
  if (unknown !== undefined)
    throw new InputError(
      `a .gguf file has no setting ${unknown}; it has ${[...KEYS, 'threads', 'sequences'].join(', ')}`,
    )
  const remote = await readRemoteSettings(`http://in-process/v1#${basename(path)}`, {
    temperature,
    seed,
    settings,
    writes,
  }).catch((cause: unknown) => {
    throw cause instanceof RemoteSettingsError ? new InputError(cause.message, { cause }) : cause
  })
  if (remote.template.kind !== 'text') throw new InputError('a .gguf file takes templates of text, not of messages')
  const { llama, model } = await loadLlama(path)
  const contextSize = Math.min(MOST_CONTEXT, model.trainContextSize)
  const context = await model.createContext({ sequences: Number(sequences), contextSize, threads: Number(threads) })
  const server = new LlamaServer(model, context, Number(sequences), remote)
  const tally = new AnswerTally()
  const policies: RemotePolicy[] = []
  return {
    nEff: null,
    checkpointHash: await hashOf(path),
    async policyFor() {
      const one = new RemotePolicy(server, remote, tally)
      policies.push(one)
      return one
    },
    usage: () => policies.reduce((sum, one) => combineUsage(sum, one.usage), NO_USAGE),
    remarks: () => tally.remarks(remote),
    async dispose() {
      await context.dispose()
      await model.dispose()
      await llama.dispose()
    },
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
