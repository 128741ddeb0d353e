/** Words that Lean reads as something else where a name could stand. */
const RESERVED =
  /^(at|abbrev|axiom|by|calc|class|def|deriving|do|else|end|example|export|extends|for|from|fun|have|if|import|in|inductive|infix|infixl|infixr|instance|let|local|macro|match|mutual|namespace|nomatch|notation|noncomputable|opaque|open|partial|postfix|prefix|private|protected|section|set_option|show|sorry|structure|suffices|syntax|termination_by|then|theorem|try|universe|unless|unsafe|variable|where|while|with|Type|Prop|Sort|return|lemma)$/

/** A component of a name as Lean's reader takes it: within `«»` where it is no identifier. */
export function escapeComponent(part: string): string {
  if (/^\d+$/.test(part)) return `«${part}»`
  const [first = '', ...rest] = part
  const plain = isIdentifierStart(first) && rest.every(isIdentifierPart) && !RESERVED.test(part)
  return plain || part === '' ? part : `«${part.replaceAll('»', '')}»`
}

/** A name of one component from any text: no dots, nothing that ends the escape. */
export function escapedName(text: string): string {
  return escapeComponent(text.replace(/[\r\n\t]/g, ' '))
}

/** A written name's components without their escapes; dots inside `«»` do not part it. */
export function nameComponents(written: string): string[] {
  return [...written.matchAll(/«([^»]*)»|([^.«]+)/g)].map(([, escaped, plain]) => escaped ?? plain ?? '')
}

/** Whether two written names are the same, however they are escaped. */
export function sameName(a: string, b: string): boolean {
  return a === b || JSON.stringify(nameComponents(a)) === JSON.stringify(nameComponents(b))
}

// As in Lean's `isIdFirst`, `isIdRest`, `isLetterLike` and `isSubScriptAlnum`.
function isIdentifierStart(char: string): boolean {
  return /[a-zA-Z_]/.test(char) || isLetterLike(char.codePointAt(0) ?? 0)
}
function isIdentifierPart(char: string): boolean {
  const code = char.codePointAt(0) ?? 0
  const subscript =
    (code >= 0x2080 && code <= 0x2089) || (code >= 0x2090 && code <= 0x209c) || (code >= 0x1d62 && code <= 0x1d6a)
  return /[a-zA-Z0-9_'!?]/.test(char) || isLetterLike(code) || subscript
}
function isLetterLike(code: number): boolean {
  return (
    (code >= 0x3b1 && code <= 0x3c9 && code !== 0x3bb) ||
    (code >= 0x391 && code <= 0x3a9 && code !== 0x3a0 && code !== 0x3a3) ||
    (code >= 0x3ca && code <= 0x3fb) ||
    (code >= 0x1f00 && code <= 0x1ffe) ||
    (code >= 0x2100 && code <= 0x214f) ||
    (code >= 0x1d49c && code <= 0x1d59f)
  )
}
