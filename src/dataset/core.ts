import { codeTokens } from '../proof/lean-text.ts'
import { isCommandWord } from '../proof/statement.ts'
import type { Theorem } from '../proof/theorem.ts'

/** What stands for Mathlib in a statement about whole numbers. A name that nobody declares must not become a variable. */
export const NOTATIONS = 'notation "ℕ" => Nat\nnotation "ℤ" => Int'
const STRICT = 'set_option autoImplicit false\nset_option relaxedAutoImplicit false'

/** What Lean says to a statement behind a header: nothing, or its first error, with what stands at the place of it. */
export type Elaborate = (theorem: Theorem) => Promise<CoreError | undefined>
export type CoreError = { readonly where: 'header' | 'statement'; readonly text: string; readonly at: string }

export type CoreRow = { readonly name: string; readonly header: string; readonly statement: string }
export type LeftOut = {
  /** For counts: what it would need. */
  readonly reason: string
  /** Lean's own first line, where there is one. */
  readonly message?: string
}

/**
 * A theorem of a Mathlib set as core Lean states it: the same statement behind the same header, without its imports, with
 * notations for ℕ and ℤ, and with those of the opened namespaces that core Lean has. Left out where that does not elaborate.
 * @param isNamespace whether core Lean has a namespace
 */
export async function coreRow(
  theorem: Theorem,
  elaborate: Elaborate,
  isNamespace: (name: string) => Promise<boolean>,
): Promise<CoreRow | LeftOut> {
  const { name, statement } = theorem
  if (!/^\s*import\b/m.test(theorem.header) && (await elaborate(strictly(theorem))) === undefined)
    return { name, header: theorem.header, statement }
  const header = await coreHeader(theorem.header, isNamespace)
  const error = await elaborate(strictly({ ...theorem, header }))
  return error === undefined ? { name, header, statement } : leftOut(error)
}

const strictly = (theorem: Theorem): Theorem => ({ ...theorem, header: `${theorem.header}\n${STRICT}` })

/** Of a namespace that core Lean lacks nothing can be meant: what Mathlib has there is unknown, and told as that. */
async function coreHeader(header: string, isNamespace: (name: string) => Promise<boolean>): Promise<string> {
  const kept = [NOTATIONS]
  for (const command of headerCommands(header)) {
    const [word = '', ...rest] = command.split(/\s+/)
    if (word === 'import' || /^noncomputable\s+section$/.test(command)) continue
    // How long a search may take is the search's affair.
    if (word === 'set_option' && rest[0] === 'maxHeartbeats') continue
    if (word !== 'open' || !rest.every((part) => /^[\p{L}\p{N}_.«»]+$/u.test(part))) {
      kept.push(command)
      continue
    }
    const scoped = rest[0] === 'scoped'
    const known: string[] = []
    for (const space of scoped ? rest.slice(1) : rest) if (await isNamespace(space)) known.push(space)
    if (known.length > 0) kept.push(['open', ...(scoped ? ['scoped'] : []), ...known].join(' '))
  }
  return kept.join('\n')
}

/** A header cut into commands, comments between them left out. */
function headerCommands(header: string): string[] {
  const starts: number[] = []
  for (const { kind, text, start, depth } of codeTokens(header)) {
    const atLineStart = start === 0 || header[start - 1] === '\n'
    if (
      atLineStart &&
      depth === 0 &&
      ((kind === 'word' && isCommandWord(text)) || text === '@' || text === 'noncomputable')
    )
      starts.push(start)
  }
  return starts.map((start, i) => withoutComments(header.slice(start, starts[i + 1])).trim())
}

function withoutComments(text: string): string {
  let result = ''
  let at = 0
  for (const { start, text: token } of codeTokens(text)) {
    result += text.slice(at, start).replace(/\/-[\s\S]*-\/|--.*/g, '') + token
    at = start + token.length
  }
  return result
}

/** Why a statement is none of core Lean's, in words that many have in common. */
function leftOut({ where, text, at }: CoreError): LeftOut {
  const message = text.split('\n')[0] ?? ''
  const because = (reason: string): LeftOut => ({
    reason: where === 'header' ? `its header: ${reason}` : reason,
    message,
  })
  const unknown =
    /[Uu]nknown (?:identifier|constant) `([^`]+)`/.exec(text)?.[1] ??
    /The identifier `([^`]+)` is unknown/.exec(text)?.[1] ??
    /[Uu]nknown namespace `([^`]+)`/.exec(text)?.[1]
  if (unknown !== undefined) return because(`needs \`${unknown}\``)
  if (/expected|unexpected/.test(message) && /token|end of input|expected ['`]/.test(message))
    return because(at === '' ? 'is written in a way that core Lean does not read' : `needs the notation at \`${at}\``)
  const field = /[Ii]nvalid field `([^`]+)`/.exec(text)?.[1]
  if (field !== undefined) return because(`needs the field \`${field}\``)
  if (/failed to synthesize/.test(text)) return because('needs an instance')
  return because('does not elaborate')
}
