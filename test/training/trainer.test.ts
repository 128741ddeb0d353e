import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_OPTIMIZER, EngineFailure } from '../../src/policy/network/engine.ts'
import { LocalNetwork } from '../../src/policy/network/policy-network.ts'
import { CheckpointError } from '../../src/policy/policy-files.ts'
import { createRandom } from '../../src/proof/random.ts'
import { dco, overconfidenceFactor } from '../../src/training/dco-loss.ts'
import { batchOf, type Item, itemLogProbs, weighted } from '../../src/training/items.ts'
import { evaluate, type Metrics, type StepMetrics, scoreItems } from '../../src/training/metrics.ts'
import { drawBatch, refillThreshold } from '../../src/training/objective.ts'
import { epochOrder, splitByLabel } from '../../src/training/order.ts'
import { readSnapshot, type Snapshot, writeSnapshot } from '../../src/training/resume.ts'
import { DEFAULT_SETTINGS, learningRateAt, type TrainSettings } from '../../src/training/settings.ts'
import { train } from '../../src/training/trainer.ts'

const config = { vocabularySize: 16, contextLength: 24, width: 16, layers: 2, heads: 2 }
const networks: LocalNetwork[] = []
async function fresh(): Promise<LocalNetwork> {
  const network = await LocalNetwork.start({
    engine: 'ort',
    config,
    optimizer: DEFAULT_OPTIMIZER,
    threads: 1,
    notice: () => {},
  })
  await network.initialise('test')
  networks.push(network)
  return network
}
afterAll(async () => {
  for (const network of networks) await network.dispose()
})

/** Prompts of different lengths whose answer is a function of their last token; tokens 0 and 1 are special. */
const random = createRandom('items')
const items: Item[] = Array.from({ length: 60 }, (_, i) => {
  const last = 2 + (i % 12)
  const prompt = [
    ...Array.from({ length: Math.floor(random.next() * 12) }, () => 2 + Math.floor(random.next() * 12)),
    last,
  ]
  return { label: `group ${i % 10}`, rows: [{ prompt, completion: [2 + ((last * 5) % 12), 14, 0] }] }
})
const data = splitByLabel(items, 0.2, 1)
const settings: TrainSettings = { ...DEFAULT_SETTINGS, batchSize: 8, learningRate: 3e-3, warmupSteps: 5, epochs: 6 }

describe('batches', () => {
  it('score each row as if it were alone', async () => {
    const network = await fresh()
    const together = await scoreItems(network, items)
    for (const i of [0, 7, 31]) {
      const item = items[i] as Item
      const [alone] = itemLogProbs([item], await network.score(batchOf([item], config.contextLength)))
      expect(together[i]).toBeCloseTo(alone ?? Number.NaN, 4)
    }
  })

  it('weight every token of an item by its number', () => {
    const two = items.slice(0, 2)
    const batch = weighted(batchOf(two, config.contextLength), two, [0.5, 0.25])
    expect([...batch.weights]).toEqual([0.5, 0.5, 0.5, 0.25, 0.25, 0.25])
    expect([...batch.targets]).toEqual(two.flatMap((item) => item.rows[0]?.completion ?? []))
  })

  it('refuse rows that do not fit', () => {
    const item: Item = { label: 'x', rows: [{ prompt: Array.from({ length: 25 }, () => 3), completion: [4, 0] }] }
    expect(() => batchOf([item], config.contextLength)).toThrow(/26 tokens in a context of 24/)
  })
})

describe('order', () => {
  it('visits every item once per epoch, differently each epoch, the same for the same seed', () => {
    const order = epochOrder(items, 8, 'a', 0)
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from(items.keys()))
    expect(epochOrder(items, 8, 'a', 0)).toEqual(order)
    expect(epochOrder(items, 8, 'a', 1)).not.toEqual(order)
    expect(epochOrder(items, 8, 'b', 0)).not.toEqual(order)
  })

  it('splits by label', () => {
    const labels = (part: readonly Item[]) => new Set(part.map((item) => item.label))
    expect(labels(data.heldOut).size).toBe(2)
    expect(labels(data.training).size).toBe(8)
    expect(data.heldOut.length + data.training.length).toBe(items.length)
    for (const label of labels(data.heldOut)) expect(labels(data.training)).not.toContain(label)
    expect(splitByLabel(items, 0, 1).heldOut).toEqual([])
  })

  it('warms up, then falls', () => {
    const rates = Array.from({ length: 30 }, (_, step) => learningRateAt(settings, step, step / 30))
    expect(rates[0]).toBeCloseTo(3e-3 / 5, 5)
    expect(Math.max(...rates)).toBe(rates[4])
    expect(learningRateAt(settings, 30, 1)).toBeCloseTo(3e-4, 10)
  })
})

