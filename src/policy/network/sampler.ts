import { createRandom, type Random } from '../../proof/random.ts'
import type { NetworkEngine } from './engine.ts'
import { type DrawSettings, PrefixCache, type PrefixNode, type PromptTrie } from './prefix-cache.ts'
import { END_ID } from './tokenizer.ts'

/** One continuation: its tokens without the end, and what the model thinks of it. */
export type Draw = {
  readonly tokens: readonly number[]
  /**
   * Exact natural log-probability of the tokens and the end under the model itself: at temperature 1 and over the whole
   * vocabulary, whatever distribution it was drawn from.
   */
  readonly logProb: number
  /** False if it was cut at the longest length: then `logProb` is that of a beginning. */
  readonly finished: boolean
}

export type Seed = number | string

export type SampleRequest = DrawSettings & {
  /** Equal prompts are read once. */
  readonly prompts: readonly (readonly number[])[]
  /** [prompt][draw]. A draw depends on its prompt and its own seed, not on what else is in the request. */
  readonly seeds: readonly (readonly Seed[])[]
  /** Longest continuation, end included. Never past the network's context. */
  readonly maxTokens: number
}

/** Seeds of `count` independent draws, named after one seed. */
export function seedsOf(seed: Seed, count: number): Seed[] {
  return Array.from({ length: count }, (_, i) => `${seed}/${i}`)
}

/**
 * Continuations that are decoded at the same time. A step's cost per continuation falls up to about a hundred of them,
 * while its memory goes on rising.
 */
const MAX_PLACES = 256
/** Prompts that are read at the same time: reading them together is no faster, only the steps after that are. */
const MAX_PROMPTS = 32

type Row = { readonly tokens: number[]; logProb: number; finished: boolean; readonly random: Random }

/** The draws of one prompt. */
type Group = {
  readonly prompt: readonly number[]
  readonly trie: PromptTrie
  /** Most tokens of a draw. */
  readonly limit: number
  rows: Row[]
}

/**
 * Independent draws for each prompt, in the order of the seeds. Draws go through what `cache` knows; the network runs
 * once for each beginning it does not, however many draws share it. Throws what `signal` was aborted with, between two
 * tokens, and RangeError if a prompt leaves no room in the context.
 */
export async function sample(
  engine: NetworkEngine,
  request: SampleRequest,
  signal?: AbortSignal,
  cache: PrefixCache = new PrefixCache(0),
): Promise<Draw[][]> {
  const groups = new Map<string, Group>()
  const rows = request.prompts.map((prompt, i) => {
    const key = prompt.join()
    const limit = tokenLimit(engine, prompt, request.maxTokens)
    const group = groups.get(key) ?? { prompt, trie: cache.trie(prompt), limit, rows: [] }
    groups.set(key, group)
    return (request.seeds[i] ?? []).map((seed) => {
      const row: Row = { tokens: [], logProb: 0, finished: false, random: createRandom(seed) }
      group.rows.push(row)
      return row
    })
  })
  let waiting = [...groups.values()]
  while (true) {
    for (const group of waiting) {
      for (const row of group.rows) advance(row, group, group.trie.find(row.tokens), request)
      group.rows = group.rows.filter((row) => !isOver(row, group))
    }
    waiting = waiting.filter((group) => group.rows.length > 0)
    if (waiting.length === 0) break
    await nextTurn(signal)
    await decode(engine, nextBatch(waiting), request, signal)
  }
  return rows.map((draws) => draws.map(({ tokens, logProb, finished }) => ({ tokens, logProb, finished })))
}

/** How many tokens a continuation may have so that it stays inside the context. Throws RangeError if there is none. */
export function tokenLimit(engine: NetworkEngine, prompt: readonly number[], maxTokens: number): number {
  const limit = Math.min(maxTokens, engine.config.contextLength - prompt.length)
  if (limit < 1)
    throw new RangeError(
      `a prompt of ${prompt.length} tokens leaves no room in a context of ${engine.config.contextLength}`,
    )
  return limit
}

/** Lets messages and aborts in; some back ends never give way by themselves. */
export async function nextTurn(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  signal?.throwIfAborted()
}

function isOver(row: Row, group: Group): boolean {
  return row.finished || row.tokens.length >= group.limit
}

/** Draws tokens from `node`, which follows what the row has, until the row is over or the next node is not known. */
function advance(row: Row, group: Group, node: PrefixNode | undefined, settings: DrawSettings): void {
  while (node !== undefined && !isOver(row, group)) {
    const token = node.draw(row.random.next(), settings, group.trie.reserve)
    row.logProb += node.logProb(token)
    if (token === END_ID) row.finished = true
    else row.tokens.push(token)
    node = node.children.get(token)
  }
}

