import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRandom } from '../../src/proof/random.ts'
import { openResults } from '../../src/results/store.ts'
import { lastingRows } from '../results/rows.ts'
import { countPasses, startChild } from './run-child.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-kill-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function rowsOf(file: string): { rows: unknown; passes: number } {
  const database = openResults(file, { mustExist: true })
  const rows = lastingRows(database)
  const passes = Number(database.prepare('SELECT count(*) FROM passes').pluck().get())
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(database.pragma('foreign_key_check')).toEqual([])
  database.close()
  return { rows, passes }
}

/** `npm run test:scale` kills more often. */
const KILLS = process.env.HEDGE_TEST_SCALE === 'whole' ? 20 : 8

test('a run killed at random moments ends with the rows of one that was not', { timeout: 600_000 }, async () => {
  const names = ['p', 'q', 'r', 's', 't', 'u']
  const set = join(folder, 'set.json')
  await writeFile(set, JSON.stringify(names.map((name) => ({ name, header: '', statement: `theorem ${name} : 4` }))))
  const args = (out: string) => [
    set,
    '-m',
    'a@1',
    'b@1',
    '-n',
    '64',
    '--block',
    '8',
    '-d',
    '20',
    '-o',
    join(folder, out),
  ]

  const undisturbed = startChild('jugs', args('whole.sqlite'))
  const random = createRandom('kills')
  let progressed = 0
  let before = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const child = startChild('jugs', args('killed.sqlite'))
    await child.begun
    // The work itself takes several seconds on any machine, so it is not over before the last kill. On a slow one time
    // alone would kill every run before its first block.
    const afterBlock = kill % 2 === 1
    while (afterBlock && countPasses(join(folder, 'killed.sqlite')) <= before) await wait(5)
    await wait(random.next() * (afterBlock ? 50 : 300))
    child.process.kill('SIGKILL')
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL' })
    const passes = countPasses(join(folder, 'killed.sqlite'))
    if (passes > before) progressed++
    before = passes
  }
  expect(progressed).toBeGreaterThanOrEqual(KILLS / 2)
  const last = await startChild('jugs', args('killed.sqlite')).ended
  expect(last).toMatchObject({ code: 0, stderr: expect.stringContaining('the run is complete') })
  expect(await undisturbed.ended).toMatchObject({ code: 0 })

  const whole = rowsOf(join(folder, 'whole.sqlite'))
  // Two members, and the first once more as the baseline at equal passes.
  expect(whole.passes).toBe(names.length * 64 * 3)
  expect(before).toBeLessThan(whole.passes)
  expect(rowsOf(join(folder, 'killed.sqlite')).rows).toEqual(whole.rows)
})

test('a run with real Lean resumes after a kill', { timeout: 600_000 }, async () => {
  const set = join(folder, 'set.json')
  const statements = [
    '(a b : Nat) : a + b = b + a',
    '(p q : Prop) (h : p ∧ q) : q',
    '(n : Nat) : n * n + 1 ≠ 0',
    '(p : Prop) : p',
  ]
  await writeFile(
    set,
    JSON.stringify(
      statements.map((statement, i) => ({ name: `t${i}`, header: '', statement: `theorem t${i} ${statement}` })),
    ),
  )
  const args = (out: string) => [
    set,
    '-m',
    'fixed@1',
    'fixed@4',
    '-n',
    '8',
    '--block',
    '4',
    '-w',
    '1',
    '-o',
    join(folder, out),
  ]

  const first = startChild('lean', args('killed.sqlite'))
  while (countPasses(join(folder, 'killed.sqlite')) < 12) await wait(20)
  first.process.kill('SIGKILL')
  await first.ended
  const both = await startChild('lean', [...args('killed.sqlite'), '--', ...args('whole.sqlite')]).ended
  expect(both).toMatchObject({ code: 0 })
  const { rows, passes } = rowsOf(join(folder, 'whole.sqlite'))
  expect(passes).toBe(4 * 8 * 3)
  expect(rowsOf(join(folder, 'killed.sqlite')).rows).toEqual(rows)
  const proofs = openResults(join(folder, 'killed.sqlite'))
  const proved = proofs
    .prepare('SELECT DISTINCT t.name FROM proofs p JOIN theorems t ON t.id = p.theorem_id')
    .pluck()
    .all()
  expect(proved).toContain('t0')
  expect(proved).not.toContain('t3')
  proofs.close()
})
