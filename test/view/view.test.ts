import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTree } from '../../src/search/tree.ts'
import { type Assets, pageAssets } from '../../src/view/assets.ts'
import { type PageServer, servePage } from '../../src/view/server.ts'
import { ResultsWatch } from '../../src/view/watch.ts'
import { openBrowser, watchPage } from '../report/browser.ts'
import { state } from '../search/toy.ts'
import { bigTree, WrittenRun } from './parts.ts'

let browser: Browser
let assets: Assets
let folder: string
beforeAll(async () => {
  browser = await openBrowser()
  assets = await pageAssets()
  folder = await mkdtemp(join(tmpdir(), 'hedge-view-'))
})
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true, force: true })
})

let page: Page
let seen: ReturnType<typeof watchPage>
const open: { close(): unknown }[] = []
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 900 }, acceptDownloads: true })
  page.setDefaultTimeout(20_000)
  seen = watchPage(page)
})
afterEach(async () => {
  await page.close()
  for (const one of open.splice(0).reverse()) await one.close()
  expect(seen).toEqual({ errors: [], foreign: [] })
})

async function served(path: string, token?: string): Promise<PageServer> {
  const watch = new ResultsWatch(path)
  const server = await servePage(watch, assets, { host: '127.0.0.1', port: 0, token })
  open.push(watch, server)
  return server
}

/** The runs of one file are one: its page opens by itself. */
const runPageOf = async (server: PageServer, name = 'lemmas.jsonl') => {
  await page.goto(server.url)
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}

test('a run that is being written: progress and grid follow, the curve moves, errors come first', async () => {
  const run = new WrittenRun(join(folder, 'live.sqlite'), 12)
  open.push(run)
  const tree = bigTree(3)
  for (const member of [0, 1, 2, 3, 4]) run.unit(0, member, 8, true, tree)
  run.journal.close(0, { kind: 'done', completion: 'complete' })
  await runPageOf(await served(run.path))
  expect(await page.getByText('1 of 12 theorems done').count()).toBe(1)
  const curve = page.locator('section[aria-label="Coverage as passes grow"] svg path[aria-roledescription="line mark"]')
  await curve.first().waitFor()
  const before = await curve.evaluateAll((lines) => lines.map((line) => line.getAttribute('d')))
  expect(before.length).toBe(6)

  for (const member of [0, 1, 2, 3, 4]) run.unit(1, member, 8, member > 2, tree)
  run.journal.close(1, { kind: 'done', completion: 'complete' })
  run.journal.close(2, { kind: 'engineError', message: 'Lean does not start:\n  <b>out of memory</b>' })
  await page.getByText('3 of 12 theorems done').waitFor()
  await page.waitForFunction(
    (was) =>
      JSON.stringify(
        [...document.querySelectorAll('path[aria-roledescription="line mark"]')]
          .slice(0, 6)
          .map((line) => line.getAttribute('d')),
      ) !== was,
    JSON.stringify(before),
  )
  const errors = page.getByRole('region', { name: 'Errors' })
  expect(await errors.getByText('<b>out of memory</b>').isVisible()).toBe(true)
  const bar = page.getByRole('progressbar')
  expect(await bar.getAttribute('aria-valuetext')).toBe('2 proved, 0 not proved, 1 errors, 9 open')
  await page.getByRole('row', { name: /List\.lemma_1 proved 2 of 5 40/ }).waitFor()
})

