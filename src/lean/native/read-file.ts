import { codeTokens } from '../../proof/lean-text.ts'
import type { LocalDeclarations, NamedConstant } from '../../proof/premises.ts'
import { OpenScopes } from '../../proof/scopes.ts'
import { TextPlaces } from '../../proof/source-text.ts'
import { type FileReading, placedTheorems } from '../placed.ts'
import { commandsByLayout } from './file-commands.ts'

/**
 * A file by its layout: the language server shows no syntax. Whether a theorem was read rightly, Lean says when it is opened:
 * its statement must elaborate behind the text before it. Of errors nothing is known before that.
 */
export function readByLayout(text: string): FileReading {
  const places = new TextPlaces(text)
  const all = commandsByLayout(text)
  const commands = all.filter(({ declarations }) => declarations.length > 0)
  return { places, commands, theorems: placedTheorems(places, commands) }
}

/** Words of definitions that a proof may unfold, and of types that it may take apart. */
const DEFINES = /^(def|abbrev)$/
const MAKES_TYPE = /^(inductive|structure|class)$/

/** What a text declares, by its layout: goals over the language server are known by their text alone. */
export function declaredByLayout(text: string): LocalDeclarations {
  const scopes = new OpenScopes(text)
  const definitions: NamedConstant[] = []
  const types: NamedConstant[] = []
  let word = ''
  for (const token of codeTokens(text)) {
    scopes.take(token)
    if (token.depth === 0 && token.kind === 'word') {
      const name = `${scopes.namespace}${token.text}`
      if (DEFINES.test(word)) definitions.push({ name, constant: name })
      if (MAKES_TYPE.test(word)) types.push({ name, constant: name })
      word = token.text
    } else word = ''
  }
  return { symbols: [], theorems: [], definitions, types, unfinished: [] }
}
