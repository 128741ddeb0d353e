import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** Less than the five seconds after which uvicorn, and so vLLM, closes a connection that nobody uses. */
const FREE_MS = 4000
const AGENTS = {
  'http:': new http.Agent({ keepAlive: true, timeout: FREE_MS }),
  'https:': new https.Agent({ keepAlive: true, timeout: FREE_MS }),
}
const DECODERS: Record<string, () => NodeJS.ReadWriteStream> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * `fetch` for a body that is a text. The platform's own builds streams around both sides and takes three times the processor; an
 * answer that the server streams is the platform's `Response` here too, and so is whatever is behind a redirection.
 */
export async function textFetch(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const { body, method = 'GET', signal } = init
  if (url instanceof Request || (body !== undefined && body !== null && typeof body !== 'string'))
    return fetch(url, init)
  const address = new URL(url)
  const headers = Object.fromEntries(new Headers(init.headers))
  const sent = { method, headers, body: body ?? '', signal: signal ?? undefined }
  const answer = await send(address, sent)
  const { statusCode: status = 0, statusMessage: statusText = '' } = answer
  if ([301, 302, 303, 307, 308].includes(status)) {
    answer.resume()
    return fetch(url, init)
  }
  const decoder = DECODERS[answer.headers['content-encoding'] ?? '']?.()
  const content =
    decoder === undefined
      ? answer
      : Readable.from(answer.on('error', (error) => decoder.emit('error', error)).pipe(decoder))
  const told = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) if (value !== undefined) told.set(name, String(value))
  if ((answer.headers['content-type'] ?? '').includes('text/event-stream'))
    return new Response(Readable.toWeb(content) as ReadableStream, { status, statusText, headers: told })
  return new WholeText(status, statusText, told, address.href, content) as unknown as Response
}

type Sent = {
  readonly method: string
  readonly headers: http.OutgoingHttpHeaders
  readonly body: string
  readonly signal: AbortSignal | undefined
}

function send(address: URL, { method, headers, body, signal }: Sent): Promise<http.IncomingMessage> {
  const secure = address.protocol === 'https:'
  const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(address, {
      method,
      headers: { ...headers, ...length },
      agent: AGENTS[secure ? 'https:' : 'http:'],
      ...(signal && { signal }),
    })
    request.once('response', resolve)
    // Also behind an answer, which has its own errors.
    request.on('error', reject)
    request.end(body)
  })
}

/** Of a `Response` what the client library asks for. */
class WholeText {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly url: string
  readonly ok: boolean
  readonly body = null
  readonly #text: Promise<string>

  constructor(status: number, statusText: string, headers: Headers, url: string, content: Readable) {
    this.status = status
    this.statusText = statusText
    this.headers = headers
    this.url = url
    this.ok = status >= 200 && status < 300
    this.#text = text(content)
    // Whoever wants the text is told; nobody may.
    this.#text.catch(() => {})
  }

  text(): Promise<string> {
    return this.#text
  }
}
