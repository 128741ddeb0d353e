import { codeTokens } from './lean-text.ts'

/** Behind these a line goes on: what follows is not a tactic of its own. */
const GOES_ON = /(?:<;>|[,=≤<≥>+*∣|∧∨→↔←⟨([{]|:=|\b(?:from|at|using|with|fun|then|else))$/u
/** What may stand before the tactic of a case or a block. */
const HEAD = /^(?:·|\.(?=\s)|\|[^=]*(?:=>|$)|(?:case|next)\b[^=]*=>|@\[[^\]]*\])\s*/u

/**
 * How many tactics a script holds, however few its blocks are: `induction n <;> simp; omega` is three, and so is an
 * induction with a tactic in each of two cases. It reads the text alone, without Lean's grammar.
 */
export function countSteps(tactics: readonly string[]): number {
  let count = 0
  for (const tactic of tactics) {
    let before = ''
    let depth = 0
    for (const line of codeOf(tactic).split('\n')) {
      const text = line.trim()
      if (text === '') continue
      const own = text.replace(HEAD, '').replace(HEAD, '')
      const begins = own !== text || /=>$/.test(before) || !GOES_ON.test(before)
      if (depth === 0 && begins && own !== '') count++
      for (const token of codeTokens(own)) {
        depth += token.kind === 'open' ? 1 : token.kind === 'close' ? -1 : 0
        if (token.text === ';' && own[token.start - 1] !== '<' && own.slice(token.start + 1).trim() !== '') count++
        else if (token.text === 'by' && own.slice(token.start + 2).trim() !== '') count++
      }
      count += own.split('<;>').length - 1
      before = text
    }
  }
  return count
}

/** The code without comments and what stands in strings, with its line breaks. */
function codeOf(text: string): string {
  let code = ''
  let end = 0
  for (const { start, kind, text: token } of codeTokens(text)) {
    code += text.slice(end, start).replace(/--.*|\/-[\s\S]*?-\//g, '') + (kind === 'string' ? '""' : token)
    end = start + token.length
  }
  return code
}
