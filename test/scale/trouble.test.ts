import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sha256 } from '../../src/proof/sha256.ts'
import { openResults } from '../../src/results/store.ts'
import { parseAddress } from '../../src/scale/address.ts'
import { compareKey, readCard } from '../../src/scale/checked-run.ts'
import { PROTOCOL, RUNS, type RunCard } from '../../src/scale/protocol.ts'
import { connect } from '../../src/scale/server.ts'
import { findRuns } from '../../src/scale/worker.ts'
import { lastingRows } from '../results/rows.ts'
import { type Ended, type Running, start } from './processes.ts'
import { freePort, postgres, type TestServer } from './servers.ts'

describe('addresses', () => {
  test.each([
    ['what', '`what` is no address of a queue'],
    ['http://a:1', '`http://a:1` is no address of a queue'],
    ['mysql://root:geheim@a/b', '`mysql://root@a/b` is no address of a queue'],
  ])('%s', (text, sentence) => {
    expect(() => parseAddress(text, {})).toThrow(sentence)
  })

  test('a password is used and never shown', () => {
    const address = parseAddress('redis://u:geheim@a:1', {})
    expect(address).toMatchObject({ kind: 'redis', url: 'redis://u:geheim@a:1' })
    expect(address.shown).not.toContain('geheim')
    expect(parseAddress('postgres://u@a/b', { HEDGE_QUEUE_PASSWORD: 'p@w' }).url).toBe('postgres://u:p%40w@a/b')
    expect(parseAddress('valkey://a:1', {})).toMatchObject({ kind: 'redis', url: 'redis://a:1' })
  })
})

describe('servers', () => {
  test.each(['redis', 'postgres'])('%s: nobody is there', async (scheme) => {
    const port = await freePort()
    await expect(connect(parseAddress(`${scheme}://127.0.0.1:${port}`, {}))).rejects.toThrow(
      `no queue can be reached at ${scheme}://127.0.0.1:${port}`,
    )
  })

  test.each(['redis', 'postgres'])('%s: one that takes the connection and says nothing', async (scheme) => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    try {
      await expect(connect(parseAddress(`${scheme}://127.0.0.1:${port}`, {}), { greetingMs: 1_000 })).rejects.toThrow(
        `no queue can be reached at ${scheme}://127.0.0.1:${port}`,
      )
    } finally {
      silent.close()
    }
  })

  test.each([
    ['redis_version:5.0.14', 'is Redis 5.0.14: 6.2 or newer is needed'],
    ['redis_version:7.0.15\r\nmaxmemory_policy:allkeys-lru', 'may throw jobs away (maxmemory-policy allkeys-lru)'],
  ])('a Redis that says %j', async (info, sentence) => {
    // As old a server, or one set up like that, cannot be had here; what it answers can.
    const old = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (bytes) => {
        for (const _ of bytes.toString().matchAll(/^\*/gm)) socket.write(`$${info.length}\r\n${info}\r\n`)
      })
    })
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve))
    const { port } = old.address() as { port: number }
    try {
      await expect(connect(parseAddress(`redis://127.0.0.1:${port}`, {}))).rejects.toThrow(sentence)
    } finally {
      old.close()
    }
  })
})

test('a PostgreSQL that says it is version 12.1', async () => {
  // What an old server answers, in its own protocol: ready, then one row of text.
  const message = (type: string, body: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeInt32BE(body.length + 4)
    return Buffer.concat([Buffer.from(type), length, body])
  }
  const ready = message('Z', Buffer.from('I'))
  const column = Buffer.concat([Buffer.from([0, 1]), Buffer.from('server_version\0'), Buffer.alloc(18)])
  const row = Buffer.concat([Buffer.from([0, 1, 0, 0, 0, 4]), Buffer.from('12.1')])
  const old = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]))
      socket.on('data', () =>
        socket.write(
          Buffer.concat([message('T', column), message('D', row), message('C', Buffer.from('SHOW\0')), ready]),
        ),
      )
    })
  })
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve))
  const { port } = old.address() as { port: number }
  try {
    await expect(connect(parseAddress(`postgres://u@127.0.0.1:${port}/d`, {}))).rejects.toThrow(
      'is PostgreSQL 12.1: 13.0 or newer is needed',
    )
  } finally {
    old.close()
  }
})

