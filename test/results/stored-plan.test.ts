import { expect, test } from 'vitest'
import { planOfConfig } from '../../src/results/stored-plan.ts'

const member = {
  name: 'm',
  policy: 'baseline',
  temperature: 1,
  nEff: null,
  checkpointHash: null,
  seed: 0,
  settings: {},
}
const plan = {
  mode: 'union',
  passes: 1,
  matched: false,
  block: 32,
  depth: 50,
  wallClockMs: null,
  sliceMs: 2000,
  seed: '0',
}
const searchesOf = (...searches: unknown[]) =>
  planOfConfig(
    JSON.stringify({ settings: {}, members: searches.map((search) => ({ ...member, search })), plan }),
    'key',
  ).members.map(({ search }) => search)

test('a plan is read as it is written now, and as versions up to 0.1 wrote it', () => {
  const settings = { width: 8, alpha: 0.5, widenings: 5, batch: 2, wave: 4, expansions: 1000 }
  expect(searchesOf({ kind: 'rollouts' }, { kind: 'bestFirst', ...settings })).toEqual([
    { kind: 'rollouts', settings: {} },
    { kind: 'best-first', settings },
  ])
  const now = [
    { kind: 'rollouts', settings: {} },
    { kind: 'best-first', settings },
  ]
  expect(searchesOf(...now)).toEqual(now)
  expect(() => searchesOf({ kind: 'depth-first', settings: {} })).toThrow('cannot be read')
})
