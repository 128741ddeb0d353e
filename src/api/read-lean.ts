import { readFile } from 'node:fs/promises'
import { InputError } from '../proof/input-error.ts'
import { decodeLean, unclosedComment } from '../proof/lean-file.ts'

/**
 * The text of a `.lean` file that a user has named, read as Lean would.
 * @throws InputError where it cannot be read, or is no text
 */
export async function readLean(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(`cannot read ${path}: ${cause.code ?? cause.message}`, { cause })
  })
  return leanText(path, bytes)
}

/** @throws InputError where a file's bytes are no text */
export function leanText(path: string, bytes: Uint8Array): string {
  const read = decodeLean(bytes)
  if ('problem' in read) throw new InputError(`${path} cannot be read as Lean: ${read.problem}`)
  return read.text
}

/** @throws InputError where a text from the command line would swallow what is written behind it */
export function checkComments(text: string, where: string): void {
  const place = unclosedComment(text)
  if (place !== undefined) throw new InputError(`${where}: the comment that begins in ${place} is never closed`)
}
