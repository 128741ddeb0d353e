import { expect, test } from 'vitest'
import { loadOf } from '../bench/throughput/load.ts'
import type { Member } from '../src/ensemble/member.ts'
import { passesTogether, theoremsAtOnce } from '../src/ensemble/scheduler.ts'
import { NO_USAGE } from '../src/policy/policy.ts'

const own = { name: 'own' } as Member
const served = { name: 'served', usage: () => NO_USAGE } as unknown as Member

test('an idle resource is a loss only while the other one is not full', () => {
  // The server takes two requests, Lean has two processes; ten milliseconds.
  const requests = [
    { from: 0, to: 4 },
    { from: 1, to: 3 },
    { from: 8, to: 10 },
  ]
  const lean = [
    { from: 2, to: 7 },
    { from: 4, to: 6 },
  ]
  expect(loadOf(requests, lean, [0, 10], { concurrency: 2, workers: 2 })).toEqual({
    // From 4 to 8; from 6 to 8 Lean has a process free too.
    serverIdle: 0.4,
    serverIdleForNothing: 0.2,
    requests: 0.8,
    // Seven of twenty are work. Of the rest, three fall from 1 to 3, when the server is full.
    leanIdle: 0.65,
    leanIdleForNothing: 0.5,
  })
  const nothing = loadOf([], [], [0, 10], { concurrency: 2, workers: 2 })
  expect(nothing).toMatchObject({ serverIdle: 1, serverIdleForNothing: 1, leanIdle: 1, leanIdleForNothing: 1 })
})

test('models on servers are asked by many theorems at once, and by many passes together', () => {
  expect(theoremsAtOnce([own, own], 2)).toBe(3)
  expect(theoremsAtOnce([own, served], 2)).toBe(16)
  // Processes that serve one header at a time are not taken from one another.
  expect(theoremsAtOnce([served], 4, 4)).toBe(32)
  expect(theoremsAtOnce([served], 4, 5)).toBe(5)
  const free = { mode: 'union', wallClockMs: undefined } as const
  expect(passesTogether([own, served], free)).toBe(128)
  expect(passesTogether([own], free)).toBe(32)
  // What a clock cuts, or a proof makes vain, is not more than before.
  expect(passesTogether([served], { ...free, wallClockMs: 1000 })).toBe(32)
  expect(passesTogether([served], { ...free, theoremMs: 1000 })).toBe(32)
  expect(passesTogether([served], { ...free, mode: 'first-proof' })).toBe(32)
})
