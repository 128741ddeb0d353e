import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { InputError } from '../proof/input-error.ts'

/**
 * A file that a client names, below the folder the server was started in; links are followed first.
 * @throws InputError where it is not there, or lies elsewhere
 */
export async function pathBelow(root: string, path: string): Promise<string> {
  const asked = resolve(root, path)
  const real = await realpath(asked).catch(() => undefined)
  // Whether a file exists elsewhere is none of the client's business.
  const near = relative(await realpath(root), real ?? asked)
  if (isAbsolute(near) || near === '..' || near.startsWith(`..${sep}`))
    throw new InputError(`${path} is not below the folder that the server works in`)
  if (real === undefined) throw new InputError(`there is no file ${path}`)
  return real
}
