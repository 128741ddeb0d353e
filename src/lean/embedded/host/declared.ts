import type { DeclarationExport } from '../../../proof/declarations/export.ts'
import { type NameParts, readableName } from '../../../proof/declarations/names.ts'
import { CONSTANT_INFO, type Constants } from './constants.ts'
import type { Elaborator } from './elaborator.ts'
import { createExportWriter, type ExportWriter, UnwritableTerm } from './export-writer.ts'
import type { Modules } from './modules.ts'
import { isScalar, type Objects, UNIT } from './objects.ts'
import { type Obj, type Owned, owned } from './wasm-module.ts'

export type Declared = ReturnType<typeof createDeclared>

/** What a text has declared in an environment, written as plain data. */
export function createDeclared(lean: Objects, elaborator: Elaborator, constants: Constants, modules: Modules) {
  const { fn, field, tag, dec, listItems } = lean

  /**
   * The constant that a person calls `parts`, with its name, both owned. It may be private to its file, as
   * every declaration of a `module` is that is not public.
   */
  const find = (env: Obj, parts: NameParts): { name: Owned; info: Owned } | undefined => {
    const hidden = fn('lean_name_mk_numeral')(elaborator.makeName('_private'), UNIT)
    for (const prefix of [hidden, UNIT]) {
      const name = elaborator.nameOf(parts, prefix)
      const info = constants.find(env, name)
      if (info !== undefined) return { name, info }
      dec(name)
    }
    return undefined
  }

  /** Where a walk finds constants (owned), and which it leaves out with all that they mention. */
  type Ground = { readonly find: (name: Obj) => Owned | undefined; readonly skips: (name: Obj) => boolean }
  const declaredIn = (env: Obj): Ground => ({
    find: (name) => constants.find(env, name),
    // Files of the user's are no library: what they declare is written like what the text itself declares.
    skips: (name) => constants.isImported(env, name) && !modules.isOwn(env, name),
  })

  /** Writes constants and what they mention, dependencies first. Everything met stays alive until `end`. */
  const walker = ({ find, skips }: Ground, writer: ExportWriter) => {
    const visited = new Set<string>()
    const held: Owned[] = []
    const hold = (o: Owned): Obj => {
      held.push(o)
      return o
    }
    const mustFind = (name: Obj): Obj => {
      const info = find(name)
      if (info === undefined) throw new UnwritableTerm(`the constant ${readable(name)} is not declared`)
      return hold(info)
    }
    const visitTerm = (term: Obj): void => constants.forEachConstant(term, visit)
    const visit = (name: Obj): void => {
      const key = elaborator.nameKey(name)
      if (visited.has(key)) return
      visited.add(key)
      if (skips(name)) return
      const info = mustFind(name)
      switch (tag(info)) {
        case CONSTANT_INFO.inductive:
          visitGroup(info)
          break
        case CONSTANT_INFO.constructor:
          // ConstructorVal: the constant, its inductive type, ...
          visit(field(field(info, 0), 1))
          break
        case CONSTANT_INFO.recursor:
          // RecursorVal: the constant, the types of its group, ...
          for (const type of listItems(field(field(info, 0), 1))) visit(type)
          break
        default:
          visitAlone(info)
      }
    }
    const visitAlone = (info: Obj): void => {
      visitTerm(constants.value(info).type)
      const body = constants.body(info)
      if (body !== undefined) visitTerm(body)
      writer.declare(info)
    }
    const visitGroup = (info: Obj): void => {
      const types = listItems(field(field(info, 0), 3)).map(mustFind)
      const ctors = types.flatMap((type) => listItems(field(field(type, 0), 4)).map(mustFind))
      const recs = recursors(types).map(mustFind)
      for (const member of [...types, ...ctors, ...recs]) visited.add(elaborator.nameKey(constants.value(member).name))
      for (const member of [...types, ...ctors]) visitTerm(constants.value(member).type)
      writer.declareInductive(types, ctors, recs)
    }
    /** Names of a group's recursors: one for each type, and one for each nested occurrence. Owned by the walker. */
    const recursors = (types: readonly Obj[]): Obj[] => {
      const below = (type: Obj, text: string): Obj =>
        hold(fn('lean_name_mk_string')(lean.inc(constants.value(type).name), lean.makeString(text)))
      const nested = types[0] === undefined ? 0 : (lean.natValue(field(field(types[0], 0), 5)) ?? 0)
      const first = types[0] as Obj
      return [
        ...types.map((type) => below(type, 'rec')),
        ...Array.from({ length: nested }, (_, i) => below(first, `rec_${i + 1}`)),
      ]
    }
    const end = (): void => {
      for (const o of held) dec(o)
    }
    return { visit, visitTerm, hold, end }
  }

  const readable = (name: Obj): string => readableName(elaborator.nameParts(name))

  /** A constant's declaration after all it rests on and no import provides. `name` is borrowed. @throws UnwritableTerm */
  const writeProof = (env: Obj, name: Obj): DeclarationExport => writeWith(declaredIn(env), name)

  /** A constant of a kernel environment after all it rests on, to the library's beginnings. @throws UnwritableTerm */
  const writeWhole = (kernelEnvironment: Obj, name: Obj): DeclarationExport =>
    writeWith({ find: (n) => kernelConstant(kernelEnvironment, n), skips: () => false }, name)

  const kernelConstant = (environment: Obj, name: Obj): Owned | undefined => {
    const found = owned(lean.native('lean_environment_find')(lean.inc(environment), lean.inc(name)))
    if (isScalar(found)) return undefined
    const info = lean.inc(field(found, 0))
    dec(found)
    return info
  }

  const writeWith = (ground: Ground, name: Obj): DeclarationExport => {
    const writer = createExportWriter(lean)
    const walk = walker(ground, writer)
    try {
      walk.visit(name)
      return writer.written()
    } finally {
      walk.end()
    }
  }

  /** A constant's type, as an axiom, after all that it mentions. `info` is borrowed. @throws UnwritableTerm */
  const writeStatement = (env: Obj, info: Obj): DeclarationExport => {
    const writer = createExportWriter(lean)
    const walk = walker(declaredIn(env), writer)
    try {
      walk.visitTerm(constants.value(info).type)
      writer.declareType(info)
      return writer.written()
    } finally {
      walk.end()
    }
  }

  return { find, writeProof, writeWhole, writeStatement, imports: modules.libraryImports }
}
