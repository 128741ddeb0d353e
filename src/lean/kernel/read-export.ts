import type { Declaration, ReducibilityHints } from '../../proof/declarations/export.ts'
import type { ValidExport } from '../../proof/declarations/validate.ts'
import { ABBREVIATION_HEIGHT } from './constants.ts'
import type { Level } from './levels.ts'
import type { Name } from './names.ts'
import type { Stores } from './stores.ts'
import type { Term } from './terms.ts'

export type Tables = {
  /** What the names stand for as constants. */
  readonly names: readonly Name[]
  /** The names as they are written: what they are for universe parameters. */
  readonly written: readonly Name[]
  readonly levels: readonly Level[]
  readonly terms: readonly Term[]
}

/**
 * The entries of an export as names, levels and terms of a store, by their positions. Names of variables are left out.
 * @param constant which constant a name stands for
 */
export function readTables(data: ValidExport, stores: Stores, constant: (name: Name) => Name = (name) => name): Tables {
  const { names: nameStore, levels: levelStore, terms: termStore } = stores
  const names: Name[] = [nameStore.anonymous]
  for (const entry of data.names) {
    names.push(
      'str' in entry
        ? nameStore.string(names[entry.str.pre] as Name, entry.str.str)
        : nameStore.number(names[entry.num.pre] as Name, BigInt(entry.num.i)),
    )
  }
  const levels: Level[] = [levelStore.zero]
  const level = (at: number) => levels[at] as Level
  for (const entry of data.levels) {
    if ('succ' in entry) levels.push(levelStore.succ(level(entry.succ)))
    else if ('max' in entry) levels.push(levelStore.max(level(entry.max[0]), level(entry.max[1])))
    else if ('imax' in entry) levels.push(levelStore.imax(level(entry.imax[0]), level(entry.imax[1])))
    else levels.push(levelStore.param(names[entry.param] as Name))
  }
  const terms: Term[] = []
  const term = (at: number) => terms[at] as Term
  for (const entry of data.terms) {
    if ('app' in entry) terms.push(termStore.app(term(entry.app.fn), term(entry.app.arg)))
    else if ('const' in entry)
      terms.push(termStore.const(constant(names[entry.const.name] as Name), entry.const.us.map(level)))
    else if ('bvar' in entry) terms.push(termStore.bvar(entry.bvar))
    else if ('lam' in entry) terms.push(termStore.lam(term(entry.lam.type), term(entry.lam.body)))
    else if ('forallE' in entry) terms.push(termStore.pi(term(entry.forallE.type), term(entry.forallE.body)))
    else if ('sort' in entry) terms.push(termStore.sort(level(entry.sort)))
    else if ('proj' in entry)
      terms.push(termStore.proj(constant(names[entry.proj.typeName] as Name), entry.proj.idx, term(entry.proj.struct)))
    else if ('letE' in entry)
      terms.push(termStore.let(term(entry.letE.type), term(entry.letE.value), term(entry.letE.body)))
    else if ('natVal' in entry) terms.push(termStore.nat(BigInt(entry.natVal)))
    else terms.push(termStore.str(entry.strVal))
  }
  return { names: names.map(constant), written: names, levels, terms }
}

export function heightOf(hints: ReducibilityHints): number {
  if (hints === 'opaque') return 0
  return hints === 'abbrev' ? ABBREVIATION_HEIGHT : hints.regular
}

/** The constants that a declaration makes, the recursors of its types included. */
export function declaredNames(declaration: Declaration, tables: Tables, stores: Stores): Name[] {
  const at = (index: number) => tables.names[index] as Name
  if (!('inductive' in declaration)) return [at(Object.values(declaration)[0].name)]
  const { types, ctors, recs } = declaration.inductive
  const names = [...types, ...ctors].map(({ name }) => at(name))
  const recursors = [...types.map(({ name }) => stores.names.string(at(name), 'rec')), ...recs.map((r) => at(r.name))]
  return [...names, ...new Set(recursors)]
}

/** The constants that an export's terms mention. */
export function mentionedNames(data: ValidExport, tables: Tables): Set<Name> {
  const names = new Set<Name>()
  for (const entry of data.terms) {
    if ('const' in entry) names.add(tables.names[entry.const.name] as Name)
    else if ('proj' in entry) names.add(tables.names[entry.proj.typeName] as Name)
  }
  return names
}