describe('refill rule', () => {
  it('replaces exactly the items whose factor is under the threshold', async () => {
    const network = await fresh()
    await train(network, data, { kind: 'dco', n: 1 }, { ...settings, epochs: 2 })
    const n = 8
    const factors = (await scoreItems(network, data.training)).map((logProb) => overconfidenceFactor(n, logProb))
    const sorted = factors.toSorted((a, b) => a - b)
    const threshold = ((sorted[19] ?? 0) + (sorted[20] ?? 0)) / 2
    const draw = await drawBatch({ kind: 'dco', n }, network, data.training, 1000, threshold)
    expect(draw.replaced).toBe(20)
    expect(draw.consumed).toBe(data.training.length)
    expect(draw.items).toEqual(data.training.filter((_, i) => (factors[i] ?? 0) >= threshold))
    const some = await drawBatch({ kind: 'dco', n }, network, data.training, 10, threshold)
    expect(some.items).toEqual(draw.items.slice(0, 10))
    expect(some.consumed).toBe(10 + some.replaced)
  })

  it('has a threshold that does not starve large N', () => {
    expect(refillThreshold(1)).toBe(0)
    for (const n of [8, 16, 32, 256]) {
      expect(overconfidenceFactor(n, Math.log(3.9 / n))).toBeGreaterThan(refillThreshold(n))
      expect(overconfidenceFactor(n, Math.log(4.1 / n))).toBeLessThan(refillThreshold(n))
    }
  })

  it('ends a run whose items are all sated', async () => {
    const network = await fresh()
    const sated = await train(network, data, { kind: 'dco', n: 4 }, { ...settings, refillThreshold: 1 })
    expect(sated).toMatchObject({
      kind: 'trained',
      reason: 'sated',
      progress: { step: 0, replaced: data.training.length },
    })
  })
})

describe('training', () => {
  it('learns with cross-entropy, and keeps confidence down with DCO, the more the larger N', async () => {
    const confidence: number[] = []
    for (const n of [1, 4, 16]) {
      const network = await fresh()
      const refill = { refillThreshold: refillThreshold(n) }
      await train(network, data, { kind: 'dco', n }, { ...settings, ...refill, learningRate: 1e-2, epochs: 25 })
      confidence.push((await evaluate(network, data.training, n)).confidence)
    }
    const [one = 0, four = 0, sixteen = 0] = confidence
    expect(one).toBeGreaterThan(0.8)
    expect(four).toBeLessThan(one - 0.1)
    expect(sixteen).toBeLessThan(four - 0.1)
    expect(sixteen).toBeGreaterThan(1 / 16)
  })

  it('follows the gradient F x cross-entropy, whatever the loss groups together', async () => {
    const network = await fresh()
    const rows = items.slice(0, 3).flatMap((item) => item.rows)
    const proof: Item = { label: 'proof', rows }
    const seen: StepMetrics[] = []
    const onMetrics = (metrics: Metrics) => {
      if (metrics.kind === 'step') seen.push(metrics)
    }
    const [before = 0] = await scoreItems(network, [proof])
    const steps = await scoreItems(
      network,
      rows.map((row) => ({ label: '', rows: [row] })),
    )
    expect(before).toBeCloseTo(
      steps.reduce((a, b) => a + b),
      3,
    )
    const one = { ...settings, maxSteps: 1 }
    await train(network, { training: [proof], heldOut: [] }, { kind: 'dco', n: 1000 }, one, { onMetrics })
    expect(seen[0]?.loss).toBeCloseTo(dco(1000, before).loss, 5)
    expect(seen[0]?.meanFactor).toBeCloseTo(dco(1000, before).factor, 5)
    expect((await scoreItems(network, [proof]))[0]).toBeGreaterThan(before)
  })

  it('uses roll-outs for p in approximate DCO, and drops what they find too easy', async () => {
    const network = await fresh()
    const asked: number[] = []
    const estimate = async (batch: readonly Item[]) => {
      asked.push(batch.length)
      return batch.map((item) => ({ successes: item.label === 'group 3' ? 50 : 1, samples: 50 }))
    }
    const limits = { ...settings, epochs: 1, refillThreshold: 0.01 }
    const outcome = await train(
      network,
      { training: items, heldOut: [] },
      { kind: 'approximate', n: 64, estimate },
      limits,
    )
    expect(outcome.progress.replaced).toBe(items.filter((item) => item.label === 'group 3').length)
    // Each item once, and a few once more where the last of a call were not needed yet.
    const rollOuts = asked.reduce((a, b) => a + b)
    expect(rollOuts).toBeGreaterThanOrEqual(items.length)
    expect(rollOuts).toBeLessThan(items.length * 1.25)
  })

  it('stops early and keeps the best parameters', async () => {
    const network = await fresh()
    const noise = items.map((item, i) => ({
      ...item,
      rows: item.rows.map((row) => ({ ...row, completion: [2 + ((i * 7) % 12), 0] })),
    }))
    const split = splitByLabel(noise, 0.3, 2)
    const losses: number[] = []
    const onMetrics = (metrics: Metrics) => {
      if (metrics.kind === 'evaluation') losses.push(metrics.loss)
    }
    const limits = { ...settings, learningRate: 1e-2, epochs: 200, patience: 3 }
    const outcome = await train(network, split, { kind: 'dco', n: 1 }, limits, { onMetrics })
    expect(outcome).toMatchObject({ kind: 'trained', reason: 'heldOutLoss' })
    const best = Math.min(...losses)
    expect(losses.at(-1)).toBeGreaterThan(best)
    expect((await evaluate(network, split.heldOut, 1)).loss).toBeCloseTo(best, 6)
  })

  it('says that a learning rate is too large instead of going on with NaN', async () => {
    const network = await fresh()
    const wild = { ...settings, learningRate: 1e30, warmupSteps: 0 }
    await expect(train(network, data, { kind: 'dco', n: 1 }, wild)).rejects.toThrow(EngineFailure)
  })
})

