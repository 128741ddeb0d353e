import {
  DEFAULT_OPTIMIZER,
  ENGINE_NAMES,
  type EngineName,
  padRows,
  type WeightedBatch,
} from '../src/policy/network/engine.ts'
import { type NetworkConfig, parameterCount } from '../src/policy/network/network-config.ts'
import type { PolicyNetwork } from '../src/policy/network/policy-network.ts'
import { SampleQueue } from '../src/policy/network/sample-queue.ts'
import { type Draw, seedsOf } from '../src/policy/network/sampler.ts'
import { END_ID, PAD_ID } from '../src/policy/network/tokenizer.ts'
import { WorkerNetwork } from '../src/policy/network/worker-network.ts'
import { flagsOf } from './flags.ts'

/**
 * Speed and memory of every engine that loads: training tokens per second, and the time for tactics to be sampled.
 * Machines differ and are shared: read it as a table of ratios. Nothing here is asserted.
 */
const { values: flags } = flagsOf('Speed and memory of every engine that loads.', {
  allowNegative: true,
  options: {
    engines: { type: 'string', default: ENGINE_NAMES.join(',') },
    sizes: { type: 'string', default: '1M,5M' },
    threads: { type: 'string', default: '1' },
    /** Seconds per measurement; what takes longer is done once. */
    seconds: { type: 'string', default: '8' },
    /** Steps of the memory test; 0 leaves it out. */
    'memory-steps': { type: 'string', default: '2000' },
    /** What the cache and the coalescing of draws save, of the first engine and size; `--no-draws` leaves it out. */
    draws: { type: 'boolean', default: true },
  },
})

type Size = { readonly config: NetworkConfig; readonly rows: number }
const SIZES: Record<string, Size> = {
  '1M': { config: { vocabularySize: 512, contextLength: 256, width: 128, layers: 4, heads: 4 }, rows: 16 },
  // Rows are fewer than for 1M: the wasm engines have 4 GB at most.
  '5M': { config: { vocabularySize: 1024, contextLength: 256, width: 256, layers: 6, heads: 8 }, rows: 4 },
}
const SECONDS = Number(flags.seconds)
const TACTICS = 32
const TACTIC_TOKENS = 30

/** Full rows of which the last eighth is the tactic. */
function batchOf({ config, rows }: Size): WeightedBatch {
  const length = config.contextLength
  const total = rows * length
  const tactic = length / 8
  const token = (i: number) => 2 + ((i * 7919) % (config.vocabularySize - 2))
  const places = Int32Array.from(
    { length: rows * tactic },
    (_, i) => Math.floor(i / tactic) * length + length - tactic + (i % tactic),
  )
  return {
    rows,
    length,
    ids: Int32Array.from({ length: total }, (_, i) => token(i)),
    places,
    targets: places.map((place) => token(place + 1)),
    weights: new Float32Array(places.length).fill(1 / rows),
  }
}

/** Seconds by the clock and of processor time; on a machine that is shared only the second says what the work costs. */
type Times = { readonly clock: number; readonly cpu: number }

/** The median repetition after one that is not counted; what is slower than the time allowed is done just once. */
async function timed(work: () => Promise<unknown>): Promise<Times> {
  const repeat = async (): Promise<Times> => {
    const start = performance.now()
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    return { clock: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 }
  }
  const first = await repeat()
  if (first.clock > SECONDS) return first
  const times: Times[] = []
  const end = performance.now() + SECONDS * 1000
  while (times.length < 2 || (performance.now() < end && times.length < 200)) times.push(await repeat())
  const median = (numbers: number[]) => numbers.sort((x, y) => x - y)[numbers.length >> 1] as number
  return { clock: median(times.map(({ clock }) => clock)), cpu: median(times.map(({ cpu }) => cpu)) }
}

/** 32 tactics of 30 tokens for each of `states` states of about 150 tokens. */
function sampleOnce(network: PolicyNetwork, states: number): Promise<unknown> {
  const prompts = Array.from({ length: states }, (_, s) =>
    Array.from({ length: 150 - 5 * s }, (_, i) => 2 + ((i * 31 + s) % (network.config.vocabularySize - 2))),
  )
  const seeds = prompts.map((_, s) => seedsOf(s, TACTICS))
  return network.sample({ prompts, seeds, temperature: 1, topP: 1, maxTokens: TACTIC_TOKENS })
}

/** A prompt of `length` tokens. */
function promptOf(seed: number, { vocabularySize }: NetworkConfig, length = 150): number[] {
  return Array.from({ length }, (_, i) => 2 + ((i * 31 + seed * 17) % (vocabularySize - 2)))
}

