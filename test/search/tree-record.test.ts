import { expect, test } from 'vitest'
import { renderTreeText } from '../../src/report/tree-text.ts'
import { searchRollouts } from '../../src/search/rollouts.ts'
import { createTree, shortestProof } from '../../src/search/tree.ts'
import { recordTree, restoreTree } from '../../src/search/tree-record.ts'
import { checkTree } from './check-tree.ts'
import { cleverJugs, error, jugs, seeded, state, toyDomain } from './toy.ts'

async function jugTree() {
  const domain = toyDomain('0,0', jugs)
  const tree = createTree(domain.root)
  await searchRollouts(tree, domain, cleverJugs, {
    budget: { passes: 300, depth: 20 },
    random: seeded('record'),
    accept: async () => ({ kind: 'verified', axioms: [] }),
    stopAtFirstProof: false,
  })
  return tree
}

test('a tree survives being written down', async () => {
  const tree = await jugTree()
  const record = recordTree(tree, 1000)
  expect(record.left).toBe(0)
  const restored = restoreTree(JSON.parse(JSON.stringify(record)), state('0,0'))
  checkTree(restored)
  expect(restored.counts).toEqual(tree.counts)
  expect(shortestProof(restored)?.proof).toEqual(shortestProof(tree)?.proof)
  expect(renderTreeText(restored, 500)).toBe(renderTreeText(tree, 500))
})

test('a tree without room keeps the proof', async () => {
  const tree = await jugTree()
  const record = recordTree(tree, 3)
  expect(record.left).toBeGreaterThan(0)
  const restored = restoreTree(JSON.parse(JSON.stringify(record)), state('0,0'))
  checkTree(restored)
  expect(shortestProof(restored)?.proof).toEqual(shortestProof(tree)?.proof)
})

test('a record of another theorem is refused', async () => {
  const record = recordTree(await jugTree(), 10)
  expect(() => restoreTree(record, state('1,0'))).toThrow(/another theorem/)
})

test('a record says what reached the short limit, and whether it was run to its end', async () => {
  const domain = toyDomain('a', () => error)
  const tree = createTree(domain.root)
  const short = { kind: 'timeout', limit: 'short' } as const
  for (const tactic of ['given up', 'slow', 'leads on']) tree.add(tree.root, tactic, -1, short)
  tree.add(tree.root, 'slow', -1, error)
  tree.add(tree.root, 'leads on', -1, { kind: 'open', state: state('b') })
  tree.add(tree.root, 'fast', -1, error)
  const record = recordTree(tree, 10)
  const restored = restoreTree(JSON.parse(JSON.stringify(record)), state('a'))
  checkTree(restored)
  expect([...restored.root.edges.values()].map(({ tactic, outcome, slow }) => [tactic, outcome.kind, slow])).toEqual([
    ['given up', 'timeout', true],
    ['slow', 'error', true],
    ['leads on', 'open', true],
    ['fast', 'error', false],
  ])
  expect(recordTree(restored, 10)).toEqual(record)
})