describe('an interrupted run', () => {
  it('ends with the parameters of an undisturbed one, to the bit', async () => {
    const home = await mkdtemp(join(tmpdir(), 'hedge-resume-'))
    try {
      const file = join(home, 'run.safetensors')
      const limits = { ...settings, refillThreshold: refillThreshold(4), evaluateEvery: 5, patience: 50 }
      const objective = { kind: 'dco', n: 4 } as const
      const undisturbed = await fresh()
      const whole = await train(undisturbed, data, objective, limits)
      expect(whole.progress.step).toBeGreaterThan(20)

      let snapshot: Snapshot | undefined
      let outcome = await train(await fresh(), data, objective, limits, {
        // Killed after 9 steps: what is left is the file of step 7.
        stop: counter(9),
        onSnapshot: (taken) => (taken.progress.step === 7 ? writeSnapshot(file, taken, 'print') : undefined),
        snapshotEvery: 7,
      })
      expect(outcome.kind).toBe('interrupted')
      let last = await fresh()
      for (const steps of [3, 11, 1, 1000]) {
        snapshot = await readSnapshot(file, 'print')
        last = await fresh()
        const hooks = { stop: counter(steps), onSnapshot: (taken: Snapshot) => writeSnapshot(file, taken, 'print') }
        outcome = await train(last, data, objective, limits, hooks, snapshot)
      }
      expect(outcome).toMatchObject({ kind: 'trained', reason: 'epochs' })
      const same = ({ seconds: _, ...rest }: typeof whole.progress) => rest
      expect(same(outcome.progress)).toEqual(same(whole.progress))
      expect(await last.readState()).toEqual(await undisturbed.readState())
    } finally {
      await rm(home, { recursive: true })
    }
  })

  it('is not taken up with other settings, nor from a damaged file', async () => {
    const home = await mkdtemp(join(tmpdir(), 'hedge-resume-'))
    try {
      const file = join(home, 'run.safetensors')
      expect(await readSnapshot(file, 'print')).toBeUndefined()
      await train(await fresh(), data, { kind: 'dco', n: 1 }, settings, {
        stop: counter(2),
        onSnapshot: (taken) => writeSnapshot(file, taken, 'print'),
      })
      await expect(readSnapshot(file, 'other')).rejects.toThrow(/other data, settings or another engine/)
      const bytes = await readFile(file)
      await writeFile(file, bytes.subarray(0, bytes.length - 10))
      await expect(readSnapshot(file, 'print')).rejects.toThrow(CheckpointError)
      await writeFile(file, bytes.toString('latin1').replace('"progress":"{', '"progress":"['), 'latin1')
      await expect(readSnapshot(file, 'print')).rejects.toThrow(/its progress cannot be read/)
    } finally {
      await rm(home, { recursive: true })
    }
  })
})

/** Lets so many steps happen, then interrupts. */
function counter(steps: number): () => 'interrupt' | undefined {
  let asked = 0
  return () => (asked++ < steps ? undefined : 'interrupt')
}
