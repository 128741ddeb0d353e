import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What every trained policy has in its folder. */
const MARK = 'manifest.json'

/** The policies in a folder that is none itself, as `hedge train --neff 1,8,32` leaves it, narrowest first; none for any other path. */
export function membersOfFamily(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory() || existsSync(join(folder, MARK))) return []
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, MARK)))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => join(folder, name))
}
