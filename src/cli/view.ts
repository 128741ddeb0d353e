import { randomBytes } from 'node:crypto'
import { Command } from 'commander'
import { pageAssets } from '../view/assets.ts'
import { servePage } from '../view/server.ts'
import { ResultsWatch } from '../view/watch.ts'
import { EXIT, InputError, orBadInput } from './failure.ts'
import { portNumber } from './flags.ts'

type Options = { readonly host: string; readonly port: number; readonly token: boolean }

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
    .option('--no-token', 'no secret in the address, whoever can see it')
    .addHelpText('after', '\nNothing is written, and nothing is loaded from elsewhere. Ctrl-C ends it.')
    .action(async (path: string, options: Options) => {
      process.exitCode = await orBadInput(() => view(path, options))
    })
}

async function view(path: string, { host, port, token }: Options): Promise<number> {
  const watch = new ResultsWatch(path)
  try {
    const secret = token && !LOCAL.has(host) ? randomBytes(16).toString('hex') : undefined
    const server = await served(watch, host, port, secret)
    for (const [name, problem] of watch.problems)
      process.stderr.write(`${problem.includes(name) ? problem : `${name}: ${problem}`}\n`)
    process.stdout.write(`${server.url}\n`)
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve).once('SIGTERM', resolve)
      // A command that began this one has ended.
      process.once('disconnect', resolve)
    })
    await server.close()
    return EXIT.done
  } finally {
    watch.close()
  }
}

/** At the port, or at any other where it is the usual one and taken. @throws InputError */
async function served(watch: ResultsWatch, host: string, port: number, token: string | undefined) {
  const assets = await pageAssets()
  try {
    return await servePage(watch, assets, { host, port, token })
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'EADDRINUSE' && port === DEFAULT_PORT) return servePage(watch, assets, { host, port: 0, token })
    if (typeof code === 'string') throw new InputError(`the page cannot be served at ${host}:${port}: ${code}`)
    throw error
  }
}
