import { z } from 'zod'

export type Token = { readonly text: string; readonly logProb: number }

/** One continuation as the server gave it. */
export type Continuation = {
  readonly text: string
  /** The server's word for why it ended. */
  readonly finish: string
  /** Undefined where the server gives no log-probabilities. */
  readonly tokens: readonly Token[] | undefined
}

export type Reply = {
  /** By the server's number; of several prompts, the first prompt's come first. */
  readonly continuations: readonly Continuation[]
  /** Undefined where the server does not count. */
  readonly usage: { readonly promptTokens: number; readonly completionTokens: number } | undefined
}

/** What came is not an answer, or not all of one. Asking again may help. */
export class BrokenReply extends Error {
  override readonly name = 'BrokenReply'
}

const content = z.object({ content: z.string().nullish() }).nullish()
/** Null where a server cannot tell one. */
const logProb = z.number().max(1e-3).nullable()
/**
 * An answer, or a piece of a streamed one, of either endpoint. Log-probabilities come as two lists (completions) or as
 * objects (chat; llama.cpp everywhere).
 */
const piece = z.object({
  choices: z.array(
    z.object({
      index: z.int().min(0).default(0),
      text: z.string().nullish(),
      message: content,
      delta: content,
      finish_reason: z.string().nullish(),
      logprobs: z
        .object({
          tokens: z.array(z.string()).nullish(),
          token_logprobs: z.array(logProb).nullish(),
          content: z.array(z.object({ token: z.string(), logprob: logProb })).nullish(),
        })
        .nullish(),
    }),
  ),
  usage: z.object({ prompt_tokens: z.int().min(0).nullish(), completion_tokens: z.int().min(0).nullish() }).nullish(),
})
const problem = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) })

/** Puts an answer together from its pieces; one that was not streamed is one piece. @throws BrokenReply */
export class ReplyReader {
  readonly #streamed: boolean
  readonly #growing = new Map<number, { text: string; finish: string | undefined; tokens: Token[]; untold: boolean }>()
  #usage: Reply['usage']

  constructor(streamed: boolean) {
    this.#streamed = streamed
  }

  take(json: unknown): void {
    const parsed = piece.safeParse(json)
    if (!parsed.success) {
      const told = problem.safeParse(json)
      const error = told.success ? told.data.error : undefined
      if (error !== undefined) throw new BrokenReply(typeof error === 'string' ? error : error.message)
      throw new BrokenReply(`an answer without ${parsed.error.issues[0]?.path.join('.') || 'choices'}`)
    }
    const { choices, usage } = parsed.data
    // `{}` counts nothing.
    const counted = usage?.prompt_tokens ?? usage?.completion_tokens
    if (usage && typeof counted === 'number')
      this.#usage = { promptTokens: usage.prompt_tokens ?? 0, completionTokens: usage.completion_tokens ?? 0 }
    for (const choice of choices) {
      if (!this.#streamed && this.#growing.has(choice.index))
        throw new BrokenReply(`an answer with two choices of number ${choice.index}`)
      this.#grow(choice)
    }
  }

  /** @throws BrokenReply where a continuation has not come to its end */
  reply(): Reply {
    const continuations = [...this.#growing]
      .sort(([a], [b]) => a - b)
      .map(([, { text, finish, tokens, untold }]) => {
        // Whole JSON is a whole answer; a stream may have been cut.
        if (finish === undefined && this.#streamed) throw new BrokenReply('the stream ended before the answer did')
        return { text, finish: finish ?? 'stop', tokens: untold ? undefined : tokens }
      })
    if (continuations.length === 0) throw new BrokenReply('an answer without a choice')
    return { continuations, usage: this.#usage }
  }

  #grow({ index, text, message, delta, finish_reason, logprobs }: z.infer<typeof piece>['choices'][number]): void {
    const known = this.#growing.get(index) ?? { text: '', finish: undefined, tokens: [], untold: false }
    this.#growing.set(index, known)
    const added = text ?? message?.content ?? delta?.content ?? ''
    const tokens = readTokens(logprobs)
    known.text += added
    known.finish = finish_reason ?? known.finish
    // A piece of text whose tokens are not told makes the sum a sum of something else.
    if (tokens === undefined) known.untold ||= added !== ''
    else known.tokens.push(...tokens)
  }
}

/** Undefined where one of them has no probability: what is left would be the sum of something else. */
function readTokens(logprobs: z.infer<typeof piece>['choices'][number]['logprobs']): Token[] | undefined {
  if (logprobs?.content)
    return allTold(logprobs.content.map(({ token, logprob }) => ({ text: token, logProb: logprob })))
  const { tokens, token_logprobs } = logprobs ?? {}
  if (!tokens || !token_logprobs) return undefined
  if (tokens.length !== token_logprobs.length)
    throw new BrokenReply(`${tokens.length} tokens with ${token_logprobs.length} log-probabilities`)
  return allTold(tokens.map((text, i) => ({ text, logProb: token_logprobs[i] ?? null })))
}

function allTold(tokens: readonly { text: string; logProb: number | null }[]): Token[] | undefined {
  const told = tokens.flatMap(({ text, logProb }) => (logProb === null ? [] : [{ text, logProb }]))
  return told.length === tokens.length ? told : undefined
}
