import { codeTokens } from '../../proof/lean-text.ts'
import { escapedName } from '../../proof/names.ts'
import type { LocalDeclarations, NamedConstant } from '../../proof/premises.ts'
import { OpenScopes } from '../../proof/scopes.ts'
import { TextPlaces } from '../../proof/source-text.ts'
import type { FileReading, PlacedTheorem } from '../placed.ts'
import { outline } from './outline.ts'

/**
 * The theorems of a file by its layout: the language server shows no syntax. Whether they were read rightly, Lean says when
 * one is opened: its statement must elaborate behind the text before it.
 */
export function readByLayout(text: string): FileReading {
  const places = new TextPlaces(text)
  const byte = (units: number) => Buffer.byteLength(text.slice(0, units))
  const theorems = outline(text).theorems.flatMap(({ name, start, end, statement, inMutual }): PlacedTheorem[] => {
    if (inMutual) return []
    const place = places.place(byte(start))
    const named = name === '' ? escapedName(`example_${place.line}`) : name
    const written =
      name === ''
        ? statement.replace(/^((?:.*\n)*?.*?)\bexample\b/, (_, before) => `${before}theorem ${named}`)
        : statement
    return [
      {
        theorem: { name: named, header: text.slice(0, start), statement: written },
        start: place,
        end: places.place(byte(end)),
        proof: places.place(byte(start + statement.length)),
      },
    ]
  })
  return { places, commands: [], theorems }
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
