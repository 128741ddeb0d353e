import type {
  Binder,
  ConstantEntry,
  ConstructorEntry,
  Declaration,
  DeclarationExport,
  InductiveEntry,
  LevelEntry,
  NameEntry,
  RecursorEntry,
  TermEntry,
} from '../../../proof/declarations/export.ts'
import { BINDER_INFOS } from '../../../proof/declarations/export.ts'
import { CONSTANT_INFO, type Constants } from './constants.ts'
import type { CommandState, Elaborator } from './elaborator.ts'
import { EXPR, LEVEL } from './expr.ts'
import { isScalar, type Objects, UNIT } from './objects.ts'
import { TermError } from './terms.ts'
import type { Obj } from './wasm-module.ts'

/** A name's components, outermost first. */
export type NameComponents = readonly (string | number)[]
export type LibraryConstants = {
  readonly data: DeclarationExport
  /** Names among those asked for that the environment does not know. */
  readonly absent: NameComponents[]
}

/**
 * Constants of an environment as plain data, for a checker that is not Lean's: whole inductive groups, definitions with
 * their bodies, and what the constants mention, as far as `most` declarations go. A theorem and an opaque constant are
 * given by their types, as axioms are.
 */
export function createLibraryConstants(lean: Objects, elaborator: Elaborator, constants: Constants) {
  const { field, tag, inc, dec } = lean

  const makeName = (components: NameComponents): Obj =>
    components.reduce<Obj>(
      (prefix, part) =>
        typeof part === 'string'
          ? lean.fn('lean_name_mk_string')(prefix, lean.makeString(part))
          : lean.fn('lean_name_mk_numeral')(prefix, part < 2 ** 30 ? (part << 1) | 1 : lean.makeBigNat(String(part))),
      UNIT,
    )

  /** @param follow whether what a constant mentions is given too */
  const collect = (
    state: CommandState,
    names: readonly NameComponents[],
    most: number,
    follow: boolean,
  ): LibraryConstants => {
    const env = field(state, 0)
    const held: Obj[] = []
    const tables = createTables(lean)
    const declarations: Declaration[] = []
    const seen = new Set<string>()
    const pending: Obj[] = []
    const absent: NameComponents[] = []
    const find = (name: Obj): Obj | undefined => {
      const info = constants.find(env, name)
      if (info !== undefined) held.push(info)
      return info
    }
    const enqueue = (name: Obj) => {
      if (follow) pending.push(name)
    }
    const mentionsOf = (term: Obj) => constants.forEachConstant(term, enqueue)

    const common = (info: Obj): ConstantEntry => {
      const { name, levelParams, type } = constants.value(info)
      mentionsOf(type)
      return {
        name: tables.name(name),
        levelParams: lean.listItems(levelParams).map(tables.name),
        type: tables.term(type),
      }
    }
    const natural = (n: Obj): number => lean.natValue(n) ?? tooLarge()
    const names_ = (list: Obj): number[] => lean.listItems(list).map(tables.name)
    const flag = (object: Obj, at: number): boolean => lean.scalarByte(object, at) !== 0

    /** The group of a type: types, constructors and recursors, however many there are. */
    const group = (type: Obj): InductiveEntry => {
      const value = field(type, 0)
      const types = lean.listItems(field(value, 3)).map((name) => find(name) ?? missing())
      const ctors: ConstructorEntry[] = []
      const recs: RecursorEntry[] = []
      const entries = types.map((info) => {
        const v = field(info, 0)
        for (const name of lean.listItems(field(v, 4))) {
          const ctor = find(name) ?? missing()
          seen.add(elaborator.nameKey(name))
          const c = field(ctor, 0)
          ctors.push({
            ...common(ctor),
            induct: tables.name(field(c, 1)),
            cidx: natural(field(c, 2)),
            numParams: natural(field(c, 3)),
            numFields: natural(field(c, 4)),
            isUnsafe: flag(c, 0),
          })
        }
        seen.add(elaborator.nameKey(constants.value(info).name))
        return {
          ...common(info),
          numParams: natural(field(v, 1)),
          numIndices: natural(field(v, 2)),
          all: names_(field(v, 3)),
          ctors: names_(field(v, 4)),
          numNested: natural(field(v, 5)),
          isRec: flag(v, 0),
          isUnsafe: flag(v, 1),
          isReflexive: flag(v, 2),
        }
      })
      const recursors = types.map((info) => elaborator.makeName('rec', inc(constants.value(info).name)))
      const first = constants.value(types[0] as Obj).name
      for (let i = 1; i <= (entries[0]?.numNested ?? 0); i++)
        recursors.push(elaborator.makeName(`rec_${i}`, inc(first)))
      for (const name of recursors) {
        held.push(name)
        const info = find(name)
        if (info === undefined) continue
        seen.add(elaborator.nameKey(name))
        const r = field(info, 0)
        recs.push({
          ...common(info),
          all: names_(field(r, 1)),
          numParams: natural(field(r, 2)),
          numIndices: natural(field(r, 3)),
          numMotives: natural(field(r, 4)),
          numMinors: natural(field(r, 5)),
          rules: lean.listItems(field(r, 6)).map((rule) => ({
            ctor: tables.name(field(rule, 0)),
            nfields: natural(field(rule, 1)),
            rhs: tables.term(field(rule, 2)),
          })),
          k: flag(r, 0),
          isUnsafe: flag(r, 1),
        })
      }
      return { types: entries, ctors, recs }
    }

    const declare = (info: Obj): void => {
      const value = field(info, 0)
      switch (tag(info)) {
        case CONSTANT_INFO.definition: {
          const hints = field(value, 2)
          const regular = () => [0, 1, 2, 3].reduce((n, i) => n + lean.scalarByte(hints, i) * 2 ** (8 * i), 0)
          mentionsOf(field(value, 1))
          declarations.push({
            def: {
              ...common(info),
              value: tables.term(field(value, 1)),
              hints: isScalar(hints) ? (lean.ctorTag(hints) === 0 ? 'opaque' : 'abbrev') : { regular: regular() },
              safety: (['unsafe', 'safe', 'partial'] as const)[lean.scalarByte(value, 0)] ?? 'unsafe',
              all: names_(field(value, 3)),
            },
          })
          return
        }
        case CONSTANT_INFO.quot:
          declarations.push({
            quot: {
              ...common(info),
              kind: (['type', 'ctor', 'lift', 'ind'] as const)[lean.scalarByte(value, 0)] ?? 'type',
            },
          })
          return
        case CONSTANT_INFO.inductive:
          declarations.push({ inductive: group(info) })
          return
        case CONSTANT_INFO.constructor:
          declare(find(field(value, 1)) ?? missing())
          return
        case CONSTANT_INFO.recursor:
          declare(find(lean.listItems(field(value, 1))[0] as Obj) ?? missing())
          return
        default:
          declarations.push({ axiom: { ...common(info), isUnsafe: false } })
      }
    }

    try {
      for (const components of names) {
        const name = makeName(components)
        held.push(name)
        const key = elaborator.nameKey(name)
        if (seen.has(key)) continue
        const info = find(name)
        if (info === undefined) absent.push(components)
        else {
          seen.add(key)
          declare(info)
        }
      }
      for (let at = 0; at < pending.length && declarations.length < most; at++) {
        const name = pending[at] as Obj
        const key = elaborator.nameKey(name)
        if (seen.has(key)) continue
        seen.add(key)
        const info = find(name)
        if (info !== undefined) declare(info)
      }
      return { data: { ...tables.entries, declarations }, absent }
    } finally {
      for (const o of held) dec(o)
    }
  }

  /** Every imported constant with its kind. Names with numbers too large for JavaScript are left out. */
  const list = (state: CommandState): { name: NameComponents; kind: number }[] => {
    const found: { name: NameComponents; kind: number }[] = []
    constants.forEachImported(field(state, 0), (name, info) => {
      const parts: (string | number)[] = []
      for (let n = name; !isScalar(n); n = field(n, 0)) {
        const part = tag(n) === 1 ? exactString(lean, field(n, 1)) : lean.natValue(field(n, 1))
        if (part === undefined) return
        parts.unshift(part)
      }
      found.push({ name: parts, kind: tag(info) })
    })
    return found
  }

  return { collect, list }
}

