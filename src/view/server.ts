import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { InputError } from '../proof/input-error.ts'
import type { Assets } from './assets.ts'
import { readExport } from './exports.ts'
import { exportPlace, feed } from './feed.ts'
import { type AskQueue, QueueWatch } from './queue-watch.ts'
import { RunCache } from './run-cache.ts'
import { pageShell } from './shell.ts'
import type { ResultsWatch } from './watch.ts'

export type ServerOptions = {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Stands in the address, before everything else, where others can reach the host. */
  readonly token: string | undefined
  /** Where a run goes over a queue. */
  readonly queue?: AskQueue | undefined
}

export type PageServer = {
  /** The address of the page, with its token. */
  readonly url: string
  close(): Promise<void>
}

/** Nothing from elsewhere, nothing to elsewhere; a proof is checked in a worker that the page makes itself. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const HEADERS = {
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}
const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Serves the page of all that is watched. Answers only questions: it changes nothing. */
export async function servePage(watch: ResultsWatch, assets: Assets, options: ServerOptions): Promise<PageServer> {
  const cache = new RunCache()
  // A single run is read before anyone asks for it: its page then opens at once.
  const [only, ...others] = watch.runs()
  if (only !== undefined && others.length === 0) await cache.page(only)
  const app = pageApp(watch, assets, cache, options)
  const stop = new AbortController()
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: options.host, port: options.port }, (info: AddressInfo) => {
      const host = options.host.includes(':') ? `[${options.host}]` : options.host
      const url = `http://${host}:${info.port}/${options.token === undefined ? '' : `${options.token}/`}`
      const close = () =>
        new Promise<void>((done) => {
          stop.abort()
          server.close(() => done())
          if ('closeAllConnections' in server) server.closeAllConnections()
        })
      resolve({ url, close })
    })
    server.once('error', reject)
  })
}

function pageApp(watch: ResultsWatch, assets: Assets, cache: RunCache, { token, queue: ask }: ServerOptions): Hono {
  const app = new Hono()
  const queue = ask === undefined ? undefined : new QueueWatch(ask)
  app.use(async (c, next) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return c.text('this page changes nothing', 405)
    // A page from elsewhere may send a browser here under a name of its own.
    if (token === undefined && !LOCAL.has(hostOf(c.req.header('host')))) return c.text('ask for localhost', 403)
    await next()
    for (const [name, value] of Object.entries(HEADERS)) c.res.headers.set(name, value)
  })
  const at = token === undefined ? '' : `/${token}`
  app.get(`${at}/`, (c) => c.html(pageShell({ script: 'page.js', style: 'page.css' })))
  app.get(`${at}/page.js`, (c) => c.body(assets.script, 200, { 'content-type': 'text/javascript; charset=utf-8' }))
  app.get(`${at}/page.css`, (c) => c.body(assets.style, 200, { 'content-type': 'text/css; charset=utf-8' }))
  app.get(`${at}/events`, (c) => {
    const theorem = c.req.query('theorem')
    const looking = { run: c.req.query('run'), theorem: theorem === undefined ? undefined : Number(theorem) }
    return streamSSE(c, async (stream) => {
      const ended = new AbortController()
      stream.onAbort(() => ended.abort())
      const send = (event: string, data: unknown) => stream.writeSSE({ event, data: JSON.stringify(data) })
      await feed(watch, cache, looking, send, ended.signal, queue)
    })
  })
  app.get(`${at}/runs.json`, (c) => c.json(watch.runs().map((run) => cache.overview(run))))
  app.get(`${at}/run.json`, async (c) => {
    const run = watch.run(c.req.query('run') ?? '')
    if (run === undefined) return c.json({ problem: 'there is no such run' }, 404)
    return c.json({ run: await cache.page(run), theorems: cache.rows(run) })
  })
  app.get(`${at}/export`, (c) => {
    const run = watch.run(c.req.query('run') ?? '')
    const position = Number(c.req.query('theorem'))
    const theorem = run?.reader.read().results.theorems[position]
    if (run === undefined || theorem === undefined) return c.text('there is no such theorem', 404)
    try {
      const exported = readExport(exportPlace(run, position, theorem.id))
      if (exported === undefined) return c.text('there is no exported proof', 404)
      return c.body(new Uint8Array(exported), 200, { 'content-type': 'application/gzip' })
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      return c.text(error.message, 500)
    }
  })

  return app
}

const hostOf = (header: string | undefined): string => (header ?? '').replace(/:\d+$/, '').toLowerCase()
