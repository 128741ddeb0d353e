import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBrowser, watchPage } from '../report/browser.ts'
import { type Running, start } from '../scale/processes.ts'
import { serverKinds, type TestServer } from '../scale/servers.ts'

let folder: string
let server: TestServer
const alive: Running[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-view-queue-'))
})
afterEach(async () => {
  for (const { process } of alive) process.kill('SIGKILL')
  await Promise.all(alive.splice(0).map(({ ended }) => ended))
  await server.remove()
  await rm(folder, { recursive: true, force: true })
})

const launch = (...args: Parameters<typeof start>): Running => {
  const running = start(...args)
  alive.push(running)
  return running
}

test.each(
  serverKinds(),
)('$name: the page of a run on a queue shows who works on what, what waits, and that the server is gone', {
  timeout: 240_000,
}, async ({ make }) => {
  server = await make()
  const set = join(folder, 'set.json')
  await writeFile(set, JSON.stringify([{ name: 'p', header: '', statement: 'theorem p : 4' }]))
  const args = [set, '-m', 'a@1', 'b@1', '-n', '6', '--block', '2', '-o', join(folder, 'run.sqlite')]
  const coordinator = launch('jugs', 'evaluate', [...args, '--queue', server.url, '--view'])
  const until = performance.now() + 60_000
  let url: string | undefined
  while (url === undefined && performance.now() < until) {
    url = /the run is at (http\S+);/.exec(coordinator.said())?.[1]
    await wait(50)
  }
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(60_000)
    const seen = watchPage(page)
    await page.goto(url ?? '')
    const card = page.getByRole('region', { name: 'Workers and queue', exact: true })
    // Nobody is there yet: the first blocks of both members wait.
    await card.getByText(/: 4 jobs waiting, 0 active, 0 set aside; 0 reports to be written\./).waitFor()
    // So slow that it works on its first blocks as long as they are looked at.
    const worker = launch('jugs', 'worker', ['--queue', server.url, '-w', '1'], { DRAW_MS: '600000' })
    await card.getByText(/: 4 jobs waiting, 2 active/).waitFor()
    const row = card.getByRole('row', { name: new RegExp(`:${worker.process.pid} p a@1 from 0 on \\d`) })
    await row.waitFor()
    await card.getByRole('row', { name: new RegExp(`:${worker.process.pid} p b@1 from 0 on \\d`) }).waitFor()
    if (process.env.HEDGE_SCREENSHOTS !== undefined)
      await card.screenshot({ path: join(process.env.HEDGE_SCREENSHOTS, `queue-${server.name}.png`) })
    await row.getByRole('link', { name: 'p' }).click()
    await page.getByRole('heading', { name: 'p', level: 1 }).waitFor()
    await page.goBack()
    // It is told within seconds that the server is gone, and that it is back.
    await server.kill()
    await card.getByText('does not answer').waitFor()
    await server.start()
    await card.getByText('does not answer').waitFor({ state: 'detached' })
    expect(seen).toEqual({ errors: [], foreign: [] })
  } finally {
    await browser.close()
  }
})
