import { type CodeToken, codeTokens } from '../../proof/lean-text.ts'

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
