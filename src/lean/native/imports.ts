import { codeTokens } from '../../proof/lean-text.ts'

const IMPORT_WORDS = new Set(['import', 'module', 'prelude', 'public', 'meta', 'all', 'runtime'])

/** The imports a header begins with, as one text: two headers with the same ones can share a process. */
export function importLines(header: string): string {
  const words: string[] = []
  let expectsName = false
  for (const token of codeTokens(header)) {
    if (token.kind !== 'word') break
    if (IMPORT_WORDS.has(token.text)) expectsName ||= token.text === 'import'
    else if (expectsName) expectsName = false
    else break
    words.push(token.text)
  }
  return words.join(' ')
}
