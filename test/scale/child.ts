/** A command of the queue in a process that can be killed: child.ts jugs|lean evaluate|worker|queue ARGUMENTS... */
import Sqlite from 'better-sqlite3'
import { evaluateCommand } from '../../src/cli/evaluate.ts'
import { queueCommand } from '../../src/cli/queue.ts'
import { workerCommand } from '../../src/cli/worker.ts'
import { jugParts, leanParts } from '../cli/parts.ts'

// A disk on which a results file may have so many pages: SQLite itself says then that it is full.
const pages = process.env.DISK_PAGES
if (pages !== undefined) {
  const { pragma } = Sqlite.prototype
  Sqlite.prototype.pragma = function (source, options) {
    const answer = pragma.call(this, source, options)
    if (source === 'foreign_keys = ON') pragma.call(this, `max_page_count = ${pages}`)
    return answer
  }
}

const [kind, name, ...rest] = process.argv.slice(2)
const parts = kind === 'lean' ? leanParts : jugParts(Number(process.env.DRAW_MS ?? 12))
const library = process.env.LIBRARY
const changed =
  library === undefined
    ? parts
    : {
        ...parts,
        openEngine: async (...args: Parameters<typeof parts.openEngine>) => ({
          ...(await parts.openEngine(...args)),
          libraryHash: library,
        }),
      }
const command =
  name === 'evaluate' ? evaluateCommand(changed) : name === 'worker' ? workerCommand(changed) : queueCommand()
process.stdout.write('begun\n')
try {
  await command.exitOverride().parseAsync(rest, { from: 'user' })
} catch (error) {
  const { reportFailure } = await import('../../src/cli/failure.ts')
  process.exitCode = reportFailure(error)
}
// Nothing may be left that keeps it from ending.
setTimeout(() => {
  process.stderr.write('did not end by itself\n')
  process.exit(99)
}, 10_000).unref()
