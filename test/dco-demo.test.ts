import { describe, expect, it } from 'vitest'
import { shortForm } from '../bench/dco-demo/checks.ts'
import { passAt } from '../bench/dco-demo/experiment.ts'
import { boundsFor } from '../bench/dco-demo/ranks.ts'
import { runReasoned } from '../bench/dco-demo/reasoned.ts'
import { answersRight, decode, directProblems, encode, reasonedProblems } from '../bench/dco-demo/task.ts'
import type { Item } from '../src/training/items.ts'

const textOf = (item: Item) => item.rows.map((row) => decode([...row.prompt, ...row.completion.slice(0, -1)])).join()

describe('the demonstration', () => {
  it('shows what the paper shows, in its short form', async () => {
    const { checks } = await shortForm(1)
    expect(checks).toHaveLength(7)
    for (const { claim, value, margin } of checks) expect(value, claim).toBeGreaterThanOrEqual(margin)
  })

  it('asks questions that have one right answer, and no test question in training', () => {
    const { training, test } = directProblems(200, 50, 3)
    expect(training).toHaveLength(200)
    expect(test).toHaveLength(50)
    expect(new Set([...training, ...test].map((item) => item.label)).size).toBe(250)
    for (const item of training) {
      const [, sign, a, b, answer] = /^([M+\-*#])(\d\d)(\d\d)=(\d{3})$/.exec(textOf(item)) ?? []
      const [x, y] = [Number(a), Number(b)]
      const right = {
        M: Math.max(x, y),
        '+': x + y,
        '-': Math.abs(x - y),
        '*': (x * y) % 1000,
        '#': (37 * x + 91 * y + 13) % 1000,
      }
      expect(Number(answer)).toBe(right[sign as keyof typeof right])
    }
  })

  it('judges a chain of thought by its answer alone', () => {
    const [item] = reasonedProblems(1, 0, 1).training as [Item]
    const [, question = '', reasoning = '', answer = ''] = /^(.*)=(\d{3});(\d{3})$/.exec(textOf(item)) ?? []
    const [a = 0, b = 0, c = 0] = question.split('+').map(Number)
    expect(Number(reasoning)).toBe(a + b)
    expect(Number(answer)).toBe(a + b + c)
    expect(answersRight(item, encode(`999;${answer}`))).toBe(true)
    expect(answersRight(item, encode(`${reasoning};${reasoning}`))).toBe(a + b === a + b + c)
    expect(answersRight(item, encode(answer))).toBe(false)
  })

  it('has the exact coverage of known probabilities', () => {
    expect(passAt(2, [Math.log(0.5), Math.log(0.1)]).mean).toBeCloseTo((0.75 + 0.19) / 2, 12)
  })

  it('trains with roll-outs, and looks when told', async () => {
    const problems = reasonedProblems(64, 16, 1)
    const run = await runReasoned({ problems, epochs: 2, seed: 1, n: 64, rollouts: 8, samples: 8, lookAt: [2] })
    expect(run.looks.map((look) => look.epoch)).toEqual([2])
    expect(run.looks[0]?.right).toHaveLength(16)
    expect(Math.max(...(run.looks[0]?.modeConfidence ?? [0]))).toBeLessThanOrEqual(1)
  })

  it('has bounds around the optimum at small N', () => {
    for (const { n, upper, lower, optimum } of boundsFor(
      { accuracies: [0.4, 0.2, 0.1, 0.1, 0.1], questions: 10 },
      [2, 3, 4],
    )) {
      expect(optimum, `N ${n}`).toBeGreaterThan(lower)
      expect(optimum).toBeLessThan(1)
      expect(upper).toBeLessThanOrEqual(1)
    }
  })
})
