import { createRandom, type Random } from '../proof/random.ts'
import type { Decoding, NetworkEngine } from './engine.ts'
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

export type SampleRequest = {
  readonly prompts: readonly (readonly number[])[]
  /** Draws per prompt. */
  readonly count: number
  /** One per prompt. A draw depends on its prompt's seed and its own number, not on what else is in the batch. */
  readonly seeds: readonly (number | string)[]
  /** 1 is the model's own distribution; 0 always takes the likeliest token. */
  readonly temperature: number
  /** Tokens are drawn from the smallest set that holds this much probability; 1 is all. */
  readonly topP: number
  /** Longest continuation, end included. Never past the network's context. */
  readonly maxTokens: number
}

type Row = { readonly tokens: number[]; logProb: number; finished: boolean; readonly random: Random }

/** Independent draws for each prompt, in draw order. Throws what `signal` was aborted with, between two tokens. */
export async function sample(engine: NetworkEngine, request: SampleRequest, signal?: AbortSignal): Promise<Draw[][]> {
  const { prompts, count, seeds } = request
  const rows: Row[][] = prompts.map((_, i) => {
    const random = createRandom(seeds[i] as number | string)
    return Array.from({ length: count }, (_, j) => ({
      tokens: [],
      logProb: 0,
      finished: false,
      random: random.fork(j),
    }))
  })
  const limit = tokenLimit(engine, request)
  const decoding = await engine.startDecoding(prompts)
  try {
    // live[s] are the draws of prompt s still being continued; every prompt has `width` places in a decoding step.
    let live = rows.map((draws) => [...draws])
    let width = count
    let logits = decoding.firstLogits
    for (let step = 0; step < limit; step++) {
      live.forEach((draws, s) => {
        for (let j = 0; j < draws.length; j++) {
          const row = draws[j] as Row
          if (!row.finished)
            continueRow(row, logits, (step === 0 ? s : s * width + j) * decoding.vocabularySize, decoding, request)
        }
      })
      const most = Math.max(...live.map((draws) => draws.filter((row) => !row.finished).length))
      if (most === 0 || step === limit - 1) break
      if (step === 0) width = most
      if (step === 0 || most <= width / 2) {
        const { kept, sources } = compact(live, most)
        if (step > 0) decoding.select(sources, most)
        live = kept
        width = most
      }
      await nextTurn(signal)
      logits = await decoding.step(lastTokens(live, width))
    }
  } finally {
    decoding.free()
  }
  return rows.map((draws) => draws.map(({ tokens, logProb, finished }) => ({ tokens, logProb, finished })))
}

/** How many tokens a continuation may have so that even the longest prompt stays inside the context. */
export function tokenLimit(
  engine: NetworkEngine,
  request: { prompts: SampleRequest['prompts']; maxTokens: number },
): number {
  const longest = Math.max(...request.prompts.map((prompt) => prompt.length))
  const limit = Math.min(request.maxTokens, engine.config.contextLength - longest)
  if (limit < 1)
    throw new RangeError(`a prompt of ${longest} tokens leaves no room in a context of ${engine.config.contextLength}`)
  return limit
}

/** Lets messages and aborts in; some back ends never give way by themselves. */
export async function nextTurn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  signal?.throwIfAborted()
}

/** log of the sum of e^logits over one row of the vocabulary. */
export function logSumExp(logits: Float32Array, offset: number, size: number): number {
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < size; i++) max = Math.max(max, logits[offset + i] as number)
  let sum = 0
  for (let i = 0; i < size; i++) sum += Math.exp((logits[offset + i] as number) - max)
  return max + Math.log(sum)
}

function continueRow(row: Row, logits: Float32Array, offset: number, decoding: Decoding, request: SampleRequest): void {
  const size = decoding.vocabularySize
  const token = drawToken(logits, offset, size, request, row.random)
  row.logProb += (logits[offset + token] as number) - logSumExp(logits, offset, size)
  if (token === END_ID) row.finished = true
  else row.tokens.push(token)
}

/** One token from a row of logits, by inversion of the (tempered, truncated) distribution at one uniform number. */
function drawToken(
  logits: Float32Array,
  offset: number,
  size: number,
  { temperature, topP }: { temperature: number; topP: number },
  random: Random,
): number {
  const uniform = random.next()
  let best = 0
  for (let i = 1; i < size; i++) if ((logits[offset + i] as number) > (logits[offset + best] as number)) best = i
  if (temperature === 0) return best
  const max = logits[offset + best] as number
  const weights = new Float64Array(size)
  let total = 0
  for (let i = 0; i < size; i++) {
    const weight = Math.exp(((logits[offset + i] as number) - max) / temperature)
    weights[i] = weight
    total += weight
  }
  let order: ArrayLike<number> | undefined
  if (topP < 1) {
    const sorted = Array.from(weights.keys()).sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b)
    let kept = 0
    let held = 0
    while (kept < size && held < topP * total) held += weights[sorted[kept++] as number] as number
    order = sorted.slice(0, kept)
    total = held
  }
  let rest = uniform * total
  const last = (order?.length ?? size) - 1
  for (let k = 0; k < last; k++) {
    const token = order === undefined ? k : (order[k] as number)
    rest -= weights[token] as number
    if (rest < 0) return token
  }
  return order === undefined ? last : (order[last] as number)
}

/** Drops finished draws; `sources` says which old place each of `width` new places per prompt continues. */
function compact(live: readonly Row[][], width: number): { kept: Row[][]; sources: Int32Array } {
  const sources = new Int32Array(live.length * width)
  const kept = live.map((draws, s) => {
    const places = draws.flatMap((row, j) => (row.finished ? [] : [j]))
    places.forEach((place, j) => {
      sources[s * width + j] = place
    })
    return places.map((place) => draws[place] as Row)
  })
  return { kept, sources }
}

/** The last token of each place; places without a live draw repeat the end token, and nobody looks at them. */
function lastTokens(live: readonly Row[][], width: number): Int32Array {
  const ids = new Int32Array(live.length * width).fill(END_ID)
  live.forEach((draws, s) => {
    draws.forEach((row, j) => {
      if (!row.finished) ids[s * width + j] = row.tokens.at(-1) as number
    })
  })
  return ids
}
