import type { TokenBatch, WeightedBatch } from '../policy/network/engine.ts'
import { padRows } from '../policy/network/engine.ts'
import { PAD_ID } from '../policy/network/tokenizer.ts'

/** A prompt and the completion the network should give it, as tokens; the completion ends with the end token. */
export type Row = { readonly prompt: readonly number[]; readonly completion: readonly number[] }

/**
 * What one loss term is about: one row for a tactic or an answer, all rows of a proof where the loss is of their
 * product. `label` groups items that must not be split between training and held-out data.
 */
export type Item = { readonly label: string; readonly rows: readonly Row[] }

/** Tokens the network reads for a row: the last token of the completion is only predicted. */
export function rowLength(row: Row): number {
  return row.prompt.length + row.completion.length - 1
}

export function itemLength(item: Item): number {
  return Math.max(...item.rows.map(rowLength))
}

export function completionTokens(item: Item): number {
  return item.rows.reduce((sum, row) => sum + row.completion.length, 0)
}

/** Rounding lengths up keeps the number of different shapes, and of memory blocks for them, small. */
const LENGTH_STEP = 8

/** All rows of `items` as one batch whose targets are the completions' tokens, item after item. */
export function batchOf(items: readonly Item[], contextLength: number): TokenBatch {
  const rows = items.flatMap((item) => item.rows)
  const longest = Math.max(...rows.map(rowLength))
  if (longest > contextLength) throw new RangeError(`a row of ${longest} tokens in a context of ${contextLength}`)
  const length = Math.min(contextLength, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP)
  const inputs = rows.map((row) => [...row.prompt, ...row.completion.slice(0, -1)])
  const places = rows.flatMap((row, i) => row.completion.map((_, t) => i * length + row.prompt.length - 1 + t))
  return {
    rows: rows.length,
    length,
    ids: padRows(inputs, length, PAD_ID),
    places: Int32Array.from(places),
    targets: Int32Array.from(rows.flatMap((row) => row.completion)),
  }
}

/** `batch` with every token of an item weighted by that item's number. */
export function weighted(batch: TokenBatch, items: readonly Item[], weights: readonly number[]): WeightedBatch {
  const tokens = items.flatMap((item, i) => Array.from({ length: completionTokens(item) }, () => weights[i] as number))
  return { ...batch, weights: Float32Array.from(tokens) }
}

/** Log-probability of each item's completions, the float64 sum over its tokens in a batch's order. */
export function itemLogProbs(items: readonly Item[], tokenLogProbs: Float32Array): number[] {
  let at = 0
  return items.map((item) => {
    let sum = 0
    for (const end = at + completionTokens(item); at < end; at++) sum += tokenLogProbs[at] as number
    // Rounding of a probability of 1 may come out a hair above.
    return Math.min(0, sum)
  })
}
