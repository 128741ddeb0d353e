import type { Declaration, InductiveEntry } from '../../proof/declarations/export.ts'
import type { ValidExport } from '../../proof/declarations/validate.ts'
import type { Constant } from './constants.ts'
import { KnownNames } from './known.ts'
import type { Name } from './names.ts'
import { heightOf, readTables, type Tables } from './read-export.ts'
import { Stores } from './stores.ts'
import type { Term } from './terms.ts'

/** A name's components, outermost first. */
export type NameComponents = readonly (string | number)[]

/** A mutual group as its declaration gives it: what follows from it is computed, never read. */
export type Group = {
  readonly params: readonly Name[]
  readonly numParams: number
  readonly types: readonly {
    readonly name: Name
    readonly type: Term
    readonly constructors: readonly GroupConstructor[]
  }[]
  /** Where its constants come from. */
  readonly origin: 'library' | 'proof'
  /** Only what follows from it is computed; its own checks are left out. */
  readonly isTrusted: boolean
}
export type GroupConstructor = { readonly name: Name; readonly type: Term }

/** A recursor as somebody else computed it, to compare with. */
export type ClaimedRecursor = {
  readonly name: Name
  readonly params: readonly Name[]
  readonly type: Term
  readonly rules: readonly { readonly ctor: Name; readonly numFields: number; readonly value: Term }[]
  readonly counts: readonly [params: number, indices: number, motives: number, minors: number]
  readonly isK: boolean
}

/**
 * Constants of one library, which many proofs are checked on. It grows as constants are asked for, and is trusted: its
 * theorems are known by their types, and only recursors are computed anew.
 */
export class Library {
  readonly stores: Stores
  readonly known: KnownNames
  readonly #constants = new Map<Name, Constant>()
  /** Groups by the names of their types, constructors and recursors, until somebody asks for one of them. */
  readonly #groups = new Map<Name, Group>()
  readonly #claims = new Map<Name, readonly ClaimedRecursor[]>()
  readonly #absent = new Set<Name>()
  readonly #isComplete: boolean
  #retired = false

  /**
   * @param termLimit how many different terms may be built for the library and for the proof that is checked
   * @param isComplete there are no constants but those that are added: nobody is asked for more
   */
  constructor(termLimit: number, isComplete = false) {
    this.#isComplete = isComplete
    this.stores = new Stores(termLimit)
    this.known = new KnownNames(this.stores)
  }

  /**
   * Adds what was asked for. Axioms stand for theorems too: a constant known by its type.
   * @param asked names that, where they are not among the declarations, do not exist
   */
  add(data: ValidExport, asked: readonly NameComponents[]): void {
    const tables = readTables(data, this.stores)
    for (const declaration of data.declarations) this.#add(declaration, tables)
    for (const components of asked) {
      const name = this.name(components)
      if (!this.isSettled(name)) this.#absent.add(name)
    }
  }
  name(components: NameComponents): Name {
    const { names } = this.stores
    return components.reduce<Name>(
      (prefix, part) => (typeof part === 'string' ? names.string(prefix, part) : names.number(prefix, BigInt(part))),
      names.anonymous,
    )
  }
  /** After a limit was reached in the middle of building something: a new library has to be begun. */
  retire(): void {
    this.#retired = true
  }
  get isRetired(): boolean {
    return this.#retired
  }
  /** Whether the library has a constant is known. */
  isSettled(name: Name): boolean {
    return this.#isComplete || name.isFresh || this.has(name) || this.#absent.has(name)
  }
  has(name: Name): boolean {
    return this.#constants.has(name) || this.#groups.has(name)
  }
  get(name: Name): Constant | undefined {
    return this.#constants.get(name)
  }
  group(name: Name): Group | undefined {
    return this.#groups.get(name)
  }
  /** Recursors that came with a type's group. */
  claimed(type: Name): readonly ClaimedRecursor[] {
    return this.#claims.get(type) ?? []
  }
  /** What was computed for a group takes its place. */
  define(constants: readonly Constant[]): void {
    for (const constant of constants) this.#constants.set(constant.name, constant)
  }

  #add(declaration: Declaration, tables: Tables): void {
    const { names, terms } = tables
    if ('inductive' in declaration) {
      const group = readGroup(declaration.inductive, tables, 'library', true)
      const first = (group.types[0] as Group['types'][number]).name
      this.#claims.set(first, claimedRecursors(declaration.inductive, tables))
      for (const type of group.types) {
        this.#groups.set(type.name, group)
        for (const ctor of type.constructors) this.#groups.set(ctor.name, group)
      }
      for (const recursor of declaration.inductive.recs) this.#groups.set(names[recursor.name] as Name, group)
      return
    }
    const entry =
      'axiom' in declaration
        ? declaration.axiom
        : 'def' in declaration
          ? declaration.def
          : 'thm' in declaration
            ? declaration.thm
            : 'opaque' in declaration
              ? declaration.opaque
              : declaration.quot
    const common = {
      name: names[entry.name] as Name,
      params: entry.levelParams.map((at) => tables.written[at] as Name),
      type: terms[entry.type] as Term,
      origin: 'library' as const,
    }
    if (this.#constants.has(common.name)) return
    if ('def' in declaration && declaration.def.safety === 'safe') {
      const { value, hints } = declaration.def
      this.define([
        { ...common, kind: 'definition', value: terms[value] as Term, height: heightOf(hints), isTheorem: false },
      ])
    } else if ('quot' in declaration) this.define([{ ...common, kind: 'quot', role: declaration.quot.kind }])
    else this.define([{ ...common, kind: 'axiom' in declaration || 'thm' in declaration ? 'axiom' : 'opaque' }])
  }
}

export function readGroup(entry: InductiveEntry, tables: Tables, origin: Group['origin'], isTrusted: boolean): Group {
  const { names, terms } = tables
  const first = entry.types[0]
  if (first === undefined) throw new Error('a group without types')
  return {
    params: first.levelParams.map((at) => tables.written[at] as Name),
    numParams: first.numParams,
    types: entry.types.map((type) => ({
      name: names[type.name] as Name,
      type: terms[type.type] as Term,
      constructors: type.ctors.map((at) => {
        const name = names[at] as Name
        const ctor = entry.ctors.find((c) => names[c.name] === name)
        if (ctor === undefined) throw new Error(`the constructor ${name.key} is not in its group`)
        return { name, type: terms[ctor.type] as Term }
      }),
    })),
    origin,
    isTrusted,
  }
}

export function claimedRecursors(entry: InductiveEntry, tables: Tables): ClaimedRecursor[] {
  const { names, terms } = tables
  return entry.recs.map((r) => ({
    name: names[r.name] as Name,
    params: r.levelParams.map((at) => tables.written[at] as Name),
    type: terms[r.type] as Term,
    rules: r.rules.map(({ ctor, nfields, rhs }) => ({
      ctor: names[ctor] as Name,
      numFields: nfields,
      value: terms[rhs] as Term,
    })),
    counts: [r.numParams, r.numIndices, r.numMotives, r.numMinors],
    isK: r.k,
  }))
}
