import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** Folder of the package: this file is two levels below it, as a source and as built. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export function programVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'))).version
}

/** What results are stamped with: the commit this program runs from, or its version where it was installed. */
export function programCommit(): string {
  const version = programVersion()
  try {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim()
    // An installed package may lie inside somebody else's repository.
    if (git('rev-parse', '--show-prefix') !== '') return version
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-dirty')
  } catch {
    return version
  }
}
