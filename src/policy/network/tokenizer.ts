import * as z from 'zod'

/** Ends every tactic. Special tokens never come out of encoding text, whatever the text says. */
export const END_TOKEN = '<|end|>'
/** Fills the rows of a batch up to one length; its embedding is never looked at. */
export const PAD_TOKEN = '<|pad|>'
export const END_ID = 0
export const PAD_ID = 1
const SPECIAL_TOKENS = [END_TOKEN, PAD_TOKEN]
/** Ids from here on are the 256 bytes, then one id per merge. */
export const FIRST_BYTE_ID = SPECIAL_TOKENS.length
export const BASE_SIZE = FIRST_BYTE_ID + 256

/**
 * How text is cut before merging, in the dialect shared by JavaScript and the `tokenizer.json` readers: the prompt's
 * separator; a dotted name with the space before it (`Nat.add_comm`, `h₁'`, `x✝`); one digit; one bracket or comma; a
 * run of operator signs (`⊢`, `:=`, `≤`); blanks. A merge never crosses a cut.
 */
const NAME = "[\\p{L}_][\\p{L}\\p{N}_'!?✝]*"
const BRACKETS = '()\\[\\]{}⟨⟩,;'
export const CUT_PATTERN = [
  ':::',
  ` ?${NAME}(?:\\.${NAME})*`,
  ' ?\\p{N}',
  ` ?[${BRACKETS}]`,
  ` ?[^\\s\\p{L}\\p{N}_${BRACKETS}]+`,
  '\\s+(?!\\S)',
  '\\s+',
].join('|')
const CUTS = new RegExp(CUT_PATTERN, 'gu')

/** Pieces of `text` that the merges work inside of; together they are `text`. */
export function cutText(text: string): string[] {
  return text.match(CUTS) ?? []
}

/** One merge: two ids that become the id `BASE_SIZE + rank`. */
export type Merge = readonly [left: number, right: number]

const tokenizerJsonSchema = z.object({
  pre_tokenizer: z.object({
    type: z.literal('Sequence'),
    pretokenizers: z.tuple([
      z.object({ type: z.literal('Split'), pattern: z.object({ Regex: z.literal(CUT_PATTERN) }) }),
      z.object({ type: z.literal('ByteLevel') }),
    ]),
  }),
  model: z.object({
    type: z.literal('BPE'),
    vocab: z.record(z.string(), z.number().int()),
    merges: z.array(z.tuple([z.string(), z.string()])),
  }),
})

/** GPT-2's printable stand-ins for bytes, which `tokenizer.json` vocabularies are written in. */
const BYTE_TO_CHAR: readonly string[] = (() => {
  let extra = 256
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
    return String.fromCodePoint(printable ? byte : extra++)
  })
})()

const MAX_CACHED_PIECES = 50_000

/** Byte-level BPE. Every string can be encoded, and decoding gives it back. Immutable but for a cache of pieces. */
export class Tokenizer {
  readonly #ranks = new Map<number, number>()
  readonly #bytesOf: Uint8Array[]
  readonly #pieces = new Map<string, readonly number[]>()
  readonly merges: readonly Merge[]

  constructor(merges: readonly Merge[]) {
    this.merges = merges
    this.#bytesOf = [
      ...SPECIAL_TOKENS.map(() => new Uint8Array()),
      ...Array.from({ length: 256 }, (_, b) => Uint8Array.of(b)),
    ]
    for (const [left, right] of merges) {
      const a = this.#bytesOf[left]
      const b = this.#bytesOf[right]
      if (a === undefined || b === undefined || left < FIRST_BYTE_ID || right < FIRST_BYTE_ID)
        throw new RangeError(`merge ${this.#ranks.size} joins tokens that do not exist yet`)
      this.#ranks.set(pairKey(left, right), this.#ranks.size)
      this.#bytesOf.push(Uint8Array.of(...a, ...b))
    }
  }

  get vocabularySize(): number {
    return this.#bytesOf.length
  }

  encode(text: string): number[] {
    const ids: number[] = []
    for (const piece of cutText(text)) ids.push(...this.#encodePiece(piece))
    return ids
  }

  /** Special tokens decode to nothing; bytes that are not UTF-8 to U+FFFD. */
  decode(ids: Iterable<number>): string {
    const bytes: number[] = []
    for (const id of ids) {
      const part = this.#bytesOf[id]
      if (part === undefined) throw new RangeError(`token ${id} is outside the vocabulary of ${this.vocabularySize}`)
      bytes.push(...part)
    }
    return new TextDecoder().decode(Uint8Array.from(bytes))
  }

  #encodePiece(piece: string): readonly number[] {
    const known = this.#pieces.get(piece)
    if (known !== undefined) return known
    let ids = Array.from(new TextEncoder().encode(piece), (byte) => byte + FIRST_BYTE_ID)
    for (;;) {
      let best = Number.POSITIVE_INFINITY
      for (let i = 0; i + 1 < ids.length; i++)
        best = Math.min(best, this.#ranks.get(pairKey(ids[i] as number, ids[i + 1] as number)) ?? best)
      const merge = this.merges[best]
      if (merge === undefined) break
      ids = mergePair(ids, merge, BASE_SIZE + best)
    }
    if (this.#pieces.size >= MAX_CACHED_PIECES) this.#pieces.clear()
    this.#pieces.set(piece, ids)
    return ids
  }

  /** The ecosystem's `tokenizer.json`, readable by any of its BPE implementations. */
  toJson(): object {
    const names = this.#bytesOf.map((bytes, id) =>
      id < FIRST_BYTE_ID ? (SPECIAL_TOKENS[id] as string) : Array.from(bytes, (b) => BYTE_TO_CHAR[b]).join(''),
    )
    const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }
    return {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: SPECIAL_TOKENS.map((content, id) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: null,
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: CUT_PATTERN }, behavior: 'Isolated', invert: false },
          byteLevel,
        ],
      },
      post_processor: null,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(names.map((name, id) => [name, id])),
        merges: this.merges.map(([left, right]) => [names[left], names[right]]),
      },
    }
  }

  /** Reads what `toJson` wrote. Throws an Error with one sentence where the file is another tokenizer or damaged. */
  static fromJson(json: unknown): Tokenizer {
    const parsed = tokenizerJsonSchema.safeParse(json)
    if (!parsed.success) throw new Error(`not a tokenizer of this program: ${z.prettifyError(parsed.error)}`)
    const { vocab, merges } = parsed.data.model
    const id = (name: string): number => {
      const found = vocab[name]
      if (found === undefined) throw new Error(`the tokenizer merges ${JSON.stringify(name)}, which it does not define`)
      return found
    }
    const tokenizer = new Tokenizer(merges.map(([left, right]) => [id(left), id(right)]))
    const written = tokenizerJsonSchema.parse(tokenizer.toJson()).model.vocab
    const names = Object.keys(written)
    if (names.length !== Object.keys(vocab).length || names.some((name) => written[name] !== vocab[name]))
      throw new Error('the tokenizer has a vocabulary that its merges do not make')
    return tokenizer
  }
}

/** Unique for ids below 2^21. */
export function pairKey(left: number, right: number): number {
  return left * 0x200000 + right
}

/** Replaces every `merge` in `ids`, left to right. */
export function mergePair(ids: readonly number[], merge: Merge, id: number): number[] {
  const merged: number[] = []
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === merge[0] && ids[i + 1] === merge[1]) {
      merged.push(id)
      i++
    } else merged.push(ids[i] as number)
  }
  return merged
}