type Batch = readonly { readonly group: Group; readonly rows: readonly Row[] }[]

/**
 * Draws to decode together. All prompts of a decoding have as many places as the one with the most draws, so prompts are
 * put together while at least half of the places are in use.
 */
function nextBatch(waiting: readonly Group[]): Batch {
  const sorted = waiting.toSorted((a, b) => b.rows.length - a.rows.length || a.prompt.length - b.prompt.length)
  const batch = sorted.slice(0, MAX_PROMPTS).map((group) => ({ group, rows: group.rows.slice(0, MAX_PLACES) }))
  const width = batch[0]?.rows.length ?? 0
  let draws = 0
  const end = batch.findIndex(({ rows }, i) => {
    draws += rows.length
    const places = (i + 1) * width
    return i > 0 && (places > MAX_PLACES || places > 2 * draws)
  })
  return end === -1 ? batch : batch.slice(0, end)
}

/**
 * Decodes draws to their ends. A prompt is read together with the tokens that its draws have in common; from there on
 * draws share a place as long as their tokens are the same, and those that know more of their tokens than others just
 * follow them.
 */
async function decode(
  engine: NetworkEngine,
  batch: Batch,
  settings: DrawSettings,
  signal: AbortSignal | undefined,
): Promise<void> {
  const starts = batch.map(({ rows }) => commonLength(rows))
  const decoding = await engine.startDecoding(
    batch.map(({ group, rows }, s) => [...group.prompt, ...(rows[0] as Row).tokens.slice(0, starts[s])]),
  )
  try {
    const size = decoding.vocabularySize
    /** [prompt][place]: draws with the same tokens so far; none where a place is given up. */
    let places: (readonly Row[])[][] = batch.map(({ rows }) => [rows])
    let width = 1
    let logits = decoding.firstLogits
    for (let step = 0; ; step++) {
      const branches = places.map((list, s) => {
        const { group } = batch[s] as Batch[number]
        const depth = (starts[s] as number) + step
        return list.map((rows, j) => {
          const offset = (s * width + j) * size
          return branch(rows, group, depth, logits.subarray(offset, offset + size), settings)
        })
      })
      const most = Math.max(...branches.map((list) => list.reduce((sum, parts) => sum + parts.length, 0)))
      if (most === 0) break
      const forked = branches.some((list) => list.some((parts) => parts.length > 1))
      if (step === 0 || forked || most <= width / 2) {
        const sources = new Int32Array(branches.length * most)
        places = branches.map((list, s) => {
          const found = list.flatMap((parts, j) => parts.map((rows) => ({ rows, j })))
          found.forEach(({ j }, k) => {
            sources[s * most + k] = j
          })
          return found.map(({ rows }) => rows)
        })
        if (step > 0) decoding.select(sources, most)
        width = most
      } else places = branches.map((list) => list.map((parts) => parts[0] ?? []))
      // Places that nobody is in repeat the end token, and nobody looks at what comes out.
      const ids = new Int32Array(places.length * width).fill(END_ID)
      places.forEach((list, s) => {
        list.forEach((rows, j) => {
          ids[s * width + j] = rows[0]?.tokens[(starts[s] as number) + step] ?? END_ID
        })
      })
      await nextTurn(signal)
      logits = await decoding.step(ids)
    }
  } finally {
    decoding.free()
  }
}

/** Draws on from `logits` where a draw waits for them, then sorts those that are not over by the token that follows. */
function branch(
  rows: readonly Row[],
  group: Group,
  depth: number,
  logits: Float32Array,
  settings: DrawSettings,
): Row[][] {
  const stopped = rows.find((row) => row.tokens.length === depth)
  const node = stopped && group.trie.record(stopped.tokens, depth, logits)
  const parts = new Map<number, Row[]>()
  for (const row of rows) {
    if (row.tokens.length === depth) advance(row, group, node, settings)
    if (isOver(row, group)) continue
    const token = row.tokens[depth] as number
    const part = parts.get(token)
    if (part === undefined) parts.set(token, [row])
    else part.push(row)
  }
  return [...parts.values()]
}

/** How many tokens all rows begin with. */
function commonLength(rows: readonly Row[]): number {
  const [first, ...others] = rows as [Row, ...Row[]]
  return others.reduce((length, { tokens }) => {
    let i = 0
    while (i < length && tokens[i] === first.tokens[i]) i++
    return i
  }, first.tokens.length)
}
