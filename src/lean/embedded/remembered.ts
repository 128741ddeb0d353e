import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { cacheRoot } from './prepare.ts'

/**
 * A result that takes seconds to make and depends on `key` alone, kept in the cache folder. A file that cannot be read is
 * made again; a folder that cannot be written costs only the time.
 */
export async function remembered<S extends z.ZodType>(
  what: string,
  key: string,
  schema: S,
  make: () => Promise<z.infer<S>>,
): Promise<z.infer<S>> {
  const name = `${what}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}.json`
  const path = join(cacheRoot(), name)
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    const value = await make()
    const temporary = join(cacheRoot(), `tmp-${process.pid}-${randomBytes(4).toString('hex')}`)
    try {
      await mkdir(cacheRoot(), { recursive: true })
      await writeFile(temporary, JSON.stringify(value))
      await rename(temporary, path)
    } catch {
      await rm(temporary, { force: true }).catch(() => {})
    }
    return value
  }
}
