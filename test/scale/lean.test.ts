import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cacheRoot } from '../../src/lean/open.ts'
import { openResults } from '../../src/results/store.ts'
import { HEDGE } from '../built.ts'
import { lastingRows } from '../results/rows.ts'
import { ownPolicy } from './own-policy.ts'
import { postgres, type TestServer } from './servers.ts'

/** Each line is a run; a single theorem is split into blocks. */
const RUNS = {
  whole: ['(a b : Nat) : a + b = b + a', '(n : Nat) : n = 1', '(n : Natt) : n = n'],
  split: ['(p q : Prop) : p ∧ q ↔ q ∧ p'],
}

let folder: string
let hash: string
let server: TestServer
const alive = new Set<ChildProcess>()
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-scale-lean-'))
  hash = await ownPolicy(join(folder, 'mine'))
  server = await postgres()
})
afterEach(async () => {
  for (const child of alive) child.kill('SIGKILL')
  await server.remove()
  await rm(folder, { recursive: true, force: true })
  await rm(join(cacheRoot(), 'policies', hash), { recursive: true, force: true })
})

/** The command line as a user runs it. */
function hedge(cwd: string, ...args: string[]) {
  const child = spawn(process.execPath, [resolve(HEDGE), ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  alive.add(child)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<{ code: number | null; said: string }>((done) =>
    child.once('close', (code) => {
      alive.delete(child)
      done({ code, said })
    }),
  )
  return { child, ended }
}

function rowsOf(name: string): unknown {
  const database = openResults(join(folder, name), { mustExist: true })
  const rows = lastingRows(database)
  database.close()
  return rows
}

test('real Lean, a coordinator and two workers: rows as of a local run, with a policy that the workers get from the queue', {
  timeout: 600_000,
}, async () => {
  const evaluate = async (name: keyof typeof RUNS, out: string, ...more: string[]) => {
    const lines = RUNS[name].map((statement, i) =>
      JSON.stringify({ name: `${name}${i}`, statement: `theorem ${name}${i} ${statement}` }),
    )
    await writeFile(join(folder, `${name}.jsonl`), `${lines.join('\n')}\n`)
    const members = ['-m', './mine', 'baseline', '-n', '8', '--block', '4']
    return hedge(folder, 'evaluate', `${name}.jsonl`, ...members, '-w', '1', '-o', out, ...more).ended
  }
  // Elsewhere: there is no folder `mine`.
  const workers = [0, 1].map(() => hedge(tmpdir(), 'worker', '--queue', server.url, '-w', '1'))
  for (const name of ['whole', 'split'] as const) {
    // One of the statements does not elaborate, which is told by the exit code.
    const code = name === 'whole' ? 2 : 0
    expect(await evaluate(name, `${name}-local.sqlite`)).toMatchObject({ code })
    const queued = await evaluate(name, `${name}-queue.sqlite`, '--queue', server.url)
    expect(queued.code, queued.said).toBe(code)
    expect(queued.said).toContain('the run is complete')
    expect(rowsOf(`${name}-queue.sqlite`)).toEqual(rowsOf(`${name}-local.sqlite`))
  }
  for (const { child } of workers) child.kill('SIGINT')
  const ends = await Promise.all(workers.map(({ ended }) => ended))
  for (const end of ends) expect(end).toMatchObject({ code: 130 })
  expect(ends.map((end) => end.said).join('')).toMatch(/split0: done, passes of \S*mine\S* from 0 on, at most 4/)
  expect(await readdir(join(cacheRoot(), 'policies'))).toContain(hash)
})
