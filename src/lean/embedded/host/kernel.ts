import type { Declaration, InductiveEntry, NameIndex } from '../../../proof/declarations/export.ts'
import { CONSTANT_INFO } from './constants.ts'
import type { Elaborator } from './elaborator.ts'
import type { ExportReader } from './export-reader.ts'
import { box, type Objects, UNIT } from './objects.ts'
import { type Owned, owned } from './wasm-module.ts'

/** Constructors of `Lean.Declaration`; the first four are numbered like those of `ConstantInfo`. */
const INDUCTIVE_DECLARATION = 6
/** `DefinitionSafety.safe` */
const SAFE = 1

export type Kernel = ReturnType<typeof createKernel>

/** Lean's kernel: declarations in, an environment with them or its reason against them out. */
export function createKernel(lean: Objects, elaborator: Elaborator) {
  const { fn, field, tag, inc, dec, makeCtor, makeList } = lean

  /** What `add` gives: the new environment, owned, or why not. The old environment is taken either way. */
  type Added = { readonly environment: Owned } | { readonly refusal: string }

  const addDeclaration = (environment: Owned, declaration: Owned): Added => {
    // addDecl (env) (maxHeartbeat: 0 is none) (declaration: borrowed) (cancelTk?: borrowed)
    const result = owned(lean.native('lean_add_decl')(environment, 0, declaration, UNIT))
    dec(declaration)
    if (tag(result) === 1) {
      const added = inc(field(result, 0))
      dec(result)
      return { environment: added }
    }
    const exception = inc(field(result, 0))
    dec(result)
    const options = inc(lean.constant('l_Lean_Options_empty'))
    return { refusal: elaborator.messageText(fn('l_Lean_Kernel_Exception_toMessageData')(exception, options)) }
  }

  /** Adds one declaration of an export. */
  const add = (environment: Owned, reader: ExportReader, declaration: Declaration): Added => {
    if (!('quot' in declaration)) return addDeclaration(environment, build(reader, declaration))
    dec(environment)
    return { refusal: 'the quotient is declared already' }
  }

  const build = (reader: ExportReader, declaration: Exclude<Declaration, { quot: unknown }>): Owned => {
    const names = (list: readonly NameIndex[]): Owned => makeList(list.map((n) => inc(reader.name(n))))
    const constant = (c: { name: number; levelParams: readonly number[]; type: number }): Owned =>
      makeCtor(0, [inc(reader.name(c.name)), names(c.levelParams), inc(reader.term(c.type))])
    // Nothing is mutual any more once it is compiled to recursors: each is the only one of its group.
    const alone = (name: NameIndex): Owned => makeList([inc(reader.name(name))])
    if ('axiom' in declaration) return makeCtor(CONSTANT_INFO.axiom, [makeCtor(0, [constant(declaration.axiom)], [0])])
    if ('thm' in declaration) {
      const { thm } = declaration
      return makeCtor(CONSTANT_INFO.theorem, [
        makeCtor(0, [constant(thm), inc(reader.term(thm.value)), alone(thm.name)]),
      ])
    }
    if ('opaque' in declaration) {
      const { opaque } = declaration
      return makeCtor(CONSTANT_INFO.opaque, [
        makeCtor(0, [constant(opaque), inc(reader.term(opaque.value)), alone(opaque.name)], [0]),
      ])
    }
    if ('def' in declaration) {
      const { def } = declaration
      const parts = [constant(def), inc(reader.term(def.value)), hints(def.hints), alone(def.name)]
      return makeCtor(CONSTANT_INFO.definition, [makeCtor(0, parts, [SAFE])])
    }
    return inductive(reader, declaration.inductive)
  }

  const hints = (h: 'opaque' | 'abbrev' | { readonly regular: number }): Owned => {
    if (h === 'opaque') return UNIT
    if (h === 'abbrev') return box(1)
    const height = h.regular
    return makeCtor(
      2,
      [],
      [0, 8, 16, 24].map((shift) => (height >>> shift) & 255),
    )
  }

  /** Recursors, and what else the kernel computes of a group, are left to it. */
  const inductive = (reader: ExportReader, { types, ctors }: InductiveEntry): Owned => {
    const [first] = types
    const list = types.map((type) => {
      const own = ctors
        .filter(({ induct }) => induct === type.name)
        .map((c) => makeCtor(0, [inc(reader.name(c.name)), inc(reader.term(c.type))]))
      return makeCtor(0, [inc(reader.name(type.name)), inc(reader.term(type.type)), makeList(own)])
    })
    const levelParams = makeList((first?.levelParams ?? []).map((n) => inc(reader.name(n))))
    return makeCtor(INDUCTIVE_DECLARATION, [levelParams, box(first?.numParams ?? 0), makeList(list)], [0])
  }

  return { add, build }
}