test('filters, search, sorting and keys of the grid; tables as CSV and JSON', async () => {
  const run = new WrittenRun(join(folder, 'grid.sqlite'), 60)
  open.push(run)
  const tree = bigTree(2)
  for (let position = 0; position < 40; position++) {
    run.unit(position, 0, 8, position % 2 === 0, tree)
    run.unit(position, 1, 8, position % 4 === 0, tree)
    run.journal.close(position, { kind: 'done', completion: 'complete' })
  }
  await runPageOf(await served(run.path))
  const shown = async () => page.locator('#theorems [role=status]').textContent()
  await page.getByRole('combobox', { name: 'Outcome' }).selectOption('proved')
  expect(await shown()).toBe('20 of 60')
  await page.getByRole('combobox', { name: 'Not proved by', exact: true }).selectOption({ label: 'neff-4' })
  expect(await shown()).toBe('10 of 60')
  await page.getByRole('searchbox', { name: /Find theorems/ }).fill('nat 18')
  expect(await shown()).toBe('1 of 60')
  await page.getByRole('button', { name: 'Show all' }).click()
  expect(await shown()).toBe('60 of 60')

  // What the overlap counts, it shows: neff-1 alone proves every second of them, and not each fourth.
  await page.getByRole('button', { name: '10 proved by neff-1, not by neff-4' }).click()
  expect(await shown()).toBe('10 of 60')
  await page.getByRole('button', { name: 'Show all' }).click()

  await page.locator('.grid').getByRole('button', { name: 'steps' }).click()
  expect(await page.locator('.grid th[aria-sort=ascending]').textContent()).toBe('steps')
  const first = page.locator('.grid tbody tr[data-position] a').first()
  expect(await first.textContent()).toBe('Nat.lemma_0')
  await first.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('List.lemma_8')

  const csv = await downloaded('Theorems as CSV')
  expect(csv.split('\r\n')[0]).toBe('theorem,outcome,members,passes,seconds,steps,statement,message')
  expect(csv.split('\r\n')[1]).toBe(
    'Nat.lemma_0,proved,neff-1 neff-4,16,0.3,1,theorem Nat.lemma_0 (a b : Nat) : a + b + 0 = 0 + b + a,',
  )
  const json = JSON.parse(await downloaded('Overlap of members as JSON'))
  expect(json[0]).toMatchObject({ 'neff-1': 20, 'neff-4': 10 })
  await page.keyboard.press('Tab')
  await page.locator('.grid tbody a', { hasText: /^List\.lemma_8$/ }).press('Enter')
  await page.getByRole('heading', { name: 'List.lemma_8', level: 1 }).waitFor()
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
})

async function downloaded(button: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()])
  return readFile(await file.path(), 'utf8')
}

test('a tree grows while it is looked at; states fold, are found, and are reached by keys', async () => {
  const run = new WrittenRun(join(folder, 'tree.sqlite'), 2)
  open.push(run)
  run.unit(0, 0, 8, false, bigTree(4))
  const server = await served(run.path)
  await page.goto(`${server.url}#/run/${encodeURIComponent('tree.sqlite:')}${run.journal.key.slice(0, 8)}/0`)
  await page.getByRole('heading', { name: 'Nat.lemma_0', level: 1 }).waitFor()
  const tree = page.getByRole('tree')
  await page.getByText('5 states, 10 tactics run').waitFor()
  // The root is chosen at first, and what failed is there when it is asked for, with its lines.
  expect(await tree.getByRole('treeitem', { selected: true }).getAttribute('aria-label')).toMatch(/^root: ⊢ root/)
  await page.getByText('3 tactics that failed').click()
  await expect.poll(() => page.locator('.panel .lines').first().innerText()).toBe('error: first line 1\n  second line')

  run.unit(0, 1, 8, false, bigTree(900))
  await page.getByText('901 states, 1802 tactics run').waitFor()
  const drawn = () => tree.getByRole('treeitem').count()
  expect(await drawn()).toBeGreaterThan(8)
  // Labels of siblings differ although their first 50 characters are the same.
  const labels = await page.locator('svg.tree .tactic').evaluateAll((texts) => {
    const first = Math.min(...texts.map((text) => Number(text.getAttribute('x'))))
    return texts.filter((text) => Number(text.getAttribute('x')) === first).map((text) => text.textContent)
  })
  expect(labels.length).toBe(3)
  expect(new Set(labels).size).toBe(3)

  await page.getByRole('button', { name: 'Show every state' }).click()
  await page.waitForFunction(() => !document.querySelector('.facts')?.textContent?.includes('folded'))
  // Of 900 only those in sight are in the document, and a drag is answered at once.
  expect(await drawn()).toBeLessThan(400)
  const frames = await page.evaluate(async () => {
    const svg = document.querySelector('svg.tree') as SVGElement
    const times: number[] = []
    for (let i = 0; i < 20; i++) {
      const begun = performance.now()
      svg.dispatchEvent(
        new WheelEvent('wheel', { deltaY: i < 10 ? 60 : -60, ctrlKey: true, bubbles: true, cancelable: true }),
      )
      await new Promise((resolve) => requestAnimationFrame(resolve))
      times.push(performance.now() - begun)
    }
    return Math.max(...times)
  })
  console.log(`a tree of 900 states: slowest of 20 frames while zooming ${frames.toFixed(0)} ms`)

  await page.getByRole('searchbox', { name: 'Find in the search tree' }).fill('goal 900')
  await page.getByText('1 found').waitFor()
  const chosen = () => tree.getByRole('treeitem', { selected: true }).getAttribute('aria-label')
  await expect.poll(chosen).toMatch(/goal 900/)
  expect(await page.locator('.panel pre').first().textContent()).toBe('⊢ goal 900')
  expect(await page.locator('.panel .cycle').textContent()).toBe('↺ back to ')
  await page.locator('.panel .link-like').first().click()
  await expect.poll(chosen).toMatch(/^root/)
  // Nobody asked the verifier: nothing says that it is not verified.
  expect(await page.getByText('not verified').count()).toBe(0)

  await page.getByRole('button', { name: 'Show the likeliest part and the proof' }).click()
  await tree.focus()
  await page.keyboard.press('ArrowRight')
  expect(await chosen()).toMatch(/step \d+: ⊢ goal/)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  const root = tree.getByRole('treeitem', { name: /^root/ })
  const isOpen = await root.getAttribute('aria-expanded')
  await page.keyboard.press('Enter')
  await expect.poll(() => root.getAttribute('aria-expanded')).not.toBe(isOpen)
})

