import * as tf from '@tensorflow/tfjs'
import type { DecodeOps } from '../ops.ts'

/** The network's operations in TensorFlow.js. Gradients are its own, but for gathering rows, which wasm lacks one for. */
export const tfjsOps: DecodeOps<tf.Tensor> = {
  embed: (table, ids) => {
    const rows = gatherRows(table, tf.reshape(ids, [-1]))
    return tf.reshape(rows, [...ids.shape, lastOf(table)])
  },
  add: (a, b) => tf.add(a, b),
  linear: (x, weight, bias) => {
    const product = tf.matMul(flatten(x), weight as tf.Tensor2D)
    return tf.reshape(tf.add(product, bias), [...x.shape.slice(0, -1), lastOf(weight)])
  },
  layerNorm: (x, gain, bias) => {
    const { mean, variance } = tf.moments(x, -1, true)
    const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)))
    return tf.add(tf.mul(normal, gain), bias)
  },
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  splitLast: (x, parts) => tf.split(x, parts, x.rank - 1),
  splitHeads: (x, heads) => {
    const [a = 0, b = 0, width = 0] = x.shape
    return tf.transpose(tf.reshape(x, [a, b, heads, width / heads]), [0, 2, 1, 3])
  },
  mergeHeads: (x) => {
    const [a = 0, heads = 0, b = 0, size = 0] = x.shape
    return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [a, b, heads * size])
  },
  scores: (a, b, scale) => tf.mul(batchMatMul(a, b, true), scale),
  mix: (a, b) => batchMatMul(a, b, false),
  softmax: (x) => tf.softmax(x),
  takeRows: (x, rows) => gatherRows(flatten(x), rows),
  unembed: (x, table) => tf.matMul(x as tf.Tensor2D, table as tf.Tensor2D, false, true),
  logProbOf: (logits, targets) => {
    const oneHot = tf.oneHot(targets as tf.Tensor1D, lastOf(logits))
    return tf.sum(tf.mul(tf.logSoftmax(logits), oneHot), -1)
  },
  flattenRows: (x) => flatten(x),
  concat: (a, b, axis) => tf.concat([a, b], axis),
  splitLastLike: (x, like) => {
    const first = lastOf(like)
    return tf.split(x, [first, lastOf(x) - first], x.rank - 1) as [tf.Tensor, tf.Tensor]
  },
  expandAxis: (x, axis) => tf.expandDims(x, axis),
  dropAxis: (x, axis) => tf.squeeze(x, [axis]),
}

function lastOf(x: tf.Tensor): number {
  return x.shape.at(-1) as number
}

function flatten(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [-1, lastOf(x)]) as tf.Tensor2D
}

/** Products of matrices under equal leading axes, as one axis of matrices: the form the fast wasm kernel takes. */
function batchMatMul(a: tf.Tensor, b: tf.Tensor, transposeB: boolean): tf.Tensor {
  const stack = (x: tf.Tensor) => {
    const [rows = 0, columns = 0] = x.shape.slice(-2)
    return tf.reshape(x, [x.shape.slice(0, -2).reduce((product, n) => product * n, 1), rows, columns]) as tf.Tensor3D
  }
  const product = tf.matMul(stack(a), stack(b), false, transposeB)
  return tf.reshape(product, [...a.shape.slice(0, -1), lastOf(product)])
}

/** tf.gather with a gradient made of scatterND, which adds up rows that are gathered more than once. */
const gatherRows = tf.customGrad((table, ids, save) => {
  const rows = ids as tf.Tensor
  const from = table as tf.Tensor
  ;(save as (tensors: tf.Tensor[]) => void)([rows])
  const shape = from.shape as [number, number]
  return {
    value: tf.gather(from, rows as tf.Tensor1D),
    gradFunc: (gradient: tf.Tensor, saved: tf.Tensor[]) => {
      const indices = saved[0] as tf.Tensor
      return [tf.scatterND(tf.expandDims(indices, 1), gradient, shape), tf.zerosLike(indices)]
    },
  }
})
