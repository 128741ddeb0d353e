import type { Level } from './levels.ts'
import type { Name } from './names.ts'
import { LimitReached } from './outcomes.ts'

export const KIND = {
  bvar: 0,
  sort: 1,
  const: 2,
  app: 3,
  lam: 4,
  pi: 5,
  let: 6,
  proj: 7,
  nat: 8,
  str: 9,
  local: 10,
} as const
export type Kind = (typeof KIND)[keyof typeof KIND]

const NO_LEVELS: readonly Level[] = []

/** What all terms are made of: one shape, so that the engine's property accesses are of one kind. */
type Node = {
  readonly kind: Kind
  /** Numbers count up from 0 in one store; equal terms are one object. */
  readonly id: number
  /** How many binders the term needs around it to be closed. */
  readonly loose: number
  /** One more than the greatest depth of a local in the term or in the types of its locals; 0 where there is none. */
  readonly locals: number
  readonly hasParam: boolean
  readonly left: Term | null
  readonly right: Term | null
  readonly value: Term | null
  readonly name: Name | null
  readonly levels: readonly Level[]
  readonly index: number
  readonly literal: bigint | string | null
}

export type BVar = Node & { readonly kind: typeof KIND.bvar }
/** `levels` holds its one level. */
export type Sort = Node & { readonly kind: typeof KIND.sort }
export type Const = Node & { readonly kind: typeof KIND.const; readonly name: Name }
/** `left` applied to `right`. */
export type App = Node & { readonly kind: typeof KIND.app; readonly left: Term; readonly right: Term }
/** `left` is the type of the variable, `right` the body. Names of variables mean nothing and are not kept. */
export type Lam = Node & { readonly kind: typeof KIND.lam; readonly left: Term; readonly right: Term }
export type Pi = Node & { readonly kind: typeof KIND.pi; readonly left: Term; readonly right: Term }
/** `left` is the type, `value` the value, `right` the body. */
export type Let = Node & {
  readonly kind: typeof KIND.let
  readonly left: Term
  readonly right: Term
  readonly value: Term
}
/** Field `index` of `left`, a value of the structure `name`. */
export type Proj = Node & { readonly kind: typeof KIND.proj; readonly left: Term; readonly name: Name }
export type NatLit = Node & { readonly kind: typeof KIND.nat; readonly literal: bigint }
export type StrLit = Node & { readonly kind: typeof KIND.str; readonly literal: string }
/**
 * A variable of a binder that has been opened: its depth is `index`, its type `left`, and, for a `let`, its value
 * `value`. The type belongs to it, so what is known about an open term holds in every context.
 */
export type Local = Node & { readonly kind: typeof KIND.local; readonly left: Term }
export type Term = BVar | Sort | Const | App | Lam | Pi | Let | Proj | NatLit | StrLit | Local

export class TermStore {
  readonly #limit: number
  readonly #terms: Term[] = []
  readonly #hashes: number[] = []
  #table = new Int32Array(1 << 16)

  /** @param limit how many different terms may be built */
  constructor(limit: number) {
    // Pairs of numbers must fit a double: see memo.ts.
    this.#limit = Math.min(limit, 0x4000000)
  }
  get size(): number {
    return this.#terms.length
  }

  bvar(index: number): Term {
    return this.#intern(KIND.bvar, null, null, null, null, NO_LEVELS, index, null)
  }
  sort(level: Level): Term {
    return this.#intern(KIND.sort, null, null, null, null, [level], 0, null)
  }
  const(name: Name, levels: readonly Level[]): Term {
    return this.#intern(KIND.const, null, null, null, name, levels, 0, null)
  }
  app(fn: Term, arg: Term): Term {
    return this.#intern(KIND.app, fn, arg, null, null, NO_LEVELS, 0, null)
  }
  apps(fn: Term, args: readonly Term[], from = 0): Term {
    let term = fn
    for (let i = from; i < args.length; i++) term = this.app(term, args[i] as Term)
    return term
  }
  lam(type: Term, body: Term): Term {
    return this.#intern(KIND.lam, type, body, null, null, NO_LEVELS, 0, null)
  }
  pi(type: Term, body: Term): Term {
    return this.#intern(KIND.pi, type, body, null, null, NO_LEVELS, 0, null)
  }
  let(type: Term, value: Term, body: Term): Term {
    return this.#intern(KIND.let, type, body, value, null, NO_LEVELS, 0, null)
  }
  proj(structure: Name, index: number, of: Term): Term {
    return this.#intern(KIND.proj, of, null, null, structure, NO_LEVELS, index, null)
  }
  nat(value: bigint): Term {
    return this.#intern(KIND.nat, null, null, null, null, NO_LEVELS, 0, value)
  }
  str(value: string): Term {
    return this.#intern(KIND.str, null, null, null, null, NO_LEVELS, 0, value)
  }
  local(depth: number, type: Term, value: Term | null = null): Local {
    return this.#intern(KIND.local, type, null, value, null, NO_LEVELS, depth, null) as Local
  }

