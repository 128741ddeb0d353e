import { expect, test } from 'vitest'
import { Frontier } from '../../src/search/frontier.ts'
import type { SearchNode } from '../../src/search/tree.ts'
import { seeded, state } from './toy.ts'

const node = (id: number): SearchNode => ({ id, state: state(String(id)), edges: new Map() })

test('equal priorities leave in the order of their first offer, also after a raise', () => {
  const [a, b, c] = [node(0), node(1), node(2)] as const
  const frontier = new Frontier()
  frontier.offer(a, -3)
  frontier.offer(b, -1)
  frontier.offer(c, -1)
  frontier.offer(a, -1)
  frontier.offer(b, -9)
  expect([frontier.size, frontier.take(), frontier.take(), frontier.take(), frontier.take()]).toEqual([
    3,
    a,
    b,
    c,
    undefined,
  ])
})

test('agrees with a sorted list on random offers and takes', () => {
  const random = seeded(1)
  const nodes = Array.from({ length: 40 }, (_, i) => node(i))
  const frontier = new Frontier()
  const waiting = new Map<SearchNode, number>()
  const order = new Map<SearchNode, number>()
  let taken = 0
  for (let i = 0; i < 2000; i++) {
    if (random.next() < 0.6) {
      const one = nodes[Math.floor(random.next() * nodes.length)] as SearchNode
      const priority = -Math.floor(random.next() * 10)
      frontier.offer(one, priority)
      waiting.set(one, Math.max(priority, waiting.get(one) ?? priority))
      if (!order.has(one)) order.set(one, order.size)
    } else {
      const [first] = [...waiting].sort(
        ([a, p], [b, q]) => q - p || (order.get(a) as number) - (order.get(b) as number),
      )
      expect(frontier.peek()).toBe(first?.[0])
      expect(frontier.take()).toBe(first?.[0])
      if (first !== undefined) {
        waiting.delete(first[0])
        taken++
      }
    }
    expect(frontier.size).toBe(waiting.size)
  }
  expect(taken).toBeGreaterThan(300)
})
