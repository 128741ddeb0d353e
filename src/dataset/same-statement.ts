/**
 * A statement without what can be chosen freely: white space, the theorem's name, the names of bound variables, and
 * whether ℕ is written as Nat. Equal texts state the same; the reverse need not hold.
 */
export function normaliseStatement(statement: string): string {
  const text = statement
    .replace(/^\s*(theorem|lemma)\b( [^\s({[⦃:]+)?/, '')
    .replace(/:=\s*(by\b.*)?$/s, '')
    .replaceAll('ℕ', 'Nat')
    .replaceAll('ℤ', 'Int')
    .replace(/\s+/g, ' ')
    .trim()
  const bound = new Set<string>()
  for (const [, binder, quantified] of text.matchAll(/[({]([^(){}:]+?) :|(?:[∀∃λ]|\bfun) ?\(?([^,:=()∈<>≤≥]+)/gu))
    for (const name of (binder ?? quantified ?? '').trim().split(' ')) bound.add(name)
  const order = new Map<string, string>()
  return text.replace(/(?<![\p{L}\p{N}_.'])[\p{L}_][\p{L}\p{N}_'₀-₉]*/gu, (word) => {
    if (!bound.has(word)) return word
    if (!order.has(word)) order.set(word, `v${order.size}`)
    return order.get(word) as string
  })
}