describe('cards', () => {
  const config = JSON.stringify({
    datasetHash: 'd',
    leanVersion: 'Lean 4.28.0',
    libraryHash: 'abc',
    settings: { heartbeats: 1, wallClockMs: 1 },
    theorems: 't',
    members: [
      {
        name: 'a',
        policy: 'a',
        temperature: 1,
        nEff: null,
        checkpointHash: 'one',
        seed: 0,
        search: { kind: 'rollouts', settings: {} },
        settings: {},
      },
    ],
    plan: { mode: 'union', passes: 1, matched: false, block: 1, depth: 1, wallClockMs: null, sliceMs: 1, seed: '0' },
  })
  const card: RunCard = {
    protocol: PROTOCOL,
    key: sha256(config),
    config,
    dataset: 'set',
    commit: 'c',
    lockMs: 1000,
    began: '',
  }
  const run = readCard(card)
  const machine = { leanVersion: 'Lean 4.28.0', libraryHash: 'abc', members: run.members }

  test('of another protocol, or of another config than its key says', () => {
    expect(() => readCard({ ...card, protocol: PROTOCOL + 1 })).toThrow(`speaks protocol ${PROTOCOL + 1}`)
    expect(() => readCard({ ...card, config: config.replace('"depth":1', '"depth":2') })).toThrow(
      'not the one of its key',
    )
  })

  test('a machine with all that the run has may work; with another Lean, library or policy it may not', () => {
    compareKey(run, machine)
    expect(() => compareKey(run, { ...machine, leanVersion: 'Lean 4.29.0' })).toThrow('this machine has Lean 4.29.0')
    expect(() => compareKey(run, { ...machine, libraryHash: 'def' })).toThrow("this machine's Lean library is def")
    const other = run.members.map((member) => ({ ...member, checkpointHash: 'two' }))
    expect(() => compareKey(run, { ...machine, members: other })).toThrow(
      `member \`a\` of run ${card.key.slice(0, 12)} (set) is the policy one, and this machine has two`,
    )
  })
})

