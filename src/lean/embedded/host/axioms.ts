import { CONSTANT_INFO, type Constants } from './constants.ts'
import type { Elaborator } from './elaborator.ts'
import type { Objects } from './objects.ts'
import type { Obj } from './wasm-module.ts'

/**
 * Constants that the kernel computes by running compiled code, where a body may be hidden or replaced
 * (`implemented_by`, `extern`): what rests on them rests on the compiler, and counts like an axiom.
 */
const COMPILED = ['Lean.reduceBool', 'Lean.reduceNat']

/** A constant that the environment does not have. */
export class UnknownConstant extends Error {
  override readonly name = 'UnknownConstant'
}

export type LibraryAxioms = ReturnType<typeof createLibraryAxioms>

/** The axioms that constants of an imported library rest on, through types and bodies. Never freed; one per environment. */
export function createLibraryAxioms(lean: Objects, elaborator: Elaborator, constants: Constants, env: Obj) {
  const { dec } = lean
  const axiomKind = constants.kindNumbers(env).axiom
  const known = new Map<string, ReadonlySet<string>>()
  const underWay = new Map<string, number>()
  const none: ReadonlySet<string> = new Set()

  /**
   * The axioms below a constant, and the least depth of what was met while still under way: inductive types and their
   * constructors mention each other. Sets that wait for such a constant are not remembered.
   */
  const below = (constant: Obj): { found: ReadonlySet<string>; low: number } => {
    const key = elaborator.nameKey(constant)
    const remembered = known.get(key)
    if (remembered !== undefined) return { found: remembered, low: Number.POSITIVE_INFINITY }
    const met = underWay.get(key)
    if (met !== undefined) return { found: none, low: met }
    const depth = underWay.size
    underWay.set(key, depth)
    const found = new Set<string>()
    let low = Number.POSITIVE_INFINITY
    eachMentioned(constant, (child) => {
      const part = below(child)
      for (const axiom of part.found) found.add(axiom)
      low = Math.min(low, part.low)
    })
    const text = elaborator.nameText(constant)
    if (constants.originalKind(env, constant) === axiomKind || COMPILED.includes(text)) found.add(text)
    underWay.delete(key)
    const result = found.size === 0 ? none : found
    if (low < depth) return { found: result, low }
    known.set(key, result)
    return { found: result, low: Number.POSITIVE_INFINITY }
  }

  const eachMentioned = (constant: Obj, see: (child: Obj) => void): void => {
    const info = constants.find(env, constant)
    if (info === undefined) throw new UnknownConstant(elaborator.nameText(constant))
    constants.forEachConstant(constants.value(info).type, see)
    const body = constants.body(info)
    if (body !== undefined) constants.forEachConstant(body, see)
    // What the kernel reaches through a type without its name being there: constructors, by eta and recursion.
    if (lean.tag(info) === CONSTANT_INFO.inductive)
      for (const ctor of lean.listItems(lean.field(lean.field(info, 0), 4))) see(ctor)
    dec(info)
  }

  /** Takes nothing. @throws UnknownConstant */
  return (constant: Obj): ReadonlySet<string> => below(constant).found
}
