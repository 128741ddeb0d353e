import type { EngineOptions, NetworkEngine } from './engine.ts'
import { initialParameters, parameterCount } from './network-config.ts'

/** Starts the engine asked for, all parameters 0. Loads only that engine's libraries. Throws EngineFailure. */
export async function createEngine(options: EngineOptions): Promise<NetworkEngine> {
  switch (options.engine) {
    case 'ort':
    case 'ort-web':
      return (await import('./ort/ort-engine.ts')).OrtEngine.create(options)
    case 'tfjs':
    case 'tfjs-wasm':
    case 'tfjs-cpu':
    case 'tfjs-wasm-stock':
      return (await import('./tfjs/tfjs-engine.ts')).TfjsEngine.create(options)
    default:
      return options.engine satisfies never
  }
}

/** Sets fresh parameters drawn from `seed` and forgets what the optimiser knew. */
export function initialise(engine: NetworkEngine, seed: number | string): void {
  const zeros = () => new Float32Array(parameterCount(engine.config))
  const parameters = initialParameters(engine.config, seed)
  engine.writeState({ parameters, firstMoments: zeros(), secondMoments: zeros(), steps: 0 })
}
