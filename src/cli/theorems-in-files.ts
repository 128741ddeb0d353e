import { existsSync, statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { bringImports } from '../api/imports.ts'
import { readLean } from '../api/read-lean.ts'
import { isLeanDojo, readLeanDojo } from '../dataset/leandojo.ts'
import { RejectedInput } from '../lean/engine.ts'
import { mathlibHint } from '../lean/mathlib-hint.ts'
import type { FileReading, PlacedTheorem } from '../lean/placed.ts'
import { sameName } from '../proof/names.ts'
import { sha256 } from '../proof/sha256.ts'
import { sourceText } from '../proof/source-text.ts'
import { InputError } from './failure.ts'
import type { LeanSource, SetProblem, TheoremSet } from './theorem-set.ts'

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
export async function theoremsInFiles(path: string, lean: LeanSource): Promise<TheoremSet> {
  const files = await leanFiles(path)
  if (files.length === 0) throw new InputError(`there is no .lean file at ${path}`)
  const found: { file: string; placed: PlacedTheorem }[] = []
  const problems: SetProblem[] = []
  const texts: string[] = []
  const most = lean.most ?? Number.POSITIVE_INFINITY
  let cut = false
  for (const file of files) {
    cut ||= found.length >= most
    if (cut) {
      texts.push(sourceText(await readLean(file)).text)
      continue
    }
    const read = await readOne(file, lean, most - found.length)
    cut = read.cut === true
    texts.push(...read.texts)
    problems.push(...read.problems)
    for (const placed of read.reading?.theorems ?? []) found.push({ file, placed })
  }
  const counts = new Map<string, number>()
  for (const { placed } of found) counts.set(placed.theorem.name, (counts.get(placed.theorem.name) ?? 0) + 1)
  const entries = found.map(({ file, placed: { theorem, start } }) => {
    const name = counts.get(theorem.name) === 1 ? theorem.name : `${relative(process.cwd(), file)}:${theorem.name}`
    return { theorem: { ...theorem, name }, file, line: start.line }
  })
  return { entries, problems, hash: sha256(texts.join('\0')), ...(cut && { cut }) }
}

type ReadOne = {
  readonly reading?: FileReading
  readonly problems: readonly SetProblem[]
  /** The file's, and those of the files it imports. */
  readonly texts: readonly string[]
  /** There was enough before its end. */
  readonly cut?: boolean
}

/** A file as Lean reads it; what is wrong with it is a problem of the set. */
async function readOne(
  file: string,
  { reader, root, onProgress }: LeanSource,
  most = Number.POSITIVE_INFINITY,
): Promise<ReadOne> {
  let text = ''
  try {
    text = sourceText(await readLean(file)).text
    const engine = await reader()
    const imported = await bringImports(engine.modules, file, text, root)
    let count = 0
    const reading = await engine.readFile(text, {
      until: () => ++count >= most,
      onProgress: (share) => onProgress?.(`reading ${file}`, share),
    })
    const texts = [text, ...imported.map((module) => module.text)]
    return { reading, problems: errorsOf(file, reading), texts, cut: count >= most }
  } catch (error) {
    if (error instanceof RejectedInput) {
      const hint = mathlibHint(error.diagnostics)
      const said = error.diagnostics.map(({ line, column, text: message }) => ({ file, line, column, message }))
      return { problems: hint === undefined ? said : [{ file, line: 1, message: hint }], texts: [text] }
    }
    if (error instanceof InputError) return { problems: [{ file, line: 1, message: error.message }], texts: [text] }
    throw error
  }
}

/** Commands that do not elaborate, and so leave something out that later theorems may need. */
function errorsOf(file: string, { commands }: FileReading): SetProblem[] {
  return commands
    .filter(({ breaks }) => breaks)
    .flatMap(({ errors: [error] }) =>
      error === undefined
        ? []
        : [{ file, line: error.line, column: error.column, message: error.text.split('\n')[0] ?? '' }],
    )
}

export async function leanFiles(path: string): Promise<string[]> {
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
export async function theoremsOfBenchmark(path: string, lean: LeanSource): Promise<TheoremSet> {
  const { root } = lean
  const text = await readFile(path, 'utf8')
  const rows = readLeanDojo(text)
  const problems: SetProblem[] = rows.problems.map(({ row, field, message }) => ({
    file: path,
    line: 1,
    field: `[${row}].${field}`,
    message,
  }))
  if (root === undefined)
    throw new InputError(
      `${path} is LeanDojo's benchmark, whose theorems stand in ${rows.theorems[0]?.repository || 'a repository'}: give its folder with --root, or its project with --lean`,
    )
  const readings = new Map<string, ReadOne>()
  const entries: TheoremSet['entries'][number][] = []
  const names = new Set<string>()
  for (const row of rows.theorems) {
    const file = join(root, row.path)
    const known = readings.get(file)
    const read = known ?? (await readOne(file, lean))
    readings.set(file, read)
    // What is wrong with a file is told once.
    if (known === undefined && read.reading === undefined) problems.push(...read.problems)
    if (read.reading === undefined) continue
    const found = atPlace(file, read.reading, row.name, row.start[0])
    if ('message' in found) problems.push(found)
    else {
      const name = names.has(found.theorem.name) ? `${row.path}:${found.theorem.name}` : found.theorem.name
      names.add(name)
      entries.push({ theorem: { ...found.theorem, name }, file, line: found.start.line })
    }
  }
  return { entries, problems, hash: sha256([text, ...[...readings.values()].flatMap(({ texts }) => texts)].join('\0')) }
}

/** A theorem by its name, or what is at its place now: the files may be of another commit. */
function atPlace(file: string, { theorems }: FileReading, name: string, line: number): PlacedTheorem | SetProblem {
  const named = theorems.filter(({ theorem }) => sameName(theorem.name, name))
  const there = theorems.find(({ start, end }) => start.line <= line && line <= end.line)
  const found = named.find((one) => one === there) ?? named[0]
  if (found !== undefined) return found
  const now = there === undefined ? 'no theorem' : `\`${there.theorem.name}\``
  const message = `line ${line} is now ${now}, not \`${name}\`: the files are of another commit than the benchmark`
  return { file, line, message }
}
