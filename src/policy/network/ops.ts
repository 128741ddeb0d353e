/**
 * The operations the network is written in. An engine implements them on its own handle type `T`: a tensor that is
 * computed at once, or a node of a graph that is run later. Shapes are written in brackets, `...` is any leading shape.
 */
export interface Ops<T> {
  /** Rows of `table` [n, d] at integer `ids` [a, b]: [a, b, d]. */
  embed(table: T, ids: T): T
  /** Sum of two shapes of equal rank, where a 1 in `b` repeats. */
  add(a: T, b: T): T
  /** `x` [..., i] times `weight` [i, o] plus `bias` [o]: [..., o]. */
  linear(x: T, weight: T, bias: T): T
  /** Layer normalisation over the last axis with gain and bias, epsilon 1e-5. */
  layerNorm(x: T, gain: T, bias: T): T
  /** The exact (erf) GELU. */
  gelu(x: T): T
  /** The last axis cut into `parts` equal parts. */
  splitLast(x: T, parts: number): T[]
  /** [a, b, h * d] to [a, h, b, d]. */
  splitHeads(x: T, heads: number): T
  /** [a, h, b, d] to [a, b, h * d]. */
  mergeHeads(x: T): T
  /** `scale` * `a` [..., m, d] times `b` [..., n, d] transposed: [..., m, n]. */
  scores(a: T, b: T, scale: number): T
  /** `a` [..., m, n] times `b` [..., n, d]: [..., m, d]. */
  mix(a: T, b: T): T
  /** Softmax over the last axis. */
  softmax(x: T): T
  /** Rows of `x` [a, b, d], seen as [a * b, d], at distinct integer `rows` [m]: [m, d]. */
  takeRows(x: T, rows: T): T
  /** `x` [m, d] times `table` [v, d] transposed: [m, v]. */
  unembed(x: T, table: T): T
  /** Natural log-probability of `targets` [m] under softmax of `logits` [m, v]: [m]. */
  logProbOf(logits: T, targets: T): T
}

/** What decoding one token needs besides; never differentiated. */
export interface DecodeOps<T> extends Ops<T> {
  /** [a, b, d] as [a * b, d]. */
  flattenRows(x: T): T
  concat(a: T, b: T, axis: number): T
  /** The last axis of `x` cut in two, the first part as long as the last axis of `like`. */
  splitLastLike(x: T, like: T): [T, T]
  /** A new axis of length 1 at `axis`. */
  expandAxis(x: T, axis: number): T
  /** The axis of length 1 at `axis` removed. */
  dropAxis(x: T, axis: number): T
}