/** Rows of one prompt and 16 tactics of 6 to 21 tokens, the k-th of which counts as much as 1/k. */
function tacticsBatch(config: NetworkConfig): WeightedBatch {
  const prompt = promptOf(0, config)
  const tactics = Array.from({ length: 16 }, (_, k) => [
    ...Array.from({ length: 6 + k }, (_, i) => 2 + ((Math.floor(k / 4) * 97 + i * (i < 3 ? 13 : 29 + k)) % 500)),
    END_ID,
  ])
  const rows = tactics.map((tactic) => [...prompt, ...tactic])
  const length = Math.max(...rows.map((row) => row.length))
  const at = tactics.flatMap((tactic, k) => tactic.map((target, i) => ({ k, target, place: prompt.length - 1 + i })))
  return {
    rows: rows.length,
    length,
    ids: padRows(rows, length, PAD_ID),
    places: Int32Array.from(at, ({ k, place }) => k * length + place),
    targets: Int32Array.from(at, ({ target }) => target),
    weights: Float32Array.from(at, ({ k }) => 0.3 / (k + 1)),
  }
}

/** What the prefix cache and common requests save, as ratios of processor time in one run. */
async function measureDraws(engine: EngineName, name: string, { config }: Size): Promise<void> {
  const options = { engine, config, optimizer: DEFAULT_OPTIMIZER, threads: Number(flags.threads), notice: () => {} }
  const settings = { temperature: 1, topP: 1, maxTokens: TACTIC_TOKENS }
  const prompts = [promptOf(0, config)]
  const cached = await WorkerNetwork.start(options)
  const uncached = await WorkerNetwork.start({ ...options, cacheBytes: 0 })
  /** Of processor time, in all threads. */
  const seconds = async (work: () => Promise<unknown>): Promise<number> => {
    const start = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1e6
  }
  /** As roll-outs ask: 32 draws of one state at a time, 1,024 in all. */
  const passes = async (network: PolicyNetwork): Promise<Draw[]> => {
    const all: Draw[] = []
    for (let i = 0; i < 32; i++)
      all.push(...(await network.sample({ prompts, seeds: [seedsOf(i, 32)], ...settings })).flat())
    return all
  }
  /** The parameters anew: so the cache is empty, and the first draw pays for the graphs. */
  const fresh = async (): Promise<void> => {
    for (const network of [cached, uncached]) {
      await network.writeState(await cached.readState())
      await network.sample({ prompts: [[3, 4]], seeds: [[0]], ...settings })
    }
  }
  try {
    await cached.initialise(1)
    for (const kind of ['untrained', 'trained']) {
      if (kind === 'trained') for (let i = 0; i < 60; i++) await cached.trainStep(tacticsBatch(config), 2e-3)
      await fresh()
      const without = await seconds(() => passes(uncached))
      let draws: Draw[] = []
      const first = await seconds(async () => {
        draws = await passes(cached)
      })
      const again = await seconds(() => passes(cached))
      const kinds = new Set(draws.map(({ tokens }) => tokens.join())).size
      console.log(
        `${name} ${engine} ${kind}: N=1,024 draws at one state (${kinds} distinct): ${without.toFixed(2)} cpu s without cache, ` +
          `${first.toFixed(2)} s with: ratio ${(without / first).toFixed(1)}; once more ${again.toFixed(2)} s: ratio ${(without / again).toFixed(1)}`,
      )
      const states = Array.from({ length: 32 }, (_, s) => promptOf(s % 8, config))
      const seeds = (round: number) => states.map((_, s) => [`${round} ${s}`])
      const queue = new SampleQueue(uncached, settings)
      const single = (sample: (prompts: number[][], seeds: string[][]) => Promise<unknown>, round: number) =>
        seconds(() => Promise.all(states.map((state, s) => sample([state], [seeds(round)[s] as string[]]))))
      const alone = await single((prompts, seeds) => uncached.sample({ prompts, seeds, ...settings }), 1)
      const queued = await single((prompts, seeds) => queue.sample(prompts, seeds), 1)
      const one = await seconds(() => uncached.sample({ prompts: states, seeds: seeds(1), ...settings }))
      console.log(
        `${name} ${engine} ${kind}: 32 concurrent single draws at 8 states, no cache: ${alone.toFixed(2)} cpu s each by itself, ` +
          `${queued.toFixed(2)} s queued, ${one.toFixed(2)} s as one call: ratios ${(alone / queued).toFixed(1)} and ${(queued / one).toFixed(2)}`,
      )
    }
  } finally {
    await cached.dispose()
    await uncached.dispose()
  }
}

