import { expect, test } from 'vitest'
import { searchRollouts } from '../../src/search/rollouts.ts'
import { createTree } from '../../src/search/tree.ts'
import { checkTree } from './check-tree.ts'
import { error, type Rule, seeded, tablePolicy, toyDomain } from './toy.ts'

const DEPTH = 5

/** A world of six states with random tactics, a random policy on it, and the exact chance that one pass proves. */
function randomWorld(seed: number) {
  const random = seeded(`world ${seed}`)
  const states = ['0', '1', '2', '3', '4', '5']
  const rules = new Map<string, ReturnType<Rule>>()
  const table = new Map<string, Record<string, number>>()
  for (const from of states) {
    const weights = Array.from({ length: 4 }, () => random.next())
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    table.set(from, Object.fromEntries(weights.map((weight, i) => [`t${i}`, weight / total])))
    for (let i = 0; i < weights.length; i++) {
      const kind = random.next()
      const to = states[Math.floor(random.next() * states.length)] as string
      rules.set(`${from} t${i}`, kind < 0.65 ? { to } : kind < 0.85 ? { kind: 'finished' } : error)
    }
  }
  const rule: Rule = (from, tactic) => rules.get(`${from} ${tactic}`) ?? error
  // A pass that comes back to a state goes on from there: only its depth counts.
  const chance = (at: string, depth: number): number =>
    depth >= DEPTH
      ? 0
      : Object.entries(table.get(at) ?? {}).reduce((sum, [tactic, p]) => {
          const answer = rule(at, tactic)
          if (answer === 'hang' || 'to' in answer === false) return sum + (answer !== error ? p : 0)
          return sum + p * chance(answer.to, depth + 1)
        }, 0)
  return { rule, policy: tablePolicy((at) => table.get(at) ?? {}), chance: chance('0', 0) }
}

test('the share of passes that prove is the exact probability, within sampling error', async () => {
  const passes = 3000
  const chances: number[] = []
  for (let seed = 0; seed < 12; seed++) {
    const { rule, policy, chance } = randomWorld(seed)
    const domain = toyDomain('0', rule)
    const tree = createTree(domain.root)
    const outcome = await searchRollouts(tree, domain, policy, {
      budget: { passes, depth: DEPTH },
      random: seeded(seed),
      accept: async () => ({ kind: 'verified', axioms: [] }),
      stopAtFirstProof: false,
    })
    checkTree(tree)
    const share = outcome.passes.filter((pass) => pass.end.kind === 'proved').length / passes
    // Four standard errors: one seed in 16,000 would miss by chance, and the seeds are fixed.
    expect(Math.abs(share - chance)).toBeLessThanOrEqual(4 * Math.sqrt((chance * (1 - chance)) / passes))
    expect(new Set(domain.runs).size).toBe(domain.runs.length)
    chances.push(chance)
  }
  // The worlds differ: the test means something.
  expect(Math.max(...chances) - Math.min(...chances)).toBeGreaterThan(0.3)
})
