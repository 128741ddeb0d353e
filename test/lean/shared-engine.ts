import { EmbeddedEngine } from '../../src/lean/embedded/engine.ts'

let shared: Promise<EmbeddedEngine> | undefined

/**
 * The embedded Lean of all test files that one worker of vitest runs (`SHARING` in vitest.config.ts), with one process for tactics: a start
 * costs seconds. It ends with the worker. A file that counts, kills or spoils processes has an engine of its own.
 */
export function sharedEngine(): Promise<EmbeddedEngine> {
  shared ??= EmbeddedEngine.create({ processes: 1 })
  return shared
}
