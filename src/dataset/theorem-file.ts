import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { z } from 'zod'
import { codeTokens } from '../proof/lean-text.ts'
import { sha256 } from '../proof/sha256.ts'
import { findTheorems, headerBefore, parseStatement, statementAt } from '../proof/statement.ts'
import type { Theorem } from '../proof/theorem.ts'
import { isLeanDojo, type LeanDojoFile, readLeanDojo } from './leandojo.ts'

export type TheoremEntry = { readonly theorem: Theorem; readonly split?: string /** From 1. */; readonly line: number }
export type FileProblem = { /** From 1. */ readonly line: number; readonly field?: string; readonly message: string }
export type TheoremFile = {
  readonly theorems: readonly TheoremEntry[]
  /** What could not be used, and why; the rest of the file can. */
  readonly problems: readonly FileProblem[]
  /** Of the file's bytes, in hexadecimal. */
  readonly sha256: string
}

/** How a set of theorems is written: as JSON lines (MiniF2F), as Lean commands, or as the LeanDojo benchmark. */
export const FORMATS = ['jsonl', 'lean', 'leandojo'] as const
export type Format = (typeof FORMATS)[number]

/**
 * Reads a set of theorems. Without a format, `.lean` files are read by their commands, a LeanDojo file is known by what
 * is in it, and everything else is JSON lines.
 * @throws the file system's error where the file cannot be read
 */
export async function loadTheorems(path: string, format?: Format): Promise<TheoremFile> {
  const bytes = await readFile(path)
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
  const kind = format ?? (extname(path) === '.lean' ? 'lean' : isLeanDojo(text) ? 'leandojo' : 'jsonl')
  const readers = { jsonl: readJsonLines, lean: readLeanTheorems, leandojo: readLeanDojoTheorems }
  return { ...withoutRepeats(readers[kind](text)), sha256: sha256(bytes) }
}

/** LeanDojo says where theorems stand, not what they state: without the repository there is nothing to prove. */
function readLeanDojoTheorems(text: string): Contents {
  let file: LeanDojoFile
  try {
    file = readLeanDojo(text)
  } catch (error) {
    return { theorems: [], problems: [{ line: 1, message: `not JSON: ${(error as Error).message}` }] }
  }
  const [first] = file.theorems
  const without = {
    line: 1,
    field: 'statement',
    message:
      `none of the ${file.theorems.length} theorems of this LeanDojo file has one: they stand in ${first?.repository || 'its repository'}` +
      ` at ${first?.commit.slice(0, 12) || 'its commit'}; \`hedge train\` can learn from their tactics`,
  }
  const rows = file.problems.map(({ row, field, message }) => ({ line: 1, field: `[${row}].${field}`, message }))
  return { theorems: [], problems: first === undefined ? rows : [...rows, without] }
}

/**
 * A row in the format of MiniF2F. The `core_` fields, where present, win: they state the same without Mathlib. A
 * statement may come with its `:= by sorry`, and a `formal_statement` with a header of its own.
 */
const rowSchema = z.object({
  name: z.string().min(1),
  split: z.string().nullish(),
  header: z.string().nullish(),
  core_header: z.string().nullish(),
  statement: z.string().nullish(),
  formal_statement: z.string().nullish(),
  core_statement: z.string().nullish(),
})
type Contents = Omit<TheoremFile, 'sha256'>

export function readJsonLines(text: string): Contents {
  const theorems: TheoremEntry[] = []
  const problems: FileProblem[] = []
  for (const [index, row] of text.split('\n').entries()) {
    const line = index + 1
    if (row.trim() === '') continue
    let value: unknown
    try {
      value = JSON.parse(row)
    } catch (error) {
      problems.push({ line, message: `not JSON: ${(error as Error).message}` })
      continue
    }
    const parsed = rowSchema.safeParse(value)
    if (!parsed.success) {
      for (const issue of parsed.error.issues)
        problems.push({ line, ...(issue.path.length > 0 && { field: issue.path.join('.') }), message: issue.message })
      continue
    }
    const { name, split, header, core_header, ...statements } = parsed.data
    const field = (['core_statement', 'statement', 'formal_statement'] as const).find((key) => statements[key] != null)
    if (field === undefined) {
      problems.push({ line, field: 'statement', message: 'the row has no statement' })
      continue
    }
    const statement = parseStatement(statements[field] as string)
    if ('problem' in statement) {
      problems.push({ line, field, message: statement.problem })
      continue
    }
    const before = (field === 'core_statement' ? core_header : header) ?? ''
    const named = /^theorem hedge_example\b/.test(statement.statement) ? renamed(statement, name) : statement
    const theorem = { ...named, header: [before.trim(), statement.header].filter((part) => part !== '').join('\n') }
    theorems.push({ theorem, ...(split != null && { split }), line })
  }
  return { theorems, problems }
}

/**
 * The theorems of a Lean file; what stands before the first is the header of all. Later commands that a later theorem
 * may depend on are reported, as are namespaces and sections: they would change what a statement means.
 */
export function readLeanTheorems(text: string): Contents {
  const problems: FileProblem[] = []
  const theorems: TheoremEntry[] = []
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length
  const spans = findTheorems(text)
  const first = spans[0]
  if (first === undefined) return { theorems, problems: [{ line: 1, message: 'there is no theorem in the file' }] }
  for (const token of codeTokens(text)) {
    const atLineStart = token.start === 0 || text[token.start - 1] === '\n'
    if (!atLineStart || token.kind !== 'word') continue
    const line = lineOf(token.start)
    if (token.text === 'namespace' || token.text === 'section' || token.text === 'mutual')
      return { theorems: [], problems: [{ line, message: `a \`${token.text}\` cannot be part of a theorem file` }] }
    if (token.start > first.start && LATER_COMMANDS.test(token.text))
      problems.push({ line, message: `\`${token.text}\` after the first theorem is left out` })
  }
  const header = headerBefore(text, first)
  for (const span of spans) {
    const line = lineOf(span.keywordStart)
    const theorem = statementAt(text, span, header)
    if ('problem' in theorem) problems.push({ line, message: theorem.problem })
    else if (span.keyword === 'example') theorems.push({ theorem: renamed(theorem, `example_${line}`), line })
    else theorems.push({ theorem, line })
  }
  return { theorems, problems }
}

const LATER_COMMANDS =
  /^(def|abbrev|instance|structure|inductive|class|axiom|opaque|open|variable|universe|set_option|notation|infix[lr]?|macro|syntax|attribute)$/

function renamed(theorem: Theorem, name: string): Theorem {
  return { ...theorem, name, statement: theorem.statement.replace(/^theorem \S+/, `theorem ${name}`) }
}

/** A name stands for one theorem in every result: the first keeps it. */
function withoutRepeats({ theorems, problems }: Contents): Contents {
  const lines = new Map<string, number>()
  const repeats: FileProblem[] = []
  const kept = theorems.filter(({ theorem: { name }, line }) => {
    const first = lines.get(name)
    if (first !== undefined)
      repeats.push({ line, field: 'name', message: `\`${name}\` is already the theorem of line ${first}` })
    else lines.set(name, line)
    return first === undefined
  })
  return { theorems: kept, problems: [...problems, ...repeats].sort((a, b) => a.line - b.line) }
}
