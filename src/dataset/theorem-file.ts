import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { z } from 'zod'
import { codeTokens } from '../proof/lean-text.ts'
import { escapedName, sameName } from '../proof/names.ts'
import { sha256 } from '../proof/sha256.ts'
import { sourceText } from '../proof/source-text.ts'
import {
  EXAMPLE_NAME,
  findTheorems,
  headerBefore,
  parseStatement,
  renamedStatement,
  statementAt,
} from '../proof/statement.ts'
import type { Theorem } from '../proof/theorem.ts'
import { isLeanDojo, type LeanDojoFile, readLeanDojo } from './leandojo.ts'

export type TheoremEntry = { readonly theorem: Theorem; readonly split?: string /** From 1. */; readonly line: number }
export type FileProblem = {
  /** From 1. */ readonly line: number
  readonly field?: string
  readonly message: string
  /** A command that was left out, and may change what theorems behind it say. */
  readonly isContext?: true
}
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
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
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
 * A row in the format of MiniF2F and its like. The `core_` fields, where present, win: they state the same without Mathlib. A
 * statement may come with its `:= by sorry`, and with a header of its own. Rows are told apart by their own name.
 */
const text = z.string().nullish()
const rowName = z.union([z.string().min(1), z.number()]).nullish()
const rowSchema = z.object({
  name: rowName,
  id: rowName,
  problem_id: rowName,
  split: text,
  header: text,
  core_header: text,
  statement: text,
  formal_statement: text,
  lean4_code: text,
  core_statement: text,
})
const STATEMENTS = ['core_statement', 'statement', 'formal_statement', 'lean4_code'] as const
type Contents = Omit<TheoremFile, 'sha256'>

export function readJsonLines(text: string): Contents {
  const theorems: TheoremEntry[] = []
  const problems: FileProblem[] = []
  for (const { row, line } of rowsOf(text)) {
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
    const read = theoremOf(parsed.data)
    if ('message' in read) problems.push({ line, ...read })
    else theorems.push({ theorem: read, ...(parsed.data.split != null && { split: parsed.data.split }), line })
  }
  return { theorems, problems }
}

function theoremOf(row: z.infer<typeof rowSchema>): Theorem | Omit<FileProblem, 'line'> {
  const field = STATEMENTS.find((key) => row[key] != null)
  if (field === undefined)
    return { field: 'statement', message: `the row has no statement: give \`${STATEMENTS.join('`, `')}\`` }
  const statement = parseStatement(row[field] as string)
  if ('problem' in statement) return { field, message: statement.problem }
  const named = row.name ?? row.id ?? row.problem_id
  if (named == null && statement.name.startsWith(EXAMPLE_NAME))
    return { field: 'name', message: 'the row has no name, nor has its statement: give `name`, `id` or `problem_id`' }
  const before = (field === 'core_statement' ? row.core_header : row.header) ?? ''
  const header = [sourceText(before).text.trim(), statement.header].filter((part) => part !== '').join('\n')
  const theorem = { ...statement, header }
  return named == null ? theorem : asNamed(theorem, String(named))
}

/** The theorem under its row's name. Where that is the name it has, nothing is written anew. */
function asNamed(theorem: Theorem, name: string): Theorem {
  const same = sameName(theorem.name, name) || theorem.name.endsWith(`.${name}`)
  return same
    ? { ...theorem, name }
    : { ...theorem, name, statement: renamedStatement(theorem.statement, escapedName(name)) }
}

/** Rows as text: a line each, or the elements of an array. */
function rowsOf(text: string): { row: string; line: number }[] {
  if (!/^\s*\[/.test(text))
    return text.split('\n').flatMap((row, index) => (row.trim() === '' ? [] : [{ row, line: index + 1 }]))
  const rows: { row: string; line: number }[] = []
  let [depth, start, line, startLine] = [0, -1, 1, 1]
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\n') line++
    else if (char === '"') {
      const from = at
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++
      if (depth === 1) rows.push({ row: text.slice(from, at + 1), line })
    } else if (char === '{' || char === '[') {
      depth++
      if (depth === 2) [start, startLine] = [at, line]
    } else if (char === '}' || char === ']') {
      depth--
      if (depth === 1) rows.push({ row: text.slice(start, at + 1), line: startLine })
    }
  }
  return depth === 0 ? rows : [{ row: text, line: 1 }]
}

/**
 * The theorems of a Lean file; what stands before the first is the header of all. Later commands that a later theorem
 * may depend on are reported, as are namespaces and sections: they would change what a statement means.
 */
export function readLeanTheorems(text: string): Contents {
  const problems: FileProblem[] = []
  const theorems: TheoremEntry[] = []
  const lineOf = lineCounter(text)
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
      problems.push({ line, message: `\`${token.text}\` after the first theorem is left out`, isContext: true })
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
  return { ...theorem, name, statement: renamedStatement(theorem.statement, name) }
}

/** Lines of offsets that come in order. */
function lineCounter(text: string): (offset: number) => number {
  let [at, line] = [0, 1]
  return (offset) => {
    if (offset < at) [at, line] = [0, 1]
    for (let next = text.indexOf('\n', at); next >= 0 && next < offset; next = text.indexOf('\n', at)) {
      at = next + 1
      line++
    }
    return line
  }
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
