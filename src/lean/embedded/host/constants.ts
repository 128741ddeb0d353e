import type { Elaborator } from './elaborator.ts'
import { EXPR, partsOf } from './expr.ts'
import { box, isScalar, type Objects } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

const NO = box(0)

/** Constructors of `Lean.ConstantInfo`. */
export const CONSTANT_INFO = {
  axiom: 0,
  definition: 1,
  theorem: 2,
  opaque: 3,
  quot: 4,
  inductive: 5,
  constructor: 6,
  recursor: 7,
} as const

export type Constants = ReturnType<typeof createConstants>

/** Looking constants up in a `Lean.Environment`. */
export function createConstants(lean: Objects, elaborator: Elaborator) {
  const { fn, field, tag, inc, dec } = lean

  /** The ConstantInfo of a name, owned, or undefined. Both arguments are borrowed. */
  const find = (env: Obj, name: Obj): Owned | undefined => {
    // find? (env) (name) (skipRealize)
    const found = fn('l_Lean_Environment_find_x3f')(inc(env), inc(name), NO)
    if (isScalar(found)) return undefined
    const info = inc(field(found, 0))
    dec(found)
    return info
  }
  /** ConstantVal of a ConstantInfo: every variant is a structure that begins with it. Borrowed. */
  const value = (info: Obj): { name: Obj; levelParams: Obj; type: Obj } => {
    const v = field(field(info, 0), 0)
    return { name: field(v, 0), levelParams: field(v, 1), type: field(v, 2) }
  }
  /** The body of a definition, theorem or opaque constant; imported theorems come without. Borrowed. */
  const body = (info: Obj): Obj | undefined => {
    const kind = tag(info)
    return kind === CONSTANT_INFO.definition || kind === CONSTANT_INFO.theorem || kind === CONSTANT_INFO.opaque
      ? field(field(info, 0), 1)
      : undefined
  }
  const isImported = (env: Obj, name: Obj): boolean =>
    fn('l_Lean_Environment_isImportedConst')(inc(env), inc(name)) >>> 1 === 1

  /** `ConstantKind` as declared, not as exported: imported theorems come without a body and look like axioms. */
  const originalKind = (env: Obj, name: Obj): number | undefined => {
    const kind = fn('l_Lean_getOriginalConstKind_x3f')(inc(env), inc(name))
    if (isScalar(kind)) return undefined
    const number = lean.ctorTag(field(kind, 0))
    dec(kind)
    return number
  }
  /** The kinds of a known theorem and a known axiom: their numbers belong to this build. */
  const kindNumbers = (env: Obj): { axiom: number; theorem: number } => {
    const of = (text: string): number => {
      const name = elaborator.makeName(text)
      const kind = originalKind(env, name)
      dec(name)
      if (kind === undefined) throw new Error(`the library does not know the kind of ${text}`)
      return kind
    }
    const numbers = { axiom: of('propext'), theorem: of('Nat.add_comm') }
    if (
      numbers.axiom === numbers.theorem ||
      of('sorryAx') !== numbers.axiom ||
      of('Nat.add_assoc') !== numbers.theorem
    ) {
      throw new Error('this build does not tell axioms from theorems')
    }
    return numbers
  }

  /** Calls `visit` with the name (borrowed) of every constant in a term. */
  const forEachConstant = (term: Obj, visit: (name: Obj) => void): void => {
    const seen = new Set<Obj>()
    const pending = [term]
    for (;;) {
      const e = pending.pop()
      if (e === undefined) return
      if (seen.has(e)) continue
      seen.add(e)
      const kind = tag(e)
      if (kind === EXPR.const || kind === EXPR.proj) visit(field(e, 0))
      pending.push(...partsOf(lean, e))
    }
  }

  /** Every imported constant of an environment, as (name, ConstantInfo), both borrowed. */
  const forEachImported = (env: Obj, visit: (name: Obj, info: Obj) => void): void => {
    const map = fn('l_Lean_Environment_constants')(inc(env))
    // SMap: stage-1 hash map, stage-2 persistent map; a hash map is {size, buckets} of association lists {key, value, rest}.
    for (const bucket of lean.arrayItems(field(field(map, 0), 1))) {
      for (let cell = bucket; !isScalar(cell); cell = field(cell, 2)) visit(field(cell, 0), field(cell, 1))
    }
    dec(map)
  }

  /** Every constant of an environment that is not imported, as (name, ConstantInfo), both borrowed. In no order that means anything. */
  const forEachLocal = (env: Obj, visit: (name: Obj, info: Obj) => void): void => {
    const map = fn('l_Lean_Environment_constants')(inc(env))
    // PersistentHashMap.Node: entries (an array of entry, ref and null), or the keys and values of a collision.
    const visitNode = (node: Obj): void => {
      if (tag(node) === 0) {
        for (const entry of lean.arrayItems(field(node, 0))) {
          if (isScalar(entry)) continue
          if (tag(entry) === 0) visit(field(entry, 0), field(entry, 1))
          else visitNode(field(entry, 0))
        }
      } else {
        const values = lean.arrayItems(field(node, 1))
        lean.arrayItems(field(node, 0)).forEach((name, i) => {
          visit(name, values[i] as Obj)
        })
      }
    }
    // A structure of one field is that field: the map is its root.
    visitNode(field(map, 1))
    dec(map)
  }

  return { find, value, body, isImported, originalKind, kindNumbers, forEachConstant, forEachImported, forEachLocal }
}
