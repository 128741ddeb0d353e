import type { Member } from '../src/ensemble/member.ts'
import type { Plan } from '../src/ensemble/plan.ts'
import type { World } from '../src/ensemble/world.ts'
import type { Policy } from '../src/policy/policy.ts'
import type { Theorem } from '../src/proof/theorem.ts'

/** Passes that cost nothing but bookkeeping, so that many hours' worth of them run in minutes. */
export const cheapWorld: World = {
  async open({ name }) {
    return {
      kind: 'opened',
      domain: {
        root: { key: name, goals: [{ text: `⊢ ${name}`, constants: [] }], path: [] },
        runTactics: async (state, tactics) =>
          tactics.map((tactic) =>
            state.path.length >= 6
              ? { kind: 'error' as const, message: 'no' }
              : {
                  kind: 'open' as const,
                  state: { key: `${state.key} ${tactic}`, goals: state.goals, path: [...state.path, tactic] },
                },
          ),
        release: () => {},
      },
      verify: async () => ({ kind: 'rejected', reason: 'none is taken', messages: [] }),
      close: async () => {},
    }
  },
}

export const cheapPolicy: Policy = {
  name: 'uniform',
  rank: async () => [],
  sample: async (_, count, random) =>
    Array.from({ length: count }, () => ({ tactic: `t${Math.floor(random.next() * 4)}`, logProb: Math.log(0.25) })),
}

/** Its members are ready to work. */
export type LivePlan = Plan & { readonly members: readonly Member[] }

export function planOf(theorems: readonly Theorem[], members: readonly Member[], passes: number): LivePlan {
  return {
    theorems,
    members,
    mode: 'union',
    passes,
    matched: members.length > 1,
    block: 32,
    depth: 20,
    shortFirst: true,
    wallClockMs: undefined,
    sliceMs: 1000,
    seed: 'bench',
  }
}

export function member(name: string, policy: Policy): Member {
  return {
    name,
    policy: 'bench',
    temperature: 1,
    nEff: null,
    checkpointHash: null,
    seed: 0,
    search: { kind: 'rollouts', settings: {} },
    settings: {},
    policyFor: async () => policy,
  }
}