test('2,000 theorems and five members open at once and stay fluid', async () => {
  const run = new WrittenRun(join(folder, 'large.sqlite'), 2000, 32)
  open.push(run)
  const tree = bigTree(1)
  run.database.transaction(() => {
    for (let position = 0; position < 2000; position++) {
      for (const member of [0, 1, 2, 3, 4]) run.unit(position, member, 32, (position * 7 + member * 3) % 11 < 4, tree)
      run.journal.close(position, { kind: 'done', completion: 'complete' })
    }
  })()
  const begun = performance.now()
  const server = await served(run.path)
  const up = performance.now()
  await page.goto(server.url)
  await page.getByText('2,000 of 2,000', { exact: true }).waitFor()
  const list = performance.now()
  await page.locator('svg.marks').first().waitFor()
  const whole = performance.now()
  await page.reload()
  await page.locator('svg.marks').first().waitFor()
  const again = performance.now()
  const times = [list - up, whole - up, again - whole].map((ms) => ms.toFixed(0))
  console.log(
    `2,000 theorems x 5 members: server up after ${(up - begun).toFixed(0)} ms; list ${times[0]} ms, whole page ${times[1]} ms, opened again ${times[2]} ms`,
  )
  expect(await page.locator('.grid tbody tr[data-position]').count()).toBeLessThan(100)
  const slowest = await page.evaluate(async () => {
    const list = document.querySelector('.list') as HTMLElement
    const times: number[] = []
    for (let i = 0; i < 30; i++) {
      const begun = performance.now()
      list.scrollTop = (i * 7919) % 60_000
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      times.push(performance.now() - begun)
    }
    return Math.max(...times)
  })
  console.log(`scrolling it: slowest of 30 jumps ${slowest.toFixed(0)} ms`)
  await page.evaluate(() => document.querySelector('.list')?.scrollTo(0, 32 * 1500))
  await page.getByRole('link', { name: 'Nat.lemma_1500', exact: true }).waitFor()
})

test('runs of a folder stand side by side, and new ones appear', async () => {
  const place = await mkdtemp(join(folder, 'many-'))
  const one = new WrittenRun(join(place, 'one.sqlite'), 4, 8)
  const two = new WrittenRun(join(place, 'two.sqlite'), 5, 8)
  open.push(one, two)
  for (const run of [one, two]) {
    run.unit(0, 0, 8, true, bigTree(1))
    run.journal.close(0, { kind: 'done', completion: 'complete' })
  }
  const server = await served(place)
  await page.goto(server.url)
  const table = page.getByRole('region', { name: 'Runs side by side' })
  expect(await table.getByRole('rowheader').count()).toBe(2)
  await page.locator('svg.marks').waitFor()
  const three = new WrittenRun(join(place, 'three.sqlite'), 6, 8)
  open.push(three)
  await table.getByRole('rowheader', { name: /three\.sqlite/ }).waitFor()
  await table.getByRole('link', { name: /two\.sqlite/ }).click()
  await page.getByText('1 of 5 theorems done').waitFor()
  await page.getByRole('link', { name: 'hedge', exact: true }).click()
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
})

test('the server answers only questions, only here, and only to who has the secret', async () => {
  const run = new WrittenRun(join(folder, 'safe.sqlite'), 1)
  open.push(run)
  const plain = await served(run.path)
  const ask = (url: string, init?: RequestInit) => fetch(url, init).then(({ status }) => status)
  expect(await ask(plain.url)).toBe(200)
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) expect(await ask(plain.url, { method })).toBe(405)
  const { port } = new URL(plain.url)
  expect(await rawStatus(Number(port), 'evil.example')).toBe(403)
  expect(await ask(`${plain.url}export?run=${encodeURIComponent('../../etc/passwd')}&theorem=0`)).toBe(404)
  const headers = (await fetch(plain.url)).headers
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*connect-src 'self'/)

  const secret = await served(run.path, 'f00d')
  expect(secret.url).toMatch(/\/f00d\/$/)
  expect(await ask(secret.url)).toBe(200)
  const root = secret.url.replace('f00d/', '')
  for (const path of ['', 'runs.json', 'events', 'f00/runs.json', 'f00d1/']) expect(await ask(root + path)).toBe(404)
})

