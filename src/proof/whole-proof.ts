import { codeTokens, leavesHole } from './lean-text.ts'
import { findTheorems, isCommandWord, statementAt, type TheoremSpan, withoutName } from './statement.ts'
import { type WrittenTactic, writtenTactics } from './tactics/flatten.ts'
import { byteOffsets, layoutTokens } from './tactics/layout.ts'
import { TacticBlocks } from './tactics/tactic-blocks.ts'
import type { Theorem } from './theorem.ts'

/** The proof of a statement as it stands in a text, tactic by tactic; or why there is none. */
export type CutProof =
  | { readonly kind: 'proof'; readonly tactics: readonly WrittenTactic[] }
  /** The text states nothing; or not this; or this without a proof. */
  | { readonly kind: 'noTheorem' | 'otherStatement' | 'noProof' }

/**
 * Cuts the proof of a theorem out of a Lean text that states it, under any name: what it states must be the same token by
 * token. Theorems that stand before it become `have`s of its proof. Nothing else of the text has a say.
 */
export function cutProof(text: string, theorem: Theorem): CutProof {
  const source = withoutMargin(text)
  const spans = findTheorems(source)
  const wanted = statedBy(theorem.statement, findTheorems(theorem.statement).at(-1))
  const at = spans.findLastIndex((span) => statedBy(source, span) === wanted)
  const span = spans[at]
  if (span === undefined) return { kind: spans.length === 0 ? 'noTheorem' : 'otherStatement' }
  const main = tacticsOf(proofText(source, span))
  if (main.length === 0) return { kind: 'noProof' }
  const helpers = spans.slice(0, at).flatMap((helper) => tacticsOf(helperText(source, helper)))
  return { kind: 'proof', tactics: [...helpers, ...main] }
}

/** The Lean text among several that is the answer: the last that proves the theorem without a hole, else the last that states it. */
export function proofAmong(texts: readonly string[], theorem: Theorem): string | undefined {
  const proofs = texts.filter((text) => cutProof(text, theorem).kind === 'proof')
  return proofs.findLast((text) => !leavesHole(text)) ?? proofs.at(-1) ?? texts.at(-1)
}

/** What a theorem states, without its name and its layout. */
function statedBy(text: string, span: TheoremSpan | undefined): string | undefined {
  const parsed = span === undefined ? undefined : statementAt(text, span, '')
  if (parsed === undefined || 'problem' in parsed) return undefined
  return [...codeTokens(withoutName(parsed.statement))].map((token) => token.text).join(' ')
}

/** The tactics of a proof, in the columns they stand in; `exact` before a term. Empty where it is neither. */
function proofText(source: string, span: TheoremSpan): string {
  const { statementEnd } = span
  const end = endOfCommand(source, statementEnd)
  const [assign, by] = codeTokens(source.slice(statementEnd, end))
  if (assign?.kind !== 'assign') return ''
  const isBlock = by?.kind === 'word' && by.text === 'by'
  const from = statementEnd + (isBlock ? by.start + by.text.length : assign.text.length)
  const term = source.slice(from, end)
  if (!isBlock) return term.trim() === '' ? '' : `exact ${term.trim()}`
  const lineStart = source.lastIndexOf('\n', from - 1) + 1
  return ' '.repeat([...source.slice(lineStart, from)].length) + term
}

/** `have` in place of `theorem`: names and binders are written the same. */
function helperText(source: string, { keyword, keywordStart, statementEnd }: TheoremSpan): string {
  if (keyword === 'example' || !source.startsWith(':=', statementEnd)) return ''
  const end = endOfCommand(source, keywordStart + keyword.length)
  return `have${source.slice(keywordStart + keyword.length, end).trimEnd()}`
}

/** Where the command ends that goes on at `from`: at the next one, which begins at the left margin. */
function endOfCommand(source: string, from: number): number {
  for (const { start, text } of codeTokens(source.slice(from))) {
    const begins = start > 0 && source[from + start - 1] === '\n'
    if (begins && (isCommandWord(text) || text === '#' || text === '@')) return from + start
  }
  return source.length
}

function tacticsOf(text: string): WrittenTactic[] {
  const tokens = layoutTokens(text)
  if (tokens.length === 0) return []
  const { node } = new TacticBlocks(tokens, byteOffsets(text)).block(0, tokens.length)
  return writtenTactics(Buffer.from(text), node)
}

/** Blocks in lists of a reply are indented as a whole. */
function withoutMargin(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const margins = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length)
  const margin = margins.length === 0 ? 0 : Math.min(...margins)
  return lines.map((line) => line.slice(margin)).join('\n')
}
