import type { Declaration, DeclarationExport } from '../../proof/declarations/export.ts'
import type { Name } from './names.ts'
import { declaredNames, type Tables } from './read-export.ts'
import type { Stores } from './stores.ts'
import { KIND, type Term } from './terms.ts'

/**
 * The constants that a proof declares exactly as the statement's context does, whatever they rest on included. Nothing
 * rests on this being right: it says which constant the proof means, and the proof is checked with the one it is given.
 *
 * @param statedTables both tables with all names as they are written
 */
export function sharedNames(
  stores: Stores,
  context: readonly Declaration[],
  statedTables: Tables,
  proof: DeclarationExport,
  proofTables: Tables,
): ReadonlySet<Name> {
  const shared = new Set<Name>()
  const theirs = new Map<Name, Declaration>()
  const own = new Set<Name>()
  for (const declaration of proof.declarations) {
    const names = declaredNames(declaration, proofTables, stores)
    if (names[0] !== undefined) theirs.set(names[0], declaration)
    for (const name of names) own.add(name)
  }
  for (const mine of context) {
    const names = declaredNames(mine, statedTables, stores)
    const other = names[0] === undefined ? undefined : theirs.get(names[0])
    if (other === undefined) continue
    const a = partsOf(mine, statedTables, stores)
    const b = partsOf(other, proofTables, stores)
    const same =
      a.label === b.label && a.terms.length === b.terms.length && a.terms.every((term, i) => term === b.terms[i])
    const group = new Set(names)
    const foreign = (name: Name) => own.has(name) && !shared.has(name) && !group.has(name)
    if (same && !mention(b.terms, foreign))
      for (const name of declaredNames(other, proofTables, stores)) shared.add(name)
  }
  return shared
}

/** What makes a declaration what it is, with universe parameters named by their places. */
function partsOf(declaration: Declaration, tables: Tables, stores: Stores): { label: string; terms: Term[] } {
  const { names } = tables
  const closed = (levelParams: readonly number[], at: number): Term => {
    const levels = levelParams.map((_, i) =>
      stores.levels.param(stores.names.number(stores.names.anonymous, BigInt(i))),
    )
    const params = levelParams.map((n) => tables.written[n] as Name)
    return stores.substitution.instantiateLevels(tables.term(at), params, levels)
  }
  const kind = Object.keys(declaration)[0]
  if ('inductive' in declaration) {
    const { types, ctors } = declaration.inductive
    const label = [
      kind,
      ...types.map((t) => `${(names[t.name] as Name).key} ${t.numParams} ${t.levelParams.length}`),
      ...ctors.map((c) => (names[c.name] as Name).key),
    ]
    return { label: label.join('\n'), terms: [...types, ...ctors].map((c) => closed(c.levelParams, c.type)) }
  }
  const entry = Object.values(declaration)[0]
  const parts = [closed(entry.levelParams, entry.type)]
  // Any proof of a theorem is as good as another.
  if ('def' in declaration || 'opaque' in declaration)
    parts.push(closed(entry.levelParams, (entry as { readonly value: number }).value))
  return { label: `${kind} ${(names[entry.name] as Name).key} ${entry.levelParams.length}`, terms: parts }
}

function mention(terms: readonly Term[], of: (name: Name) => boolean): boolean {
  const seen = new Set<Term>()
  const pending = [...terms]
  for (let t = pending.pop(); t !== undefined; t = pending.pop()) {
    if (seen.has(t)) continue
    seen.add(t)
    if ((t.kind === KIND.const || t.kind === KIND.proj) && of(t.name)) return true
    for (const part of [t.left, t.right, t.value]) if (part !== null) pending.push(part)
  }
  return false
}
