import type {
  ConstructorEntry,
  Declaration,
  DeclarationExport,
  InductiveTypeEntry,
  LevelEntry,
  NameEntry,
  TermEntry,
} from '../../../src/proof/declarations/export.ts'
import { type ValidExport, validateExport } from '../../../src/proof/declarations/validate.ts'

/**
 * Declarations written by hand, with nothing left to be found out: universe levels and all arguments are written.
 *
 *     def id.{u} : (A : Sort u) -> A -> A := fun (A : Sort u) (a : A) => a
 *     inductive[1] List.{u} : (A : Sort u+1) -> Sort u+1 | List.nil : (A : Sort u+1) -> List.{u} A | ... with ...
 *     theorem, opaque, axiom, quot Quot type, unsafe def
 *
 * Terms: `fun (x : A) => t`, `(x : A) -> B`, `A -> B`, `let x : A := v; t`, `S.{u}`, `proj S 0 t`, `Sort u`, `Prop`,
 * `Type`, numbers and strings. Levels: `0`, `u`, `u+1`, `max(u, v)`, `imax(u, v)`. After the parameters' number in
 * brackets may stand that of the copies for nested occurrences: `inductive[1 2]`.
 */
export function declarations(text: string): ValidExport {
  return validateExport(unchecked(text))
}

export function unchecked(text: string): DeclarationExport {
  return new Parser(text).all()
}

type Scope = readonly string[]

class Parser {
  readonly #tokens: readonly string[]
  #at = 0
  readonly #names: NameEntry[] = []
  readonly #levels: LevelEntry[] = []
  readonly #terms: TermEntry[] = []
  readonly #known = new Map<string, number>()

