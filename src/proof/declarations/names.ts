import type { Declaration, DeclarationExport, NameEntry, NameIndex } from './export.ts'

/** A name as its components, outermost first: text, or a number for what Lean makes up. */
export type NameParts = readonly (string | number)[]

/** A text that no other name has: components are told apart even where they hold dots, and numbers from digits. */
export const nameKey = (parts: NameParts): string => JSON.stringify(parts)

export function nameParts(data: Pick<DeclarationExport, 'names'>, index: NameIndex): NameParts {
  const parts: (string | number)[] = []
  for (let at = index; at !== 0; ) {
    const entry = data.names[at - 1] as NameEntry
    if ('str' in entry) {
      parts.push(entry.str.str)
      at = entry.str.pre
    } else {
      // A number beyond JSON's is told apart from a small one, and from text by what no component begins with.
      parts.push(typeof entry.num.i === 'number' ? entry.num.i : `\0${entry.num.i}`)
      at = entry.num.pre
    }
  }
  return parts.reverse()
}

/** For messages: as a person writes it, without the prefix that makes a declaration private to its file. */
export function readableName(parts: NameParts): string {
  const start = parts[0] === '_private' ? parts.indexOf(0) + 1 : 0
  return parts
    .slice(start)
    .map((part) => (typeof part === 'string' && !/^[\p{L}_][\p{L}\p{N}_'!?]*$/u.test(part) ? `«${part}»` : part))
    .join('.')
}

/** The constants that a declaration makes. */
export function declaredNames(declaration: Declaration): NameIndex[] {
  if ('inductive' in declaration) {
    const { types, ctors, recs } = declaration.inductive
    return [...types, ...ctors, ...recs].map(({ name }) => name)
  }
  return [constantOf(declaration).name]
}

/** What every declaration but an inductive group has. */
export function constantOf(declaration: Exclude<Declaration, { readonly inductive: unknown }>) {
  if ('axiom' in declaration) return declaration.axiom
  if ('def' in declaration) return declaration.def
  if ('thm' in declaration) return declaration.thm
  if ('opaque' in declaration) return declaration.opaque
  return declaration.quot
}
