import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import OpenAI, { APIError } from 'openai'
import { Stream } from 'openai/streaming'
import PQueue from 'p-queue'
import { PolicyFailure } from '../policy.ts'
import { BrokenReply, type Continuation, type Reply, ReplyReader } from './reply.ts'
import type { RemoteSettings } from './settings.ts'
import type { AnswerTally, Refusal } from './tally.ts'
import type { Prompt } from './template.ts'
import { textFetch } from './text-fetch.ts'

/** Milliseconds before a request is made for the second time; each further wait is twice as long. */
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 60_000
/** A server that asks for more patience than this is out of service. */
const LONGEST_ASKED_WAIT_MS = 300_000
/** Servers start from a model's `generation_config.json`; these say that nothing is taken off and nothing is punished. */
const NEUTRAL = { top_k: -1, repetition_penalty: 1 }
/** Of a server's own words in a message. */
const WORDS_LENGTH = 300

export type Answer = {
  /** By prompt. There may be fewer than asked for: some servers give one whatever `n` says. */
  readonly continuations: readonly (readonly Continuation[])[]
  readonly promptTokens: number
  readonly completionTokens: number
  /** How often the request had to be made again. */
  readonly retries: number
}

/** A prompt does not fit into the model's context: nothing is wrong with the server. */
export class PromptTooLong extends Error {
  override readonly name = 'PromptTooLong'
}

/** Servers' words for a prompt that does not fit; an answer that would not fit is another matter. */
const TOO_LONG =
  /context.?(?:length|size|window)|max(?:imum)?[ _]model[ _]len|(?:prompt|input|inputs|sequence)\b[^.]{0,60}(?:too long|longer than|exceeds?)/i

/** The server will not do one thing that was asked of it. */
class Refused extends Error {
  readonly what: Refusal
  /** What it comes to where that is not what was asked. */
  readonly failure: Error
  constructor(what: Refusal, words: string, failure: Error) {
    super(words)
    this.what = what
    this.failure = failure
  }
}

/** By address: several models of one server share its bound. */
const queues = new Map<string, PQueue>()

/** A model behind an OpenAI-compatible address: requests in bounds, with deadlines, and again after what may pass. */
export class ModelServer {
  readonly #settings: RemoteSettings
  readonly #client: OpenAI
  readonly #key: string | undefined
  readonly #queue: PQueue
  readonly #firstWaitMs: number
  readonly #tally: AnswerTally | undefined
  /** What this server has refused, and is not asked for again. */
  readonly #refused = new Set<Refusal>()
  readonly #closed = new AbortController()

  /** @param tally is told what the server refused */
  constructor(settings: RemoteSettings, key: string | undefined, firstWaitMs = FIRST_WAIT_MS, tally?: AnswerTally) {
    this.#settings = settings
    this.#tally = tally
    this.#key = key
    this.#firstWaitMs = firstWaitMs
    // Every request under way listens; that is no leak.
    setMaxListeners(0, this.#closed.signal)
    const { baseUrl, concurrency } = settings
    const name = `${concurrency} ${baseUrl}`
    this.#queue = queues.get(name) ?? new PQueue({ concurrency })
    queues.set(name, this.#queue)
    this.#client = new OpenAI({
      baseURL: baseUrl,
      // The library wants one; servers without keys do not look at it.
      apiKey: key ?? 'none',
      // What the environment says of OpenAI's own service is not meant for other servers.
      organization: null,
      project: null,
      adminAPIKey: null,
      // The library's own retries neither know a body that stalls or breaks off, nor can they be aborted while they wait.
      maxRetries: 0,
      // It would print requests and keys at the wish of an environment variable.
      logLevel: 'off',
      timeout: settings.timeoutMs,
      fetch: fetchWithWords,
    })
  }

