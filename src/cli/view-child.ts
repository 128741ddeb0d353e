import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type ViewChild = {
  readonly url: string
  close(): void
}

const START_DEADLINE_MS = 60_000

/**
 * `hedge view` of a results file in a process of its own, which ends with this one. Undefined where it does not come
 * up: what it said of that is on standard error, and no reason to stop the work.
 */
export async function openViewChild(path: string, queue?: string): Promise<ViewChild | undefined> {
  const isSource = import.meta.url.endsWith('.ts')
  const main = fileURLToPath(new URL(isSource ? './main.ts' : './main.js', import.meta.url))
  const child = fork(main, ['view', path, ...(queue === undefined ? [] : ['--queue', queue])], {
    execArgv: isSource ? ['--import', import.meta.resolve('tsx')] : [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const late = setTimeout(() => child.kill('SIGKILL'), START_DEADLINE_MS)
  const [first] = await Promise.race([
    once(child.stdout as NonNullable<typeof child.stdout>, 'data'),
    once(child, 'exit'),
  ])
  clearTimeout(late)
  const url = /^(http\S+)/.exec(String(first))?.[1]
  if (url === undefined) return undefined
  // It keeps nobody from ending.
  child.unref()
  child.channel?.unref()
  ;(child.stdout as unknown as { unref?: () => void }).unref?.()
  return { url, close: () => void child.kill() }
}
