/** What a command's exit code says. */
export const EXIT = { done: 0, negative: 1, badInput: 2, engineFailure: 3, isFalse: 4, interrupted: 130 } as const

export { InputError } from '../proof/input-error.ts'

/** Errors whose message is all there is to say, by name, so that a command loads no more than it uses. */
const BAD_INPUT = new Set([
  'InputError',
  'RejectedInput',
  'SchemaError',
  'DatasetError',
  'CheckpointError',
  'TemplateError',
])
const ENGINE_FAILURE = new Set(['EngineError', 'EngineFailure', 'PolicyFailure'])

/** Prints why a command failed, and gives its exit code. An error that nobody expected keeps its stack. */
export function reportFailure(error: unknown): number {
  if (isBadInput(error)) return explain(error, EXIT.badInput)
  if (error instanceof Error && ENGINE_FAILURE.has(error.name)) return explain(error, EXIT.engineFailure)
  console.error(error)
  failAsJson(error instanceof Error ? error.message : String(error), EXIT.engineFailure)
  return EXIT.engineFailure
}

/**
 * With --json a failure is an object on stdout too, beside the sentence on stderr. The words of the command line are asked
 * themselves: what is wrong may be wrong with its flags.
 */
export function failAsJson(message: string, exitCode: number, more: object = {}): void {
  if (!process.argv.includes('--json')) return
  process.stdout.write(`${JSON.stringify({ error: { message, exitCode, ...more } }, null, 2)}\n`)
}

/** Runs a command's work; what the user can put right ends in a message and code 2. */
export async function orBadInput(work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (!isBadInput(error)) throw error
    return reportFailure(error)
  }
}

function explain(error: Error, code: number): number {
  process.stderr.write(`hedge: ${error.message}\n`)
  failAsJson(error.message, code)
  return code
}

function isBadInput(error: unknown): error is Error {
  return error instanceof Error && (BAD_INPUT.has(error.name) || isFileTrouble(error))
}

/** A file that cannot be read or written, or a damaged database: for the user to put right, and no bug of ours. */
function isFileTrouble(error: Error): boolean {
  const { code, path } = error as { code?: unknown; path?: unknown }
  if (typeof code !== 'string') return false
  return typeof path === 'string' || /^SQLITE_(CORRUPT|NOTADB|READONLY|FULL|IOERR|CANTOPEN|BUSY)/.test(code)
}
