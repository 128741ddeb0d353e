import { unclosedComment } from '../proof/lean-file.ts'
import { codeTokens } from '../proof/lean-text.ts'
import { OpenScopes } from '../proof/scopes.ts'
import { findTheorems, isCommandWord } from '../proof/statement.ts'
import type { TheoremResult } from './read-run.ts'

export type ExportedFile = {
  readonly source: string
  readonly theorems: readonly TheoremResult[]
}

/**
 * All verified proofs as `.lean` files, each of which elaborates as a whole. Theorems that import the same stand in one
 * file, each header in a section around its theorems, with the scopes that it opens closed again. A header whose effect a
 * section does not end (definitions, notations, attributes), and a theorem that another one could take for something of
 * its own, stand in further files.
 */
export function exportProofs(theorems: readonly TheoremResult[]): ExportedFile[] {
  const files = new Map<string, SharedFile[]>()
  const alone: ExportedFile[] = []
  for (const theorem of theorems) {
    if (theorem.outcome !== 'done' || theorem.proof === undefined) continue
    const { imports, rest } = splitHeader(theorem.header)
    const ends = closingLines(rest)
    const body = bodyOf(theorem)
    if (body === undefined || ends === undefined) {
      alone.push({ source: theorem.proof.source, theorems: [theorem] })
      continue
    }
    const key = isScoped(rest) ? imports : `${imports}\n\n${rest}`
    const open = files.get(key) ?? []
    files.set(key, open)
    const placed = { theorem, rest, body, ends }
    if (open.some((file) => file.place(placed))) continue
    const file = new SharedFile(imports)
    file.place(placed)
    open.push(file)
  }
  return [...[...files.values()].flat().map((file) => file.write()), ...alone]
}

type Placed = {
  readonly theorem: TheoremResult
  /** The header without its imports, and what closes the scopes that it opens. */
  readonly rest: string
  readonly ends: string
  readonly body: string
}

/** Theorems below the same imports. */
class SharedFile {
  readonly #imports: string
  readonly #sections = new Map<string, Placed[]>()
  readonly #names = new Set<string>()
  readonly #words = new Set<string>()

  constructor(imports: string) {
    this.#imports = imports
  }

  /** False where it cannot stand beside what is there: either could mean the other by a name it mentions. */
  place(one: Placed): boolean {
    const names = endings(one.theorem.name)
    const words = wordsOf(`${one.rest}\n${one.body}`, one.theorem.name)
    const clash = names.some((name) => this.#names.has(name) || this.#words.has(name))
    if (clash || [...words].some((word) => this.#names.has(word))) return false
    for (const name of names) this.#names.add(name)
    for (const word of words) this.#words.add(word)
    const key = one.rest
    this.#sections.set(key, [...(this.#sections.get(key) ?? []), one])
    return true
  }

  write(): ExportedFile {
    const sections = [...this.#sections.values()].map((group) => {
      const { rest, ends } = group[0] as Placed
      const body = group.map((one) => one.body).join('\n\n')
      // Options and opens of one header must not reach the theorems of another.
      if (this.#sections.size === 1 && ends === '') return join(rest, body)
      return rest === '' ? body : join(`section\n${rest}`, body, join(ends, 'end'))
    })
    const theorems = [...this.#sections.values()].flat().map(({ theorem }) => theorem)
    return { source: `${join(this.#imports, ...sections)}\n`, theorems }
  }
}

/** Import lines come first in a header, with comments between them. */
function splitHeader(header: string): { imports: string; rest: string } {
  const lines: string[] = []
  let modifiers: string[] = []
  let named = false
  let end = 0
  for (const { kind, text, start } of codeTokens(header)) {
    if (kind !== 'word') break
    if (named && text !== 'all') {
      lines.push(`${modifiers.join(' ')} ${text}`)
      modifiers = []
      named = false
    } else if (text === 'prelude' || text === 'module') lines.push(text)
    else if (/^(public|private|meta|all|import)$/.test(text)) {
      modifiers.push(text)
      named ||= text === 'import'
      continue
    } else break
    end = start + text.length
  }
  return { imports: lines.join('\n'), rest: header.slice(end).trim() }
}

/** Commands whose effect ends with the section they stand in. */
const SCOPED = /^(open|set_option|universe|variable|namespace|section|end|noncomputable)$/

/** Whether a section around a header keeps all it does from what follows. */
function isScoped(rest: string): boolean {
  for (const { kind, text, start, depth } of codeTokens(rest)) {
    if (depth > 0) continue
    const begins = start === 0 || rest[start - 1] === '\n'
    if (begins ? kind !== 'word' || !SCOPED.test(text) : kind === 'word' && isCommandWord(text) && !SCOPED.test(text))
      return false
    if (kind === 'symbol' && (text === '#' || text === '@')) return false
  }
  return true
}

/** Lines that close what a header leaves open, innermost first; undefined where that cannot be told. */
function closingLines(rest: string): string | undefined {
  const scopes = new OpenScopes(rest)
  for (const token of codeTokens(rest)) {
    if (token.kind === 'word' && token.text.includes('«')) return undefined
    if (token.depth === 0) scopes.take(token)
  }
  return scopes.inMutual ? undefined : scopes.ends.join('\n')
}

/** The declaration as it was verified: the recorded file without its header. Undefined where it is something else. */
function bodyOf({ header, proof }: TheoremResult): string | undefined {
  const source = proof?.source ?? ''
  const head = header.trim()
  if (!source.startsWith(head)) return undefined
  const body = source.slice(head.length).trim()
  // It would take the next theorem into its comment or string.
  if (unclosedComment(body) !== undefined || endsInString(body)) return undefined
  const spans = findTheorems(body)
  const declares = [...codeTokens(body)].filter(
    ({ kind, text, start }) => kind === 'word' && isCommandWord(text) && (start === 0 || body[start - 1] === '\n'),
  )
  return spans.length === 1 && declares.every(({ text }) => /^(theorem|set_option)$/.test(text)) ? body : undefined
}

/** A name in full, and without its first components: all by which an open namespace may make it known. */
function endings(name: string): string[] {
  const parts = name.replace(/^_root_\./, '').split('.')
  return parts.map((_, i) => parts.slice(i).join('.'))
}

/** The words of a text, names of several components in all their beginnings too, without the theorem's own name. */
function wordsOf(text: string, without: string): Set<string> {
  const words = new Set<string>()
  for (const { kind, text: word } of codeTokens(text)) {
    if (kind !== 'word' || word === without) continue
    const parts = word.split('.')
    for (const [i] of parts.entries()) words.add(parts.slice(0, i + 1).join('.'))
  }
  return words
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}

/** Whether a text ends within a string literal. */
function endsInString(text: string): boolean {
  const last = [...codeTokens(text)].at(-1)
  return last?.kind === 'string' && !/^"(\\[\s\S]|[^"\\])*"$/.test(last.text)
}
