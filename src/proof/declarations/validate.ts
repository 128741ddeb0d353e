import {
  BINDER_INFOS,
  type Declaration,
  type DeclarationExport,
  type LevelEntry,
  type NameEntry,
  type TermEntry,
} from './export.ts'

/** Data that is no export: it cannot come from well-formed declarations. */
export class MalformedExport extends Error {
  override readonly name = 'MalformedExport'
}

declare const validated: unique symbol
/**
 * An export every entry of which has been looked at: references lead back to earlier entries of their own kind, terms
 * of declarations are closed and mention only the universe parameters that their declaration names, no two constants
 * share a name. Whether the terms are well typed is for the kernels to say.
 */
export type ValidExport = DeclarationExport & { readonly [validated]: true }

/** Far above what proofs have; below what the processes' stacks and memory bear. */
export const EXPORT_LIMITS = {
  entries: 5_000_000,
  /** Levels of nesting in a term. */
  depth: 100_000,
  levelDepth: 1_000,
  nameDepth: 1_000,
  /** Code units in all strings, and decimal digits in one number. */
  text: 50_000_000,
  digits: 1_000_000,
  /** The kernel counts fields and parameters in 32 bits. */
  count: 100_000,
} as const

/** @throws MalformedExport with the first entry that is wrong, and how */
export function validateExport(data: unknown): ValidExport {
  const { names, levels, terms, declarations } = object(data, 'the export', [
    'names',
    'levels',
    'terms',
    'declarations',
  ])
  const reader = new Reader()
  for (const [i, entry] of list(names, 'names').entries()) reader.name(entry, i + 1)
  for (const [i, entry] of list(levels, 'levels').entries()) reader.level(entry, i + 1)
  for (const [i, entry] of list(terms, 'terms').entries()) reader.term(entry, i)
  for (const [i, entry] of list(declarations, 'declarations').entries()) reader.declaration(entry, i)
  return data as ValidExport
}

class Reader {
  /** A text for each name; equal names have equal texts. */
  readonly #names: string[] = ['']
  readonly #nameDepths: number[] = [0]
  readonly #levelDepths: number[] = [0]
  /** Number in `#sets` of the universe parameters that a level or a term mentions. */
  readonly #levelParams: number[] = [0]
  readonly #termParams: number[] = []
  readonly #termDepths: number[] = []
  /** How many binders a term needs around it to be closed. */
  readonly #loose: number[] = []
  readonly #sets = new ParameterSets()
  readonly #declared = new Map<string, number>()
  #text = 0

