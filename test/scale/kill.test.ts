import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRandom } from '../../src/proof/random.ts'
import { openResults } from '../../src/results/store.ts'
import { countPasses } from '../cli/run-child.ts'
import { lastingRows } from '../results/rows.ts'
import { type Running, start } from './processes.ts'
import { serverKinds, type TestServer } from './servers.ts'

/** `npm run test:scale` does all of it; `npm test` a part that takes less than a minute. */
const WHOLE = process.env.HEDGE_TEST_SCALE === 'whole'
const KILLS = WHOLE ? 20 : 3
const THEOREMS = WHOLE ? 24 : 8
const PASSES = WHOLE ? 64 : 48
const WORKERS = 3
const LOCK_MS = 2_000
const DEADLINE_MS = WHOLE ? 600_000 : 240_000

let folder: string
let server: TestServer | undefined
const alive = new Set<Running>()
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-scale-'))
})
afterEach(async () => {
  for (const one of alive) one.process.kill('SIGKILL')
  alive.clear()
  await server?.remove()
  await rm(folder, { recursive: true, force: true })
})

function rowsOf(file: string): unknown {
  const database = openResults(join(folder, file), { mustExist: true })
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(database.pragma('foreign_key_check')).toEqual([])
  const rows = lastingRows(database)
  database.close()
  return rows
}

function launch(...args: Parameters<typeof start>): Running {
  const running = start(...args)
  alive.add(running)
  running.ended.then(() => alive.delete(running))
  return running
}

/** It has reached the server, or is over. */
async function connected({ process, said }: Running): Promise<void> {
  const until = performance.now() + DEADLINE_MS
  while (
    !/: (coordinating|waiting for theorems)/.test(said()) &&
    process.exitCode === null &&
    performance.now() < until
  )
    await wait(20)
}

for (const kind of serverKinds())
  test(`${kind.name}: ${KILLS} kills of workers, coordinator and server, and a frozen worker, change no row`, {
    timeout: 2 * DEADLINE_MS,
  }, async () => {
    // So slow that the work is not over before the last kill.
    const slow = { DRAW_MS: '40' }
    const set = join(folder, 'set.json')
    const names = Array.from({ length: THEOREMS }, (_, i) => `t${i}`)
    await writeFile(set, JSON.stringify(names.map((name) => ({ name, header: '', statement: `theorem ${name} : 4` }))))
    const args = (out: string) => [
      set,
      '-m',
      'a@1',
      'b@1',
      '-n',
      `${PASSES}`,
      '--block',
      '8',
      '-d',
      '20',
      '-o',
      join(folder, out),
    ]
    const undisturbed = launch('jugs', 'evaluate', [...args('local.sqlite'), '-w', '8'], slow)
    server = await kind.make()
    const { url } = server
    const lock = ['--lock', `${LOCK_MS}ms`]
    const coordinate = () => launch('jugs', 'evaluate', [...args('queue.sqlite'), '--queue', url, ...lock])
    const work = () => launch('jugs', 'worker', ['--queue', url, '-w', '1'], slow)

    let coordinator = coordinate()
    const workers = Array.from({ length: WORKERS }, work)
    const random = createRandom(`kills of ${kind.name}`)
    const pick = (count: number) => Math.floor(random.next() * count)
    const passes = () => countPasses(join(folder, 'queue.sqlite'))
    const until = performance.now() + DEADLINE_MS
    const progress = async (than: number) => {
      while (passes() <= than && performance.now() < until && coordinator.process.exitCode === null) await wait(50)
    }
    await progress(0)
    // In turns, so that a short test has one of each.
    const victims = ['worker', 'coordinator', 'server', 'worker'] as const
    const killed: string[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      const before = passes()
      await wait(random.next() * 600)
      if (coordinator.process.exitCode !== null) break
      const victim = victims[kill % victims.length] as (typeof victims)[number]
      killed.push(victim)
      if (victim === 'server') {
        // Who has not reached it yet would say so, and end: that is another test's matter.
        for (const one of [coordinator, ...workers]) await connected(one)
        await server.kill()
        await wait(random.next() * 1000)
        await server.start()
      } else if (victim === 'coordinator') {
        coordinator.process.kill('SIGKILL')
        await coordinator.ended
        coordinator = coordinate()
      } else {
        const at = pick(WORKERS)
        workers[at]?.process.kill('SIGKILL')
        workers[at] = work()
      }
      if (kill === 0) {
        // Longer than its lock lasts: when it goes on, its theorems are somebody else's.
        const frozen = workers[pick(WORKERS)]
        frozen?.process.kill('SIGSTOP')
        await wait(2.5 * LOCK_MS)
        frozen?.process.kill('SIGCONT')
      }
      // In every second round right behind a kill comes another.
      if (kill % 2 === 0) await progress(before)
    }
    expect(killed).toHaveLength(KILLS)
    const late = wait(Math.max(1, until - performance.now()), 'late' as const)
    const ended = await Promise.race([coordinator.ended, late])
    expect(ended, coordinator.said()).toMatchObject({ code: 0, stderr: expect.stringContaining('the run is complete') })
    expect(await undisturbed.ended).toMatchObject({ code: 0 })
    expect(rowsOf('queue.sqlite')).toEqual(rowsOf('local.sqlite'))
    const left = await launch('jugs', 'queue', ['status', '--queue', url]).ended
    expect(left.stdout).toContain('no runs')
    for (const worker of workers) worker.process.kill('SIGINT')
    for (const worker of workers)
      expect(await Promise.race([worker.ended, wait(30_000, 'late')])).toMatchObject({ code: 130 })
  })
