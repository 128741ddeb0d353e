import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** A real browser on this machine. @throws where there is none: `apt-get install chromium` provides one. */
export async function findBrowser(): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    for (const name of NAMES) {
      const path = join(folder, name)
      const there = await access(path).then(
        () => true,
        () => false,
      )
      if (there) return path
    }
  throw new Error(`no browser is on the path: install one of ${NAMES.join(', ')}`)
}

/** Opens a page, lets its scripts run, and gives the document as the browser then has it. */
export async function renderedPage(file: string, profile: string, fragment = ''): Promise<string> {
  const { stdout } = await promisify(execFile)(
    await findBrowser(),
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--user-data-dir=${profile}`,
      '--virtual-time-budget=5000',
      '--dump-dom',
      `${pathToFileURL(file).href}${fragment}`,
    ],
    { maxBuffer: 64 * 1024 * 1024, timeout: 110_000 },
  )
  return stdout
}
