import { expect, test } from 'vitest'
import { Budget, DEFAULT_LIMITS } from '../../../src/lean/kernel/budget.ts'
import { LevelOrder } from '../../../src/lean/kernel/level-order.ts'
import { type Level, LevelStore, levelText } from '../../../src/lean/kernel/levels.ts'
import { NameStore } from '../../../src/lean/kernel/names.ts'
import { createRandom, type Random } from '../../../src/proof/random.ts'

const names = new NameStore()
const PARAMS = ['u', 'v', 'w'].map((text) => names.plain(text))

function randomLevel(store: LevelStore, random: Random, depth: number): Level {
  const kind = Math.floor(random.next() * (depth === 0 ? 2 : 6))
  const below = () => randomLevel(store, random, depth - 1)
  switch (kind) {
    case 0:
      return store.zero
    case 1:
    case 2:
      return store.param(PARAMS[Math.floor(random.next() * PARAMS.length)] as (typeof PARAMS)[number])
    case 3:
      return store.succ(below())
    case 4:
      return store.max(below(), below())
    default:
      return store.imax(below(), below())
  }
}

function value(level: Level, at: readonly number[]): number {
  switch (level.kind) {
    case 'zero':
      return 0
    case 'succ':
      return value(level.of, at) + 1
    case 'max':
      return Math.max(value(level.left, at), value(level.right, at))
    case 'imax': {
      const right = value(level.right, at)
      return right === 0 ? 0 : Math.max(value(level.left, at), right)
    }
    case 'param':
      return at[PARAMS.indexOf(level.name)] as number
    default:
      return level satisfies never
  }
}

test('levels are compared as their values are, for all values of the parameters', () => {
  const store = new LevelStore()
  const order = new LevelOrder(store, new Budget(DEFAULT_LIMITS))
  const random = createRandom('levels')
  // Levels of this depth tell large values apart no better than these.
  const VALUES = [0, 1, 2, 3, 7]
  const assignments = VALUES.flatMap((u) => VALUES.flatMap((v) => VALUES.map((w) => [u, v, w])))
  const seen = { yes: 0, no: 0 }
  for (let i = 0; i < 20_000; i++) {
    const a = randomLevel(store, random, 4)
    const b = i % 3 === 0 ? store.max(a, randomLevel(store, random, 2)) : randomLevel(store, random, 4)
    const atMost = assignments.every((at) => value(a, at) <= value(b, at))
    seen[atMost ? 'yes' : 'no']++
    if (order.isAtMost(a, b) !== atMost) expect(`${levelText(a)} <= ${levelText(b)}`).toBe(String(atMost))
    expect(order.isZero(a)).toBe(assignments.every((at) => value(a, at) === 0))
    expect(order.isNeverZero(a)).toBe(assignments.every((at) => value(a, at) > 0))
  }
  expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(1_000)
})
