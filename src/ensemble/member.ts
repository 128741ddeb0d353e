import type { Policy, PolicyUsage } from '../policy/policy.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { StrategyName, StrategySettings } from '../search/strategies.ts'

/** How a member looks for proofs: a strategy with its settings. */
export type MemberSearch = { readonly kind: StrategyName; readonly settings: StrategySettings }

/** All that decides what a member does, as it is stored with its results. */
export type MemberConfig = {
  /** Unique within an ensemble. */
  readonly name: string
  readonly policy: string
  readonly temperature: number
  /** The confidence limit the policy was trained at; null for a policy that was not trained. */
  readonly nEff: number | null
  /** SHA-256 of the checkpoint; null where there is none. */
  readonly checkpointHash: string | null
  /** Tells members apart that differ in nothing else. */
  readonly seed: number
  readonly search: MemberSearch
  /** Other settings of the policy. */
  readonly settings: Readonly<Record<string, string | number | boolean>>
}

/** A policy at one confidence limit with its way of searching. */
export type Member = MemberConfig & {
  /** A policy may need to look at the theorem's environment first. */
  policyFor(theorem: Theorem): Promise<Policy>
  /** What its policies have cost together. */
  usage?(): PolicyUsage
  /** What a user should know of their answers, in sentences. */
  remarks?(): readonly string[]
  dispose?(): Promise<void>
}

/** The member of a config, among those that are ready to work: names are unique within an ensemble. */
export function liveMember<M extends MemberConfig>(members: readonly M[], { name }: MemberConfig): M {
  const member = members.find((other) => other.name === name)
  if (member === undefined) throw new Error(`member ${name} is not open`)
  return member
}

/** The part of a member that is stored. */
export function configOf(member: MemberConfig): MemberConfig {
  const { name, policy, temperature, nEff, checkpointHash, seed, search, settings } = member
  return { name, policy, temperature, nEff, checkpointHash, seed, search, settings }
}
