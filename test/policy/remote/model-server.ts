import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a client sent. */
export type Asked = {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: {
    readonly model: string
    readonly prompt?: string | string[]
    readonly messages?: { role: string; content: string }[]
    readonly n: number
    readonly seed: number
    readonly temperature: number
    readonly stream: boolean
    readonly logprobs?: number | boolean
    readonly stop?: string[]
    readonly max_tokens: number
  }
}

export type Choice = {
  readonly text: string
  readonly finish?: string
  /** Tokens with their log-probabilities. */
  readonly tokens?: readonly (readonly [string, number])[]
}

/** Writes an answer; `choices` of it is made by the test. */
export type Script = (asked: Asked, response: ServerResponse, number: number) => void | Promise<void>

export type ScriptedServer = {
  readonly url: string
  readonly asked: Asked[]
  /** Most requests under way at the same time. */
  busiest: number
  script: Script
  close(): Promise<void>
}

/** A real HTTP server on this machine that answers completion requests by a script. */
export async function startModelServer(script: Script): Promise<ScriptedServer> {
  let busy = 0
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/models')) return void response.end('{"data":[]}')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const asked = {
      path: request.url ?? '',
      headers: request.headers,
      body: JSON.parse(Buffer.concat(chunks).toString()) as Asked['body'],
    }
    running.busiest = Math.max(running.busiest, ++busy)
    response.on('close', () => busy--)
    running.asked.push(asked)
    await running.script(asked, response, running.asked.length - 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const running: ScriptedServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: [],
    busiest: 0,
    script,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return running
}

/** As vLLM answers `/completions`: whole, or in server-sent events of one token each. */
export function sendChoices(asked: Asked, response: ServerResponse, choices: readonly Choice[]): void {
  const usage = { prompt_tokens: 10, completion_tokens: choices.reduce((sum, c) => sum + (c.tokens?.length ?? 1), 0) }
  if (!asked.body.stream) {
    sendJson(response, { choices: choices.map((choice, index) => whole(asked, choice, index)), usage })
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  for (const line of streamed(asked, choices)) response.write(line)
  response.write(`data: ${JSON.stringify({ choices: [], usage })}\n\n`)
  response.end('data: [DONE]\n\n')
}

/** The events of a stream, choice by choice interleaved token by token, without its end. */
export function* streamed(asked: Asked, choices: readonly Choice[]): Iterable<string> {
  const longest = Math.max(...choices.map(({ tokens }) => tokens?.length ?? 1))
  for (let i = 0; i < longest; i++)
    for (const [index, choice] of choices.entries()) {
      const tokens = choice.tokens ?? [[choice.text, 0] as const]
      const token = tokens[i]
      if (token === undefined) continue
      const before = tokens.slice(0, i).reduce((sum, [text]) => sum + text.length, 0)
      const piece = {
        text: choice.text.slice(before, before + token[0].length),
        ...(choice.tokens && { tokens: [token] }),
        ...(i === tokens.length - 1 && { finish: choice.finish ?? 'stop' }),
      }
      const { finish_reason, ...rest } = whole(asked, piece, index, 'delta')
      const last = piece.finish === undefined ? null : finish_reason
      yield `data: ${JSON.stringify({ choices: [{ ...rest, finish_reason: last }] })}\n\n`
    }
}

function whole({ path }: Asked, { text, tokens, finish = 'stop' }: Choice, index: number, word = 'message') {
  if (path.endsWith('/chat/completions')) {
    const content = tokens?.map(([token, logprob]) => ({ token, logprob, bytes: null, top_logprobs: [] }))
    const logprobs = content === undefined ? null : { content }
    return { index, [word]: { role: 'assistant', content: text }, logprobs, finish_reason: finish }
  }
  const logprobs =
    tokens === undefined
      ? null
      : { tokens: tokens.map(([token]) => token), token_logprobs: tokens.map(([, p]) => p), text_offset: [] }
  return { index, text, logprobs, finish_reason: finish }
}

export function sendJson(response: ServerResponse, json: unknown, status = 200, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(json))
}
