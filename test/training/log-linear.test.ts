import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { DatasetError, formatStep, type ProofStep } from '../../src/dataset/step-file.ts'
import { CANDIDATES } from '../../src/policy/candidates-version.ts'
import { LogLinearPolicy, readLogLinear } from '../../src/policy/log-linear/log-linear-policy.ts'
import { openPolicy } from '../../src/policy/open.ts'
import { CheckpointError, readPolicyFiles, writePolicyFiles } from '../../src/policy/policy-files.ts'
import type { ProofState } from '../../src/proof/proof-state.ts'
import { createRandom } from '../../src/proof/random.ts'
import { prepareLogLinear } from '../../src/training/log-linear-data.ts'
import { type LogLinearPlan, trainLogLinear } from '../../src/training/train-log-linear.ts'

const home = await mkdtemp(join(tmpdir(), 'hedge-log-linear-'))
afterAll(() => rm(home, { recursive: true }))

const context = { constants: ['Eq', 'HAdd.hAdd', 'Nat', 'instHAdd'], related: [] }
const goal = (x: string, y: string, target: string) => `${x} ${y} : Nat\nh${x} : ${x} = ${y}\n⊢ ${target}`

/** Steps of which a third could be any of three tactics, so that being sure of one is wrong. */
function steps(count: number): ProofStep[] {
  const random = createRandom('log-linear')
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = [pick(['a', 'b', 'n']), pick(['k', 'l', 'p'])]
    const [target, tactic] = pick([
      [`${x} + 0 = ${y}`, pick(['omega', 'simp_all', `rw [h${x}]`])],
      [`${x} + ${y} = ${y} + ${x}`, `exact Nat.add_comm ${x} ${y}`],
      [`${y} = ${x}`, `exact h${x}.symm`],
    ] as const)
    return { theorem: `t${i}`, index: 0, state: goal(x, y, target), tactic, context }
  })
}

async function planFor(
  name: string,
  rows: readonly ProofStep[],
  more: Partial<LogLinearPlan> = {},
): Promise<LogLinearPlan> {
  const dataPath = join(home, `${name}.jsonl`)
  await writeFile(dataPath, rows.map((row) => `${formatStep(row)}\n`).join(''))
  return {
    dataPath,
    heldOutShare: 0.2,
    unit: 'step',
    epochs: 8,
    learningRate: 0.03,
    optimiser: 'adagrad',
    seed: 1,
    ...more,
  }
}

const stateOf = (text: string): ProofState => ({
  key: text,
  goals: [{ text, constants: context.constants }],
  path: [],
})