function missing(): never {
  throw new TermError('a part of an inductive type is not declared')
}
function tooLarge(): never {
  throw new TermError('a count is too large')
}

/** Tables of names, levels and terms, equal entries once. `mdata` is left out: it means nothing to a kernel. */
function createTables(lean: Objects) {
  const { field, tag, inc } = lean
  const names: NameEntry[] = []
  const levels: LevelEntry[] = []
  const terms: TermEntry[] = []
  const known = {
    names: new Map<string, number>(),
    levels: new Map<string, number>(),
    terms: new Map<string, number>(),
  }
  const seen = { names: new Map<Obj, number>(), levels: new Map<Obj, number>(), terms: new Map<Obj, number>() }

  /** Each object is looked at once: terms share a lot. */
  const entry = <E>(object: Obj, of: 'names' | 'levels' | 'terms', list: E[], first: number, make: () => E): number => {
    const position = seen[of].get(object)
    if (position !== undefined) return position
    const value = make()
    const key = JSON.stringify(value)
    let at = known[of].get(key)
    if (at === undefined) {
      at = list.push(value) - 1 + first
      known[of].set(key, at)
    }
    seen[of].set(object, at)
    return at
  }
  const digits = (n: Obj): string => String(lean.natValue(n) ?? lean.takeString(lean.fn('l_Nat_reprFast')(inc(n))))

  const name = (n: Obj): number => {
    if (isScalar(n)) return 0
    return entry(n, 'names', names, 1, () => {
      const pre = name(field(n, 0))
      if (tag(n) === 1) return { str: { pre, str: exactString(lean, field(n, 1)) } }
      const text = digits(field(n, 1))
      return { num: { pre, i: Number.isSafeInteger(Number(text)) ? Number(text) : text } }
    })
  }
  const level = (l: Obj): number => {
    if (isScalar(l)) return 0
    return entry(l, 'levels', levels, 1, (): LevelEntry => {
      switch (tag(l)) {
        case LEVEL.succ:
          return { succ: level(field(l, 0)) }
        case LEVEL.max:
          return { max: [level(field(l, 0)), level(field(l, 1))] }
        case LEVEL.imax:
          return { imax: [level(field(l, 0)), level(field(l, 1))] }
        case LEVEL.param:
          return { param: name(field(l, 0)) }
        default:
          throw new TermError('a universe level is not determined')
      }
    })
  }
  const binder = (e: Obj): Binder => ({
    name: name(field(e, 0)),
    type: term(field(e, 1)),
    body: term(field(e, 2)),
    // After Expr.data (8 bytes).
    binderInfo: BINDER_INFOS[lean.scalarByte(e, 8)] ?? 'default',
  })
  const term = (e: Obj): number => {
    if (tag(e) === EXPR.mdata) return term(field(e, 1))
    return entry(e, 'terms', terms, 0, (): TermEntry => {
      switch (tag(e)) {
        case EXPR.bvar:
          return { bvar: lean.natValue(field(e, 0)) ?? tooLarge() }
        case EXPR.sort:
          return { sort: level(field(e, 0)) }
        case EXPR.const:
          return { const: { name: name(field(e, 0)), us: lean.listItems(field(e, 1)).map(level) } }
        case EXPR.app:
          return { app: { fn: term(field(e, 0)), arg: term(field(e, 1)) } }
        case EXPR.lam:
          return { lam: binder(e) }
        case EXPR.forallE:
          return { forallE: binder(e) }
        case EXPR.letE:
          return {
            letE: {
              name: name(field(e, 0)),
              type: term(field(e, 1)),
              value: term(field(e, 2)),
              body: term(field(e, 3)),
              nondep: lean.scalarByte(e, 8) !== 0,
            },
          }
        case EXPR.lit: {
          const literal = field(e, 0)
          return tag(literal) === 0
            ? { natVal: digits(field(literal, 0)) }
            : { strVal: exactString(lean, field(literal, 0)) }
        }
        case EXPR.proj:
          return {
            proj: {
              typeName: name(field(e, 0)),
              idx: lean.natValue(field(e, 1)) ?? tooLarge(),
              struct: term(field(e, 2)),
            },
          }
        default:
          throw new TermError('the term has free variables')
      }
    })
  }
  return { entries: { names, levels, terms }, name, level, term }
}

/** Every byte of a Lean string, or an error: a mark at its head belongs to it. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
function exactString(lean: Objects, o: Obj): string {
  return decoder.decode(lean.stringBytes(o))
}