  name(entry: unknown, at: number): void {
    const where = `name ${at}`
    const { str, num } = union(entry, where, NAME_KINDS)
    const body = object(str ?? num, where, str !== undefined ? ['pre', 'str'] : ['pre', 'i'])
    const prefix = this.#earlier(body.pre, at, where)
    const depth = (this.#nameDepths[prefix] as number) + 1
    if (depth > EXPORT_LIMITS.nameDepth) fail(where, 'has too many components')
    this.#nameDepths.push(depth)
    const part = str !== undefined ? JSON.stringify(this.#string(body.str, where)) : this.#component(body.i, where)
    this.#names.push(`${this.#names[prefix]},${part}`)
    if (this.#names.length > EXPORT_LIMITS.entries) fail(where, 'is one name too many')
  }

  level(entry: unknown, at: number): void {
    const where = `level ${at}`
    const kind = union(entry, where, LEVEL_KINDS)
    if ('param' in kind) {
      this.#levelDepths.push(1)
      this.#levelParams.push(this.#sets.single(this.#nameText(kind.param, where)))
      return
    }
    const below = ('succ' in kind ? [kind.succ] : pair(kind.max ?? kind.imax, where)).map((x) =>
      this.#earlier(x, at, where),
    )
    const depth = below.reduce((most, x) => Math.max(most, (this.#levelDepths[x] as number) + 1), 0)
    if (depth > EXPORT_LIMITS.levelDepth) fail(where, 'is nested too deeply')
    this.#levelDepths.push(depth)
    this.#levelParams.push(this.#sets.union(...below.map((x) => this.#levelParams[x] as number)))
    if (this.#levelDepths.length > EXPORT_LIMITS.entries) fail(where, 'is one level too many')
  }

  term(entry: unknown, at: number): void {
    const where = `term ${at}`
    const kind = union(entry, where, TERM_KINDS)
    if (at >= EXPORT_LIMITS.entries) fail(where, 'is one term too many')
    const body = Object.values(kind)[0]
    if ('bvar' in kind) this.#leaf(count(body, where) + 1, 0)
    else if ('sort' in kind) this.#leaf(0, this.#levelSet(body, where))
    else if ('natVal' in kind) {
      this.#digits(body, where)
      this.#leaf(0, 0)
    } else if ('strVal' in kind) {
      this.#string(body, where)
      this.#leaf(0, 0)
    } else if ('const' in kind) this.#constantTerm(body, where)
    else if ('app' in kind) {
      const { fn, arg } = object(body, where, ['fn', 'arg'])
      this.#node(at, where, [fn, arg])
    } else if ('proj' in kind) {
      const { typeName, idx, struct } = object(body, where, ['typeName', 'idx', 'struct'])
      this.#nameText(typeName, where)
      count(idx, where)
      this.#node(at, where, [struct])
    } else if ('letE' in kind) {
      const l = object(body, where, ['name', 'type', 'value', 'body', 'nondep'])
      this.#nameText(l.name, where)
      boolean(l.nondep, where)
      this.#node(at, where, [l.type, l.value], l.body)
    } else {
      const b = object(body, where, ['name', 'type', 'body', 'binderInfo'])
      this.#nameText(b.name, where)
      if (!(BINDER_INFOS as readonly unknown[]).includes(b.binderInfo)) fail(where, 'has an unknown binder')
      this.#node(at, where, [b.type], b.body)
    }
  }

  #constantTerm(body: unknown, where: string): void {
    const { name, us } = object(body, where, ['name', 'us'])
    this.#nameText(name, where)
    this.#leaf(0, this.#sets.union(...list(us, where).map((l) => this.#levelSet(l, where))))
  }

  declaration(entry: unknown, at: number): void {
    const where = `declaration ${at}`
    const kind = union(entry, where, DECLARATION_KINDS)
    const body = Object.values(kind)[0]
    if ('inductive' in kind) this.#inductive(body, where)
    else if ('thm' in kind) this.#withValue(object(body, where, [...CONSTANT, 'value', 'all']), where)
    else if ('def' in kind) this.#definition(body, where)
    else if ('opaque' in kind) {
      const o = object(body, where, [...CONSTANT, 'value', 'all', 'isUnsafe'])
      boolean(o.isUnsafe, where)
      this.#withValue(o, where)
    } else if ('axiom' in kind) {
      const a = object(body, where, [...CONSTANT, 'isUnsafe'])
      boolean(a.isUnsafe, where)
      this.#constant(a, where)
    } else {
      const q = object(body, where, [...CONSTANT, 'kind'])
      if (!['type', 'ctor', 'lift', 'ind'].includes(q.kind as string)) fail(where, 'is no part of the quotient')
      this.#constant(q, where)
    }
  }

  #definition(body: unknown, where: string): void {
    const d = object(body, where, [...CONSTANT, 'value', 'hints', 'safety', 'all'])
    if (!['unsafe', 'safe', 'partial'].includes(d.safety as string)) fail(where, 'has an unknown safety')
    if (d.hints !== 'opaque' && d.hints !== 'abbrev') {
      const { regular } = object(d.hints, where, ['regular'])
      if (natural(regular, where) > 0xffff_ffff) fail(where, 'has a height beyond 32 bits')
    }
    this.#withValue(d, where)
  }

  #withValue(d: Record<string, unknown>, where: string): void {
    this.#nameList(d.all, where)
    this.#constant(d, where)
    this.#closed(d.value, this.#parameters(d.levelParams, where), where)
  }

  #inductive(entry: unknown, where: string): void {
    const { types, ctors, recs } = object(entry, where, ['types', 'ctors', 'recs'])
    if (list(types, where).length === 0) fail(where, 'has no type')
    for (const type of list(types, where)) {
      const t = object(type, where, [
        ...CONSTANT,
        'numParams',
        'numIndices',
        'all',
        'ctors',
        'numNested',
        'isRec',
        'isUnsafe',
        'isReflexive',
      ])
      for (const n of [t.numParams, t.numIndices, t.numNested]) count(n, where)
      for (const b of [t.isRec, t.isUnsafe, t.isReflexive]) boolean(b, where)
      this.#nameList(t.all, where)
      this.#nameList(t.ctors, where)
      this.#constant(t, where)
    }
    for (const entry of list(ctors, where)) {
      const c = object(entry, where, [...CONSTANT, 'induct', 'cidx', 'numParams', 'numFields', 'isUnsafe'])
      for (const n of [c.cidx, c.numParams, c.numFields]) count(n, where)
      boolean(c.isUnsafe, where)
      this.#nameText(c.induct, where)
      this.#constant(c, where)
    }
    for (const recursor of list(recs, where)) {
      const r = object(recursor, where, [
        ...CONSTANT,
        'all',
        'numParams',
        'numIndices',
        'numMotives',
        'numMinors',
        'rules',
        'k',
        'isUnsafe',
      ])
      for (const n of [r.numParams, r.numIndices, r.numMotives, r.numMinors]) count(n, where)
      for (const b of [r.k, r.isUnsafe]) boolean(b, where)
      this.#nameList(r.all, where)
      this.#constant(r, where)
      const parameters = this.#parameters(r.levelParams, where)
      for (const rule of list(r.rules, where)) {
        const { ctor, nfields, rhs } = object(rule, where, ['ctor', 'nfields', 'rhs'])
        this.#nameText(ctor, where)
        count(nfields, where)
        this.#closed(rhs, parameters, where)
      }
    }
  }

  #constant(d: Record<string, unknown>, where: string): void {
    const name = this.#nameText(d.name, where)
    if (name === '') fail(where, 'has no name')
    if (this.#declared.has(name)) fail(where, `declares ${readable(name)} again`)
    this.#declared.set(name, 1)
    this.#closed(d.type, this.#parameters(d.levelParams, where), where)
  }

  #parameters(levelParams: unknown, where: string): number {
    const names = this.#nameList(levelParams, where)
    if (new Set(names).size !== names.length) fail(where, 'names a universe parameter twice')
    return this.#sets.union(...names.map((name) => this.#sets.single(name)))
  }

  #closed(term: unknown, parameters: number, where: string): void {
    const at = natural(term, where)
    if (at >= this.#loose.length) fail(where, `has no term ${at}`)
    if (this.#loose[at] !== 0) fail(where, 'has a loose bound variable')
    if (this.#sets.union(parameters, this.#termParams[at] as number) !== parameters)
      fail(where, 'mentions a universe parameter that is none of its own')
  }

  #leaf(loose: number, params: number): void {
    this.#loose.push(loose)
    this.#termParams.push(params)
    this.#termDepths.push(0)
  }

  /** `body` stands under one more binder than `parts`. */
  #node(at: number, where: string, parts: readonly unknown[], body?: unknown): void {
    let [loose, depth, params] = [0, 0, 0]
    const take = (position: unknown, binders: number) => {
      const i = this.#earlier(position, at, where)
      loose = Math.max(loose, (this.#loose[i] as number) - binders)
      depth = Math.max(depth, (this.#termDepths[i] as number) + 1)
      params = this.#sets.union(params, this.#termParams[i] as number)
    }
    for (const part of parts) take(part, 0)
    if (body !== undefined) take(body, 1)
    if (depth > EXPORT_LIMITS.depth) fail(where, `is more than ${EXPORT_LIMITS.depth} levels deep`)
    this.#loose.push(loose)
    this.#termDepths.push(depth)
    this.#termParams.push(params)
  }

  #earlier(position: unknown, at: number, where: string): number {
    const i = natural(position, where)
    if (i >= at) fail(where, `refers to entry ${i}, which is not before it`)
    return i
  }
  #nameText(position: unknown, where: string): string {
    return this.#names[natural(position, where)] ?? fail(where, `has no name ${position}`)
  }
  #nameList(positions: unknown, where: string): string[] {
    return list(positions, where).map((x) => this.#nameText(x, where))
  }
  #levelSet(position: unknown, where: string): number {
    return this.#levelParams[natural(position, where)] ?? fail(where, `has no level ${position}`)
  }
  #string(x: unknown, where: string): string {
    // A lone surrogate is no character, and would be another one after encoding.
    if (typeof x !== 'string' || !x.isWellFormed()) return fail(where, 'has a string that is no text')
    this.#text += x.length
    if (this.#text > EXPORT_LIMITS.text) fail(where, 'is too much text')
    return x
  }
  #component(x: unknown, where: string): string {
    if (typeof x === 'string') {
      this.#digits(x, where)
      // One number, one way to say it.
      if (Number.isSafeInteger(Number(x))) fail(where, 'has a small number in quotes')
      return x
    }
    return String(natural(x, where))
  }
  #digits(x: unknown, where: string): void {
    if (typeof x !== 'string' || !/^(0|[1-9][0-9]*)$/.test(x)) fail(where, 'has a number that is none')
    this.#text += (x as string).length
    if ((x as string).length > EXPORT_LIMITS.digits)
      fail(where, `has a number of more than ${EXPORT_LIMITS.digits} digits`)
  }
}

const CONSTANT = ['name', 'levelParams', 'type'] as const

/** Does not compile where a kind is added in `export.ts` and not here. */
type Kind<T> = T extends unknown ? keyof T & string : never
const kinds = <T>(of: Record<Kind<T>, true>) => Object.keys(of) as Kind<T>[]
const NAME_KINDS = kinds<NameEntry>({ str: true, num: true })
const LEVEL_KINDS = kinds<LevelEntry>({ succ: true, max: true, imax: true, param: true })
const TERM_KINDS = kinds<TermEntry>({
  bvar: true,
  sort: true,
  const: true,
  app: true,
  lam: true,
  forallE: true,
  letE: true,
  proj: true,
  natVal: true,
  strVal: true,
})
const DECLARATION_KINDS = kinds<Declaration>({
  axiom: true,
  def: true,
  thm: true,
  opaque: true,
  quot: true,
  inductive: true,
})

/** Sets of universe parameters, equal sets once, each by its number; 0 is the empty set. */
class ParameterSets {
  readonly #members: string[][] = [[]]
  readonly #numbers = new Map<string, number>([['', 0]])
  readonly #unions = new Map<number, number>()

