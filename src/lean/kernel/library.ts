import type { Declaration, InductiveEntry } from '../../proof/declarations/export.ts'
import type { ValidExport } from '../../proof/declarations/validate.ts'
import type { Constant } from './constants.ts'
import { KnownNames } from './known.ts'
import type { Name } from './names.ts'
import { declaredNames, heightOf, Tables } from './read-export.ts'
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
  /** What has come, by the names of what it declares: read when somebody asks for it. */
  readonly #entries = new Map<Name, { readonly declaration: Declaration; readonly tables: Tables }>()
  readonly #groups = new Map<Name, Group>()
  readonly #absent = new Set<Name>()
  readonly #axioms = new Set<Name>()
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
   * Adds what was asked for. An axiom entry stands for a theorem too: it is a constant known by its type.
   * @param asked names that, where they are not among the declarations, do not exist
   * @param axioms which of the declarations are axioms indeed
   */
  add(data: ValidExport, asked: readonly NameComponents[], axioms: readonly NameComponents[]): void {
    for (const components of axioms) this.#axioms.add(this.name(components))
    const tables = new Tables(data, this.stores)
    for (const declaration of data.declarations) this.#add(declaration, tables)
    for (const components of asked) {
      const name = this.name(components)
      if (!this.isSettled(name)) this.#absent.add(name)
    }
  }
  name(components: NameComponents): Name {
    const { names } = this.stores
    return components.reduce<Name>((prefix, part) => {
      if (typeof part === 'number') return names.number(prefix, BigInt(part))
      // See `componentsOf`.
      return part.startsWith('\0') ? names.number(prefix, BigInt(part.slice(1))) : names.string(prefix, part)
    }, names.anonymous)
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
    return this.#constants.has(name) || this.#entries.has(name)
  }
  get(name: Name): Constant | undefined {
    const known = this.#constants.get(name)
    if (known !== undefined) return known
    const entry = this.#entries.get(name)
    if (entry === undefined || 'inductive' in entry.declaration) return undefined
    const constant = readConstant(entry.declaration, entry.tables, this.#axioms)
    this.#constants.set(name, constant)
    return constant
  }
  /** The group that a type, a constructor or a recursor belongs to. */
  group(name: Name): Group | undefined {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const entry = this.#entries.get(name)
    if (entry === undefined || !('inductive' in entry.declaration)) return undefined
    const group = readGroup(entry.declaration.inductive, entry.tables, 'library', true)
    for (const member of declaredNames(entry.declaration, entry.tables, this.stores)) this.#groups.set(member, group)
    return group
  }
  /** What was computed for a group takes its place. */
  define(constants: readonly Constant[]): void {
    for (const constant of constants) this.#constants.set(constant.name, constant)
  }

  #add(declaration: Declaration, tables: Tables): void {
    for (const name of declaredNames(declaration, tables, this.stores)) {
      if (this.#constants.has(name) || this.#entries.has(name)) continue
      // What is unsafe need not make sense: nothing safe can rest on it.
      if (isUnsafe(declaration)) this.#absent.add(name)
      else this.#entries.set(name, { declaration, tables })
    }
  }
}

function isUnsafe(declaration: Declaration): boolean {
  if ('axiom' in declaration) return declaration.axiom.isUnsafe
  if ('opaque' in declaration) return declaration.opaque.isUnsafe
  if ('def' in declaration) return declaration.def.safety !== 'safe'
  return 'inductive' in declaration && declaration.inductive.types.some((type) => type.isUnsafe)
}

function readConstant(
  declaration: Exclude<Declaration, { readonly inductive: unknown }>,
  tables: Tables,
  axioms: ReadonlySet<Name>,
): Constant {
  const entry = Object.values(declaration)[0]
  const common = {
    name: tables.names[entry.name] as Name,
    params: entry.levelParams.map((at: number) => tables.written[at] as Name),
    type: tables.term(entry.type),
    origin: 'library' as const,
  }
  if ('def' in declaration) {
    const { value, hints } = declaration.def
    return { ...common, kind: 'definition', value: tables.term(value), height: heightOf(hints), isTheorem: false }
  }
  if ('quot' in declaration) return { ...common, kind: 'quot', role: declaration.quot.kind }
  // A theorem is taken at its type, whether or not its proof has come along.
  return { ...common, kind: 'opaque' in declaration ? 'opaque' : axioms.has(common.name) ? 'axiom' : 'theorem' }
}

export function readGroup(entry: InductiveEntry, tables: Tables, origin: Group['origin'], isTrusted: boolean): Group {
  const { names } = tables
  const first = entry.types[0]
  if (first === undefined) throw new Error('a group without types')
  return {
    params: first.levelParams.map((at) => tables.written[at] as Name),
    numParams: first.numParams,
    types: entry.types.map((type) => ({
      name: names[type.name] as Name,
      type: tables.term(type.type),
      constructors: type.ctors.map((at) => {
        const name = names[at] as Name
        const ctor = entry.ctors.find((c) => names[c.name] === name)
        if (ctor === undefined) throw new Error(`the constructor ${name.key} is not in its group`)
        return { name, type: tables.term(ctor.type) }
      }),
    })),
    origin,
    isTrusted,
  }
}

export function claimedRecursors(entry: InductiveEntry, tables: Tables): ClaimedRecursor[] {
  const { names } = tables
  return entry.recs.map((r) => ({
    name: names[r.name] as Name,
    params: r.levelParams.map((at) => tables.written[at] as Name),
    type: tables.term(r.type),
    rules: r.rules.map(({ ctor, nfields, rhs }) => ({
      ctor: names[ctor] as Name,
      numFields: nfields,
      value: tables.term(rhs),
    })),
    counts: [r.numParams, r.numIndices, r.numMotives, r.numMinors],
    isK: r.k,
  }))
}
