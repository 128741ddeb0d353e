import type {
  Declaration,
  DeclarationExport,
  InductiveEntry,
  LevelEntry,
  NameEntry,
  TermEntry,
} from '../../src/proof/declarations/export.ts'
import { declaredNames } from '../../src/proof/declarations/names.ts'
import { termsBelow } from '../../src/proof/declarations/structure.ts'
import { createRandom, type Random } from '../../src/proof/random.ts'

export type Mutant = { readonly how: string; readonly of: string; readonly declaration: Declaration }
export type MutantSet = { readonly data: DeclarationExport; readonly mutants: readonly Mutant[] }

/**
 * Copies of declarations with one thing changed in each, all in the tables of one export. A copy has a name of its own;
 * what it mentions of itself goes by that name too.
 *
 * @param perDeclaration how many; the first of each is the declaration unchanged
 */
export function mutate(source: DeclarationExport, perDeclaration: number, seed: string): MutantSet {
  const random = createRandom(seed)
  const tables = new Tables(source)
  const mutants: Mutant[] = []
  for (const declaration of source.declarations) {
    if ('quot' in declaration || 'axiom' in declaration) continue
    for (let i = 0; i < perDeclaration; i++) {
      const mutant = new Copy(tables, declaration, `mutant${mutants.length}`, random)
      const how = i === 0 ? 'unchanged' : mutant.change()
      if (how === undefined) continue
      mutants.push({ how, of: tables.nameText(declaredNames(declaration)[0] ?? 0), declaration: mutant.done() })
    }
  }
  const declarations = mutants.map(({ declaration }) => declaration)
  return { data: { names: tables.names, levels: tables.levels, terms: tables.terms, declarations }, mutants }
}

class Tables {
  readonly names: NameEntry[]
  readonly levels: LevelEntry[]
  readonly terms: TermEntry[]
  constructor(source: DeclarationExport) {
    this.names = [...source.names]
    this.levels = [...source.levels]
    this.terms = [...source.terms]
  }
  nameText(at: number): string {
    const entry = this.names[at - 1]
    if (entry === undefined) return ''
    const [pre, part] = 'str' in entry ? [entry.str.pre, entry.str.str] : [entry.num.pre, entry.num.i]
    return pre === 0 ? String(part) : `${this.nameText(pre)}.${part}`
  }
}

/** A term's change, or undefined where it cannot be changed in this way. */
type Change = (entry: TermEntry, copy: Copy) => TermEntry | undefined

class Copy {
  readonly tables: Tables
  readonly random: Random
  #declaration: Declaration
  /** Own names, by the original's. */
  readonly #renamed = new Map<number, number>()

  constructor(tables: Tables, declaration: Declaration, suffix: string, random: Random) {
    this.tables = tables
    this.random = random
    for (const name of declaredNames(declaration)) {
      const entry = tables.names[name - 1]
      if (entry === undefined) continue
      // The recursor of a type is named after it.
      const pre = 'str' in entry ? this.#renamed.get(entry.str.pre) : undefined
      const own: NameEntry =
        'str' in entry && pre !== undefined ? { str: { pre, str: entry.str.str } } : { str: { pre: name, str: suffix } }
      this.#renamed.set(name, tables.names.push(own))
    }
    this.#declaration = this.#map(declaration, (term) => this.#rewrite(term, new Map(), -1, undefined))
  }
  done(): Declaration {
    return this.#declaration
  }

  /** Changes one thing, and says what. */
  change(): string | undefined {
    for (let attempt = 0; attempt < 20; attempt++) {
      const [how, change] = pick(this.random, CHANGES)
      const roots = this.#roots()
      const root = pick(this.random, roots)
      const below = this.#below(root)
      const at = pick(this.random, below)
      const entry = this.tables.terms[at] as TermEntry
      const changed = change(entry, this)
      if (changed === undefined || JSON.stringify(changed) === JSON.stringify(entry)) continue
      const memo = new Map<number, number>()
      this.#declaration = this.#map(
        this.#declaration,
        (term) => (term === root ? this.#rewrite(term, memo, at, changed) : term),
        false,
      )
      return how
    }
    return undefined
  }

