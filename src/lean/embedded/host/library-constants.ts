import type { DeclarationExport } from '../../../proof/declarations/export.ts'
import { type NameParts, nameKey } from '../../../proof/declarations/names.ts'
import { CONSTANT_INFO, type Constants } from './constants.ts'
import type { Elaborator } from './elaborator.ts'
import { createExportWriter, UnwritableTerm } from './export-writer.ts'
import { isScalar, type Objects } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

export type LibraryConstants = {
  readonly exported: DeclarationExport
  /** Which of them are axioms indeed. */
  readonly axioms: NameParts[]
}

/** `DefinitionSafety.safe` */
const SAFE = 1

/**
 * Constants of a library as plain data, for a checker that is not Lean's: whole inductive groups, definitions with their
 * bodies, and what the constants mention, as far as `most` declarations go. A theorem and an opaque constant are given by
 * their types, as axioms are.
 */
export function createLibraryConstants(lean: Objects, elaborator: Elaborator, constants: Constants) {
  const { field, tag, dec, listItems } = lean

  /**
   * @param env borrowed
   * @param follow whether what a constant mentions is given too
   * @returns a name that the library does not have is not among the declarations
   */
  const collect = (env: Obj, names: readonly NameParts[], most: number, follow: boolean): LibraryConstants => {
    const held: Owned[] = []
    const hold = (o: Owned): Obj => {
      held.push(o)
      return o
    }
    const writer = createExportWriter(lean)
    const axioms: NameParts[] = []
    const axiomKind = constants.kindNumbers(env).axiom
    const seen = new Set<string>()
    const pending: Obj[] = []
    const find = (name: Obj): Obj | undefined => {
      const info = constants.find(env, name)
      return info === undefined || isUnsafe(hold(info)) ? undefined : info
    }
    /** Nothing safe can rest on an unsafe or partial constant: it is as if there were none. */
    const isUnsafe = (info: Obj): boolean => {
      const value = field(info, 0)
      const flag = (at: number) => lean.scalarByte(value, at) !== 0
      switch (tag(info)) {
        case CONSTANT_INFO.axiom:
        case CONSTANT_INFO.opaque:
        case CONSTANT_INFO.constructor:
          return flag(0)
        case CONSTANT_INFO.definition:
          return lean.scalarByte(value, 0) !== SAFE
        case CONSTANT_INFO.inductive:
        case CONSTANT_INFO.recursor:
          return flag(1)
        default:
          return false
      }
    }
    const mustFind = (name: Obj): Obj => find(name) ?? missing()
    const mark = (info: Obj): Obj => {
      seen.add(elaborator.nameKey(constants.value(info).name))
      return info
    }
    const follows = (...terms: readonly Obj[]) => {
      if (!follow) return
      for (const term of terms) constants.forEachConstant(term, (name) => pending.push(name))
    }
    const marked = (info: Obj): Obj => {
      follows(constants.value(info).type)
      return mark(info)
    }

    /** The group of a type: types, constructors and recursors, however many there are. */
    const group = (type: Obj): void => {
      // InductiveVal: the constant, parameters, indices, the group's types, constructors, copies of nested types, flags.
      const types = listItems(field(field(type, 0), 3)).map(mustFind)
      const ctors = types.flatMap((info) => listItems(field(field(info, 0), 4)).map(mustFind))
      const recursors = types.map((info) => elaborator.makeName('rec', lean.inc(constants.value(info).name)))
      const copies = lean.natValue(field(field(type, 0), 5)) ?? 0
      for (let i = 1; i <= copies; i++)
        recursors.push(elaborator.makeName(`rec_${i}`, lean.inc(constants.value(types[0] as Obj).name)))
      const recs = recursors.map((name) => find(hold(name))).filter((info) => info !== undefined)
      for (const info of [...types, ...ctors]) marked(info)
      writer.declareInductive(types, ctors, recs.map(mark))
    }

    const declare = (info: Obj): void => {
      const value = field(info, 0)
      switch (tag(info)) {
        case CONSTANT_INFO.definition:
          follows(field(value, 1))
          writer.declare(marked(info))
          break
        case CONSTANT_INFO.quot:
          writer.declare(marked(info))
          break
        case CONSTANT_INFO.inductive:
          group(info)
          break
        case CONSTANT_INFO.constructor:
          group(mustFind(field(value, 1)))
          break
        case CONSTANT_INFO.recursor:
          group(mustFind(listItems(field(value, 1))[0] as Obj))
          break
        default: {
          const { name } = constants.value(info)
          if (constants.originalKind(env, name) === axiomKind) axioms.push(elaborator.nameParts(name))
          writer.declareType(marked(info))
        }
      }
    }

    try {
      for (const parts of names) {
        if (seen.has(nameKey(parts))) continue
        const info = find(hold(elaborator.nameOf(parts)))
        if (info !== undefined) declare(info)
      }
      let declared = writer.written().declarations.length
      for (let at = 0; at < pending.length && declared < most; at++) {
        const name = pending[at] as Obj
        if (seen.has(elaborator.nameKey(name))) continue
        seen.add(elaborator.nameKey(name))
        const info = find(name)
        if (info === undefined) continue
        declare(info)
        declared++
      }
      return { exported: writer.written(), axioms }
    } finally {
      for (const o of held) dec(o)
    }
  }

  /** Every imported constant with the number of its kind. */
  const list = (env: Obj): { name: NameParts; kind: number }[] => {
    const found: { name: NameParts; kind: number }[] = []
    constants.forEachImported(env, (name, info) => {
      if (!isScalar(name)) found.push({ name: elaborator.nameParts(name), kind: tag(info) })
    })
    return found
  }

  return { collect, list }
}

function missing(): never {
  throw new UnwritableTerm('a part of an inductive type is not declared')
}
