import type {
  BinderInfo,
  Declaration,
  DeclarationExport,
  LevelEntry,
  LevelIndex,
  NameEntry,
  NameIndex,
  TermEntry,
  TermIndex,
} from '../../../src/proof/declarations/export.ts'

/** Writes exports by hand: equal entries once, children first. */
export class ExportBuilder {
  readonly #names: NameEntry[] = []
  readonly #levels: LevelEntry[] = []
  readonly #terms: TermEntry[] = []
  readonly #declarations: Declaration[] = []
  readonly #known = new Map<string, number>()

  #entry<T>(table: T[], which: string, entry: T, first: number): number {
    const key = `${which}${JSON.stringify(entry)}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    this.#known.set(key, table.push(entry) - 1 + first)
    return table.length - 1 + first
  }

  str(pre: NameIndex, str: string): NameIndex {
    return this.#entry<NameEntry>(this.#names, 'n', { str: { pre, str } }, 1)
  }
  num(pre: NameIndex, i: number | string): NameIndex {
    return this.#entry<NameEntry>(this.#names, 'n', { num: { pre, i } }, 1)
  }
  /** `Nat.succ`: components between dots. */
  name(dotted: string): NameIndex {
    return dotted.split('.').reduce((pre, part) => this.str(pre, part), 0)
  }

  succ(level: LevelIndex): LevelIndex {
    return this.#entry<LevelEntry>(this.#levels, 'l', { succ: level }, 1)
  }
  max(a: LevelIndex, b: LevelIndex): LevelIndex {
    return this.#entry<LevelEntry>(this.#levels, 'l', { max: [a, b] }, 1)
  }
  imax(a: LevelIndex, b: LevelIndex): LevelIndex {
    return this.#entry<LevelEntry>(this.#levels, 'l', { imax: [a, b] }, 1)
  }
  param(name: string): LevelIndex {
    return this.#entry<LevelEntry>(this.#levels, 'l', { param: this.name(name) }, 1)
  }

  term(entry: TermEntry): TermIndex {
    return this.#entry(this.#terms, 't', entry, 0)
  }
  bvar(bvar: number): TermIndex {
    return this.term({ bvar })
  }
  sort(level: LevelIndex): TermIndex {
    return this.term({ sort: level })
  }
  get prop(): TermIndex {
    return this.sort(0)
  }
  const(name: string | NameIndex, us: readonly LevelIndex[] = []): TermIndex {
    return this.term({ const: { name: typeof name === 'string' ? this.name(name) : name, us } })
  }
  app(fn: TermIndex, ...args: readonly TermIndex[]): TermIndex {
    return args.reduce((f, arg) => this.term({ app: { fn: f, arg } }), fn)
  }
  lam(type: TermIndex, body: TermIndex, name = 'x', binderInfo: BinderInfo = 'default'): TermIndex {
    return this.term({ lam: { name: this.name(name), type, body, binderInfo } })
  }
  pi(type: TermIndex, body: TermIndex, name = 'x', binderInfo: BinderInfo = 'default'): TermIndex {
    return this.term({ forallE: { name: this.name(name), type, body, binderInfo } })
  }
  letE(type: TermIndex, value: TermIndex, body: TermIndex, nondep = false): TermIndex {
    return this.term({ letE: { name: this.name('x'), type, value, body, nondep } })
  }
  proj(typeName: string, idx: number, struct: TermIndex): TermIndex {
    return this.term({ proj: { typeName: this.name(typeName), idx, struct } })
  }
  nat(digits: string | number): TermIndex {
    return this.term({ natVal: String(digits) })
  }
  text(strVal: string): TermIndex {
    return this.term({ strVal })
  }

  declare(declaration: Declaration): this {
    this.#declarations.push(declaration)
    return this
  }
  #nameList(names: readonly string[]): NameIndex[] {
    return names.map((name) => this.name(name))
  }
  axiom(name: string, type: TermIndex, levelParams: readonly string[] = []): this {
    return this.declare({
      axiom: { name: this.name(name), levelParams: this.#nameList(levelParams), type, isUnsafe: false },
    })
  }
  thm(name: string | NameIndex, type: TermIndex, value: TermIndex, levelParams: readonly string[] = []): this {
    const at = typeof name === 'string' ? this.name(name) : name
    return this.declare({ thm: { name: at, levelParams: this.#nameList(levelParams), type, value, all: [at] } })
  }
  def(name: string, type: TermIndex, value: TermIndex, levelParams: readonly string[] = []): this {
    const at = this.name(name)
    return this.declare({
      def: {
        name: at,
        levelParams: this.#nameList(levelParams),
        type,
        value,
        hints: 'abbrev',
        safety: 'safe',
        all: [at],
      },
    })
  }
  opaque(name: string, type: TermIndex, value: TermIndex, levelParams: readonly string[] = []): this {
    const at = this.name(name)
    return this.declare({
      opaque: { name: at, levelParams: this.#nameList(levelParams), type, value, all: [at], isUnsafe: false },
    })
  }
  /** One inductive type with its constructors; what a kernel computes is left out or, with `recs`, a lie. */
  inductive(
    name: string,
    type: TermIndex,
    ctors: readonly (readonly [name: string, type: TermIndex, numFields: number])[],
    { numParams = 0, numIndices = 0, levelParams = [] as readonly string[] } = {},
  ): this {
    const at = this.name(name)
    const levels = this.#nameList(levelParams)
    return this.declare({
      inductive: {
        types: [
          {
            name: at,
            levelParams: levels,
            type,
            numParams,
            numIndices,
            all: [at],
            ctors: ctors.map(([ctor]) => this.name(ctor)),
            numNested: 0,
            isRec: false,
            isUnsafe: false,
            isReflexive: false,
          },
        ],
        ctors: ctors.map(([ctor, ctorType, numFields], cidx) => ({
          name: this.name(ctor),
          levelParams: levels,
          type: ctorType,
          induct: at,
          cidx,
          numParams,
          numFields,
          isUnsafe: false,
        })),
        recs: [],
      },
    })
  }

  /** The tables as they are now, as a copy that may be changed. */
  export(): DeclarationExport {
    return structuredClone({
      names: this.#names,
      levels: this.#levels,
      terms: this.#terms,
      declarations: this.#declarations,
    })
  }
}