type Row = Record<string, string | number>

async function measure(engine: EngineName, name: string, size: Size): Promise<Row> {
  const notices: string[] = []
  const optimizer = DEFAULT_OPTIMIZER
  // Without a cache, which would answer every repetition.
  const options = { engine, config: size.config, optimizer, threads: Number(flags.threads), cacheBytes: 0 }
  const network = await WorkerNetwork.start({ ...options, notice: (line) => notices.push(line) })
  try {
    await network.initialise(1)
    // Plain JavaScript is some hundred times slower: one row says as much.
    const batch = batchOf(engine === 'tfjs-cpu' ? { ...size, rows: 1 } : size)
    const training = await timed(() => network.trainStep(batch, 1e-4))
    const one = await timed(() => sampleOnce(network, 1))
    const patient = one.clock < SECONDS
    const eight = patient ? await timed(() => sampleOnce(network, 8)) : undefined
    const sampled = eight === undefined ? 1 : 8
    const rounded = (x: number) => Number(x.toPrecision(3))
    return {
      engine,
      runs: network.description,
      parameters: `${(parameterCount(size.config) / 1e6).toFixed(2)} M`,
      batch: `${batch.rows} x ${batch.length}`,
      'train tok/s': rounded(batch.ids.length / training.clock),
      'per cpu s': rounded(batch.ids.length / training.cpu),
      '1 x 32 tactics s': rounded(one.clock),
      'its cpu s': rounded(one.cpu),
      '8 x 32 tactics s': eight === undefined ? '-' : rounded(eight.clock),
      'their cpu s': eight === undefined ? '-' : rounded(eight.cpu),
      'sample tok/s': rounded((sampled * TACTICS * TACTIC_TOKENS) / (eight ?? one).clock),
      'memory MB': Math.round((await network.memory()) / 1e6),
    }
  } finally {
    await network.dispose()
    for (const line of new Set(notices)) console.log(`  ${name} ${engine}: ${line}`)
  }
}

/** Memory over many small steps, with sampling in between; whatever is not freed shows as a rise from quarter to quarter. */
async function memoryOver(steps: number): Promise<void> {
  const config = { vocabularySize: 512, contextLength: 64, width: 64, layers: 2, heads: 2 }
  const network = await WorkerNetwork.start({
    engine: 'ort',
    config,
    optimizer: DEFAULT_OPTIMIZER,
    threads: 1,
    notice: console.log,
  })
  await network.initialise(1)
  const batch = batchOf({ config, rows: 8 })
  const readings: number[] = []
  for (let step = 0; step <= steps; step++) {
    if (step % Math.ceil(steps / 8) === 0) readings.push(Math.round((await network.memory()) / 1e6))
    await network.trainStep(batch, 1e-4)
    if (step % 100 === 0)
      await network.sample({ prompts: [[3, 4, 5]], seeds: [seedsOf(step, 32)], temperature: 1, topP: 1, maxTokens: 20 })
  }
  console.log(
    `memory of the process over ${steps} training steps and ${Math.floor(steps / 100) + 1} samplings, MB: ${readings.join(' ')}`,
  )
  await network.dispose()
}

const rows: Row[] = []
for (const name of flags.sizes.split(',')) {
  const size = SIZES[name]
  if (size === undefined) throw new Error(`--sizes knows ${Object.keys(SIZES).join(', ')}, not ${name}`)
  for (const engine of flags.engines.split(',') as EngineName[]) {
    try {
      const row = await measure(engine, name, size)
      rows.push(row)
      console.log(
        `${name} ${engine} (${row.runs}): ${row['train tok/s']} training tokens/s, ${row['sample tok/s']} sampled tokens/s`,
      )
      // The cache is the same beside every engine.
      if (flags.draws && rows.length === 1) await measureDraws(engine, name, size)
    } catch (error) {
      console.log(`${name} ${engine}: not measured (${(error as Error).message})`)
    }
  }
}
console.table(rows)
for (const name of flags.sizes.split(',')) {
  const speed = (engine: string) =>
    rows.find(
      (row) =>
        row.engine === engine &&
        row.parameters === `${(parameterCount((SIZES[name] as Size).config) / 1e6).toFixed(2)} M`,
    )?.['per cpu s']
  const [ort, stock] = [speed('ort'), speed('tfjs-wasm-stock')]
  if (typeof ort === 'number' && typeof stock === 'number')
    console.log(
      `${name}: ort trains ${(ort / stock).toFixed(1)} times as fast as stock tfjs wasm, per second of processor time`,
    )
}
if (Number(flags['memory-steps']) > 0) await memoryOver(Number(flags['memory-steps']))
