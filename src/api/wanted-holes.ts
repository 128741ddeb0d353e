import { type ListedHole, listHoles } from '../fill/holes.ts'
import { mathlibHint } from '../lean/mathlib-hint.ts'
import type { FileReading } from '../lean/placed.ts'
import { InputError } from '../proof/input-error.ts'
import { sameName } from '../proof/names.ts'
import type { LeanTarget } from './lean-file.ts'

/** The holes that are meant of a file that was read. @throws InputError where nothing is meant, or the file cannot be read at all */
export function wantedHoles({ path, name, line }: LeanTarget, reading: FileReading): readonly ListedHole[] {
  const broken = reading.commands.find(({ declarations, breaks }) => breaks && declarations.length === 0)
  const all = listHoles(reading, () => true)
  const [error] = broken?.errors ?? []
  if (all.length === 0 && error !== undefined)
    throw new InputError(`${path}:${error.line}:${error.column}: error: ${error.text}${hinted(mathlibHint([error]))}`)
  if (name !== undefined) {
    const found = reading.commands.some(({ declarations }) => declarations.some((one) => isNamed(one.name, name)))
    if (!found) throw new InputError(`${path} declares no ${name}`)
    return listHoles(reading, (declaration) => isNamed(declaration.name, name))
  }
  if (line === undefined) return all
  const at = listHoles(reading, (_, lines) => lines.hole === line)
  const within = at.length > 0 ? at : listHoles(reading, (_, { first, last }) => first <= line && line <= last)
  if (within.length === 0) throw new InputError(`there is no hole at ${path}:${line}`)
  return within
}
const hinted = (hint: string | undefined): string => (hint === undefined ? '' : `\nhedge: ${hint}`)
const isNamed = (full: string, name: string): boolean => sameName(full, name) || full.endsWith(`.${name}`)
