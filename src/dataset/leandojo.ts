import { z } from 'zod'

/** A theorem of the LeanDojo benchmark: where it stands in its repository, and the states and tactics of its proof. */
export type LeanDojoTheorem = {
  readonly name: string
  readonly repository: string
  readonly commit: string
  readonly path: string
  /** [line, column], both from 1. */
  readonly start: readonly [number, number]
  readonly end: readonly [number, number]
  readonly steps: readonly { readonly tactic: string; readonly before: string; readonly after: string }[]
}

export type LeanDojoProblem = { readonly row: number; readonly field: string; readonly message: string }

export type LeanDojoFile = {
  readonly theorems: readonly LeanDojoTheorem[]
  /** Rows that cannot be used; `row` counts from 0, as the list does. */
  readonly problems: readonly LeanDojoProblem[]
}

const position = z.tuple([z.number().int(), z.number().int()])
const rowSchema = z.object({
  full_name: z.string().min(1),
  file_path: z.string().min(1),
  url: z.string().default(''),
  commit: z.string().default(''),
  start: position,
  end: position,
  traced_tactics: z
    .array(z.object({ tactic: z.string(), state_before: z.string(), state_after: z.string() }))
    .default([]),
})

/**
 * Reads one JSON file of the LeanDojo benchmark (`random/test.json` and its like): a list of theorems without their
 * statements, which stand in the repository at `commit`. A bad row is named, and the rest can be used.
 * @throws SyntaxError where the text is no JSON
 */
export function readLeanDojo(text: string): LeanDojoFile {
  const rows: unknown = JSON.parse(text)
  if (!Array.isArray(rows))
    return { theorems: [], problems: [{ row: 0, field: '', message: 'the file is not a list of theorems' }] }
  const theorems: LeanDojoTheorem[] = []
  const problems: LeanDojoProblem[] = []
  for (const [row, value] of rows.entries()) {
    const read = readLeanDojoRow(value, row)
    if ('message' in read) problems.push(read)
    else theorems.push(read)
  }
  return { theorems, problems }
}

/** One entry of such a list. */
export function readLeanDojoRow(value: unknown, row: number): LeanDojoTheorem | LeanDojoProblem {
  const parsed = rowSchema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { row, field: issue?.path.join('.') ?? '', message: issue?.message ?? 'not a theorem' }
  }
  const { full_name, file_path, url, commit, start, end, traced_tactics } = parsed.data
  return {
    name: full_name,
    repository: url,
    commit,
    path: file_path,
    start,
    end,
    steps: traced_tactics.map(({ tactic, state_before, state_after }) => ({
      tactic,
      before: state_before,
      after: state_after,
    })),
  }
}

/** Whether a text looks like a LeanDojo file: a JSON list whose first entry has the names only LeanDojo uses. */
export function isLeanDojo(text: string): boolean {
  return /^\s*\[\s*\{/.test(text) && /"traced_tactics"|"full_name"/.test(text.slice(0, 100_000))
}