  /** Whether anybody is there who takes the key; nobody starts a server after a command that needs it. @throws PolicyFailure */
  async greet(signal?: AbortSignal): Promise<void> {
    const { retries, timeoutMs } = this.#settings
    const brief = { retries: Math.min(2, retries), timeoutMs: Math.min(10_000, timeoutMs) }
    await this.#again(signal, brief, async (attempt) => {
      try {
        const response = await this.#client.get('/models', { signal: attempt }).asResponse()
        await response.body?.cancel()
      } catch (error) {
        // Not every server lists its models.
        if (!(error instanceof APIError) || ![404, 405, 501].includes(error.status ?? 0)) throw error
      }
    })
  }

  /**
   * `count` draws for each prompt, fewer where the server gives fewer. What a server refuses to do (several draws at once,
   * log-probabilities) is left out, for good. @throws PolicyFailure, PromptTooLong, or the signal's reason
   */
  async complete(prompts: readonly Prompt[], count: number, seed: number, signal?: AbortSignal): Promise<Answer> {
    for (;;) {
      const refusedBefore = this.#refused.size
      const most = this.#refused.has('n') ? 1 : count
      try {
        return await this.#ask(prompts, most, seed, signal)
      } catch (error) {
        // Another request may have learnt it in the meantime.
        if (!(error instanceof Refused) || (this.#refused.has(error.what) && this.#refused.size === refusedBefore))
          throw error instanceof Refused ? error.failure : error
        this.#refused.add(error.what)
        this.#tally?.refused(error.what, error.message)
      }
    }
  }

  async #ask(prompts: readonly Prompt[], count: number, seed: number, signal?: AbortSignal): Promise<Answer> {
    const { stream } = this.#settings
    const chat = this.#settings.template.kind === 'chat'
    const body = { ...this.#common(count, seed), ...(chat ? this.#chatBody(prompts) : this.#textBody(prompts)) }
    const { value, retries } = await this.#again(signal, this.#settings, async (attempt) => {
      const path = chat ? '/chat/completions' : '/completions'
      const response = await this.#client.post(path, { body, signal: attempt, stream }).asResponse()
      const reply = await readReply(response, this.#client, attempt)
      return { continuations: byPrompt(reply.continuations, prompts.length, count), usage: told(reply) }
    })
    return { continuations: value.continuations, ...value.usage, retries }
  }

  /** Ends what is under way: nobody waits for it any more. */
  close(): void {
    this.#closed.abort(new PolicyFailure('the connection to the model server is closed'))
  }

  #common(count: number, seed: number): object {
    const { model, temperature, topP, neutral, stop, maxTokens, stream } = this.#settings
    return {
      model,
      temperature,
      top_p: topP,
      ...(neutral && !this.#refused.has('neutral') && NEUTRAL),
      max_tokens: maxTokens,
      ...(!this.#refused.has('n') && { n: count }),
      seed,
      stream,
      ...(stream && { stream_options: { include_usage: true } }),
      ...(stop.length > 0 && { stop }),
    }
  }

  get #logProbs(): boolean {
    return this.#settings.logProbs && !this.#refused.has('logprobs')
  }

  #textBody(prompts: readonly Prompt[]): object {
    // 0 would mean none to some servers; the token that was drawn is told whatever the number.
    return { prompt: prompts.length === 1 ? prompts[0] : prompts, ...(this.#logProbs && { logprobs: 1 }) }
  }

  #chatBody([messages]: readonly Prompt[]): object {
    return { messages, ...(this.#logProbs && { logprobs: true }) }
  }

  /** Runs one request, each attempt with its own deadline, until it is answered or may not be made again. */
  async #again<T>(
    signal: AbortSignal | undefined,
    limits: Pick<RemoteSettings, 'retries' | 'timeoutMs'>,
    request: (attempt: AbortSignal) => Promise<T>,
  ): Promise<{ value: T; retries: number }> {
    const over = new AbortController()
    const ends = [signal, this.#closed.signal].filter((end) => end !== undefined)
    const stop = (end: AbortSignal) => () => over.abort(end.reason)
    const listeners = ends.map((end) => ({ end, listener: stop(end) }))
    for (const { end, listener } of listeners) {
      if (end.aborted) listener()
      end.addEventListener('abort', listener, { once: true })
    }
    const run = async () => {
      for (let retries = 0; ; retries++) {
        const outcome = await withDeadline(limits.timeoutMs, over.signal, request).then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        )
        if ('value' in outcome) return { value: outcome.value, retries }
        over.signal.throwIfAborted()
        const { error } = outcome
        const what = refusalOf(error)
        if (what !== undefined)
          throw new Refused(what, this.#clean(wordsOf(error)), this.#failure(error, retries, retryAfterMs(error)))
        const askedMs = retryAfterMs(error)
        if (!mayPass(error) || retries >= limits.retries || askedMs > LONGEST_ASKED_WAIT_MS)
          throw this.#failure(error, retries, askedMs)
        // At random, so that requests refused together do not come back together; it decides no result.
        const ownMs = Math.min(LONGEST_WAIT_MS, this.#firstWaitMs * 2 ** retries) * (0.5 + Math.random() / 2)
        await sleep(Math.max(askedMs, ownMs), undefined, { signal: over.signal }).catch(() => {})
        over.signal.throwIfAborted()
      }
    }
    try {
      return await this.#queue.add(run, { signal: over.signal })
    } finally {
      for (const { end, listener } of listeners) end.removeEventListener('abort', listener)
    }
  }

  #failure(error: unknown, retries: number, askedMs: number): Error {
    const words = this.#clean(wordsOf(error))
    const { baseUrl, model } = this.#settings
    const status = error instanceof APIError ? error.status : undefined
    if ((status === 400 || status === 413 || status === 422) && TOO_LONG.test(words)) return new PromptTooLong(words)
    const what =
      status === 401 || status === 403
        ? `does not take the key (${status}): ${this.#key === undefined ? 'none was sent, HEDGE_API_KEY is not set' : words}`
        : status !== undefined
          ? `answered ${status}: ${words}`
          : words
    const times = retries === 0 ? '' : `, ${retries + 1} times in a row`
    const later = askedMs > LONGEST_ASKED_WAIT_MS ? `, and asks to wait for ${Math.round(askedMs / 1000)} s` : ''
    // Without a cause: the library's errors hold requests and headers.
    return new PolicyFailure(`the model server ${baseUrl} (${model}) ${what}${times}${later}`)
  }

  /** A server may repeat the key it was sent. */
  #clean(text: string): string {
    const line = text.replace(/\s+/g, ' ').trim()
    return (this.#key === undefined ? line : line.replaceAll(this.#key, '[key]')).slice(0, WORDS_LENGTH)
  }
}

/** The time of one attempt is over. */
class Stalled extends Error {}

async function withDeadline<T>(ms: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const attempt = new AbortController()
  let fail: (reason: unknown) => void = () => {}
  // The library and the platform listen to `attempt`, but neither promises to come back when it aborts.
  const cut = new Promise<never>((_, reject) => {
    fail = reject
  })
  const abort = (reason: unknown) => {
    attempt.abort(reason)
    fail(reason)
  }
  const onAbort = () => abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => abort(new Stalled(`gave no whole answer within ${ms / 1000} s`)), ms)
  try {
    return await Promise.race([work(attempt.signal), cut])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

/** Streamed or not is what the server says, not what it was asked for. */
async function readReply(response: Response, client: OpenAI, signal: AbortSignal): Promise<Reply> {
  const streamed = (response.headers.get('content-type') ?? '').includes('text/event-stream')
  const reader = new ReplyReader(streamed)
  if (streamed) {
    const controller = new AbortController()
    for await (const piece of Stream.fromSSEResponse<unknown>(response, controller, client)) reader.take(piece)
  } else {
    const text = await response.text()
    try {
      reader.take(JSON.parse(text))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw new BrokenReply(`answered with what is not JSON: ${text.slice(0, 60)}`)
    }
  }
  signal.throwIfAborted()
  return reader.reply()
}

/** Numbers count the first prompt's draws, then the second's. */
function byPrompt(continuations: readonly Continuation[], prompts: number, count: number): Continuation[][] {
  const each = prompts === 1 ? Math.min(count, continuations.length) : continuations.length / prompts
  if (!(Number.isInteger(each) && each <= count))
    throw new BrokenReply(`${continuations.length} choices for ${prompts} prompts with ${count} draws each`)
  return Array.from({ length: prompts }, (_, i) => continuations.slice(i * each, (i + 1) * each))
}

function told({ continuations, usage }: Reply): { promptTokens: number; completionTokens: number } {
  const listed = continuations.reduce((sum, { tokens }) => sum + (tokens?.length ?? 0), 0)
  return usage ?? { promptTokens: 0, completionTokens: listed }
}

/** The library knows a refusal's words only below `error`, where older vLLM and servers made with FastAPI have none. */
async function fetchWithWords(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await textFetch(url, init)
  if (response.ok) return response
  const { status, statusText, headers } = response
  const text = await response.text()
  const kept = new Headers(headers)
  // Of the body as it came, which is decoded here.
  for (const name of ['content-length', 'content-encoding']) kept.delete(name)
  return new Response(withError(text), { status, statusText, headers: kept })
}

function withError(text: string): string {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json !== 'object' || json === null || 'error' in json) return text
    const { message, detail } = json as { message?: unknown; detail?: unknown }
    const words = message ?? detail ?? json
    return JSON.stringify({ error: { message: typeof words === 'string' ? words : JSON.stringify(words) } })
  } catch {
    return text
  }
}

/** What a server says it cannot do; some say so with 500. */
function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof APIError) || error.status === undefined || [401, 403, 404, 429].includes(error.status))
    return undefined
  const words = wordsOf(error)
  if (TOO_LONG.test(words)) return undefined
  if (/log.?probs?\b/i.test(words)) return 'logprobs'
  if (/\btop_k\b|\brepetition_penalty\b/.test(words)) return 'neutral'
  const several =
    /["'`.\s]n["'`]?\s*(?:>|=|!=|must|should|is|can|parameter|:)|(?:parameter|body"?,|field|argument)\s*:?\s*["'`]n["'`]|\bbest_of\b|(?:one|single|1|multiple|several) (?:completion |response )?(?:choice|completion|sequence|response|candidate|sample)s?/i
  return several.test(` ${words}`) ? 'n' : undefined
}

/** Whether the same request may be answered another time. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof APIError)) return true
  const { status } = error
  return status === undefined || status === 408 || status === 409 || status === 425 || status === 429 || status >= 500
}

function retryAfterMs(error: unknown): number {
  const headers = error instanceof APIError ? error.headers : undefined
  const exact = Number(headers?.get('retry-after-ms') ?? Number.NaN)
  if (exact >= 0) return exact
  const text = headers?.get('retry-after')
  if (!text) return 0
  const ms = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return ms >= 0 ? ms : 0
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof Stalled) return error.message
  if (error instanceof BrokenReply)
    return error.message.startsWith('answered') ? error.message : `gave ${error.message}`
  // `401 message`: the number is told apart.
  if (error instanceof APIError && error.status !== undefined) return error.message.replace(/^\d{3} /, '')
  const causes: string[] = []
  for (let at: unknown = error.cause; at instanceof Error && causes.length < 3; at = at.cause)
    causes.push((at as NodeJS.ErrnoException).code ?? at.message)
  return `cannot be reached (${[error.message.replace(/\.$/, ''), ...causes.filter((one) => one !== '')].join(': ')})`
}
