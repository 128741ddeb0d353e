import { existsSync } from 'node:fs'
import type { Format } from '../dataset/theorem-file.ts'
import type { ModuleReader } from '../lean/module-files.ts'
import type { FileReader } from '../lean/placed.ts'
import type { Theorem } from '../proof/theorem.ts'
import { readTheoremFile } from './read-theorems.ts'
import { isBenchmark, meansLeanFiles, theoremsInFiles, theoremsOfBenchmark } from './theorems-in-files.ts'

/** What reads Lean files. */
export type LeanReader = FileReader & { readonly modules?: ModuleReader }

export type LeanSource = {
  /** Opened where it is needed. @throws EngineError, InputError */
  readonly reader: () => Promise<LeanReader>
  /** The folder that the files of a benchmark stand in, and where imports begin. */
  readonly root: string | undefined
  /** Theorems that are enough: Lean files are read no further. */
  readonly most?: number | undefined
  /** Gets what is read, and which share of it has been. */
  readonly onProgress?: (step: string, share: number) => void
}

/** Lines count from 1. */
export type SetProblem = {
  readonly file: string
  readonly line: number
  readonly column?: number
  readonly field?: string
  readonly message: string
}

/** Theorems that are worked on together. */
export type TheoremSet = {
  readonly entries: readonly {
    readonly theorem: Theorem
    readonly split?: string
    readonly file: string
    readonly line: number
  }[]
  /** What could not be used, and why; the rest can. */
  readonly problems: readonly SetProblem[]
  /** Whether files were read no further than to the theorems that are enough; there may be more. */
  readonly cut?: boolean
  /** SHA-256 of all texts. */
  readonly hash: string
}

/**
 * Reads a set of theorems: Lean files, each theorem in its place, LeanDojo's benchmark with its files, or rows of JSON.
 * @throws InputError where it cannot be read
 */
export async function readSet(path: string, format: Format | undefined, lean: LeanSource): Promise<TheoremSet> {
  if ((format ?? 'lean') === 'lean' && meansLeanFiles(path)) return theoremsInFiles(path, lean)
  if (existsSync(path) && (format === 'leandojo' || (format === undefined && (await isBenchmark(path)))))
    return theoremsOfBenchmark(path, lean)
  const { theorems, problems, sha256: hash } = await readTheoremFile(path, format)
  return {
    entries: theorems.map((entry) => ({ ...entry, file: path })),
    problems: problems.map((problem) => ({ ...problem, file: path })),
    hash,
  }
}

/** In one line, as editors read it. */
export function problemText({ file, line, column, field, message }: SetProblem): string {
  return `${file}:${line}:${column === undefined ? '' : `${column}:`} ${field === undefined ? '' : `${field}: `}${message}`
}
