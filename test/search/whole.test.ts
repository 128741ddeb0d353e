import { expect, test } from 'vitest'
import type { Policy } from '../../src/policy/policy.ts'
import { createRandom } from '../../src/proof/random.ts'
import { systemClock } from '../../src/search/budget.ts'
import { createTree } from '../../src/search/tree.ts'
import { searchWhole } from '../../src/search/whole.ts'
import { withoutHoles } from '../../src/search/without-holes.ts'
import { answer, error, type Rule, tablePolicy, toyDomain } from './toy.ts'

const theorem = { name: 't', header: '', statement: 'theorem t : P' }

test('a tactic of a written proof that reaches the short limit gets the whole one at once', async () => {
  const rule: Rule = (from, tactic) =>
    from === '.' && tactic === 'a' ? { slow: { to: 'x' } } : { slow: tactic === 'b' ? { kind: 'finished' } : error }
  const domain = toyDomain('.', rule)
  const policy: Policy = { ...tablePolicy(() => ({})), write: async () => 'theorem t : P := by\n  a\n  b' }
  const { result, passes } = await searchWhole(createTree(domain.root), domain, policy, 0, {
    budget: { passes: 1 },
    accept: async () => answer(true),
    theorem,
    onward: [],
    random: createRandom('0'),
    stopAtFirstProof: true,
    block: 1,
    concurrency: 1,
    shortFirst: true,
    clock: systemClock,
  })
  expect(result).toEqual({ kind: 'proved', proof: { tactics: ['a', 'b'] } })
  expect(passes).toMatchObject([{ end: { kind: 'proved' }, tactics: ['a', 'b'], depth: 2 }])
  expect(domain.runs).toEqual(['. a', '. a whole', 'x b', 'x b whole'])
})

test('where tactics that leave holes are left out, how the others are tried is told on', async () => {
  const rule: Rule = (_, tactic) => (tactic === 'a' ? { kind: 'finished' } : { slow: error })
  const domain = toyDomain('.', rule)
  const honest = withoutHoles(domain)
  const kinds = async (tactics: string[]) =>
    (await honest.runTactics(domain.root, tactics, undefined, { short: true, untilFinished: true })).map((one) =>
      one.kind === 'timeout' ? one.limit : one.kind,
    )
  expect(await kinds(['b', 'a', 'c'])).toEqual(['short', 'finished'])
  expect(await kinds(['b', 'sorry', 'a', 'c', 'sorry'])).toEqual(['short', 'error', 'finished'])
  expect(domain.runs).toEqual(['. b', '. a', '. b', '. a'])
})