  #roots(): number[] {
    const d = this.#declaration
    if ('inductive' in d) return [...d.inductive.types, ...d.inductive.ctors].map(({ type }) => type)
    const entry = Object.values(d)[0]
    return 'value' in entry ? [entry.type, entry.value, entry.value, entry.value] : [entry.type]
  }
  #below(root: number): number[] {
    const seen = new Set([root])
    const pending = [root]
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      for (const next of termsBelow(this.tables.terms[at] as TermEntry)) {
        if (!seen.has(next)) pending.push(next)
        seen.add(next)
      }
    }
    return [...seen]
  }
  /** Some term below the same roots. */
  other(): number {
    return pick(this.random, this.#below(pick(this.random, this.#roots())))
  }
  add(entry: TermEntry): number {
    return this.tables.terms.push(entry) - 1
  }
  level(): number {
    return below(this.random, this.tables.levels.length + 1)
  }

  /** A copy of a term with own names, and with one entry replaced. */
  #rewrite(term: number, memo: Map<number, number>, at: number, by: TermEntry | undefined): number {
    const known = memo.get(term)
    if (known !== undefined) return known
    const entry = term === at && by !== undefined ? by : (this.tables.terms[term] as TermEntry)
    // What replaces an entry stands as it is.
    const go = (t: number) => (term === at && by !== undefined ? t : this.#rewrite(t, memo, at, by))
    const changed = this.#parts(entry, go)
    const result = changed === this.tables.terms[term] ? term : this.tables.terms.push(changed) - 1
    memo.set(term, result)
    return result
  }
  #parts(entry: TermEntry, go: (t: number) => number): TermEntry {
    const own = (name: number) => this.#renamed.get(name) ?? name
    if ('app' in entry) {
      const app = { fn: go(entry.app.fn), arg: go(entry.app.arg) }
      return app.fn === entry.app.fn && app.arg === entry.app.arg ? entry : { app }
    }
    if ('lam' in entry || 'forallE' in entry) {
      const binder = 'lam' in entry ? entry.lam : entry.forallE
      const copy = { ...binder, type: go(binder.type), body: go(binder.body) }
      if (copy.type === binder.type && copy.body === binder.body) return entry
      return 'lam' in entry ? { lam: copy } : { forallE: copy }
    }
    if ('letE' in entry) {
      const { letE } = entry
      const copy = { ...letE, type: go(letE.type), value: go(letE.value), body: go(letE.body) }
      return copy.type === letE.type && copy.value === letE.value && copy.body === letE.body ? entry : { letE: copy }
    }
    if ('proj' in entry) {
      const { proj } = entry
      const copy = { ...proj, typeName: own(proj.typeName), struct: go(proj.struct) }
      return copy.typeName === proj.typeName && copy.struct === proj.struct ? entry : { proj: copy }
    }
    if ('const' in entry && own(entry.const.name) !== entry.const.name)
      return { const: { ...entry.const, name: own(entry.const.name) } }
    return entry
  }

  #map(d: Declaration, term: (t: number) => number, rename = true): Declaration {
    const own = (name: number) => (rename ? (this.#renamed.get(name) ?? name) : name)
    const constant = <T extends { readonly name: number; readonly type: number }>(c: T): T => ({
      ...c,
      name: own(c.name),
      type: term(c.type),
    })
    if ('def' in d) return { def: { ...constant(d.def), value: term(d.def.value), all: [own(d.def.name)] } }
    if ('thm' in d) return { thm: { ...constant(d.thm), value: term(d.thm.value), all: [own(d.thm.name)] } }
    if ('opaque' in d)
      return { opaque: { ...constant(d.opaque), value: term(d.opaque.value), all: [own(d.opaque.name)] } }
    if ('inductive' in d) {
      const { types, ctors } = d.inductive
      const inductive: InductiveEntry = {
        types: types.map((t) => ({ ...constant(t), all: t.all.map(own), ctors: t.ctors.map(own) })),
        ctors: ctors.map((c) => ({ ...constant(c), induct: own(c.induct) })),
        // Recursors are computed by both kernels.
        recs: [],
      }
      return { inductive }
    }
    return d
  }
}