  single(name: string): number {
    return this.#intern([name])
  }
  union(...sets: readonly number[]): number {
    return sets.reduce((a, b) => this.#both(a, b), 0)
  }
  #both(a: number, b: number): number {
    if (a === b || b === 0) return a
    if (a === 0) return b
    const key = Math.min(a, b) * 0x4000000 + Math.max(a, b)
    const known = this.#unions.get(key)
    if (known !== undefined) return known
    const members = [...new Set([...(this.#members[a] as string[]), ...(this.#members[b] as string[])])].sort()
    const number = this.#intern(members)
    this.#unions.set(key, number)
    return number
  }
  #intern(members: string[]): number {
    const key = members.join('\n')
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#members.push(members)
    this.#numbers.set(key, this.#members.length - 1)
    return this.#members.length - 1
  }
}

function fail(where: string, what: string): never {
  throw new MalformedExport(`${where} ${what}`)
}

function object<K extends string>(x: unknown, where: string, keys: readonly K[]): Record<K, unknown> {
  if (typeof x !== 'object' || x === null || Array.isArray(x)) return fail(where, 'is no object')
  for (const key of keys) if (!Object.hasOwn(x, key)) fail(where, `has no ${key}`)
  for (const key of Object.keys(x)) if (!(keys as readonly string[]).includes(key)) fail(where, `has an unknown ${key}`)
  return x as Record<K, unknown>
}

/** An object with exactly one of the keys. */
function union<K extends string>(x: unknown, where: string, keys: readonly K[]): Partial<Record<K, unknown>> {
  if (typeof x !== 'object' || x === null || Array.isArray(x)) return fail(where, 'is no object')
  const own = Object.keys(x)
  if (own.length !== 1 || !(keys as readonly string[]).includes(own[0] as string)) fail(where, 'is of no known kind')
  return x as Partial<Record<K, unknown>>
}

function list(x: unknown, where: string): unknown[] {
  return Array.isArray(x) ? x : fail(where, 'is no list')
}
function pair(x: unknown, where: string): unknown[] {
  const items = list(x, where)
  return items.length === 2 ? items : fail(where, 'is no pair')
}
function natural(x: unknown, where: string): number {
  return typeof x === 'number' && Number.isSafeInteger(x) && x >= 0 ? x : fail(where, 'has a number that is none')
}
function count(x: unknown, where: string): number {
  const n = natural(x, where)
  return n <= EXPORT_LIMITS.count ? n : fail(where, `counts to ${n}`)
}
function boolean(x: unknown, where: string): void {
  if (typeof x !== 'boolean') fail(where, 'has a truth value that is none')
}
function readable(name: string): string {
  return name.slice(1).replaceAll('"', '').replaceAll(',', '.')
}
