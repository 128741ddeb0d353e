import { Command } from 'commander'
import { listenForInterrupt } from './interrupt.ts'
import { FLAG } from './options.ts'
import { programVersion } from './product.ts'

type Flags = { lean?: string; workers: number }

export function mcpCommand(): Command {
  return new Command('mcp')
    .description('serve agents over standard input and output (Model Context Protocol)')
    .addOption(FLAG.lean())
    .addOption(FLAG.workers())
    .addHelpText(
      'after',
      '\nTools: prove, fill_sorries, verify, goal, run_tactics, check, cancel. Files are read and written below the folder it is started in only.',
    )
    .action(async ({ lean, workers }: Flags) => {
      const { serveMcp } = await import('../mcp/server.ts')
      // Standard output is the client's, and nobody reads what is said at the end.
      const interrupt = listenForInterrupt(() => {})
      await serveMcp({
        root: process.cwd(),
        version: programVersion(),
        ...(lean === undefined ? {} : { project: lean }),
        processes: workers,
        signal: interrupt.signal,
      }).finally(interrupt.release)
    })
}
