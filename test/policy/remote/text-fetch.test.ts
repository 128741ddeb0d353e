import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { textFetch } from '../../../src/policy/remote/text-fetch.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer)
  servers.push(server)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets }
}

/** Says back what it was sent. */
const echo = async (request: IncomingMessage, response: ServerResponse) => {
  const { method, url, headers } = request
  const sent = await text(request)
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ method, url, sent, headers }))
}
const post = (url: string, body = 'ð ≤ 1', more: RequestInit = {}) =>
  textFetch(url, { method: 'POST', body, headers: new Headers({ authorization: 'Bearer k' }), ...more })

test('a text goes there and back, over connections that are used again', async () => {
  const { url, sockets } = await serve(echo)
  for (let i = 0; i < 3; i++) {
    const response = await post(`${url}/v1/completions?x=1`)
    expect(response).toMatchObject({ ok: true, status: 200 })
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(JSON.parse(await response.text())).toMatchObject({
      method: 'POST',
      url: '/v1/completions?x=1',
      sent: 'ð ≤ 1',
      headers: { authorization: 'Bearer k', 'content-length': '8' },
    })
  }
  expect(sockets.size).toBe(1)
})

test('a connection that its server has closed is not used again', async () => {
  const { url, sockets } = await serve(echo)
  await (await post(url)).text()
  for (const socket of sockets) {
    socket.end()
    await new Promise((resolve) => socket.once('close', resolve))
  }
  expect(await (await post(`${url}/second`)).text()).toContain('/second')
  expect(sockets.size).toBe(2)
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('an answer in %s is unpacked, and one that is not is an error', async (name, pack) => {
  const { url } = await serve((request, response) => {
    response.setHeader('content-encoding', name).end(request.url === '/good' ? pack('{"a":"→"}') : 'no such thing')
  })
  expect(await (await post(`${url}/good`)).text()).toBe('{"a":"→"}')
  await expect((await post(`${url}/bad`)).text()).rejects.toThrow()
})

test('a redirection is followed with the body, an error status keeps its words', async () => {
  const { url } = await serve((request, response) => {
    if (request.url === '/old') response.writeHead(307, { location: '/new' }).end()
    else if (request.url === '/bad') response.writeHead(422).end('{"error":"no"}')
    else void echo(request, response)
  })
  expect(await (await post(`${url}/old`, 'kept')).json()).toMatchObject({ url: '/new', sent: 'kept' })
  const bad = await post(`${url}/bad`)
  expect([bad.ok, bad.status, await bad.text()]).toEqual([false, 422, '{"error":"no"}'])
})

test('what is streamed comes as a stream; what is aborted or breaks off is an error', async () => {
  const { url } = await serve((request, response) => {
    response.setHeader('content-type', request.url === '/events' ? 'text/event-stream' : 'application/json')
    response.write('data: 1\n\n')
    if (request.url === '/events') response.end('data: 2\n\n')
    else if (request.url === '/broken') setTimeout(() => request.socket.destroy(), 20)
  })
  const events = await post(`${url}/events`)
  expect(events.body).not.toBeNull()
  expect(await events.text()).toBe('data: 1\n\ndata: 2\n\n')
  await expect((await post(`${url}/broken`)).text()).rejects.toThrow()
  const controller = new AbortController()
  const hanging = await post(`${url}/hangs`, '', { signal: controller.signal })
  controller.abort()
  await expect(hanging.text()).rejects.toThrow()
  await expect(post('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
