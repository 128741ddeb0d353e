import { type Format, loadTheorems, type TheoremFile } from '../dataset/theorem-file.ts'
import { InputError } from './failure.ts'

/**
 * A file of theorems that the user has named.
 * @throws InputError where it cannot be read
 */
export async function readTheoremFile(path: string, format?: Format): Promise<TheoremFile> {
  return loadTheorems(path, format).catch((cause: Error) => {
    throw new InputError(`${path} cannot be read: ${cause.message}`, { cause })
  })
}
