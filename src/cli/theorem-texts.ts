import { existsSync } from 'node:fs'
import type { Format, TheoremEntry } from '../dataset/theorem-file.ts'
import { sha256 } from '../proof/sha256.ts'
import { InputError } from './failure.ts'
import { readTheoremFile } from './read-theorems.ts'
import type { SetProblem } from './theorem-set.ts'
import { leanFiles, meansLeanFiles } from './theorems-in-files.ts'

/** A theorem as its file writes it, with what stands before the first one as its header. */
export type TheoremText = TheoremEntry & {
  readonly file: string
  /** A command between the first theorem and this one that is not in its header; it may change what the text means. */
  readonly context?: string
}

/**
 * Theorems of a set as text: nothing of them has been elaborated, so they may need a library that is not here.
 * @throws InputError where the set cannot be read
 */
export async function readTheoremTexts(
  path: string,
  format: Format | undefined,
): Promise<{ entries: readonly TheoremText[]; problems: readonly SetProblem[]; hash: string }> {
  const asLean = (format ?? 'lean') === 'lean' && meansLeanFiles(path)
  const files = asLean ? await leanFiles(path) : [path]
  if (files.length === 0) throw new InputError(`there is no .lean file at ${path}`)
  if (!asLean && !existsSync(path)) throw new InputError(`there is no file ${path}`)
  const entries: TheoremText[] = []
  const problems: SetProblem[] = []
  const hashes: string[] = []
  for (const file of files) {
    const read = await readTheoremFile(file, asLean ? 'lean' : format)
    hashes.push(read.sha256)
    // A file that only imports others, or defines something, is no misfit of a folder.
    const told = files.length > 1 && read.theorems.length === 0 ? [] : read.problems
    const between = read.problems.filter(({ isContext }) => isContext)
    for (const { isContext, ...problem } of told) if (!isContext) problems.push({ ...problem, file })
    for (const entry of read.theorems) {
      const obstacle = between.find(({ line }) => line < entry.line)
      const context = obstacle === undefined ? undefined : `${file}:${obstacle.line}: ${obstacle.message}`
      entries.push({ ...entry, file, ...(context !== undefined && { context }) })
    }
  }
  return { entries, problems, hash: hashes.length === 1 ? (hashes[0] as string) : sha256(hashes.join('\0')) }
}