describe('runs on PostgreSQL', () => {
  let server: TestServer
  let folder: string
  const alive = new Set<Running>()
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server.remove())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hedge-trouble-'))
  })
  afterEach(async () => {
    for (const one of alive) one.process.kill('SIGKILL')
    await Promise.all([...alive].map(({ ended }) => ended))
    alive.clear()
    await rm(folder, { recursive: true, force: true })
  })

  async function evaluation(names: readonly string[], out: string, passes = 16): Promise<string[]> {
    const set = join(folder, 'set.json')
    await writeFile(set, JSON.stringify(names.map((name) => ({ name, header: '', statement: `theorem ${name} : 4` }))))
    return [set, '-m', 'a@1', '-n', `${passes}`, '--block', '8', '-o', join(folder, out)]
  }
  const launch = (...args: Parameters<typeof start>): Running => {
    const running = start(...args)
    alive.add(running)
    return running
  }
  const endOf = async (running: Running, ms = 60_000): Promise<Ended> => {
    const ended = await Promise.race([running.ended, wait(ms, undefined)])
    if (ended === undefined) throw new Error(`it has not ended: ${running.said()}`)
    return ended
  }
  const saying = async (running: Running, text: string): Promise<void> => {
    const until = performance.now() + 60_000
    while (!running.said().includes(text)) {
      if (performance.now() > until) throw new Error(`\`${text}\` was not said: ${running.said()}`)
      await wait(50)
    }
  }
  const queue = (...args: string[]) => launch('jugs', 'queue', [...args, '--queue', server.url])

  test('a worker with another library refuses; two coordinators on one run are one too many; drain and Ctrl-C', {
    timeout: 240_000,
  }, async () => {
    const args = [...(await evaluation(['p', 'q'], 'one.sqlite', 64)), '--queue', server.url, '--lock', '1s']
    const first = launch('jugs', 'evaluate', args)
    await saying(first, 'waiting for workers')
    const other = launch('jugs', 'worker', ['--queue', server.url], { LIBRARY: 'another' })
    const second = launch('jugs', 'evaluate', [...args.slice(0, 7), '-o', join(folder, 'two.sqlite'), ...args.slice(9)])
    expect(await endOf(other)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /hedge: this machine's Lean library is another, and that of run .* is jugs: nothing was worked on\n$/,
      ),
    })
    expect(await endOf(second)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('another coordinator is at work on this run'),
    })
    expect(await endOf(queue('drain'))).toMatchObject({ code: 2, stderr: expect.stringContaining('has a coordinator') })
    // Handed back by the one, it is done by the other.
    const leaving = launch('jugs', 'worker', ['--queue', server.url, '-w', '1'], { DRAW_MS: '50' })
    await saying(leaving, 'working for run')
    await wait(500)
    leaving.process.kill('SIGINT')
    expect(await endOf(leaving)).toMatchObject({ code: 130, stderr: expect.stringContaining('p: handed back') })
    const staying = launch('jugs', 'worker', ['--queue', server.url, '-w', '1', '--idle', '1s'])
    expect(await endOf(first)).toMatchObject({ code: 0, stderr: expect.stringContaining('the run is complete') })
    expect(await endOf(staying)).toMatchObject({ code: 0, stderr: expect.stringContaining('is over') })
    expect((await endOf(queue('status'))).stdout).toContain('no runs')
  })

  test('a run that nobody coordinates is taken from the queue; one with unwritten results only by force', {
    timeout: 240_000,
  }, async () => {
    const args = [...(await evaluation(['p', 'q'], 'one.sqlite', 8)), '--queue', server.url, '--lock', '1s']
    const coordinator = launch('jugs', 'evaluate', args)
    await saying(coordinator, 'waiting for workers')
    coordinator.process.kill('SIGKILL')
    const worker = launch('jugs', 'worker', ['--queue', server.url, '-w', '1'])
    await saying(worker, 'q: done')
    worker.process.kill('SIGINT')
    await endOf(worker)
    const status = JSON.parse((await endOf(queue('status', '--json'))).stdout.replace('begun\n', '')) as [
      { reports: { waiting: number } },
    ]
    expect(status[0].reports.waiting).toBeGreaterThanOrEqual(2)
    expect(await endOf(queue('drain'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('results that no coordinator has written'),
    })
    const connection = await connect(parseAddress(server.url, {}))
    try {
      const [run] = await findRuns(connection)
      expect(run?.coordinated).toBe(false)
      expect(run?.card.key).toMatch(/^[0-9a-f]{64}$/)
      // The next coordinator writes what waits; what it cannot use is done again.
      const last = launch('jugs', 'worker', ['--queue', server.url, '-w', '1', '--idle', '1s'])
      expect(await endOf(launch('jugs', 'evaluate', args))).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('2 of 2 theorems proved'),
      })
      expect(await connection.queue(RUNS).ids()).toEqual([])
      // It would work on the next run.
      await endOf(last)
    } finally {
      await connection.close()
    }
    // And one that was only begun leaves nothing.
    const begun = launch('jugs', 'evaluate', [...args, '-s', '1'])
    await saying(begun, 'waiting for workers')
    begun.process.kill('SIGKILL')
    await begun.ended
    expect(await endOf(queue('drain'))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('was taken from the queue'),
    })
    expect((await endOf(queue('status'))).stdout).toContain('no runs')
  })

  test('a server that goes away is waited for: coordinator and worker say so, and go on', {
    timeout: 240_000,
  }, async () => {
    const args = await evaluation(['p', 'q', 'r'], 'away.sqlite')
    const coordinator = launch('jugs', 'evaluate', [...args, '--queue', server.url, '--lock', '1s'])
    await saying(coordinator, 'waiting for workers')
    const worker = launch('jugs', 'worker', ['--queue', server.url, '-w', '1'], { DRAW_MS: '50' })
    await saying(worker, 'working for run')
    await server.kill()
    for (const one of [coordinator, worker]) await saying(one, 'does not answer: waiting for it, nothing is lost')
    await server.start()
    for (const one of [coordinator, worker]) await saying(one, 'answers again')
    expect(await endOf(coordinator)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('3 of 3 theorems proved'),
    })
    worker.process.kill('SIGINT')
    expect(await endOf(worker)).toMatchObject({ code: 130 })
  })

  test('a full disk at the coordinator: one sentence, and nothing is lost', { timeout: 240_000 }, async () => {
    const names = ['p', 'q', 'r', 's']
    const args = await evaluation(names, 'full.sqlite')
    expect(await endOf(launch('jugs', 'evaluate', [...args.slice(0, -1), join(folder, 'local.sqlite')]))).toMatchObject(
      { code: 0 },
    )
    const queued = [...args, '--queue', server.url, '--lock', '1s']
    const worker = launch('jugs', 'worker', ['--queue', server.url, '-w', '1'])
    const full = launch('jugs', 'evaluate', queued, { DISK_PAGES: '24' })
    expect(await endOf(full)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /hedge: .*full\.sqlite cannot be written \(database or disk is full\): nothing is lost/,
      ),
    })
    expect(await endOf(launch('jugs', 'evaluate', queued))).toMatchObject({ code: 0 })
    worker.process.kill('SIGKILL')
    const [a, b] = ['full', 'local'].map((name) => openResults(join(folder, `${name}.sqlite`), { mustExist: true }))
    if (a === undefined || b === undefined) throw new Error('a file is missing')
    expect(lastingRows(a)).toEqual(lastingRows(b))
    a.close()
    b.close()
  })
})
