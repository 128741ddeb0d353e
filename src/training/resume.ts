import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import type { EngineState } from '../policy/network/engine.ts'
import { decodeSafetensors, encodeSafetensors } from '../policy/network/safetensors.ts'
import { CheckpointError, replaceFile } from '../policy/policy-files.ts'

/** How far a run is; with the engine's state, all that training depends on. */
export const progressSchema = z.strictObject({
  epoch: z.int().min(0),
  /** Items of this epoch already taken. */
  position: z.int().min(0),
  step: z.int().min(0),
  /** Steps in this epoch: an epoch without any means that every item is sated. */
  stepsThisEpoch: z.int().min(0),
  replaced: z.int().min(0),
  tokens: z.int().min(0),
  /** Seconds of training, over all interrupted parts. */
  seconds: z.number().min(0),
  bestLoss: z.number().nullable(),
  /** Evaluations since the best one. */
  stale: z.int().min(0),
})
export type Progress = Readonly<z.infer<typeof progressSchema>>

export const START: Progress = {
  epoch: 0,
  position: 0,
  step: 0,
  stepsThisEpoch: 0,
  replaced: 0,
  tokens: 0,
  seconds: 0,
  bestLoss: null,
  stale: 0,
}

/** A run that can be taken up again. */
export type Snapshot = {
  readonly progress: Progress
  readonly state: EngineState
  /** Parameters of the best evaluation, where the run stops early. */
  readonly best: Float32Array | undefined
}

const FORMAT = 'hedge-training'

/** Writes one file, whole or not at all. `fingerprint` says which data, settings and engine it belongs to. */
export async function writeSnapshot(path: string, snapshot: Snapshot, fingerprint: string): Promise<void> {
  const { progress, state, best } = snapshot
  const vector = (name: string, data: Float32Array) => ({ name, shape: [data.length], data })
  const tensors = [
    vector('parameters', state.parameters),
    vector('firstMoments', state.firstMoments),
    vector('secondMoments', state.secondMoments),
    ...(best === undefined ? [] : [vector('best', best)]),
  ]
  const metadata = { format: FORMAT, fingerprint, steps: String(state.steps), progress: JSON.stringify(progress) }
  await replaceFile(path, encodeSafetensors(tensors, metadata))
}

/** The run saved at `path`; undefined if there is none. Throws CheckpointError for a damaged file or another run's. */
export async function readSnapshot(path: string, fingerprint: string): Promise<Snapshot | undefined> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CheckpointError(`${path} cannot be read.`, { cause })
  }
  try {
    const { tensors, metadata } = decodeSafetensors(bytes)
    if (metadata.format !== FORMAT) throw new Error('it is not a training run of this program')
    if (metadata.fingerprint !== fingerprint) throw new Error('it was made with other data, settings or another engine')
    const take = (name: string): Float32Array => {
      const tensor = tensors.get(name)
      if (tensor === undefined) throw new Error(`it has no ${name}`)
      return tensor.data
    }
    return {
      progress: progressSchema.parse(JSON.parse(metadata.progress ?? '')),
      state: {
        parameters: take('parameters'),
        firstMoments: take('firstMoments'),
        secondMoments: take('secondMoments'),
        steps: z.coerce.number().int().min(0).parse(metadata.steps),
      },
      best: tensors.get('best')?.data,
    }
  } catch (cause) {
    const reason =
      cause instanceof z.ZodError || cause instanceof SyntaxError
        ? 'its progress cannot be read'
        : (cause as Error).message
    throw new CheckpointError(`${path} is not a run to take up: ${reason}.`, { cause })
  }
}