const levelChange = (level: number, copy: Copy): number =>
  below(copy.random, 2) === 0 ? copy.tables.levels.push({ succ: level }) : copy.level()

const CHANGES: readonly (readonly [string, Change])[] = [
  [
    'another universe',
    (entry, copy) => {
      if ('sort' in entry) return { sort: levelChange(entry.sort, copy) }
      if (!('const' in entry) || entry.const.us.length === 0) return undefined
      const at = below(copy.random, entry.const.us.length)
      return { const: { ...entry.const, us: entry.const.us.map((l, i) => (i === at ? levelChange(l, copy) : l)) } }
    },
  ],
  [
    'swapped arguments',
    (entry, copy) => {
      if (!('app' in entry)) return undefined
      const inner = copy.tables.terms[entry.app.fn] as TermEntry
      if (!('app' in inner)) return undefined
      return { app: { fn: copy.add({ app: { fn: inner.app.fn, arg: entry.app.arg } }), arg: inner.app.arg } }
    },
  ],
  ['a dropped argument', (entry, copy) => ('app' in entry ? copy.tables.terms[entry.app.fn] : undefined)],
  ['a dropped hypothesis', (entry, copy) => ('forallE' in entry ? copy.tables.terms[entry.forallE.body] : undefined)],
  [
    'another literal',
    (entry) => {
      if ('natVal' in entry) return { natVal: String(BigInt(entry.natVal) + 1n) }
      return 'strVal' in entry ? { strVal: `${entry.strVal}!` } : undefined
    },
  ],
  [
    'another variable',
    (entry, copy) =>
      'bvar' in entry ? { bvar: Math.max(0, entry.bvar + (below(copy.random, 2) === 0 ? 1 : -1)) } : undefined,
  ],
  [
    'another field',
    (entry) =>
      'proj' in entry ? { proj: { ...entry.proj, idx: entry.proj.idx === 0 ? 1 : entry.proj.idx - 1 } } : undefined,
  ],
  [
    'another structure',
    (entry, copy) => {
      const other = copy.tables.terms[copy.other()] as TermEntry
      if (!('proj' in entry) || !('const' in other)) return undefined
      return { proj: { ...entry.proj, typeName: other.const.name } }
    },
  ],
  [
    'another constant',
    (entry, copy) => {
      const other = copy.tables.terms[copy.other()] as TermEntry
      return 'const' in entry && 'const' in other ? other : undefined
    },
  ],
  ['another term', (entry, copy) => ('sort' in entry ? undefined : copy.tables.terms[copy.other()])],
  [
    'a negative occurrence',
    (entry, copy) => {
      if (!('forallE' in entry)) return undefined
      const { forallE } = entry
      const inner = {
        name: forallE.name,
        type: forallE.type,
        body: copy.add({ sort: 0 }),
        binderInfo: forallE.binderInfo,
      }
      return { forallE: { ...forallE, type: copy.add({ forallE: inner }) } }
    },
  ],
  [
    'another domain',
    (entry, copy) => {
      const type = copy.other()
      if ('lam' in entry) return { lam: { ...entry.lam, type } }
      return 'forallE' in entry ? { forallE: { ...entry.forallE, type } } : undefined
    },
  ],
]

function below(random: Random, n: number): number {
  return Math.floor(random.next() * n)
}
function pick<T>(random: Random, items: readonly T[]): T {
  return items[below(random, items.length)] as T
}
