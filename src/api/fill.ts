import { relative, resolve } from 'node:path'
import { closeMembers } from '../ensemble/open-member.ts'
import { unifiedDiff } from '../fill/diff.ts'
import { fillFile } from '../fill/fill-file.ts'
import { type FilledHole, type ListedHole, listHoles } from '../fill/holes.ts'
import { DEFAULT_LIMITS, type TacticLimits } from '../lean/engine.ts'
import type { FileReading } from '../lean/placed.ts'
import { InputError } from '../proof/input-error.ts'
import { sameName } from '../proof/names.ts'
import type { Lean } from './lean.ts'
import { readLeanFile } from './lean-file.ts'
import { openMembers, type SearchOptions, searchSession } from './prove.ts'

export type FillOptions = Omit<SearchOptions, 'passes'> & {
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
  const { name, line, totalMs, limits, budgetMs = 10_000, onHole } = options
  if (lean.engine.holes === undefined)
    throw new InputError('holes can be filled with the embedded Lean only, not over a project')
  const file = await readLeanFile(path)
  const signal = options.signal ?? new AbortController().signal
  const reading = await lean.engine.readFile(file.text, { signal })
  const wanted = wantedHoles(path, reading, name, line)
  const members = await openMembers(lean, options.policies)
  try {
    const begun = performance.now()
    const { holes, edits } = await fillFile(lean.engine, file.text, reading, wanted, {
      limits: { ...DEFAULT_LIMITS, ...limits },
      search: async (_, session, verify) => {
        await searchSession(lean, session, members, verify, { ...options, budgetMs, signal })
      },
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

function wantedHoles(path: string, reading: FileReading, name?: string, line?: number): readonly ListedHole[] {
  if (name !== undefined) {
    const isIt = (full: string) => sameName(full, name) || full.endsWith(`.${name}`)
    if (!reading.commands.some(({ declarations }) => declarations.some((one) => isIt(one.name))))
      throw new InputError(`${path} declares no ${name}`)
    return listHoles(reading, (declaration) => isIt(declaration.name))
  }
  if (line === undefined) return listHoles(reading, () => true)
  const holes = listHoles(reading, (_, { hole }) => hole === line)
  if (holes.length === 0) throw new InputError(`there is no hole at ${path}:${line}`)
  return holes
}

function shownPath(path: string): string {
  const near = relative(process.cwd(), resolve(path))
  return near.startsWith('..') ? path : near
}
