import { setImmediate as nextTurn } from 'node:timers/promises'
import { Tokenizer } from '../network/tokenizer.ts'
import { type Answer, PromptTooLong } from '../remote/model-server.ts'
import type { Continuation } from '../remote/reply.ts'
import type { RemoteSettings } from '../remote/settings.ts'
import type { Prompt } from '../remote/template.ts'
import type { LlamaContext, LlamaModel, LlamaSequence, LlamaToken } from './llama.ts'
import { TOKENIZER_KEY } from './write-gguf.ts'

/** A continuation of a character is not one. */
const BROKEN = '\uFFFD'

/** A model in this process that answers as one on a server does: the draws of a prompt are made side by side. */
export class LlamaServer {
  readonly #model: LlamaModel
  readonly #settings: RemoteSettings
  readonly #context: LlamaContext
  readonly #idle: LlamaSequence[]
  readonly #waiting: ((sequence: LlamaSequence) => void)[] = []
  /** Ours, where the file was made here. */
  readonly #tokenizer: Tokenizer | undefined

  constructor(model: LlamaModel, context: LlamaContext, sequences: number, settings: RemoteSettings) {
    this.#model = model
    this.#context = context
    this.#settings = settings
    this.#idle = Array.from({ length: sequences }, () => context.getSequence())
    const own = tokenizerOf(model.fileInfo.metadata)
    this.#tokenizer = own === undefined ? undefined : Tokenizer.fromJson(JSON.parse(own))
  }

  async complete(prompts: readonly Prompt[], count: number, seed: number, signal?: AbortSignal): Promise<Answer> {
    const continuations: Continuation[][] = []
    let [promptTokens, completionTokens] = [0, 0]
    for (const [i, prompt] of prompts.entries()) {
      if (typeof prompt !== 'string') throw new Error('a model in this process takes text, not messages')
      const tokens = this.tokens(prompt)
      const room = Math.min(this.#settings.maxTokens, this.#context.contextSize - tokens.length)
      if (room < 2) throw new PromptTooLong(`a prompt of ${tokens.length} tokens leaves no room`)
      promptTokens += tokens.length
      const draws = await Promise.all(
        Array.from({ length: count }, (_, k) =>
          this.#withSequence((sequence) => this.#draw(sequence, tokens, room, seed + 7919 * i + k, signal)),
        ),
      )
      for (const { tokens } of draws) completionTokens += tokens?.length ?? 0
      continuations.push(draws)
    }
    return { continuations, promptTokens, completionTokens, retries: 0 }
  }

  tokens(text: string): LlamaToken[] {
    if (this.#tokenizer !== undefined) return this.#tokenizer.encode(text)
    const { bos, shouldPrependBosToken } = this.#model.tokens
    const tokens = this.#model.tokenize(text, false)
    return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens
  }

  async #draw(
    sequence: LlamaSequence,
    prompt: readonly LlamaToken[],
    room: number,
    seed: number,
    signal: AbortSignal | undefined,
  ): Promise<Continuation> {
    await sequence.clearHistory()
    const { temperature, topP } = this.#settings
    const options = { temperature, topP, topK: 0, minP: 0, seed: seed % 2 ** 32, yieldEogToken: true } as const
    const drawn: LlamaToken[] = []
    const tokens: { text: string; logProb: number }[] = []
    let text = ''
    let finish = 'length'
    for await (const { token, confidence } of sequence.evaluateWithMetadata(prompt, { confidence: true }, options)) {
      signal?.throwIfAborted()
      const logProb = Math.log(confidence)
      if (this.#model.isEogToken(token)) {
        tokens.push({ text: '', logProb })
        finish = 'stop'
        break
      }
      drawn.push(token)
      const whole = this.#text(drawn)
      // The bytes of a character may come in several tokens: the last one is said to be all of it.
      tokens.push({ text: whole.endsWith(BROKEN) ? '' : whole.slice(text.length), logProb })
      if (!whole.endsWith(BROKEN)) text = whole
      if (this.#settings.stop.some((stop) => text.includes(stop))) {
        finish = 'stop'
        break
      }
      if (drawn.length >= room) break
      await nextTurn()
    }
    return { text, finish, tokens }
  }

  #text(tokens: readonly LlamaToken[]): string {
    return this.#tokenizer?.decode(tokens) ?? this.#model.detokenize(tokens, false)
  }

  async #withSequence<R>(use: (sequence: LlamaSequence) => Promise<R>): Promise<R> {
    const sequence = this.#idle.pop() ?? (await new Promise<LlamaSequence>((resolve) => this.#waiting.push(resolve)))
    try {
      return await use(sequence)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#idle.push(sequence)
      else next(sequence)
    }
  }
}

/** The library makes objects of the dots in the names of metadata. */
function tokenizerOf(metadata: Readonly<Record<string, unknown>>): string | undefined {
  const [room, key] = TOKENIZER_KEY.split('.') as [string, string]
  const found = (metadata[room] as Readonly<Record<string, unknown>> | undefined)?.[key]
  return typeof found === 'string' ? found : undefined
}
