import type { Member } from '../../src/ensemble/member.ts'
import type { Plan } from '../../src/ensemble/plan.ts'
import type { World } from '../../src/ensemble/world.ts'
import type { Policy } from '../../src/policy/policy.ts'
import type { Theorem } from '../../src/proof/theorem.ts'
import type { Provenance } from '../../src/results/store.ts'
import { tablePolicy, toyDomain } from '../search/toy.ts'

/** A world of one-step theorems: `win` proves one, anything else is an error. */
export const coinWorld: World = {
  async open(theorem) {
    const domain = toyDomain(theorem.name, (_, tactic) =>
      tactic === 'win' ? { kind: 'finished' } : { kind: 'error', message: 'no' },
    )
    return {
      kind: 'opened',
      domain,
      verify: async ({ tactics }) => ({
        kind: 'verified',
        source: `-- ${theorem.name}: ${tactics.join('; ')}`,
        axioms: [],
      }),
      close: async () => {},
    }
  },
}

export function theorems(count: number): Theorem[] {
  return Array.from({ length: count }, (_, i) => ({ name: `t${i}`, header: '', statement: `theorem t${i} : True` }))
}

/** A member that proves a theorem with probability `p(name)` per pass. */
export function coinMember(name: string, p: (theorem: string) => number, before: () => void = () => {}): Member {
  const table = tablePolicy((state) => ({ win: p(state), lose: 1 - p(state) }))
  const policy: Policy = {
    name,
    rank: (state, width, signal) => table.rank(state, width, signal),
    sample: (state, count, random, signal) => {
      before()
      return table.sample(state, count, random, signal)
    },
  }
  return member(name, async () => policy)
}

export function member(name: string, policyFor: Member['policyFor']): Member {
  return {
    name,
    policy: 'simulated',
    temperature: 1,
    nEff: null,
    checkpointHash: null,
    seed: 0,
    search: { kind: 'rollouts', settings: {} },
    settings: {},
    policyFor,
  }
}

/** A plan whose members are ready to work. */
export type LivePlan = Plan & { readonly members: readonly Member[] }

export function planOf(changes: Partial<LivePlan> & Pick<LivePlan, 'theorems' | 'members'>): LivePlan {
  return {
    mode: 'union',
    passes: 8,
    matched: false,
    block: 8,
    depth: 10,
    shortFirst: true,
    wallClockMs: undefined,
    sliceMs: 100,
    seed: 'test',
    ...changes,
  }
}

export const provenance: Provenance = {
  dataset: 'simulated',
  datasetHash: 'none',
  leanVersion: 'none',
  libraryHash: 'none',
  commit: 'test',
  settings: {},
}