describe('training a log-linear policy', () => {
  test('lowers the held-out loss, and confidence falls with N_eff', async () => {
    const plan = await planFor('family', steps(300))
    const data = await prepareLogLinear(plan)
    expect(data.training.unreachable).toBe(0)
    const ends: number[] = []
    for (const nEff of [1, 8, 32]) {
      const trained = await trainLogLinear(plan, data, nEff, join(home, `family-${nEff}`))
      if (trained.kind !== 'trained') throw new Error(trained.kind)
      const looks = trained.metrics.filter((row) => row.kind === 'evaluation')
      const [before, after] = [looks[0], looks.at(-1)]
      if (before === undefined || after === undefined) throw new Error('nobody looked')
      expect(after.loss).toBeLessThan(before.loss)
      if (nEff === 1) expect(after.greedyAccuracy).toBeGreaterThan(0.6)
      ends.push(after.greedyConfidence)
      expect(trained.replaced > 0).toBe(nEff > 1)
    }
    expect(ends).toEqual(ends.toSorted((a, b) => b - a))
    // What N_eff = 32 calls enough is far below what cross-entropy goes on to.
    expect((ends[0] as number) - (ends[2] as number)).toBeGreaterThan(0.15)
  })

  test('a policy of the other kind is not replaced unless that is asked for', async () => {
    const plan = await planFor('other', steps(30), { epochs: 1, heldOutShare: 0 })
    const data = await prepareLogLinear(plan)
    const directory = join(home, 'other')
    const hash = await writePolicyFiles(directory, { 'config.json': '{"model":"transformer"}' }, {})
    await expect(trainLogLinear(plan, data, 1, directory)).rejects.toThrow(/has a transformer policy.*--force/)
    expect((await readPolicyFiles(directory)).hash).toBe(hash)
    const trained = await trainLogLinear(plan, data, 1, directory, { force: true })
    expect(trained.kind).toBe('trained')
    expect((await readPolicyFiles(directory)).kind).toBe('log-linear')
  })

  test('whole-proof DCO takes the product over a proof', async () => {
    const rows = steps(40).map((row, i) => ({ ...row, theorem: `t${i >> 2}`, index: i % 4 }))
    const plan = await planFor('proofs', rows, { unit: 'proof', heldOutShare: 0 })
    const data = await prepareLogLinear(plan)
    expect(data.training.items.map((item) => item.length)).toEqual(Array.from({ length: 10 }, () => 4))
    const trained = await trainLogLinear({ ...plan, epochs: 1 }, data, 8, join(home, 'proofs'))
    if (trained.kind !== 'trained') throw new Error(trained.kind)
    const [line] = trained.metrics.filter((row) => row.kind === 'step')
    // Four steps of three likely tactics each: hardly ever more than a hundredth together.
    expect(line?.confidence).toBeLessThan(0.05)
  })

  test('a proof with a step that is no candidate is left out of whole-proof DCO, not shortened', async () => {
    const rows = steps(16).map((row, i) => ({ ...row, theorem: `t${i >> 2}`, index: i % 4 }))
    const broken = rows.map((row, i) => (i === 6 ? { ...row, tactic: 'exact nobody.proposes this' } : row))
    const plan = await planFor('broken', broken, { unit: 'proof', heldOutShare: 0 })
    const whole = await prepareLogLinear(plan)
    expect(whole.training).toMatchObject({ steps: 12, unreachable: 4, theorems: 4 })
    expect(whole.training.items.map((item) => item.length)).toEqual([4, 4, 4])
    const single = await prepareLogLinear({ ...plan, unit: 'step' })
    expect(single.training).toMatchObject({ steps: 15, unreachable: 1 })
  })

  test('what is replaced is replaced: an epoch has all its gradient steps while there is something to learn', async () => {
    const plan = await planFor('refill', steps(200), { heldOutShare: 0, epochs: 8 })
    const data = await prepareLogLinear(plan)
    const trained = await trainLogLinear(plan, data, 8, join(home, 'refill'))
    if (trained.kind !== 'trained') throw new Error(trained.kind)
    expect(trained.replaced).toBeGreaterThan(0)
    expect(trained.steps).toBe(1600)
    // A threshold that nothing reaches: no step, and an end all the same.
    const idle = await trainLogLinear({ ...plan, refillThreshold: 1 }, data, 8, join(home, 'idle'))
    expect(idle).toMatchObject({ kind: 'trained', steps: 0, replaced: 8 * 4 * 200 })
  })

  test('a trained policy is a distribution, knows its data, and is the same from its files', async () => {
    const plan = await planFor('files', steps(200), { heldOutShare: 0 })
    const directory = join(home, 'files')
    const data = await prepareLogLinear(plan)
    const first = await trainLogLinear(plan, data, 1, directory)
    if (first.kind !== 'trained') throw new Error(first.kind)
    const { hash, ...model } = await readLogLinear(directory)
    expect(hash).toBe(first.hash)
    const policy = new LogLinearPolicy(model)
    const state = stateOf(goal('b', 'k', 'b + k = k + b'))
    const all = policy.distribution(state)
    expect(all.reduce((sum, { logProb }) => sum + Math.exp(logProb), 0)).toBeCloseTo(1, 9)
    expect(new Set(all.map(({ tactic }) => tactic)).size).toBe(all.length)
    // Never seen with these names.
    expect(all[0]?.tactic).toBe('exact Nat.add_comm b k')
    expect((await policy.rank(state, 3)).map(({ tactic }) => tactic)).toEqual(
      all.slice(0, 3).map(({ tactic }) => tactic),
    )

    const draws = await policy.sample(state, 2000, createRandom(1))
    const share = draws.filter(({ tactic }) => tactic === all[0]?.tactic).length / draws.length
    expect(Math.abs(share - Math.exp(all[0]?.logProb ?? 0))).toBeLessThan(0.05)
    const greedy = await new LogLinearPolicy(model, { temperature: 0 }).sample(state, 5, createRandom(1))
    expect(greedy).toEqual(Array.from({ length: 5 }, () => ({ tactic: all[0]?.tactic, logProb: 0 })))

    expect(await trainLogLinear(plan, data, 1, directory)).toMatchObject({ kind: 'known', hash })
    await expect(trainLogLinear(plan, data, 4, directory)).rejects.toThrow(CheckpointError)
    const forced = await trainLogLinear(plan, data, 1, directory, { force: true })
    expect(forced).toMatchObject({ kind: 'trained', hash: first.hash })

    const open = { policy: directory, temperature: 1, settings: {} }
    expect((await openPolicy(open, undefined)).remarks).toBeUndefined()
    const manifest = join(directory, 'manifest.json')
    await writeFile(
      manifest,
      (await readFile(manifest, 'utf8')).replace(`"candidates": ${CANDIDATES}`, '"candidates": 0'),
    )
    expect((await openPolicy(open, undefined)).remarks?.()).toEqual([
      expect.stringContaining(
        `trained over version 0 of the baseline's candidates and chooses from version ${CANDIDATES}`,
      ),
    ])

    const weights = join(directory, 'model.safetensors')
    const bytes = await readFile(weights)
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
    await writeFile(weights, bytes)
    await expect(readLogLinear(directory)).rejects.toThrow('model.safetensors does not have the hash')
  })

  test('says what is missing where steps have no context', async () => {
    const plan = await planFor('bare', [{ theorem: 'bare_t', index: 0, state: '⊢ True', tactic: 'trivial' }])
    const error = await prepareLogLinear(plan).catch((e: Error) => e)
    expect(error).toBeInstanceOf(DatasetError)
    expect((error as Error).message).toContain('step 0 of bare_t has no context')
  })
})