  #intern(
    kind: Kind,
    left: Term | null,
    right: Term | null,
    value: Term | null,
    name: Name | null,
    levels: readonly Level[],
    index: number,
    literal: bigint | string | null,
  ): Term {
    let hash = Math.imul(kind + 1, 0x9e3779b1) ^ index
    if (left !== null) hash = Math.imul(hash ^ left.id, 0x85ebca6b)
    if (right !== null) hash = Math.imul((hash ^ (hash >>> 13)) + right.id, 0xc2b2ae35)
    if (value !== null) hash = Math.imul((hash ^ (hash >>> 11)) + value.id, 0x27d4eb2f)
    if (name !== null) hash = Math.imul(hash + name.id, 0x165667b1)
    for (const level of levels) hash = Math.imul((hash ^ (hash >>> 7)) + level.id, 0x2545f491)
    if (literal !== null) hash ^= literalHash(literal)
    hash ^= hash >>> 15
    const mask = this.#table.length - 1
    let slot = hash & mask
    for (;;) {
      const at = this.#table[slot] as number
      if (at === 0) break
      const t = this.#terms[at - 1] as Term
      if (
        t.kind === kind &&
        t.left === left &&
        t.right === right &&
        t.value === value &&
        t.name === name &&
        t.index === index &&
        t.literal === literal &&
        sameLevels(t.levels, levels)
      )
        return t
      slot = (slot + 1) & mask
    }
    const id = this.#terms.length
    if (id >= this.#limit) throw new LimitReached('terms')
    let loose = kind === KIND.bvar ? index + 1 : 0
    let locals = kind === KIND.local ? index + 1 : 0
    let hasParam = false
    for (const level of levels) hasParam ||= level.hasParam
    if (left !== null) {
      loose = Math.max(loose, left.loose)
      locals = Math.max(locals, left.locals)
      hasParam ||= left.hasParam
    }
    if (value !== null) {
      loose = Math.max(loose, value.loose)
      locals = Math.max(locals, value.locals)
      hasParam ||= value.hasParam
    }
    if (right !== null) {
      const binds = kind === KIND.lam || kind === KIND.pi || kind === KIND.let ? 1 : 0
      loose = Math.max(loose, right.loose - binds)
      locals = Math.max(locals, right.locals)
      hasParam ||= right.hasParam
    }
    const term = { kind, id, loose, locals, hasParam, left, right, value, name, levels, index, literal } as Term
    this.#terms.push(term)
    this.#hashes.push(hash)
    this.#table[slot] = id + 1
    if (this.#terms.length * 2 > this.#table.length) this.#grow()
    return term
  }

  #grow(): void {
    const table = new Int32Array(this.#table.length * 2)
    const mask = table.length - 1
    for (let i = 0; i < this.#terms.length; i++) {
      let slot = (this.#hashes[i] as number) & mask
      while (table[slot] !== 0) slot = (slot + 1) & mask
      table[slot] = i + 1
    }
    this.#table = table
  }
}

function sameLevels(a: readonly Level[], b: readonly Level[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function literalHash(literal: bigint | string): number {
  if (typeof literal === 'bigint') return Number(literal & 0x7fffffffn)
  let hash = 7
  for (let i = 0; i < literal.length; i++) hash = Math.imul(hash ^ literal.charCodeAt(i), 0x01000193)
  return hash
}

/** The head of an application; any other term is its own. */
export function headOf(term: Term): Term {
  let t = term
  while (t.kind === KIND.app) t = t.left
  return t
}

/** The arguments of an application, first to last. */
export function argsOf(term: Term): Term[] {
  let count = 0
  for (let t = term; t.kind === KIND.app; t = t.left) count++
  const args: Term[] = new Array(count)
  for (let t = term; t.kind === KIND.app; t = t.left) args[--count] = t.right
  return args
}

export function argCount(term: Term): number {
  let count = 0
  for (let t = term; t.kind === KIND.app; t = t.left) count++
  return count
}
