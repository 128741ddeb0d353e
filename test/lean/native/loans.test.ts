import { expect, it } from 'vitest'
import { MOST_PASSED_OVER, nextLoan } from '../../../src/lean/native/loans.ts'

const wanted = (document: string, passedOver = 0) => ({ document, passedOver })
const idle = (...documents: (string | undefined)[]) => documents.map((document) => ({ document }))

it('lends a process to who can use it as it is, in the order of asking', () => {
  expect(nextLoan([wanted('a'), wanted('b')], idle('b', 'a'))).toEqual({ waiter: 0, slot: 1 })
  expect(nextLoan([wanted('a'), wanted('b')], idle('b'))).toEqual({ waiter: 1, slot: 0 })
})

it('starts one that is not running before it takes one from another header, and one nobody waits for before others', () => {
  expect(nextLoan([wanted('a')], idle('b', undefined))).toEqual({ waiter: 0, slot: 1 })
  expect(nextLoan([wanted('a', MOST_PASSED_OVER), wanted('b')], idle('b', 'c'))).toEqual({ waiter: 0, slot: 1 })
  expect(nextLoan([wanted('a', MOST_PASSED_OVER), wanted('b')], idle('b'))).toEqual({ waiter: 0, slot: 0 })
})

it('of two headers with one process neither starves, and the process changes hands rarely', () => {
  // Six theorems, every other one with another header: whoever is served asks again at once, as a search does.
  const waiting = Array.from({ length: 6 }, (_, i) => ({ who: i, document: i % 2 === 0 ? 'a' : 'b', passedOver: 0 }))
  const served = [0, 0, 0, 0, 0, 0]
  let [document, starts]: [string | undefined, number] = [undefined, 0]
  for (let turn = 0; turn < 6000; turn++) {
    const { waiter } = nextLoan(waiting, idle(document))
    for (const passed of waiting.slice(0, waiter)) passed.passedOver++
    const [now] = waiting.splice(waiter, 1) as [(typeof waiting)[0]]
    served[now.who] = (served[now.who] as number) + 1
    if (now.document !== document) starts++
    document = now.document
    waiting.push({ ...now, passedOver: 0 })
  }
  expect(Math.min(...served)).toBeGreaterThan(500)
  expect(starts).toBeLessThan(200)
})
