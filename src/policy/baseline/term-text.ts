const OPEN = '([{⟨⟦|'
const CLOSE = ')]}⟩⟧'

/** Splits a printed term at an operator outside brackets. Binders (`∀ x, …`) reach to the end, so none is split inside. */
export function splitTop(text: string, operator: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string
    if (OPEN.includes(char) && char !== '|') depth++
    else if (CLOSE.includes(char)) depth--
    else if (depth === 0 && (char === '∀' || char === '∃' || char === 'λ' || text.startsWith('fun ', at))) break
    else if (depth === 0 && text.startsWith(operator, at)) {
      parts.push(text.slice(from, at).trim())
      at += operator.length - 1
      from = at + 1
    }
  }
  parts.push(text.slice(from).trim())
  return parts
}

/** Takes off a pair of brackets around the whole text. */
export function stripOuter(text: string): string {
  let inner = text.trim()
  while (inner.startsWith('(') && closing(inner, 0) === inner.length - 1) inner = inner.slice(1, -1).trim()
  return inner
}

/** A term as one argument of a function: in brackets unless it is a single word. */
export function argument(text: string): string {
  return /^[\p{L}\p{N}_.'₀-₉]+$/u.test(text) || stripOuter(text) !== text ? text : `(${text})`
}

export type Relation = { readonly left: string; readonly operator: string; readonly right: string }
const RELATIONS = [' = ', ' ≠ ', ' ≤ ', ' < ', ' ≥ ', ' > ', ' ∣ ']

/** `a R b` for one arithmetic relation outside brackets, and nothing that binds weaker. */
export function relation(text: string): Relation | undefined {
  const inner = stripOuter(text)
  if (/^[∀∃¬]/.test(inner)) return undefined
  for (const weaker of [' ↔ ', ' → ', ' ∧ ', ' ∨ ']) if (splitTop(inner, weaker).length > 1) return undefined
  for (const operator of RELATIONS) {
    const parts = splitTop(inner, operator)
    if (parts.length === 2) return { left: parts[0] as string, operator: operator.trim(), right: parts[1] as string }
  }
  return undefined
}

/** `base ^ exponent` wherever it occurs, brackets of the exponent taken off. */
export function powers(text: string): { readonly base: string; readonly exponent: string }[] {
  const found = new Map<string, { base: string; exponent: string }>()
  for (const match of text.matchAll(/([\p{L}\p{N}_'₀-₉]+) \^ /gu)) {
    const start = match.index + match[0].length
    const word = /^[\p{L}\p{N}_'₀-₉]+/u.exec(text.slice(start))?.[0]
    const exponent = word ?? (text[start] === '(' ? text.slice(start + 1, closing(text, start)) : undefined)
    if (exponent !== undefined) found.set(`${match[1]}^${exponent}`, { base: match[1] as string, exponent })
  }
  return [...found.values()]
}

/** `a - b` wherever both sides are words, products, powers or bracketed terms. */
export function differences(text: string): { readonly left: string; readonly right: string }[] {
  const found: { left: string; right: string }[] = []
  for (let at = text.indexOf(' - '); at > 0; at = text.indexOf(' - ', at + 1)) {
    const left = /((?:[\p{L}\p{N}_'₀-₉]+|\([^()]*\))(?: [*^] (?:[\p{L}\p{N}_'₀-₉]+|\([^()]*\)))*)$/u.exec(
      text.slice(0, at),
    )?.[1]
    const right = /^((?:[\p{L}\p{N}_'₀-₉]+|\([^()]*\))(?: [*^] (?:[\p{L}\p{N}_'₀-₉]+|\([^()]*\)))*)/u.exec(
      text.slice(at + 3),
    )?.[1]
    if (left !== undefined && right !== undefined) found.push({ left, right })
  }
  return found
}

/** Index of the bracket that closes the one at `from`, or the last index. */
export function closing(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at] as string
    if (OPEN.includes(char) && char !== '|') depth++
    else if (CLOSE.includes(char) && --depth === 0) return at
  }
  return text.length - 1
}
