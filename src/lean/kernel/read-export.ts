import type { Declaration, ReducibilityHints, TermEntry } from '../../proof/declarations/export.ts'
import { termsBelow } from '../../proof/declarations/structure.ts'
import type { ValidExport } from '../../proof/declarations/validate.ts'
import { ABBREVIATION_HEIGHT } from './constants.ts'
import type { Level } from './levels.ts'
import type { Name } from './names.ts'
import type { Stores } from './stores.ts'
import type { Term } from './terms.ts'

/**
 * The entries of an export as names, levels and terms of a store, by their positions. Names of variables are left out.
 * Terms are built when they are asked for: most of what comes with a library is never looked at.
 */
export class Tables {
  /** What the names stand for as constants. */
  readonly names: readonly Name[]
  /** The names as they are written: what they are for universe parameters. */
  readonly written: readonly Name[]
  readonly levels: readonly Level[]
  readonly #data: ValidExport
  readonly #stores: Stores
  readonly #terms: (Term | undefined)[]

  /** @param constant which constant a name stands for */
  constructor(data: ValidExport, stores: Stores, constant: (name: Name) => Name = (name) => name) {
    this.#data = data
    this.#stores = stores
    this.written = readNames(data, stores)
    this.names = this.written.map(constant)
    this.levels = readLevels(data, stores, this.written)
    this.#terms = new Array(data.terms.length)
  }

  term(root: number): Term {
    const pending = [root]
    for (let at = pending.at(-1); at !== undefined; at = pending.at(-1)) {
      if (this.#terms[at] === undefined) {
        const entry = this.#data.terms[at] as TermEntry
        const before = pending.length
        for (const below of termsBelow(entry)) if (this.#terms[below] === undefined) pending.push(below)
        if (pending.length > before) continue
        this.#terms[at] = this.#build(entry)
      }
      pending.pop()
    }
    return this.#terms[root] as Term
  }

  /** The constants that the export's terms mention. */
  mentioned(): Set<Name> {
    const names = new Set<Name>()
    for (const entry of this.#data.terms) {
      if ('const' in entry) names.add(this.names[entry.const.name] as Name)
      else if ('proj' in entry) names.add(this.names[entry.proj.typeName] as Name)
    }
    return names
  }

  /** Of an entry whose parts are built. */
  #build(entry: TermEntry): Term {
    const { terms: store } = this.#stores
    const term = (at: number) => this.#terms[at] as Term
    const name = (at: number) => this.names[at] as Name
    const level = (at: number) => this.levels[at] as Level
    if ('app' in entry) return store.app(term(entry.app.fn), term(entry.app.arg))
    if ('const' in entry) return store.const(name(entry.const.name), entry.const.us.map(level))
    if ('bvar' in entry) return store.bvar(entry.bvar)
    if ('lam' in entry) return store.lam(term(entry.lam.type), term(entry.lam.body))
    if ('forallE' in entry) return store.pi(term(entry.forallE.type), term(entry.forallE.body))
    if ('sort' in entry) return store.sort(level(entry.sort))
    if ('proj' in entry) return store.proj(name(entry.proj.typeName), entry.proj.idx, term(entry.proj.struct))
    if ('letE' in entry) return store.let(term(entry.letE.type), term(entry.letE.value), term(entry.letE.body))
    if ('natVal' in entry) return store.nat(BigInt(entry.natVal))
    return store.str(entry.strVal)
  }
}

function readNames(data: ValidExport, { names: store }: Stores): Name[] {
  const names: Name[] = [store.anonymous]
  for (const entry of data.names) {
    names.push(
      'str' in entry
        ? store.string(names[entry.str.pre] as Name, entry.str.str)
        : store.number(names[entry.num.pre] as Name, BigInt(entry.num.i)),
    )
  }
  return names
}

function readLevels(data: ValidExport, { levels: store }: Stores, names: readonly Name[]): Level[] {
  const levels: Level[] = [store.zero]
  const level = (at: number) => levels[at] as Level
  for (const entry of data.levels) {
    if ('succ' in entry) levels.push(store.succ(level(entry.succ)))
    else if ('max' in entry) levels.push(store.max(level(entry.max[0]), level(entry.max[1])))
    else if ('imax' in entry) levels.push(store.imax(level(entry.imax[0]), level(entry.imax[1])))
    else levels.push(store.param(names[entry.param] as Name))
  }
  return levels
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
