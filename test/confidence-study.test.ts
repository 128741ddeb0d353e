import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { CLAIMS, interval, rankCorrelation, verdict } from '../bench/confidence-study/claims.ts'
import { meanGradient } from '../bench/confidence-study/gradients.ts'
import { advantagesOf, grpoTerms, reward, runGrpo } from '../bench/dco-demo/grpo.ts'
import { runReasoned } from '../bench/dco-demo/reasoned.ts'
import { DIRECT_NETWORK, encode, rangedProblems, reasonedProblems } from '../bench/dco-demo/task.ts'
import { createEngine, initialise } from '../src/policy/network/create-engine.ts'
import { DEFAULT_OPTIMIZER } from '../src/policy/network/engine.ts'
import { dco } from '../src/training/dco-loss.ts'
import { batchOf, type Item, itemLogProbs } from '../src/training/items.ts'
import { BUILT } from './built.ts'

const out = await mkdtemp(join(tmpdir(), 'hedge-confidence-'))
afterAll(() => rm(out, { recursive: true }))

const draw = (text: string, finished = true) => ({ tokens: encode(text), logProb: -1, finished })

describe('GRPO as in the paper', () => {
  it('takes the mean of the group away and divides by nothing', () => {
    expect(advantagesOf([1, 0, 0, 0])).toEqual([0.75, -0.25, -0.25, -0.25])
    expect(advantagesOf([1, 1])).toEqual([0, 0])
  })

  it('rewards right answers in the strict format only', () => {
    const [item] = reasonedProblems(1, 0, 1).training as [Item]
    const answer = item.rows[0]?.completion.slice(-4, -1) ?? []
    const right = { ...draw('000;'), tokens: [...encode('000;'), ...answer] }
    expect(reward(item, right)).toBe(1)
    expect(reward(item, { ...right, finished: false })).toBe(0)
    expect(reward(item, { ...right, tokens: [...encode('00;'), ...answer] })).toBe(0)
    expect(reward(item, draw('000;00'))).toBe(0)
  })

  it('weighs a roll-out by its advantage over roll-outs and questions, however long it is', () => {
    const [item] = reasonedProblems(1, 0, 1).training as [Item]
    const groups = [
      {
        item,
        draws: [draw('1;2'), draw('111;222'), draw('3', false), draw('4')],
        advantages: [0.75, -0.25, -0.25, -0.25],
      },
      { item, draws: [draw('1'), draw('2')], advantages: [0.5, -0.5] },
    ]
    const { items, weights } = grpoTerms(groups)
    expect(weights).toEqual([0.75 / 8, -0.25 / 8, -0.25 / 8, -0.25 / 8, 0.5 / 4, -0.5 / 4])
    // An end token where a roll-out ended.
    expect(items.map(({ rows }) => rows[0]?.completion.length)).toEqual([4, 8, 1, 2, 2, 2])
  })

  it('raises the reward on what it is trained on', async () => {
    const { training } = reasonedProblems(24, 0, 1)
    const problems = { training, test: training }
    const shared = { problems, seed: 1, samples: 32 }
    const base = await runReasoned({ ...shared, epochs: 20, n: 1, rollouts: 0, lookAt: [] })
    const run = await runGrpo({
      ...shared,
      base: base.parameters,
      epochs: 15,
      lookAt: [1, 15],
      group: 8,
      batchSize: 16,
      learningRate: 3e-3,
    })
    const [before, after] = run.looks.map(({ right }) => right.reduce((sum, x) => sum + x, 0) / (32 * 24))
    expect(run.replacedAt.length).toBeGreaterThan(10)
    expect(before).toBeGreaterThan(0.02)
    expect(after).toBeGreaterThan((before as number) + 0.1)
  })
})

