import { randomBytes } from 'node:crypto'
import { Command } from 'commander'
import { pageAssets } from '../view/assets.ts'
import { type PageServer, type ServerOptions, servePage } from '../view/server.ts'
import { ResultsWatch } from '../view/watch.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { portNumber } from './flags.ts'
import { listenForInterrupt } from './interrupt.ts'
import { askQueue } from './live-queue.ts'
import { openQueue } from './open-queue.ts'

type Options = { readonly host: string; readonly port: number; readonly token: boolean; readonly queue?: string }

const LOCAL = new Set(['localhost', '127.0.0.1', '::1'])
/** The same address every time, so that an open page finds its server again. */
export const DEFAULT_PORT = 4180

/** `hedge view`: a page about runs, in a browser, while they happen. */
export function viewCommand(): Command {
  return new Command('view')
    .description('show a run, or all runs of a folder, in a browser, while they happen')
    .argument('<results>', 'a results file of `hedge evaluate`, or a folder of them')
    .option('--port <number>', 'where the page is; 0 for any that is free', portNumber, DEFAULT_PORT)
    .option('--host <name>', 'who can see it: where others can, the address gets a secret', '127.0.0.1')
    .option('--queue <url>', 'also show who works on a run over this queue, and what waits there')
    .option('--no-token', 'no secret in the address, whoever can see it')
    .addHelpText('after', '\nNothing is written, and nothing is loaded from elsewhere. Ctrl-C ends it.')
    .action(async (path: string, options: Options) => {
      process.exitCode = await orBadInput(() => view(path, options))
    })
}

async function view(path: string, { host, port, token, queue: url }: Options): Promise<number> {
  // Nothing is to be saved: the first signal is its ordinary end.
  const interrupt = listenForInterrupt(() => {})
  const watch = new ResultsWatch(path)
  const queue = url === undefined ? undefined : await openQueue(url)
  try {
    const secret = token && !LOCAL.has(host) ? randomBytes(16).toString('hex') : undefined
    const ask = queue === undefined ? undefined : (key: string) => askQueue(queue, key)
    const server = await served(watch, { host, port, token: secret, queue: ask })
    for (const [name, problem] of watch.problems)
      process.stderr.write(`${problem.includes(name) ? problem : `${name}: ${problem}`}\n`)
    process.stdout.write(`${server.url}\n`)
    await new Promise<void>((resolve) => {
      interrupt.signal.addEventListener('abort', () => resolve(), { once: true })
      // A command that began this one has ended.
      process.once('disconnect', resolve)
    })
    await server.close()
    return EXIT.done
  } finally {
    interrupt.release()
    watch.close()
    await queue?.close()
  }
}

/** At the port, or at any other where it is the usual one and taken. @throws InputError */
async function served(watch: ResultsWatch, options: ServerOptions): Promise<PageServer> {
  const assets = await pageAssets()
  const { host, port } = options
  try {
    return await servePage(watch, assets, options)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'EADDRINUSE' && port === DEFAULT_PORT) return servePage(watch, assets, { ...options, port: 0 })
    if (typeof code === 'string') throw new InputError(`the page cannot be served at ${host}:${port}: ${code}`)
    throw error
  }
}
