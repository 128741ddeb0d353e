import { type CodeToken, codeTokens } from '../../proof/lean-text.ts'
import type { LspDiagnostic } from './lsp-process.ts'

const IMPORT_WORDS = new Set(['import', 'module', 'prelude', 'public', 'meta', 'all', 'runtime'])

/** The imports a header begins with, as one text: two headers with the same ones can share a process. */
export function importLines(header: string): string {
  return importWords(header)
    .map(({ text }) => text)
    .join(' ')
}

/** Where the imports of a file end; 0 where it has none. */
export function importsEnd(source: string): number {
  const last = importWords(source).at(-1)
  return last === undefined ? 0 : last.start + last.text.length
}

/** Whether a message about a text stands at its imports. Where that is an error, Lean elaborates nothing behind them. */
export function isAtImports(source: string, { range: { start } }: LspDiagnostic): boolean {
  const lines = source.slice(0, importsEnd(source)).split('\n')
  const last = lines.length - 1
  return start.line < last || (start.line === last && start.character < (lines[last] ?? '').length)
}

function importWords(header: string): CodeToken[] {
  const words: CodeToken[] = []
  let expectsName = false
  for (const token of codeTokens(header)) {
    if (token.kind !== 'word') break
    if (IMPORT_WORDS.has(token.text)) expectsName ||= token.text === 'import'
    else if (expectsName) expectsName = false
    else break
    words.push(token)
  }
  return words
}
