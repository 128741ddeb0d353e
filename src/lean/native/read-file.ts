import { escapedName } from '../../proof/names.ts'
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
