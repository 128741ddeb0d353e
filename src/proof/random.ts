/** A source of randomness that is handed down, never global: the same seed gives the same numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** An independent stream named by a label; does not advance this one. */
  fork(label: string | number): Random
}

/** FNV-1a over UTF-16 code units, 32 bits. */
export function hash32(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

/** The splitmix32 generator: small, fast, and good enough for sampling tactics. */
export function createRandom(seed: number | string): Random {
  const origin = hash32(String(seed))
  let state = origin
  return {
    next() {
      state = (state + 0x9e3779b9) | 0
      let z = state ^ (state >>> 16)
      z = Math.imul(z, 0x21f0aaad)
      z ^= z >>> 15
      z = Math.imul(z, 0x735a2d97)
      return ((z ^ (z >>> 15)) >>> 0) / 0x100000000
    },
    fork: (label) => createRandom(`${origin}/${label}`),
  }
}