  constructor(text: string) {
    this.#tokens =
      text.match(/"(?:[^"\\]|\\.)*"|\.\{|->|=>|:=|[\p{L}_][\p{L}\p{N}_'.]*[\p{L}\p{N}_']|[\p{L}_]|\d+|\S/gu) ?? []
  }

  all(): DeclarationExport {
    const declarations: Declaration[] = []
    while (this.#at < this.#tokens.length) declarations.push(this.#declaration())
    return { names: this.#names, levels: this.#levels, terms: this.#terms, declarations }
  }

  #declaration(): Declaration {
    const safety = this.#if('unsafe')
      ? ('unsafe' as const)
      : this.#if('partial')
        ? ('partial' as const)
        : ('safe' as const)
    const isUnsafe = safety === 'unsafe'
    const kind = this.#next()
    if (kind === 'inductive') return this.#inductive(isUnsafe)
    if (kind === 'quot') {
      const entry = this.#head()
      return { quot: { ...entry, kind: this.#quotKind(entry.name) } }
    }
    const entry = this.#head()
    if (kind === 'axiom') return { axiom: { ...entry, isUnsafe } }
    this.#expect(':=')
    const value = this.#term([])
    const all = [entry.name]
    if (kind === 'def') return { def: { ...entry, value, hints: { regular: 1 }, safety, all } }
    if (kind === 'abbrev') return { def: { ...entry, value, hints: 'abbrev', safety, all } }
    if (kind === 'theorem') return { thm: { ...entry, value, all } }
    if (kind === 'opaque') return { opaque: { ...entry, value, isUnsafe, all } }
    return this.#fail(`a declaration, not ${kind}`)
  }
  #quotKind(name: number): 'type' | 'ctor' | 'lift' | 'ind' {
    const entry = this.#names[name - 1]
    const last = entry !== undefined && 'str' in entry ? entry.str.str : ''
    return last === 'mk' ? 'ctor' : last === 'lift' ? 'lift' : last === 'ind' ? 'ind' : 'type'
  }

  #inductive(isUnsafe: boolean): Declaration {
    this.#expect('[')
    const numParams = Number(this.#next())
    const numNested = this.#peek() === ']' ? 0 : Number(this.#next())
    this.#expect(']')
    const types: InductiveTypeEntry[] = []
    const ctors: ConstructorEntry[] = []
    do {
      const entry = this.#head()
      const own: ConstructorEntry[] = []
      while (this.#if('|')) {
        const ctor = this.#head(entry.levelParams)
        const numFields = Math.max(0, this.#binders(ctor.type) - numParams)
        own.push({ ...ctor, induct: entry.name, cidx: own.length, numParams, numFields, isUnsafe })
      }
      ctors.push(...own)
      types.push({
        ...entry,
        numParams,
        numIndices: Math.max(0, this.#binders(entry.type) - numParams),
        all: [],
        ctors: own.map(({ name }) => name),
        numNested,
        isRec: false,
        isUnsafe,
        isReflexive: false,
      })
    } while (this.#if('with'))
    const all = types.map(({ name }) => name)
    return { inductive: { types: types.map((type) => ({ ...type, all })), ctors, recs: [] } }
  }
  #binders(type: number): number {
    const entry = this.#terms[type] as TermEntry
    return 'forallE' in entry ? 1 + this.#binders(entry.forallE.body) : 0
  }

  /** Name, universe parameters and type. */
  #head(levelParams?: readonly number[]) {
    const name = this.#name(this.#next())
    const params = levelParams ?? (this.#if('.{') ? this.#list('}', () => this.#name(this.#next())) : [])
    this.#expect(':')
    return { name, levelParams: params, type: this.#term([]) }
  }

  #term(scope: Scope): number {
    if (this.#if('fun')) {
      const binders = this.#manyBinders(scope)
      this.#expect('=>')
      return this.#close('lam', binders, this.#term([...scope, ...binders.map(({ name }) => name)]))
    }
    if (this.#if('let')) {
      const name = this.#next()
      this.#expect(':')
      const type = this.#term(scope)
      this.#expect(':=')
      const value = this.#term(scope)
      this.#expect(';')
      const body = this.#term([...scope, name])
      return this.#intern({ letE: { name: this.#name(name), type, value, body, nondep: false } })
    }
    if (this.#peek() === '(' && this.#tokens[this.#at + 2] === ':') {
      const binders = this.#manyBinders(scope)
      this.#expect('->')
      return this.#close('forallE', binders, this.#term([...scope, ...binders.map(({ name }) => name)]))
    }
    const left = this.#application(scope)
    if (!this.#if('->')) return left
    const body = this.#term([...scope, '_'])
    return this.#close('forallE', [{ name: '_', type: left }], body)
  }
  #manyBinders(scope: Scope): { name: string; type: number }[] {
    const binders: { name: string; type: number }[] = []
    while (this.#peek() === '(' && this.#tokens[this.#at + 2] === ':') {
      this.#expect('(')
      const name = this.#next()
      this.#expect(':')
      binders.push({ name, type: this.#term([...scope, ...binders.map((b) => b.name)]) })
      this.#expect(')')
    }
    return binders
  }
  #close(kind: 'lam' | 'forallE', binders: readonly { name: string; type: number }[], body: number): number {
    return binders.reduceRight((inner, { name, type }) => {
      const binder = { name: this.#name(name), type, body: inner, binderInfo: 'default' as const }
      return this.#intern(kind === 'lam' ? { lam: binder } : { forallE: binder })
    }, body)
  }
  #application(scope: Scope): number {
    let fn = this.#atom(scope)
    while (this.#startsAtom()) fn = this.#intern({ app: { fn, arg: this.#atom(scope) } })
    return fn
  }
  #startsAtom(): boolean {
    const token = this.#peek()
    if (token === undefined || ['fun', 'let', 'with', ...COMMANDS].includes(token)) return false
    if (token === '(') return this.#tokens[this.#at + 2] !== ':'
    return /^["\p{L}_\d]/u.test(token)
  }
  #atom(scope: Scope): number {
    const token = this.#next()
    if (token === '(') {
      const term = this.#term(scope)
      this.#expect(')')
      return term
    }
    if (token === 'Prop') return this.#intern({ sort: 0 })
    if (token === 'Type') return this.#intern({ sort: this.#level({ succ: 0 }) })
    if (token === 'Sort') return this.#intern({ sort: this.#levelText() })
    if (token === 'proj') {
      const typeName = this.#name(this.#next())
      const idx = Number(this.#next())
      return this.#intern({ proj: { typeName, idx, struct: this.#atom(scope) } })
    }
    if (/^\d/.test(token)) return this.#intern({ natVal: token })
    if (token.startsWith('"')) return this.#intern({ strVal: JSON.parse(token) as string })
    const at = scope.lastIndexOf(token)
    if (at >= 0) return this.#intern({ bvar: scope.length - 1 - at })
    const us = this.#if('.{') ? this.#list('}', () => this.#levelText()) : []
    return this.#intern({ const: { name: this.#name(token), us } })
  }

  #levelText(): number {
    let level: number
    const token = this.#next()
    if (token === 'max' || token === 'imax') {
      this.#expect('(')
      const left = this.#levelText()
      this.#expect(',')
      const right = this.#levelText()
      this.#expect(')')
      level = this.#level(token === 'max' ? { max: [left, right] } : { imax: [left, right] })
    } else if (token === '(') {
      level = this.#levelText()
      this.#expect(')')
    } else if (/^\d/.test(token)) {
      level = 0
      for (let i = 0; i < Number(token); i++) level = this.#level({ succ: level })
    } else level = this.#level({ param: this.#name(token) })
    while (this.#if('+')) for (let i = Number(this.#next()); i > 0; i--) level = this.#level({ succ: level })
    return level
  }

  #name(text: string): number {
    return text.split('.').reduce((pre, str) => {
      const key = `name ${pre} ${str}`
      return this.#once(key, () => this.#names.push({ str: { pre, str } }))
    }, 0)
  }
  #level(entry: LevelEntry): number {
    return this.#once(`level ${JSON.stringify(entry)}`, () => this.#levels.push(entry))
  }
  #intern(entry: TermEntry): number {
    return this.#once(`term ${JSON.stringify(entry)}`, () => this.#terms.push(entry) - 1)
  }
  #once(key: string, make: () => number): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const made = make()
    this.#known.set(key, made)
    return made
  }

  #list(end: string, item: () => number): number[] {
    const items: number[] = []
    while (!this.#if(end)) {
      items.push(item())
      this.#if(',')
    }
    return items
  }
  #peek(): string | undefined {
    return this.#tokens[this.#at]
  }
  #next(): string {
    return this.#tokens[this.#at++] ?? this.#fail('more text')
  }
  #if(token: string): boolean {
    if (this.#peek() !== token) return false
    this.#at++
    return true
  }
  #expect(token: string): void {
    if (!this.#if(token)) this.#fail(token)
  }
  #fail(expected: string): never {
    const around = this.#tokens.slice(Math.max(0, this.#at - 8), this.#at + 4).join(' ')
    throw new Error(`expected ${expected} in: ${around}`)
  }
}

const COMMANDS = ['def', 'abbrev', 'theorem', 'opaque', 'axiom', 'inductive', 'quot', 'unsafe', 'partial']
