import { expect, test } from 'vitest'
import { renderTreeText } from '../../src/report/tree-text.ts'
import { searchRollouts } from '../../src/search/rollouts.ts'
import { createTree, type SearchNode, shortestProof } from '../../src/search/tree.ts'
import { GrownTree, recordTree, restoreTree, TreeGrowth } from '../../src/search/tree-record.ts'
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

test('a tree written part by part is the tree written as a whole, after every part', () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = seeded(seed)
    const tree = createTree(state('0'))
    const growth = new TreeGrowth(tree, 1000)
    const grown = new GrownTree()
    let written = 0
    for (let part = 0; part < 15; part++) {
      for (let i = 0; i < 10; i++) {
        const nodes = [...tree.nodes()]
        const from = nodes[Math.floor(random.next() * nodes.length)] as SearchNode
        const tactic = `t${Math.floor(random.next() * 8)}`
        const kind = random.next()
        tree.author = i % 3
        const edge =
          kind < 0.6
            ? tree.add(from, tactic, Math.log(random.next()), {
                kind: 'open',
                state: state(`${Math.floor(random.next() * 25)}`),
              })
            : kind < 0.7
              ? tree.add(from, tactic, -1, { kind: 'finished' })
              : kind < 0.8
                ? tree.add(from, tactic, -1, { kind: 'timeout', limit: 'short' })
                : tree.add(from, tactic, -1, { kind: 'error', message: 'no' })
        const { outcome } = edge
        if (outcome.kind === 'finished' && outcome.verdict.kind === 'candidate' && kind < 0.65)
          tree.judge(edge, { kind: 'refused', reason: 'sorry' })
      }
      const gained = JSON.parse(JSON.stringify(growth.take()))
      written += gained.states.length
      grown.add(gained)
      expect(grown.record()).toEqual(JSON.parse(JSON.stringify(recordTree(tree, 1000))))
    }
    // Each state once.
    expect(written).toBe(tree.counts.nodes)
    expect(growth.take()).toEqual({ states: [], edges: [], left: 0, after: tree.counts.nodes })
  }
})

test('what was written stays where there is no room for more, and parts of another tree are refused', () => {
  const tree = createTree(state('a'))
  const growth = new TreeGrowth(tree, 3)
  const grown = new GrownTree()
  for (const [i, name] of ['b', 'c', 'd', 'e'].entries()) {
    tree.add(tree.root, `to ${name}`, -1, { kind: 'open', state: state(name) })
    grown.add(growth.take())
    expect(grown.record().states).toHaveLength(Math.min(3, i + 2))
    expect(grown.record().left).toBe(Math.max(0, i - 1))
  }
  // A proof behind a state that had no room makes room for it.
  tree.add(tree.node('e') as SearchNode, 'ends', -1, { kind: 'finished' })
  grown.add(growth.take())
  expect(grown.record().states.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'e'])
  expect(() => grown.add({ states: [], edges: [], left: 0, after: 9 })).toThrow(/follows 9 states, where there are 4/)
})
