import { expect, test } from 'vitest'
import { openBudget, systemClock } from '../../src/search/budget.ts'
import { handClock } from './toy.ts'

test('the system clock calls back, unless it is told not to', async () => {
  const calls: string[] = []
  const cancel = systemClock.after(0, () => calls.push('cancelled'))
  cancel()
  await new Promise<void>((resolve) => void systemClock.after(5, resolve))
  expect(calls).toEqual([])
  const before = systemClock.now()
  expect(systemClock.now()).toBeGreaterThanOrEqual(before)
})

test('what stopped a search first is the cause that stays', () => {
  const clock = handClock()
  const abort = new AbortController()
  const meter = openBudget({ wallClockMs: 10, signal: abort.signal }, clock)
  expect([meter.stopped(), meter.signal.aborted]).toEqual([undefined, false])
  clock.advance(10)
  expect(meter.signal.reason).toMatchObject({ name: 'TimeoutError' })
  abort.abort()
  expect(meter.stopped()).toBe('wallClock')
})

test("the user's reason is handed on", () => {
  const abort = new AbortController()
  const meter = openBudget({ signal: abort.signal }, handClock())
  const reason = new Error('Ctrl-C')
  abort.abort(reason)
  expect([meter.stopped(), meter.signal.reason]).toEqual(['interrupted', reason])
})

test('a closed budget takes back its timer and its listener', () => {
  const clock = handClock()
  const abort = new AbortController()
  const meter = openBudget({ wallClockMs: 10, signal: abort.signal }, clock)
  meter.close()
  clock.advance(5)
  abort.abort()
  expect(meter.signal.aborted).toBe(false)
})

test('no time at all is over at once; limits are numbers', () => {
  expect(openBudget({ wallClockMs: 0 }, handClock()).stopped()).toBe('wallClock')
  expect(() => openBudget({ depth: -1 }, handClock())).toThrow('depth must be a number >= 0, not -1')
  expect(openBudget({}, handClock())).toMatchObject({ depth: 50, passes: Number.POSITIVE_INFINITY })
})

test('the wall clock stands still for work that is apart, and goes on after it', async () => {
  const clock = handClock()
  const meter = openBudget({ wallClockMs: 10 }, clock)
  clock.advance(4)
  await meter.apart(async () => {
    clock.advance(100)
    expect(meter.stopped()).toBeUndefined()
  })
  clock.advance(5)
  expect([meter.stopped(), meter.elapsedMs()]).toEqual([undefined, 109])
  clock.advance(1)
  expect(meter.signal.aborted).toBe(true)
  expect(meter.stopped()).toBe('wallClock')
  meter.close()
})

test('work that is apart and overlaps stops the wall clock once', async () => {
  const clock = handClock()
  const meter = openBudget({ wallClockMs: 10 }, clock)
  const pieces = [3, 7].map((ms) => new Promise<void>((resolve) => clock.after(ms, resolve)))
  const both = Promise.all(pieces.map((piece) => meter.apart(() => piece)))
  clock.advance(3)
  await pieces[0]
  clock.advance(4)
  await both
  clock.advance(9)
  expect(meter.stopped()).toBeUndefined()
  clock.advance(1)
  expect(meter.stopped()).toBe('wallClock')
  meter.close()
})
