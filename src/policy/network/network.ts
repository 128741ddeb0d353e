import type { NetworkConfig } from './network-config.ts'
import type { DecodeOps, Ops } from './ops.ts'

/** The network's parameters by name, as an engine's handles. */
export type Weights<T> = (name: string) => T

/** Keys and values of one layer: [a, heads, b, head width] each. */
export type LayerCache<T> = { readonly keys: T; readonly values: T }

export type EncodeInput<T> = {
  /** [B, T] integers; rows shorter than T are filled at the end. */
  readonly ids: T
  /** [1, T] integers, 0 to T - 1. */
  readonly positions: T
  /** [1, 1, T, T], 0 where the second position may be looked at from the first, very negative elsewhere. */
  readonly mask: T
}

/**
 * A pre-norm decoder over whole token rows. Returns the last layer's activations [B, T, width] (before the final norm)
 * and each layer's keys and values.
 */
export function encode<T>(
  ops: Ops<T>,
  config: NetworkConfig,
  weights: Weights<T>,
  input: EncodeInput<T>,
): { hidden: T; cache: LayerCache<T>[] } {
  const cache: LayerCache<T>[] = []
  let x = ops.add(ops.embed(weights('tokens'), input.ids), ops.embed(weights('positions'), input.positions))
  for (let layer = 0; layer < config.layers; layer++)
    x = block(ops, config, weights, layer, x, (queries, keys, values) => {
      cache.push({ keys, values })
      const scores = ops.add(ops.scores(queries, keys, headScale(config)), input.mask)
      return ops.mix(ops.softmax(scores), values)
    })
  return { hidden: x, cache }
}

/** Log-probabilities [m] of `targets` [m] as the tokens that follow the places `rows` [m] of the flattened [B * T]. */
export function logProbsAt<T>(ops: Ops<T>, weights: Weights<T>, hidden: T, rows: T, targets: T): T {
  return ops.logProbOf(logitsAt(ops, weights, hidden, rows), targets)
}

/** Logits [m, vocabulary] of the tokens that follow the places `rows` [m]. Only those rows pay for the vocabulary. */
export function logitsAt<T>(ops: Ops<T>, weights: Weights<T>, hidden: T, rows: T): T {
  return unembedRows(ops, weights, ops.takeRows(hidden, rows))
}

export type DecodeInput<T> = {
  /** [S, K]: the last token of each of K continuations of S prompts. */
  readonly ids: T
  /** [S, 1]: its position, the same for all continuations of a prompt. */
  readonly positions: T
  /** [S, 1, 1, P]: 0 on a prompt's tokens, very negative on its filling. */
  readonly promptMask: T
  /** Per layer, [S, heads, P, head width]: computed once per prompt and shared by its continuations. */
  readonly prompt: readonly LayerCache<T>[]
  /** Per layer, [S, heads, K, t, head width]: the t tokens of each continuation so far. */
  readonly own: readonly LayerCache<T>[]
}

/**
 * One more token for K continuations of each of S prompts: logits [S * K, vocabulary] and the caches one token longer.
 * The K continuations are K query rows against their prompt's keys, so the prompt's cache is neither copied nor
 * repeated; only the few tokens of its own are each continuation's alone.
 */
export function decodeStep<T>(
  ops: DecodeOps<T>,
  config: NetworkConfig,
  weights: Weights<T>,
  input: DecodeInput<T>,
): { logits: T; own: LayerCache<T>[] } {
  const own: LayerCache<T>[] = []
  let x = ops.add(ops.embed(weights('tokens'), input.ids), ops.embed(weights('positions'), input.positions))
  for (let layer = 0; layer < config.layers; layer++)
    x = block(ops, config, weights, layer, x, (queries, newKeys, newValues) => {
      const prompt = input.prompt[layer] as LayerCache<T>
      const past = input.own[layer] as LayerCache<T>
      const keys = ops.concat(past.keys, ops.expandAxis(newKeys, 3), 3)
      const values = ops.concat(past.values, ops.expandAxis(newValues, 3), 3)
      own.push({ keys, values })
      const scale = headScale(config)
      const promptScores = ops.add(ops.scores(queries, prompt.keys, scale), input.promptMask)
      const ownScores = ops.dropAxis(ops.scores(ops.expandAxis(queries, 3), keys, scale), 3)
      const attention = ops.softmax(ops.concat(promptScores, ownScores, 3))
      const [onPrompt, onOwn] = ops.splitLastLike(attention, promptScores)
      return ops.add(ops.mix(onPrompt, prompt.values), ops.dropAxis(ops.mix(ops.expandAxis(onOwn, 3), values), 3))
    })
  return { logits: unembedRows(ops, weights, ops.flattenRows(x)), own }
}

/** One layer; `attend` maps queries, keys and values [a, heads, b, head width] to what attention gathers, same shape. */
function block<T>(
  ops: Ops<T>,
  config: NetworkConfig,
  weights: Weights<T>,
  layer: number,
  x: T,
  attend: (queries: T, keys: T, values: T) => T,
): T {
  const weight = (name: string) => weights(`layers.${layer}.${name}`)
  const linear = (input: T, name: string) => ops.linear(input, weight(`${name}.weight`), weight(`${name}.bias`))
  const norm = (input: T, name: string) => ops.layerNorm(input, weight(`${name}.gain`), weight(`${name}.bias`))
  const [q, k, v] = ops
    .splitLast(linear(norm(x, 'attention.norm'), 'attention.in'), 3)
    .map((part) => ops.splitHeads(part, config.heads)) as [T, T, T]
  const attended = ops.add(x, linear(ops.mergeHeads(attend(q, k, v)), 'attention.out'))
  return ops.add(attended, linear(ops.gelu(linear(norm(attended, 'mlp.norm'), 'mlp.in')), 'mlp.out'))
}

/** The output projection is the token embedding itself (tied). */
function unembedRows<T>(ops: Ops<T>, weights: Weights<T>, rows: T): T {
  return ops.unembed(ops.layerNorm(rows, weights('norm.gain'), weights('norm.bias')), weights('tokens'))
}

function headScale(config: NetworkConfig): number {
  return 1 / Math.sqrt(config.width / config.heads)
}
