import { BASE_SIZE, cutText, FIRST_BYTE_ID, type Merge, mergePair, pairKey, Tokenizer } from './tokenizer.ts'

/** Positions of adjacent pairs over the distinct pieces: how often each occurs, and in which pieces. */
class PairIndex {
  readonly counts = new Map<number, number>()
  readonly #pieces = new Map<number, Set<number>>()

  add(ids: readonly number[], piece: number, times: number): void {
    for (let i = 0; i + 1 < ids.length; i++) {
      const key = pairKey(ids[i] as number, ids[i + 1] as number)
      const count = (this.counts.get(key) ?? 0) + times
      if (count === 0) this.counts.delete(key)
      else this.counts.set(key, count)
      if (times < 0) continue
      const pieces = this.#pieces.get(key)
      if (pieces === undefined) this.#pieces.set(key, new Set([piece]))
      else pieces.add(piece)
    }
  }

  /** Pieces that may hold the pair (it may have been merged away in some of them since). */
  takePieces(key: number): Set<number> {
    const pieces = this.#pieces.get(key) ?? new Set()
    this.#pieces.delete(key)
    return pieces
  }

  /** The most frequent pair that occurs at least twice; the smallest ids among equals, so that training is deterministic. */
  best(): number | undefined {
    let best: number | undefined
    let most = 1
    for (const [key, count] of this.counts)
      if (count > most || (count === most && best !== undefined && key < best)) {
        most = count
        best = key
      }
    return best
  }
}

/**
 * Trains byte-level BPE on `texts` up to `vocabularySize` tokens, fewer if no pair occurs twice any more.
 * Deterministic in the multiset of texts. Throws RangeError where the size has no room for the 256 bytes.
 */
export function trainTokenizer(texts: Iterable<string>, vocabularySize: number): Tokenizer {
  if (!Number.isInteger(vocabularySize) || vocabularySize < BASE_SIZE || vocabularySize > 65_536)
    throw new RangeError(`the vocabulary size must be an integer from ${BASE_SIZE} to 65536, not ${vocabularySize}`)
  const frequency = new Map<string, number>()
  for (const text of texts) for (const piece of cutText(text)) frequency.set(piece, (frequency.get(piece) ?? 0) + 1)

  const encoder = new TextEncoder()
  const pieces: number[][] = []
  const times: number[] = []
  const index = new PairIndex()
  for (const [piece, count] of frequency) {
    const ids = Array.from(encoder.encode(piece), (byte) => byte + FIRST_BYTE_ID)
    index.add(ids, pieces.length, count)
    pieces.push(ids)
    times.push(count)
  }

  const merges: Merge[] = []
  while (BASE_SIZE + merges.length < vocabularySize) {
    const best = index.best()
    if (best === undefined) break
    const merge: Merge = [Math.floor(best / 0x200000), best % 0x200000]
    const id = BASE_SIZE + merges.length
    merges.push(merge)
    for (const piece of index.takePieces(best)) {
      const before = pieces[piece] as number[]
      const after = mergePair(before, merge, id)
      if (after.length === before.length) continue
      const count = times[piece] as number
      index.add(before, piece, -count)
      index.add(after, piece, count)
      pieces[piece] = after
    }
  }
  return new Tokenizer(merges)
}
