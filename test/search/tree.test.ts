import { expect, test } from 'vitest'
import { createTree, isShorter, lastEdge, type SearchNode, shortestProof, type Tree } from '../../src/search/tree.ts'
import { checkTree } from './check-tree.ts'
import { seeded, state } from './toy.ts'

function open(tree: Tree, from: SearchNode, tactic: string, to: string, logProb = -1): SearchNode {
  const { outcome } = tree.add(from, tactic, logProb, { kind: 'open', state: state(to) })
  if (outcome.kind !== 'open') throw new Error('not open')
  return outcome.node
}

test('states with the same key are one node', () => {
  const tree = createTree(state('a'))
  const b = open(tree, tree.root, 'one', 'b')
  expect(open(tree, tree.root, 'two', 'b')).toBe(b)
  expect(tree.counts).toMatchObject({ nodes: 2, edges: 2, open: 2 })
  checkTree(tree)
})

test('a shortcut found later shortens all that lies behind it', () => {
  const tree = createTree(state('a'))
  const b = open(tree, tree.root, 'ab', 'b')
  const c = open(tree, b, 'bc', 'c')
  const d = open(tree, c, 'cd', 'd')
  expect(tree.reach(d).depth).toBe(3)
  open(tree, tree.root, 'ac', 'c', -9)
  expect(tree.reach(d).depth).toBe(2)
  expect(tree.tacticsTo(d)).toEqual(['ac', 'cd'])
  // The shortcut is unlikely: the likeliest path is still the long one.
  expect(tree.reach(d)).toMatchObject({ logProb: -3, length: 3 })
  checkTree(tree)
})

test('a tactic proposed again keeps its result and its highest log-probability', () => {
  const tree = createTree(state('a'))
  const b = open(tree, tree.root, 'ab', 'b', -5)
  const edge = tree.add(tree.root, 'ab', -2, { kind: 'error', message: 'another answer' })
  expect(edge.outcome).toEqual({ kind: 'open', node: b })
  expect(tree.reach(b).logProb).toBe(-2)
  tree.propose(tree.root, 'ab', -1)
  tree.propose(tree.root, 'ab', -7)
  expect(tree.reach(b).logProb).toBe(-1)
  expect(tree.propose(tree.root, 'never run', -1)).toBeUndefined()
  expect(tree.counts.edges).toBe(1)
  checkTree(tree)
})

test('a gain too small to show in a sum still counts in the length', () => {
  const tree = createTree(state('a'))
  const b = open(tree, tree.root, 'ab', 'b', -2)
  const c = open(tree, b, 'bc', 'c', -1e17)
  open(tree, open(tree, tree.root, 'ax', 'x', -0.5), 'xb', 'b', -0.5)
  expect(tree.reach(c)).toMatchObject({ depth: 2, length: 3 })
  checkTree(tree)
})

test('cycles, also free ones, never become part of a path', () => {
  const tree = createTree(state('a'))
  const b = open(tree, tree.root, 'ab', 'b', 0)
  open(tree, b, 'ba', 'a', 0)
  open(tree, b, 'bb', 'b', 0)
  expect(tree.tacticsTo(b)).toEqual(['ab'])
  expect(tree.tacticsTo(tree.root)).toEqual([])
  checkTree(tree)
})

test('random growing graphs keep every promise', () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = seeded(seed)
    const tree = createTree(state('0'))
    for (let i = 0; i < 120; i++) {
      const nodes = [...tree.nodes()]
      const from = nodes[Math.floor(random.next() * nodes.length)] as SearchNode
      const kind = random.next()
      const tactic = `t${Math.floor(random.next() * 8)}`
      const logProb = random.next() < 0.2 ? 0 : Math.log(random.next())
      if (kind < 0.8)
        tree.add(from, tactic, logProb, { kind: 'open', state: state(`${Math.floor(random.next() * 25)}`) })
      else tree.add(from, tactic, logProb, kind < 0.9 ? { kind: 'finished' } : { kind: 'error', message: '' })
      checkTree(tree)
    }
    expect(tree.counts.nodes).toBeGreaterThan(10)
  }
})

test('the checker sees broken trees', () => {
  const broken = (spoil: (tree: Tree, b: SearchNode) => void): (() => void) => {
    const tree = createTree(state('a'))
    const b = open(tree, tree.root, 'ab', 'b')
    tree.add(b, 'end', -1, { kind: 'finished' })
    checkTree(tree)
    spoil(tree, b)
    return () => checkTree(tree)
  }
  expect(broken((tree) => void Object.assign(tree.counts, { edges: 7 }))).toThrow('counts.edges')
  expect(broken((_, b) => void Object.assign(b, { id: 5 }))).toThrow('node 5 is number 1')
  expect(broken((_, b) => void Object.assign(b, { state: state('c') }))).toThrow('leads to a node of this tree')
  expect(broken((tree) => void Object.assign(tree.root.edges.get('ab') as object, { logProb: -3 }))).toThrow('log-prob')
  expect(
    broken((tree) => void Object.assign(tree.root.edges.get('ab') as object, { outcome: { kind: 'crash' } })),
  ).toThrow('should be undefined')
  expect(broken((_, b) => void Object.assign(b.edges.get('end') as object, { tactic: 'fin' }))).toThrow(
    'where it belongs',
  )
})

test('a node of another tree is refused', () => {
  const stranger = createTree(state('a')).root
  const tree = createTree(state('a'))
  expect(() => tree.add(stranger, 't', 0, { kind: 'finished' })).toThrow('another tree')
  expect(() => tree.reach(stranger)).toThrow('another tree')
})

test('the shortest proof: accepted before candidates, refused never', () => {
  const tree = createTree(state('a'))
  expect(shortestProof(tree)).toBeUndefined()
  const b = open(tree, tree.root, 'ab', 'b')
  const long = tree.add(b, 'end', -1, { kind: 'finished' })
  expect(shortestProof(tree)?.proof.tactics).toEqual(['ab', 'end'])
  const short = tree.add(tree.root, 'end', -9, { kind: 'finished' })
  expect(shortestProof(tree)?.edge).toBe(short)
  tree.judge(long, { kind: 'accepted', proof: { tactics: ['ab', 'end'] } })
  expect(shortestProof(tree)?.edge).toBe(long)
  tree.judge(long, { kind: 'refused', reason: 'no' })
  tree.judge(short, { kind: 'refused', reason: 'no' })
  expect(shortestProof(tree)).toBeUndefined()
  expect(() =>
    tree.judge(tree.add(b, 'bad', -1, { kind: 'crash', message: '' }), { kind: 'refused', reason: 'no' }),
  ).toThrow()
  checkTree(tree)
})

test('steps are counted inside tactics, then text decides, and of two scripts that differ one is the shorter', () => {
  const ascending = [['simpA'], ['simpB'], ['simp_all'], ['rfl <;> simp'], ['constructor', 'trivial'], ['a; b; c']]
  for (const [i, one] of ascending.entries())
    for (const [j, other] of ascending.entries())
      expect([one, other, isShorter(one, other)]).toEqual([one, other, i < j])
})

test('the edge that a script ends with is there where the tree has all of the script', () => {
  const tree = createTree(state('a'))
  const b = open(tree, tree.root, 'ab', 'b')
  const end = tree.add(b, 'end', -1, { kind: 'finished' })
  expect(lastEdge(tree, ['ab', 'end'])).toBe(end)
  for (const script of [[], ['end'], ['ab', 'no'], ['no', 'end'], ['ab', 'end', 'more']])
    expect(lastEdge(tree, script)).toBeUndefined()
})
