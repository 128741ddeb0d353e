import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writePolicyFiles } from '../../src/policy/policy-files.ts'

const SHIPPED = fileURLToPath(new URL('../../policies/neff-8', import.meta.url))

/** Writes a policy that works as a shipped one does and has a hash that no machine knows. Returns the hash. */
export async function ownPolicy(folder: string, which = 1): Promise<string> {
  const { files } = JSON.parse(await readFile(join(SHIPPED, 'manifest.json'), 'utf8')) as { files: object }
  const contents = await Promise.all(
    Object.keys(files).map(async (name) => [name, await readFile(join(SHIPPED, name))] as const),
  )
  const spaces = ' '.repeat(which)
  return writePolicyFiles(
    folder,
    Object.fromEntries(contents.map(([name, bytes]) => [name, name === 'config.json' ? `${bytes}${spaces}` : bytes])),
    { of: 'a test' },
  )
}
