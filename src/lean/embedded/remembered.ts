import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { cacheRoot } from './prepare.ts'

/** Results of one kind that are kept, about a megabyte each; a set of theorems may have a header per module. */
const KEPT = 100

/**
 * A result that takes seconds to make and depends on `key` alone, kept in the cache folder. A file that cannot be read is
 * made again; a folder that cannot be written costs only the time. Of one kind the latest `KEPT` stay.
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
      await forgetOldest(what)
    } catch {
      await rm(temporary, { force: true }).catch(() => {})
    }
    return value
  }
}

async function forgetOldest(what: string): Promise<void> {
  const names = (await readdir(cacheRoot())).filter((name) => name.startsWith(`${what}-`))
  if (names.length <= KEPT) return
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(cacheRoot(), name)
      // Another process may have removed it meanwhile.
      const written = await stat(path).then(
        (found) => found.mtimeMs,
        () => 0,
      )
      return { path, written }
    }),
  )
  files.sort((a, b) => b.written - a.written)
  for (const { path } of files.slice(KEPT)) await rm(path, { force: true })
}
