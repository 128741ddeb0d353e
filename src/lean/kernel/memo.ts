const EMPTY = -1

/** A set of ordered pairs of term numbers below 2^26. */
export class PairSet {
  #keys = new Float64Array(1024).fill(EMPTY)
  #size = 0

  has(a: number, b: number): boolean {
    const key = a * 0x4000000 + b
    return this.#keys[this.#slot(this.#keys, key, a, b)] === key
  }
  add(a: number, b: number): void {
    const key = a * 0x4000000 + b
    const slot = this.#slot(this.#keys, key, a, b)
    if (this.#keys[slot] === key) return
    this.#keys[slot] = key
    if (++this.#size * 2 > this.#keys.length) this.#grow()
  }
  #slot(keys: Float64Array, key: number, a: number, b: number): number {
    const mask = keys.length - 1
    let slot = (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) >>> 0
    slot = (slot ^ (slot >>> 15)) & mask
    for (;;) {
      const found = keys[slot]
      if (found === key || found === EMPTY) return slot
      slot = (slot + 1) & mask
    }
  }
  #grow(): void {
    const grown = new Float64Array(this.#keys.length * 2).fill(EMPTY)
    for (const key of this.#keys) {
      if (key === EMPTY) continue
      const a = Math.floor(key / 0x4000000)
      grown[this.#slot(grown, key, a, key - a * 0x4000000)] = key
    }
    this.#keys = grown
  }
}
