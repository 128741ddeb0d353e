import { codeTokens } from './lean-text.ts'
import type { Theorem } from './theorem.ts'

/** What refutes a statement when it is proved, and the statement as one proposition: `∀ binders, type`. */
export type Negation = { readonly theorem: Theorem; readonly proposition: string }

/** Variables that a header declares would stand outside of the negation, which would then say more than "false". */
const VARIABLES = /(^|\s)(variables?|include|universe)\s/m
/** What may stand before `theorem` is left to nobody's guess. */
const PLAIN = /^theorem\s/

/**
 * The negation of a theorem, under its own header with names that Lean would bind by itself forbidden (they would stand
 * outside of the negation too). Undefined where the text does not say plainly what the binders are. It is a text made
 * from a text: whoever calls a statement false must also have Lean say that `proposition` is what the theorem states.
 */
export function negationOf({ name, header, statement }: Theorem): Negation | undefined {
  if (VARIABLES.test(header) || !PLAIN.test(statement)) return undefined
  const tokens = [...codeTokens(statement)]
  const named = tokens[1]
  if (named?.kind !== 'word' || named.text.includes('.{')) return undefined
  const end = named.start + named.text.length
  if (statement[end] === '.' || statement[end] === '{') return undefined
  const colon = tokens.find(
    ({ kind, text, depth, start }) => kind === 'symbol' && text === ':' && depth === 0 && start >= end,
  )
  if (colon === undefined) return undefined
  const [binders, type] = [statement.slice(end, colon.start).trim(), statement.slice(colon.start + 1).trim()]
  if (binders !== '' && !/^[([{⦃]/.test(binders)) return undefined
  const proposition = binders === '' ? type : `∀ ${binders}, ${type}`
  const falseName = `${name.split('.').at(-1)}_is_false`.replace(/[«»]/g, '')
  return {
    theorem: {
      name: falseName,
      header: `${header.trimEnd()}\nset_option autoImplicit false`.trimStart(),
      statement: `theorem ${falseName} : ¬ (${proposition})`,
    },
    proposition,
  }
}
