import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Database } from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { reportCommand } from '../../src/cli/report.ts'
import { evaluationTables } from '../../src/report/evaluation-tables.ts'
import { exportProofs } from '../../src/results/export.ts'
import { listRuns, type RunResults, readRun } from '../../src/results/read-run.ts'
import { type Summary, summarise } from '../../src/results/summary.ts'
import { openBrowser, watchPage } from './browser.ts'
import { sampleRun } from './evaluation-run.ts'

let folder: string
let database: Database
let results: RunResults
let summary: Summary
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-report-'))
  database = await sampleRun(join(folder, 'run.sqlite'))
  const [run] = listRuns(database)
  if (run === undefined) throw new Error('the sample has no run')
  results = readRun(database, run)
  summary = summarise(results)
})
afterAll(async () => {
  database.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the summary of a run', () => {
  test('leaves errors out of the denominator, and counts them apart', () => {
    expect(summary.counts).toMatchObject({ theorems: 40, done: 38, open: 0, statementErrors: 1, engineErrors: 1 })
  })

  test('agrees with counting rows by hand', () => {
    const solved = (member: string, passes: number) =>
      database
        .prepare(
          `SELECT count(DISTINCT theorem) FROM passes_in_full WHERE member = ? AND pass < ? AND ending = 'proved'`,
        )
        .pluck()
        .get(member, passes)
    for (const member of summary.members.slice(1)) {
      // With exactly as many passes as were run, the estimate is what was found.
      expect(member.coverage.at(-1)?.rate.value).toBeCloseTo(Number(solved(member.name, 64)) / 38, 12)
      expect(member.solved).toBe(solved(member.name, 64))
    }
    const first = summary.members[0]
    expect(first?.curve.at(-1)).toMatchObject({ k: 192 })
    expect(first?.curve.at(-1)?.rate.value).toBeCloseTo(Number(solved('cross-entropy', 192)) / 38, 12)
    expect(summary.matched.map(({ passesEach }) => passesEach)).toEqual([21, 64])
    expect(summary.matched[1]?.alone.value).toBe(first?.curve.at(-1)?.rate.value)
    for (const { first: a, second: b, both, test: paired } of summary.overlaps) {
      expect(both + paired.onlyFirst).toBe(solved(a, 64))
      expect(both + paired.onlySecond).toBe(solved(b, 64))
    }
  })

  test('has curves that never fall, and an ensemble that is no worse than its members', () => {
    for (const curve of [summary.ensemble.curve, ...summary.members.map((member) => member.curve)])
      for (const [i, point] of curve.entries())
        expect(point.rate.value).toBeGreaterThanOrEqual(curve[i - 1]?.rate.value ?? 0)
    for (const member of summary.members)
      for (const [i, { rate }] of summary.ensemble.coverage.entries())
        expect(rate.value).toBeGreaterThanOrEqual(member.coverage[i]?.rate.value ?? 1)
  })
})

test('members that stop at the first proof are not set beside each other', () => {
  const stopping = summarise({ ...results, run: { ...results.run, mode: 'first-proof' } })
  expect(stopping).toMatchObject({ comparable: false, overlaps: [], frontier: [], matched: [] })
  const tables = evaluationTables(stopping)
  expect(tables.map(({ title }) => title)).toEqual([
    'Coverage at 64 passes',
    'Coverage by number of passes',
    'Who proves it first',
  ])
  expect(tables[0]?.rows.map(([name]) => name)).toEqual(['ensemble of 3'])
})

test('the report is a text, a Markdown file, a JSON file and a page that a browser shows', async () => {
  const file = (name: string) => join(folder, name)
  const written: string[] = []
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  try {
    const report = (...args: string[]) => reportCommand().parseAsync([file('run.sqlite'), ...args], { from: 'user' })
    await report()
    for (const name of ['r.html', 'r.md', 'r.json']) await report('-o', file(name))
  } finally {
    stdout.mockRestore()
    process.exitCode = 0
  }
  const share = `${(100 * (summary.ensemble.coverage.at(-1)?.rate.value ?? 0)).toFixed(1)} %`
  expect(written.join('')).toMatch(new RegExp(`^ensemble of 3 .*${share}`, 'm'))
  expect(await readFile(file('r.md'), 'utf8')).toContain(`| **ensemble of 3** |  | **${share}** |`)
  const json = JSON.parse(await readFile(file('r.json'), 'utf8'))
  expect(json).toMatchObject({ counts: { done: 38, proved: summary.counts.proved }, estimator: 'unbiased' })
  // What became of each theorem is there beside the sums.
  expect(json.theorems).toHaveLength(40)
  const proved = json.theorems.filter(({ outcome }: { outcome: string }) => outcome === 'proved')
  expect(proved).toHaveLength(summary.counts.proved)
  for (const { proof } of proved) expect(proof).toMatchObject({ steps: expect.any(Number), source: expect.any(String) })

  const browser = await openBrowser()
  try {
    const page = await browser.newPage()
    const seen = watchPage(page)
    await page.goto(pathToFileURL(file('r.html')).href)
    await page.getByRole('heading', { name: 'jugs.jsonl' }).waitFor()
    expect(await page.locator('.tile b').first().textContent()).toBe(share)
    expect(await page.locator('svg.marks').count()).toBe(3)
    expect(await page.getByText('40 of 40', { exact: true }).count()).toBe(1)
    // Errors are there at once, and a message is never markup.
    expect(await page.getByText('<b>unknown</b> identifier').first().isVisible()).toBe(true)

    await page.getByRole('link', { name: 't0', exact: true }).click()
    await page.getByRole('heading', { name: 't0' }).waitFor()
    expect(await page.locator('pre.proof').textContent()).toMatch(/^theorem t0 : 4 := by/)
    // The compressed tree has been unpacked and drawn.
    await page.getByRole('treeitem', { name: /^root: .*on the proof/ }).waitFor()
    expect(seen).toEqual({ errors: [], foreign: [] })
  } finally {
    await browser.close()
  }
})

test('a results file that is not there, or not one, is bad input', async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    await reportCommand().parseAsync([join(folder, 'absent.sqlite')], { from: 'user' })
    expect(process.exitCode).toBe(2)
  } finally {
    stderr.mockRestore()
    process.exitCode = 0
  }
})

test('proofs with one header share a file and sections keep others apart', () => {
  const [proved] = results.theorems.filter((theorem) => theorem.proof !== undefined)
  if (proved === undefined) throw new Error('nothing was proved')
  const with_ = (name: string, header: string) => ({
    ...proved,
    name,
    header,
    proof: { tactics: ['rfl'], source: `${header}\n\ntheorem ${name} : 1 = 1 := by\n  rfl\n`, kernels: 'accepted' },
  })
  const files = exportProofs([
    with_('a', 'import Init\nopen Nat'),
    with_('b', 'import Init'),
    with_('c', 'import Init\nopen Nat'),
    with_('d', 'import Std'),
  ])
  expect(files.map(({ source }) => source)).toEqual([
    'import Init\n\nsection\nopen Nat\n\ntheorem a : 1 = 1 := by\n  rfl\n\ntheorem c : 1 = 1 := by\n  rfl\n\nend\n\ntheorem b : 1 = 1 := by\n  rfl\n',
    'import Std\n\ntheorem d : 1 = 1 := by\n  rfl\n',
  ])
})
