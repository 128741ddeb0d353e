/** How a token is drawn from the model's distribution. */
export type DrawSettings = {
  /** 1 is the model's own distribution; 0 always takes the likeliest token. */
  readonly temperature: number
  /** Tokens are drawn from the smallest set that holds this much probability; 1 is all. */
  readonly topP: number
}

/** Bytes a prefix cache may hold if nothing else is said. */
export const DEFAULT_CACHE_BYTES = 256 * 2 ** 20

/** What an entry takes besides its numbers, estimated generously: objects, maps, array headers. */
const NODE_OVERHEAD = 600

/** Weights of the tokens `order` (of all tokens if undefined), summed up from the first on. */
type Sums = {
  readonly settings: DrawSettings
  readonly order: Uint32Array | undefined
  readonly cumulative: Float64Array
}

/** The model's distribution over the token that follows one prefix. */
export class PrefixNode {
  readonly children = new Map<number, PrefixNode>()
  /** [vocabulary] */
  readonly #logits: Float32Array
  /** log of the sum of e^logits. */
  readonly #normaliser: number
  readonly #best: number
  #sums: Sums | undefined
  #drawn = false

  constructor(logits: Float32Array) {
    this.#logits = logits
    let best = 0
    for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[best] as number)) best = i
    this.#best = best
    const max = logits[best] as number
    let sum = 0
    for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - max)
    this.#normaliser = max + Math.log(sum)
  }

  /** Natural log-probability of a token under the model itself. */
  logProb(token: number): number {
    return (this.#logits[token] as number) - this.#normaliser
  }

  /**
   * The token at the number `uniform` from [0, 1), by inversion of the tempered and truncated distribution. From the
   * second draw on its sums are kept if `reserve` grants their bytes, as most prefixes are drawn from just once.
   */
  draw(uniform: number, settings: DrawSettings, reserve: (bytes: number) => boolean): number {
    if (settings.temperature === 0) return this.#best
    const { order, cumulative } = this.#sumsFor(settings, reserve)
    const last = cumulative.length - 1
    const aim = uniform * (cumulative[last] as number)
    let [low, high] = [0, last]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((cumulative[middle] as number) > aim) high = middle
      else low = middle + 1
    }
    return order === undefined ? low : (order[low] as number)
  }

  #sumsFor(settings: DrawSettings, reserve: (bytes: number) => boolean): Sums {
    const kept = this.#sums
    if (kept?.settings.temperature === settings.temperature && kept.settings.topP === settings.topP) return kept
    const sums = this.#sumUp(settings)
    const bytes = (of: Sums) => of.cumulative.byteLength + (of.order?.byteLength ?? 0)
    if (this.#drawn && (kept === undefined ? reserve(bytes(sums)) : bytes(sums) <= bytes(kept))) this.#sums = sums
    this.#drawn = true
    return sums
  }

  #sumUp(settings: DrawSettings): Sums {
    const max = this.#logits[this.#best] as number
    const weights = new Float64Array(this.#logits.length)
    for (let i = 0; i < weights.length; i++)
      weights[i] = Math.exp(((this.#logits[i] as number) - max) / settings.temperature)
    if (settings.topP >= 1) return { settings, order: undefined, cumulative: accumulate(weights) }
    const order = Uint32Array.from(weights.keys()).sort(
      (a, b) => (weights[b] as number) - (weights[a] as number) || a - b,
    )
    const cumulative = accumulate(Float64Array.from(order, (token) => weights[token] as number))
    const wanted = settings.topP * (cumulative.at(-1) as number)
    const kept = cumulative.findIndex((sum) => sum >= wanted) + 1
    return { settings, order: order.slice(0, kept), cumulative: cumulative.slice(0, kept) }
  }
}

/** What is known of one prompt's continuations. */
export class PromptTrie {
  #root: PrefixNode | undefined
  readonly #reserve: (bytes: number, trie: PromptTrie) => boolean

  constructor(reserve: (bytes: number, trie: PromptTrie) => boolean) {
    this.#reserve = reserve
  }

  /** Bytes for one more thing kept under this prompt; false if there are none. */
  readonly reserve = (bytes: number): boolean => this.#reserve(bytes, this)

  /** The distribution after the first `length` of `tokens`, if it is known. */
  find(tokens: readonly number[], length = tokens.length): PrefixNode | undefined {
    let node = this.#root
    for (let i = 0; i < length && node !== undefined; i++) node = node.children.get(tokens[i] as number)
    return node
  }

  /** The distribution after the first `length` of `tokens`, remembered if there is room. `logits` is copied if it is. */
  record(tokens: readonly number[], length: number, logits: Float32Array): PrefixNode {
    const known = this.find(tokens, length)
    if (known !== undefined) return known
    const parent = length === 0 ? undefined : this.find(tokens, length - 1)
    if ((length > 0 && parent === undefined) || !this.reserve(logits.byteLength + NODE_OVERHEAD))
      return new PrefixNode(logits)
    const node = new PrefixNode(logits.slice())
    if (parent === undefined) this.#root = node
    else parent.children.set(tokens[length - 1] as number, node)
    return node
  }

  /** Frees what is held; for the cache alone, which counts it. */
  empty(): void {
    this.#root = undefined
  }
}

type Entry = { readonly trie: PromptTrie; bytes: number }

/**
 * Next-token distributions of one network by prompt and prefix, at most `maxBytes` of them: whole prompts are forgotten,
 * the longest unused first, and a prompt that fills the bound alone learns nothing more. They do not depend on how
 * tokens are drawn, and hold until the network's parameters change.
 */
export class PrefixCache {
  readonly #maxBytes: number
  /** The longest unused first. */
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(maxBytes = DEFAULT_CACHE_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** Bytes held, at most the bound; objects are counted by estimate. */
  get bytes(): number {
    return this.#bytes
  }
  /** Prompts it knows something of. */
  get prompts(): number {
    return this.#entries.size
  }

  /** What is known of a prompt, which counts as used. */
  trie(prompt: readonly number[]): PromptTrie {
    const key = prompt.join()
    const known = this.#entries.get(key)
    if (known !== undefined) {
      this.#entries.delete(key)
      this.#entries.set(key, known)
      return known.trie
    }
    let listed = false
    return new PromptTrie((bytes, trie) => {
      const wanted = bytes + (listed ? 0 : 2 * key.length + NODE_OVERHEAD)
      if ((listed && this.#entries.get(key)?.trie !== trie) || !this.#makeRoom(wanted, key)) return false
      const entry = this.#entries.get(key) ?? { trie, bytes: 0 }
      entry.bytes += wanted
      this.#bytes += wanted
      this.#entries.set(key, entry)
      listed = true
      return true
    })
  }

  clear(): void {
    for (const key of this.#entries.keys()) this.#forget(key)
  }

  #makeRoom(bytes: number, keep: string): boolean {
    if (bytes > this.#maxBytes) return false
    for (const key of this.#entries.keys()) {
      if (this.#bytes + bytes <= this.#maxBytes) break
      if (key !== keep) this.#forget(key)
    }
    return this.#bytes + bytes <= this.#maxBytes
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
    entry.trie.empty()
  }
}

/** Sums from the first number up to each, in place. */
function accumulate(numbers: Float64Array): Float64Array {
  for (let i = 1; i < numbers.length; i++) numbers[i] = (numbers[i] as number) + (numbers[i - 1] as number)
  return numbers
}