describe('the study', () => {
  it('keeps the operands of what is learnt, tested and unseen small and different, and one of those outside large', () => {
    const problems = rangedProblems({ training: 100, test: 40, unseen: 10, outside: 50 }, 1)
    const operands = (item: Item) => (item.label.match(/\d\d/g) ?? []).map(Number)
    const inside = [...problems.training, ...problems.test, ...problems.unseen.flat()]
    expect(inside).toHaveLength(190)
    expect(new Set(inside.map((item) => item.label)).size).toBe(190)
    for (const item of inside) expect(Math.max(...operands(item))).toBeLessThan(80)
    expect(problems.outside).toHaveLength(50)
    for (const item of problems.outside) expect(Math.max(...operands(item))).toBeGreaterThanOrEqual(80)
    expect(problems.unseen.map((items) => items[0]?.label[0])).toEqual(['M', '+', '-', '*', '#'])
  })

  it('has the derivative that a small step shows', async () => {
    const engine = await createEngine({
      engine: 'ort',
      config: DIRECT_NETWORK,
      optimizer: DEFAULT_OPTIMIZER,
      threads: 1,
      notice: () => undefined,
    })
    initialise(engine, 3)
    const { test, unseen } = rangedProblems({ training: 0, test: 30, unseen: 20, outside: 0 }, 2)
    const n = 256
    const { gradient } = await meanGradient(engine, test, (logProb) => dco(n, logProb).factor)
    const step = (await meanGradient(engine, unseen[0] as Item[], () => 1)).gradient
    const derivative = -gradient.reduce((sum, x, i) => sum + x * (step[i] as number), 0)
    const start = await engine.readState()
    const lossAt = async (h: number) => {
      const parameters = start.parameters.map((x, i) => x - h * (step[i] as number))
      engine.writeState({ ...start, parameters })
      const logProbs = itemLogProbs(test, await engine.score(batchOf(test, DIRECT_NETWORK.contextLength)))
      return logProbs.reduce((sum, logProb) => sum + dco(n, logProb).loss, 0) / test.length
    }
    const h = 1e-4
    expect(((await lossAt(h)) - (await lossAt(-h))) / (2 * h) / derivative).toBeCloseTo(1, 1)
    await engine.dispose()
  })

  it('says yes only where the interval leaves out nothing', () => {
    const { mean, low, high } = interval([1, 2, 3, 4, 5])
    expect(mean).toBe(3)
    expect(high - mean).toBeCloseTo(2.776 * Math.sqrt(0.5), 6)
    expect(mean - low).toBeCloseTo(high - mean, 12)
    expect([interval([1, 2, 3]), interval([-1, -2, -3, -2]), interval([-1, 1]), interval([5])].map(verdict)).toEqual([
      'not clear',
      'no',
      'not clear',
      'not clear',
    ])
    expect(verdict(interval([2, 2.1, 2.2]))).toBe('yes')
    expect(rankCorrelation([9, 7, 5, 1])).toBeCloseTo(-1, 12)
    expect(rankCorrelation([1, 1, 1])).toBe(0)
  })

  it('runs in its quick form, prints every table, draws every figure, and runs nothing twice', async () => {
    const run = () =>
      promisify(execFile)(process.execPath, [`${BUILT.bench}/confidence-study.js`, '--quick', '--out', out], {
        cwd: fileURLToPath(new URL('..', import.meta.url)),
      })
    const first = await run()
    for (const title of ['Table 3', 'Fig. 4', 'C.1, Fig. 5', 'C.8, Fig. 13', 'C.7, Fig. 12', 'C.4, Table 5'])
      expect(first.stdout).toContain(`### ${title}`)
    for (const { text } of CLAIMS) expect(first.stdout).toContain(text)
    expect(first.stdout).not.toMatch(/NaN|undefined|Infinity/)
    const figures = [...first.stdout.matchAll(/!\[.*?\]\((.*?\.svg)\)/g)].map(([, name]) => name as string)
    expect(figures).toHaveLength(9)
    expect((await readdir(out)).filter((name) => name.endsWith('.svg')).sort()).toEqual(figures.sort())
    for (const name of figures) expect(await readFile(join(out, name), 'utf8')).toMatch(/^<svg[\s\S]*<\/svg>\s*$/)
    expect(first.stderr).toContain('seed 2 of 2')
    const again = await run()
    expect(again.stderr).not.toContain('seed 2 of 2')
    expect(again.stdout).toBe(first.stdout)
  })
})