/** A request under another host's name, which fetch does not allow. */
async function rawStatus(port: number, host: string): Promise<number> {
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/runs.json', headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}

test('light and dark texts can be read, every control has a name, narrow screens keep the tree', async () => {
  const run = new WrittenRun(join(folder, 'seen.sqlite'), 8)
  open.push(run)
  for (const member of [0, 1, 2]) run.unit(0, member, 8, true, bigTree(30))
  run.journal.close(0, { kind: 'done', completion: 'complete' })
  const server = await served(run.path)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await runPageOf(server)
    await page.locator('svg.marks').first().waitFor()
    expect(await page.evaluate(poorContrast)).toEqual([])
    expect(await page.evaluate(nameless)).toEqual([])
    await page.locator('.grid tbody a').first().click()
    await page.getByRole('treeitem').first().waitFor()
    expect(await page.evaluate(poorContrast)).toEqual([])
    expect(await page.evaluate(nameless)).toEqual([])
  }
  expect(await page.getByRole('main').count()).toBe(1)
  await page.setViewportSize({ width: 390, height: 800 })
  await expect.poll(() => page.locator('svg.tree').evaluate((tree) => tree.clientWidth)).toBeLessThan(390)
  const { width, height } = (await page.locator('svg.tree').boundingBox()) ?? { width: 0, height: 0 }
  expect(width).toBeGreaterThan(280)
  expect(height).toBeGreaterThan(200)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})

test('on a narrow screen a small tree is in sight whole', async () => {
  const run = new WrittenRun(join(folder, 'small.sqlite'), 2)
  open.push(run)
  const tree = createTree(state('root', []))
  const { outcome } = tree.add(tree.root, 'intro h', -1, { kind: 'open', state: state('goal', []) })
  if (outcome.kind === 'open') tree.add(outcome.node, 'omega', -1, { kind: 'finished' })
  run.unit(0, 0, 8, true, tree)
  await page.setViewportSize({ width: 420, height: 800 })
  await runPageOf(await served(run.path))
  await page.locator('.grid tbody a').first().click()
  await page.getByRole('treeitem').nth(2).waitFor()
  const rightEnd = (selector: string) =>
    page.locator(selector).evaluateAll((all) => Math.max(...all.map((one) => one.getBoundingClientRect().right)))
  await expect.poll(async () => (await rightEnd('svg.tree .box')) <= (await rightEnd('svg.tree'))).toBe(true)
})

/** Texts whose colour is too near to what is behind them, by the rule of WCAG AA. */
function poorContrast(): string[] {
  const canvas = document
    .createElement('canvas')
    .getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D
  const rgba = (colour: string): number[] => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const light = (rgb: number[]): number => {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0)
  }
  const poor: string[] = []
  for (const element of document.querySelectorAll('h1,h2,h3,p,a,button,td,th,dt,dd,span,b,pre,summary,label')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim())
    if (!own || element.closest('[hidden],.unseen,.skip,svg')) continue
    let behind: number[] = rgba('Canvas')
    for (const box of [...ancestors(element)].reverse()) {
      const [r = 0, g = 0, b = 0, a = 0] = rgba(getComputedStyle(box).backgroundColor)
      const share = a / 255
      behind = [r, g, b].map((v, i) => v * share + (behind[i] ?? 0) * (1 - share))
    }
    const [x, y] = [light(rgba(getComputedStyle(element).color)), light(behind)]
    const ratio = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
    if (ratio < 4.5)
      poor.push(`${element.tagName} ${element.className} "${element.textContent?.slice(0, 30)}" ${ratio.toFixed(2)}`)
  }
  function* ancestors(element: Element): Iterable<Element> {
    for (let at: Element | null = element; at !== null; at = at.parentElement) yield at
  }
  return poor
}

/** Controls that a screen reader could not name. */
function nameless(): string[] {
  return [
    ...document.querySelectorAll<HTMLElement>('button,input,select,a[href],[role=tree],[role=treeitem],[role=img]'),
  ]
    .filter((element) => {
      const label =
        element.getAttribute('aria-label') ?? document.querySelector(`label[for="${element.id || '-'}"]`)?.textContent
      return !(label ?? element.textContent ?? '').trim()
    })
    .map((element) => element.outerHTML.slice(0, 80))
}
