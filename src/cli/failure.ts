import { EngineError, RejectedInput } from '../lean/engine.ts'
import { PolicyFailure } from '../policy/policy.ts'

/** What a command's exit code says. */
export const EXIT = { done: 0, negative: 1, badInput: 2, engineFailure: 3, interrupted: 130 } as const

/** Something the user gave is wrong. The message is one sentence with the offending value. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

/** Prints why a command failed, and gives its exit code. An error that nobody expected keeps its stack. */
export function reportFailure(error: unknown): number {
  if (error instanceof InputError || error instanceof RejectedInput) {
    console.error(`hedge: ${error.message}`)
    return EXIT.badInput
  }
  if (error instanceof EngineError || error instanceof PolicyFailure) {
    console.error(`hedge: ${error.message}`)
    return EXIT.engineFailure
  }
  if (isFileTrouble(error)) {
    console.error(`hedge: ${error.message}`)
    return EXIT.badInput
  }
  console.error(error)
  return EXIT.engineFailure
}

/** A file that cannot be read or written, or a damaged database: for the user to put right, and no bug of ours. */
function isFileTrouble(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { code, path } = error as { code?: unknown; path?: unknown }
  if (typeof code !== 'string') return false
  return typeof path === 'string' || /^SQLITE_(CORRUPT|NOTADB|READONLY|FULL|IOERR|CANTOPEN|BUSY)/.test(code)
}

/** By name, so that a command loads no more than it uses. */
const BAD_INPUT = new Set(['InputError', 'SchemaError', 'DatasetError', 'TemplateError'])

/** Runs a command's work; what the user can put right ends in a message and code 2. */
export async function orBadInput(work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error) || !BAD_INPUT.has(error.name)) throw error
    process.stderr.write(`${error.message}\n`)
    return EXIT.badInput
  }
}
