import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openViewChild } from '../../src/cli/view-child.ts'
import { listRuns, readRun } from '../../src/results/read-run.ts'
import { dataVersion, openReader } from '../../src/results/reader.ts'
import { theoremRows } from '../../src/view/page-data.ts'
import { RunReader } from '../../src/view/run-reader.ts'
import { bigTree, WrittenRun } from './parts.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-reader-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a file of an earlier version is read, and stays as it was to the bit', async () => {
  const path = join(folder, 'old.sqlite')
  await writeFile(path, gunzipSync(await readFile('study/units.sqlite.gz')))
  const hash = async () =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  const before = await hash()
  const database = openReader(path)
  const [run] = listRuns(database)
  if (run === undefined) throw new Error('there is no run')
  const rows = theoremRows(new RunReader(database, run).read())
  expect(rows.length).toBe(500)
  expect(rows.some(({ outcome }) => outcome === 'proved')).toBe(true)
  database.close()
  expect(await hash()).toBe(before)
  expect((await readdir(folder)).filter((name) => name.startsWith('old'))).toEqual(['old.sqlite'])
})

test('what is not a results file is told in one sentence', async () => {
  await writeFile(join(folder, 'text.sqlite'), 'no database at all, but long enough to be looked at')
  expect(() => openReader(join(folder, 'text.sqlite'))).toThrow(/text\.sqlite: file is not a database/)
  expect(() => openReader(join(folder, 'nowhere.sqlite'))).toThrow(/^there is no file .*nowhere\.sqlite$/)
})

test('reading what changed gives what reading everything gives, whatever is written, and taken away', async () => {
  const run = new WrittenRun(join(folder, 'grows.sqlite'), 9)
  const database = openReader(run.path)
  const [row] = listRuns(database)
  if (row === undefined) throw new Error('there is no run')
  const reader = new RunReader(database, row)
  const same = () => {
    const { theorems } = readRun(database, row)
    expect(reader.read().results.theorems).toEqual(theorems)
  }
  let version = dataVersion(database)
  same()
  for (let i = 0; i < 9; i++) {
    run.unit(i, i % 5, 4 + (i % 3), i % 2 === 0, bigTree(2))
    if (i % 4 === 0) run.unit(0, 1 + (i % 4), 8, true, bigTree(3))
    if (i % 3 === 0) run.journal.close(i, { kind: 'done', completion: 'complete' })
    const now = dataVersion(database)
    expect(now).not.toBe(version)
    version = now
    same()
    expect(reader.read()).toBe(reader.read())
  }
  run.journal.close(4, { kind: 'engineError', message: 'no' })
  same()
  run.database.exec('DELETE FROM passes; DELETE FROM units')
  same()
  database.close()
  run.close()
})

test('a page that another command opens answers, and ends with it', async () => {
  const run = new WrittenRun(join(folder, 'child.sqlite'), 2)
  run.unit(0, 0, 8, true, bigTree(2))
  const child = await openViewChild(run.path)
  if (child === undefined) throw new Error('the page did not come up')
  const answer = await fetch(`${child.url}runs.json`)
  expect(await answer.json()).toMatchObject([{ theorems: 2, dataset: 'lemmas.jsonl' }])
  child.close()
  await expect
    .poll(
      () =>
        fetch(child.url).then(
          () => 'answers',
          () => 'gone',
        ),
      { timeout: 20_000 },
    )
    .toBe('gone')
  run.close()
})
