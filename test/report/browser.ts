import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'

/** A real Chromium without a window, out of an npm package: it needs nothing installed beside it. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await sparticuz.executablePath()
  // The package's own arguments are for one page in one process, without what keeps pages apart.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--headless=shell']
  return chromium.launch({ executablePath, args, headless: true, timeout: 60_000 })
}

/** What went wrong on a page, and what it asked for elsewhere: both must stay empty. */
export function watchPage(page: Page): { readonly errors: string[]; readonly foreign: string[] } {
  const errors: string[] = []
  const foreign: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
  })
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    const isOwn = ['file:', 'data:', 'blob:'].includes(protocol) || hostname === '127.0.0.1'
    if (!isOwn) foreign.push(request.url())
  })
  return { errors, foreign }
}
