import type { Theorem } from '../proof/theorem.ts'
import type { Policy, PolicyUsage } from './policy.ts'

/** What a user says of a policy; see `openPolicy` for the settings. */
export type PolicyChoice = {
  /** `baseline`, `one-shot`, the name of a shipped policy, the directory of a trained one, a .gguf file, or a model on a server. */
  readonly policy: string
  readonly temperature: number
  readonly settings: Readonly<Record<string, string | number | boolean>>
  readonly seed?: number
  /** Tactics, if left out, or whole proofs. */
  readonly writes?: 'steps' | 'proofs'
}

/** A policy ready for theorems of any header. */
export type OpenPolicy = {
  /** The confidence limit it was trained at; null if it was not trained. */
  readonly nEff: number | null
  /** SHA-256 of the trained policy's files; null if it was not trained. */
  readonly checkpointHash: string | null
  /** A policy may need to look at the theorem's environment first. */
  policyFor(theorem: Theorem): Promise<Policy>
  /** In place of the user's, where those do not say all that decides the answers. */
  readonly settings?: PolicyChoice['settings']
  /** What all its policies have cost. */
  usage?(): PolicyUsage
  /** What a user should know of its answers, e.g. what could not be used of them: sentences, with the setting to change. */
  remarks?(): readonly string[]
  dispose(): Promise<void>
}
