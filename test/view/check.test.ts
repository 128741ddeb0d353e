import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toNdjson } from '../../src/proof/declarations/ndjson.ts'
import { sha256 } from '../../src/proof/sha256.ts'
import { listRuns } from '../../src/results/read-run.ts'
import { pageAssets } from '../../src/view/assets.ts'
import { exportFolder, exportName, keptExport } from '../../src/view/exports.ts'
import { type PageServer, servePage } from '../../src/view/server.ts'
import { ResultsWatch } from '../../src/view/watch.ts'
import { reportPage } from '../../src/view/written.ts'
import { PRELUDE } from '../lean/kernel/prelude.ts'
import { unchecked } from '../lean/kernel/text.ts'
import { openBrowser, watchPage } from '../report/browser.ts'
import { bigTree, WrittenRun } from './parts.ts'

const META = { exporter: { name: 'test', version: '0' }, lean: { version: '4', githash: '' } }

/** A file as `hedge verify --export` writes it: a library, the proof, and at last the theorem that was asked for. */
const file = (proof: string, library = PRELUDE): string =>
  [...toNdjson(unchecked(`${library} ${proof}`), META)].join('\n')

const PROOF = `
  theorem _hedge.proof.t : (n : Nat) -> Eq.{1} Nat (Nat.add n 2) (Nat.succ (Nat.succ n)) :=
    fun (n : Nat) => Eq.refl.{1} Nat (Nat.succ (Nat.succ n))
  theorem _hedge.checked : (n : Nat) -> Eq.{1} Nat (Nat.add n 2) (Nat.succ (Nat.succ n)) := _hedge.proof.t`
const GOOD = file(PROOF)
const CHECKED = 'theorem _hedge.checked : False := _hedge.proof.t'

const FILES: readonly (readonly [what: string, text: string, said: RegExp])[] = [
  [
    'a proof of something else',
    file(`theorem _hedge.proof.t : True := True.intro ${CHECKED}`),
    /^✗ Refused .*declared type/,
  ],
  [
    'a proof that rests on sorryAx',
    file(`theorem _hedge.proof.t : False := sorryAx.{0} False ${CHECKED}`),
    /^✗ Refused .*axiom\).*sorryAx/,
  ],
  ['an axiom of its own', file(`axiom _hedge.proof.t : False ${CHECKED}`), /^✗ Refused .*axiom/],
  [
    'a constant that the file lacks',
    file('theorem _hedge.checked : True := True.intro', 'inductive[0] False : Prop'),
    /^(✗ Refused|Not checked)/,
  ],
  ['another file', file('theorem t : True := True.intro'), /^Not checked: the file does not end with the theorem/],
  ['no file of this kind', '{"a": 1}', /^Not checked: line 1 does not say/],
]

let browser: Browser
let page: Page
let seen: ReturnType<typeof watchPage>
let folder: string
let server: PageServer
let watch: ResultsWatch
let run: WrittenRun
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-check-'))
  run = new WrittenRun(join(folder, 'run.sqlite'), 2)
  run.unit(0, 0, 8, true, bigTree(2))
  watch = new ResultsWatch(run.path)
  server = await servePage(watch, await pageAssets(), { host: '127.0.0.1', port: 0, token: undefined })
  browser = await openBrowser()
  page = await browser.newPage()
  page.setDefaultTimeout(20_000)
  seen = watchPage(page)
})
afterAll(async () => {
  await browser.close()
  await server.close()
  watch.close()
  run.close()
  await rm(folder, { recursive: true, force: true })
})

const said = async (before: number): Promise<string> => {
  const verdict = page.locator('.check-said .verdict')
  await expect
    .poll(async () => (await page.locator('.check-said').getAttribute('data-round')) ?? '0', { timeout: 20_000 })
    .toBe(String(before + 1))
  return (await verdict.textContent()) ?? ''
}

test('a proof is checked again at a click, by our kernel in the browser, out of its exported file', async () => {
  const exports = exportFolder(run.path)
  await mkdir(exports)
  await writeFile(join(exports, exportName(run.journal.key, 0)), gzipSync(GOOD))
  await page.goto(`${server.url}#/run/${encodeURIComponent('run.sqlite:')}${run.journal.key.slice(0, 8)}/0`)
  await page.getByRole('button', { name: 'Check this proof again, here' }).click()
  expect(await said(0)).toMatch(/^✓ Accepted by the second kernel in this browser \(\d+ steps, .*\); no axioms\.$/)
  const text = await page.locator('.check-said').innerText()
  expect(text).toMatch(/2 declarations of statement and proof checked; .* 2[0-9] definitions and types of the library/)
  expect(text).toMatch(/What the file proves, as the kernel prints it: \(_ : Nat\) -> Eq\.\{1\} Nat \(Nat\.add #0 2\)/)
  expect(seen).toEqual({ errors: [], foreign: [] })
})

test('a written report has the file inside, and checks it without any server', async () => {
  const [row] = listRuns(run.database)
  if (row === undefined) throw new Error('there is no run')
  const path = join(folder, 'report.html')
  await writeFile(path, await reportPage(run.database, row, { path: run.path, treeStates: 50 }))
  const report = await browser.newPage()
  const seen = watchPage(report)
  await report.goto(`${pathToFileURL(path).href}#/run/any/0`)
  await report.getByRole('button', { name: 'Check this proof again, here' }).click()
  await report.locator('.verdict', { hasText: '✓ Accepted by the second kernel' }).waitFor({ timeout: 20_000 })
  expect(seen).toEqual({ errors: [], foreign: [] })
  await report.close()
})

test('what a run has kept is what is checked; a file that was made for another text is refused', async () => {
  const theorem = run.database
    .prepare(
      'SELECT headers.header, statement FROM theorems JOIN headers ON theorem_id = theorems.id WHERE position = 0',
    )
    .get()
  const made = (meta: object) =>
    gzipSync([...toNdjson(unchecked(`${PRELUDE} ${PROOF}`), { ...META, ...meta })].join('\n'))
  const keep = run.database.prepare(
    'INSERT OR REPLACE INTO exports SELECT min(id), @hash, @record FROM proofs WHERE theorem_id = 1',
  )
  const check = async (record: Uint8Array) => {
    keep.run({ hash: sha256(record), record })
    const before = Number((await page.locator('.check-said').getAttribute('data-round')) ?? 0)
    await page.getByRole('button', { name: 'Check this proof again, here' }).click()
    return said(before)
  }
  expect(await check(made({ theorem }))).toMatch(/^✓ Accepted by the second kernel/)
  expect(await page.locator('.check-said').innerText()).not.toContain('does not say for which text')
  expect(await check(made({ theorem: { header: '', statement: 'theorem t : False' } }))).toMatch(
    /^✗ Not of this theorem/,
  )
  expect(await check(made({}))).toMatch(/^✓ Accepted/)
  expect(await page.locator('.check-said').innerText()).toContain('does not say for which text')
  keep.run({ hash: 'another', record: made({ theorem }) })
  expect(() => keptExport(run.database, 1)).toThrow('not the one that was kept')
  run.database.prepare('DELETE FROM exports').run()
})

test('what proves nothing is not accepted, whatever the file says', async () => {
  let round = Number(await page.locator('.check-said').getAttribute('data-round'))
  for (const [what, text, expected] of FILES) {
    const path = join(folder, 'chosen.ndjson')
    await writeFile(path, text)
    await page.getByLabel('Check an exported file…').setInputFiles(path)
    expect([what, await said(round++)]).toEqual([what, expect.stringMatching(expected)])
  }
  expect(seen).toEqual({ errors: [], foreign: [] })
})
