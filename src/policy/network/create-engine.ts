import { EngineFailure, type EngineOptions, isMissing, type NetworkEngine } from './engine.ts'
import { initialParameters, parameterCount } from './network-config.ts'

/** Starts the engine asked for, all parameters 0. Loads only that engine's libraries. Throws EngineFailure. */
export async function createEngine(options: EngineOptions): Promise<NetworkEngine> {
  switch (options.engine) {
    case 'ort':
    case 'ort-web':
    case 'ort-webgpu':
    case 'ort-cuda':
      return (await import('./ort/ort-engine.ts')).OrtEngine.create(options)
    case 'tfjs':
    case 'tfjs-wasm':
    case 'tfjs-cpu':
    case 'tfjs-wasm-stock':
      return (await importTfjs()).TfjsEngine.create(options)
    default:
      return options.engine satisfies never
  }
}

async function importTfjs() {
  try {
    return await import('./tfjs/tfjs-engine.ts')
  } catch (error) {
    if (!isMissing(error, '@tensorflow/tfjs')) throw error
    const packages = '@tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0'
    const hint = `this engine needs TensorFlow.js, which is not installed: npm install ${packages}`
    throw new EngineFailure(hint, { cause: error })
  }
}

/** Sets fresh parameters drawn from `seed` and forgets what the optimiser knew. */
export function initialise(engine: NetworkEngine, seed: number | string): void {
  const zeros = () => new Float32Array(parameterCount(engine.config))
  const parameters = initialParameters(engine.config, seed)
  engine.writeState({ parameters, firstMoments: zeros(), secondMoments: zeros(), steps: 0 })
}
