import { createRandom, type Random } from '../proof/random.ts'
import { type Item, itemLength } from './items.ts'

/** Batches' worth of items that are sorted by length together: more wastes less on fillings, less mixes better. */
const POOL_BATCHES = 16

/**
 * The order in which epoch `epoch` visits the items: random, but such that neighbours are about equally long. A function
 * of its arguments alone, so that a resumed run sees the same.
 */
export function epochOrder(items: readonly Item[], batchSize: number, seed: number | string, epoch: number): number[] {
  const random = createRandom(seed).fork(`epoch ${epoch}`)
  const shuffled = shuffle(Array.from(items.keys()), random)
  const lengths = items.map(itemLength)
  const batches: number[][] = []
  for (let at = 0; at < shuffled.length; at += batchSize * POOL_BATCHES) {
    const pool = shuffled.slice(at, at + batchSize * POOL_BATCHES)
    // Array.prototype.sort is stable: equal lengths keep their random order.
    pool.sort((a, b) => (lengths[a] as number) - (lengths[b] as number))
    for (let i = 0; i < pool.length; i += batchSize) batches.push(pool.slice(i, i + batchSize))
  }
  return shuffle(batches, random).flat()
}

/** Fisher and Yates, in place. */
export function shuffle<T>(list: T[], random: Random): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1))
    const swap = list[i] as T
    list[i] = list[j] as T
    list[j] = swap
  }
  return list
}

/**
 * Splits items so that all of one label are on one side: about `share` of the labels are held out, chosen by `seed`.
 * At least one label stays on each side if there are two and the share is not 0.
 */
export function splitByLabel<I extends { readonly label: string }>(
  items: readonly I[],
  share: number,
  seed: number | string,
): { training: I[]; heldOut: I[] } {
  const labels = shuffle([...new Set(items.map((item) => item.label))].sort(), createRandom(seed).fork('held out'))
  const wanted = Math.round(labels.length * share)
  const count = share > 0 && labels.length > 1 ? Math.min(labels.length - 1, Math.max(1, wanted)) : 0
  const held = new Set(labels.slice(0, count))
  return {
    training: items.filter((item) => !held.has(item.label)),
    heldOut: items.filter((item) => held.has(item.label)),
  }
}
