import { existsSync, statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isLeanDojo, readLeanDojo } from '../dataset/leandojo.ts'
import { RejectedInput } from '../lean/engine.ts'
import type { FileReading, PlacedTheorem } from '../lean/placed.ts'
import { sameName } from '../proof/names.ts'
import { sha256 } from '../proof/sha256.ts'
import { sourceText } from '../proof/source-text.ts'
import type { Theorem } from '../proof/theorem.ts'
import type { LeanSource, LoadedTheorems } from './evaluate.ts'
import { InputError } from './failure.ts'

/** Whether a path means Lean files: one, a folder, or a pattern with `*`. */
export function meansLeanFiles(path: string): boolean {
  if (/\.lean$/.test(path) || (path.includes('*') && !existsSync(path))) return true
  return existsSync(path) && statSync(path).isDirectory()
}

/** Whether a file is one of LeanDojo's benchmark, whose theorems stand in other files. */
export async function isBenchmark(path: string): Promise<boolean> {
  return /\.json$/.test(path) && isLeanDojo(await readFile(path, 'utf8'))
}

/**
 * The theorems of Lean files, each in its place. In several files, those with one name go by `file:name`.
 * @throws InputError where there is no such file, or nothing in them can be read
 */
export async function theoremsInFiles(path: string, lean: LeanSource): Promise<LoadedTheorems> {
  const files = await leanFiles(path)
  if (files.length === 0) throw new InputError(`there is no .lean file at ${path}`)
  const reader = await lean.reader()
  const found: { file: string; theorem: Theorem }[] = []
  const problems: string[] = []
  const bytes: Buffer[] = []
  for (const file of files) {
    const source = await readFile(file)
    bytes.push(source)
    try {
      const reading = await reader.readFile(sourceText(source.toString('utf8')).text)
      for (const { theorem } of reading.theorems) found.push({ file, theorem })
      problems.push(...errorsOf(file, reading))
    } catch (error) {
      if (!(error instanceof RejectedInput)) throw error
      for (const { line, column, text } of error.diagnostics) problems.push(`${file}:${line}:${column}: ${text}`)
    }
  }
  const counts = new Map<string, number>()
  for (const { theorem } of found) counts.set(theorem.name, (counts.get(theorem.name) ?? 0) + 1)
  const theorems = found.map(({ file, theorem }) =>
    counts.get(theorem.name) === 1 ? theorem : { ...theorem, name: `${relative(process.cwd(), file)}:${theorem.name}` },
  )
  return { theorems, problems, hash: sha256(Buffer.concat(bytes)) }
}

/** Commands that do not elaborate, and so leave something out that later theorems may need. */
function errorsOf(file: string, { commands }: FileReading): string[] {
  return commands
    .filter(({ breaks }) => breaks)
    .flatMap(({ errors: [error] }) =>
      error === undefined ? [] : [`${file}:${error.line}:${error.column}: ${error.text.split('\n')[0]}`],
    )
}

async function leanFiles(path: string): Promise<string[]> {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) return [path]
    const names = await readdir(path, { recursive: true })
    return names
      .filter((name) => name.endsWith('.lean') && !/(^|[\\/])\.lake[\\/]/.test(name))
      .sort()
      .map((name) => join(path, name))
  }
  if (!path.includes('*')) throw new InputError(`there is no file ${path}`)
  const fixed = path.slice(0, path.search(/[*]/)).replace(/[^/]*$/, '')
  const pattern = new RegExp(
    `^${path
      .slice(fixed.length)
      .split(/(\*\*\/|\*)/)
      .map((part) => (part === '**/' ? '(.*/)?' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
      .join('')}$`,
  )
  const folder = fixed === '' ? '.' : fixed
  if (!existsSync(folder)) return []
  const names = await readdir(folder, { recursive: true })
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => pattern.test(name) && name.endsWith('.lean'))
    .sort()
    .map((name) => join(folder, name))
}

/**
 * The theorems of LeanDojo's benchmark in the files they stand in. Files of another commit are told by what stands at the
 * place that the benchmark gives.
 * @throws InputError where nobody says where the files are
 */
export async function theoremsOfBenchmark(path: string, lean: LeanSource): Promise<LoadedTheorems> {
  const { root } = lean
  const bytes = await readFile(path)
  const rows = readLeanDojo(bytes.toString('utf8'))
  const problems = rows.problems.map(({ row, field, message }) => `${path}: [${row}].${field}: ${message}`)
  if (root === undefined)
    throw new InputError(
      `${path} is LeanDojo's benchmark, whose theorems stand in ${rows.theorems[0]?.repository || 'a repository'}: give its folder with --root, or its project with --lean`,
    )
  const reader = await lean.reader()
  const readings = new Map<string, FileReading | string>()
  const theorems: Theorem[] = []
  const names = new Set<string>()
  for (const row of rows.theorems) {
    const file = join(root, row.path)
    const reading = readings.get(file) ?? (await readOne(file, reader.readFile.bind(reader)))
    readings.set(file, reading)
    const found = typeof reading === 'string' ? reading : atPlace(file, reading, row.name, row.start[0])
    if (typeof found === 'string') problems.push(found)
    else {
      const name = names.has(found.theorem.name) ? `${row.path}:${found.theorem.name}` : found.theorem.name
      names.add(name)
      theorems.push({ ...found.theorem, name })
    }
  }
  return { theorems, problems, hash: sha256(bytes) }
}

async function readOne(file: string, read: (text: string) => Promise<FileReading>): Promise<FileReading | string> {
  if (!existsSync(file)) return `there is no file ${file}`
  return read(sourceText(await readFile(file, 'utf8')).text).catch((error: unknown) => {
    if (!(error instanceof RejectedInput)) throw error
    return `${file}: ${error.message}`
  })
}

function atPlace(file: string, { theorems }: FileReading, name: string, line: number): PlacedTheorem | string {
  const named = theorems.filter(({ theorem }) => sameName(theorem.name, name))
  const there = theorems.find(({ start, end }) => start.line <= line && line <= end.line)
  const found = named.find((one) => one === there) ?? named[0]
  if (found !== undefined) return found
  const now = there === undefined ? 'no theorem' : `\`${there.theorem.name}\``
  return `${file}:${line}: line ${line} is now ${now}, not \`${name}\`: the files are of another commit than the benchmark`
}
