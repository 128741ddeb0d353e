import { relative, resolve } from 'node:path'
import { closeMembers } from '../ensemble/open-member.ts'
import { unifiedDiff } from '../fill/diff.ts'
import { fillFile } from '../fill/fill-file.ts'
import type { FilledHole } from '../fill/holes.ts'
import { DEFAULT_LIMITS, type TacticLimits } from '../lean/engine.ts'
import { searchWith } from './fill-search.ts'
import { bringImports } from './imports.ts'
import type { Lean } from './lean.ts'
import { readLeanFile } from './lean-file.ts'
import { DEFAULTS, openMembers, type SearchOptions } from './prove.ts'
import { wantedHoles } from './wanted-holes.ts'

export type FillOptions = Omit<SearchOptions, 'passes' | 'onProgress'> & {
  /** The theorem whose holes are filled. Default: all of the file. */
  readonly name?: string
  /** The holes on this line, from 1. */
  readonly line?: number
  /** Milliseconds for all holes: none is begun after it. */
  readonly totalMs?: number
  readonly limits?: Partial<TacticLimits>
  readonly onHole?: (hole: FilledHole, done: number, all: number) => void
}

export type FillOutcome = {
  readonly holes: readonly FilledHole[]
  /** The file with what was filled; nothing is written. */
  readonly text: string
  /** For `git apply`, with the file's path as seen from the working directory; empty where nothing was filled. */
  readonly diff: string
}

/**
 * Looks for a proof at each hole (`sorry`, `admit`) of a file. A hole whose theorem has no hole left and was verified against
 * what it stated before is `proved`; another filled one `closes its goal`.
 * @throws InputError where the file, or what is named in it, is not there
 */
export async function fill(lean: Lean, path: string, options: FillOptions = {}): Promise<FillOutcome> {
  const { name, line, totalMs, limits, onHole } = options
  const { budgetMs = 10_000, depth = DEFAULTS.depth, seed = DEFAULTS.seed } = options
  const file = await readLeanFile(path)
  const signal = options.signal ?? new AbortController().signal
  await bringImports(lean.engine.modules, path, file.text)
  const reading = await lean.engine.readFile(file.text, { signal })
  const target = { path, ...(name === undefined ? {} : { name }), ...(line === undefined ? {} : { line }) }
  const wanted = wantedHoles(target, reading)
  const members = await openMembers(lean, options.policies, true)
  try {
    const begun = performance.now()
    const { holes, edits } = await fillFile(lean.engine, file.text, reading, wanted, {
      limits: { ...DEFAULT_LIMITS, ...limits },
      search: searchWith(members, lean.engine.processes, { budget: budgetMs, depth, seed }, signal),
      outOfTime: () => totalMs !== undefined && performance.now() - begun > totalMs,
      signal,
      ...(onHole && { onHole }),
    })
    const [before, text] = [file.edited([]), file.edited(edits)]
    return { holes, text, diff: unifiedDiff(shownPath(path), file.text, edits, before, text) }
  } finally {
    await closeMembers(members)
  }
}

function shownPath(path: string): string {
  const near = relative(process.cwd(), resolve(path))
  return near.startsWith('..') ? path : near
}
