import { codeTokens } from '../../proof/lean-text.ts'
import type { FileHole } from '../holes.ts'
import { indented, pushBranches, type Trouble, type TryDocument, type TryOptions } from './document.ts'
import { countHoles } from './file-commands.ts'
import type { LspDiagnostic } from './lsp-process.ts'

/** A command with a hole, in its file. */
export type HoleText = {
  /** The file up to the line that the command begins on. */
  readonly before: string
  /** The command up to the hole, and behind it, in whole lines. */
  readonly head: string
  readonly tail: string
  readonly kind: FileHole['kind']
}

const ERROR = 1
const SORRY = /declaration uses/
const HEARTBEATS = /maximum number of heartbeats/
/** Lean's limit for one declaration, which what stands around the hole may use too. */
const AROUND = 200_000
/** Of what stands in place of a hole: it is in brackets, where columns count from its own first line. */
const MARGIN = 6

/** What Lean says of a version's command, as it is found there: nothing of the commands before it. */
export type CommandMessages = { readonly firstLine: number }

/** The file with its command as it is. */
export function plainDocument(
  { before, head, tail }: HoleText,
  heartbeats: number,
): { text: string } & CommandMessages {
  const options = optionLines(heartbeats)
  const hole = 'sorry'
  return { text: `${before}${options}${head}${hole}${tail}\n`, firstLine: lineCount(before) }
}

/** Like `tryDocument`, in the place of a hole. Its block's lines are from `first` to `last`. */
export function tryInHole(
  { before, head, tail, kind }: HoleText,
  path: readonly string[],
  tactics: readonly string[],
  { shared, nonce, heartbeats }: Omit<TryOptions, 'reported'>,
): TryDocument & { readonly first: number; readonly last: number } {
  const lines = `${before}${optionLines(heartbeats)}${head}${OPENS[kind]}`.split('\n')
  const first = lines.length
  const { branches, sentinel } = pushBranches(lines, path, tactics, { shared, nonce, margin: MARGIN })
  const last = lines.length - 1
  return { text: `${lines.join('\n')})${tail}\n`, branches, sentinel, first, last }
}

/**
 * Scripts in the place of a hole, each for a copy of the goal. What was wrong with the command before stays wrong; anything
 * more speaks against them.
 * @param known errors of the command with its hole
 */
export function proofsInHole(
  { before, head, tail, kind }: HoleText,
  path: readonly string[],
  tactics: readonly string[],
  heartbeats: number,
  known: readonly string[],
): { readonly text: string; trouble(diagnostics: readonly LspDiagnostic[]): Trouble | undefined } {
  const lines = `${before}${optionLines(heartbeats)}${head}${OPENS[kind]}`.split('\n')
  const [only] = tactics
  if (tactics.length === 1 && only !== undefined)
    for (const tactic of [...path, only]) lines.push(indented(tactic, MARGIN))
  else pushBranches(lines, path, tactics, { shared: false, nonce: 'proofs', margin: MARGIN })
  const firstLine = lineCount(before)
  // A macro may stand for `sorry`. Of that Lean tells by the declaration, where nothing else in it is open.
  const isLast = known.length === 0 && countHoles(head + tail) === 0
  return {
    text: `${lines.join('\n')})${tail}\n`,
    trouble: (diagnostics) => {
      const errors = newErrors(errorsFrom(diagnostics, firstLine), known)
      if (errors.some((message) => HEARTBEATS.test(message))) return { kind: 'heartbeats' }
      const [message] = errors
      if (message !== undefined) return { kind: 'error', message }
      const hidden =
        isLast && diagnostics.some(({ message, range }) => range.start.line >= firstLine && SORRY.test(message))
      if (hidden || [...path, ...tactics].some(leavesOpen)) return { kind: 'error', message: 'the proof uses `sorry`' }
      return undefined
    },
  }
}

/** Texts of the errors from a line on. */
export function errorsFrom(diagnostics: readonly LspDiagnostic[], firstLine: number): string[] {
  return diagnostics
    .filter(({ severity, range }) => severity === ERROR && range.start.line >= firstLine)
    .map(({ message }) => message)
}

/** Those that are more than the known ones. */
export function newErrors(messages: readonly string[], known: readonly string[]): string[] {
  const left = [...known]
  return messages.filter((message) => {
    const at = left.indexOf(message)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

/** For a tactic and for a term; the block follows on lines of its own, and a bracket ends it. */
const OPENS: Record<FileHole['kind'], string> = { tactic: '(', term: '(by' }

function leavesOpen(tactic: string): boolean {
  return [...codeTokens(tactic)].some(({ kind, text }) => kind === 'word' && /^(sorry|admit)$/.test(text))
}

/** Commands of their own, so that the lines of the file stay lines. */
function optionLines(heartbeats: number): string {
  return `set_option linter.all false\nset_option maxHeartbeats ${heartbeats + AROUND}\n`
}

function lineCount(before: string): number {
  return before.split('\n').length - 1
}
