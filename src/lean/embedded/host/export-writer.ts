import {
  ANONYMOUS,
  BINDER_INFOS,
  type BinderInfo,
  type Declaration,
  type DeclarationExport,
  LEVEL_ZERO,
  type LevelEntry,
  type LevelIndex,
  type NameEntry,
  type NameIndex,
  type TermEntry,
  type TermIndex,
} from '../../../proof/declarations/export.ts'
import { CONSTANT_INFO } from './constants.ts'
import { EXPR, LEVEL, partsOf } from './expr.ts'
import { isScalar, type Objects } from './objects.ts'
import type { Obj } from './wasm-module.ts'

/** What is written is no closed, well-formed declaration. */
export class UnwritableTerm extends Error {
  override readonly name = 'UnwritableTerm'
}

export type ExportWriter = ReturnType<typeof createExportWriter>

/**
 * Turns Lean's declarations into tables, equal entries once. `mdata` is left out: it means nothing to a kernel.
 * Objects are recognised by their addresses, so callers keep them alive until the writer is done.
 */
export function createExportWriter(lean: Objects) {
  const { field, tag, inc, listItems, scalarByte } = lean
  const names = table<NameEntry>(1)
  const levels = table<LevelEntry>(1)
  const terms = table<TermEntry>(0)
  const declarations: Declaration[] = []
  const seenNames = new Map<Obj, NameIndex>()
  const seenLevels = new Map<Obj, LevelIndex>()
  const seenTerms = new Map<Obj, TermIndex>()

  const natText = (n: Obj): string => String(lean.natValue(n) ?? lean.takeString(lean.fn('l_Nat_reprFast')(inc(n))))
  const small = (n: Obj): number => {
    const value = lean.natValue(n)
    if (value === undefined) throw new UnwritableTerm('a count or position is too large')
    return value
  }
  const flag = (o: Obj, offset: number): boolean => scalarByte(o, offset) !== 0

  const name = (n: Obj): NameIndex => {
    if (isScalar(n)) return ANONYMOUS
    const known = seenNames.get(n)
    if (known !== undefined) return known
    const chain: Obj[] = []
    let prefix = n
    while (!isScalar(prefix) && !seenNames.has(prefix)) {
      chain.push(prefix)
      prefix = field(prefix, 0)
    }
    let index = isScalar(prefix) ? ANONYMOUS : (seenNames.get(prefix) as number)
    for (const part of chain.reverse()) {
      const value = field(part, 1)
      if (tag(part) === 1) {
        const str = lean.stringValue(value)
        index = names.intern(`s${index},${str}`, { str: { pre: index, str } })
      } else {
        const i = natText(value)
        index = names.intern(`n${index},${i}`, {
          num: { pre: index, i: Number.isSafeInteger(Number(i)) ? Number(i) : i },
        })
      }
      seenNames.set(part, index)
    }
    return index
  }

  const level = (l: Obj): LevelIndex => {
    if (isScalar(l)) return LEVEL_ZERO
    const known = seenLevels.get(l)
    if (known !== undefined) return known
    const index = newLevel(l)
    seenLevels.set(l, index)
    return index
  }
  const newLevel = (l: Obj): LevelIndex => {
    switch (tag(l)) {
      case LEVEL.succ: {
        const below = level(field(l, 0))
        return levels.intern(`s${below}`, { succ: below })
      }
      case LEVEL.max: {
        const both = [level(field(l, 0)), level(field(l, 1))] as const
        return levels.intern(`m${both}`, { max: both })
      }
      case LEVEL.imax: {
        const both = [level(field(l, 0)), level(field(l, 1))] as const
        return levels.intern(`i${both}`, { imax: both })
      }
      case LEVEL.param: {
        const param = name(field(l, 0))
        return levels.intern(`p${param}`, { param })
      }
      default:
        throw new UnwritableTerm('a universe level is not determined')
    }
  }

  /** What stands behind `mdata`. */
  const bare = (e: Obj): Obj => {
    let term = e
    while (tag(term) === EXPR.mdata) term = field(term, 1)
    return term
  }
  /** The terms directly below one. */
  const below = (e: Obj): Obj[] => partsOf(lean, e).map(bare)
  /** Terms are deep, so this keeps its own stack. */
  const term = (root: Obj): TermIndex => {
    const top = bare(root)
    const pending = [top]
    for (let e = pending.at(-1); e !== undefined; e = pending.at(-1)) {
      const missing = seenTerms.has(e) ? [] : below(e).filter((child) => !seenTerms.has(child))
      if (missing.length > 0) {
        pending.push(...missing)
        continue
      }
      pending.pop()
      if (!seenTerms.has(e)) seenTerms.set(e, newTerm(e))
    }
    return at(top)
  }
  const at = (e: Obj): TermIndex => seenTerms.get(bare(e)) as number
  const binderInfo = (e: Obj): BinderInfo => {
    // The byte after Expr.data (8 bytes).
    const info = BINDER_INFOS[scalarByte(e, 8)]
    if (info === undefined) throw new UnwritableTerm('a binder is of no known kind')
    return info
  }
  const newTerm = (e: Obj): TermIndex => {
    switch (tag(e)) {
      case EXPR.bvar: {
        const bvar = small(field(e, 0))
        return terms.intern(`b${bvar}`, { bvar })
      }
      case EXPR.sort: {
        const sort = level(field(e, 0))
        return terms.intern(`s${sort}`, { sort })
      }
      case EXPR.const: {
        const constant = { name: name(field(e, 0)), us: listItems(field(e, 1)).map(level) }
        return terms.intern(`c${constant.name},${constant.us}`, { const: constant })
      }
      case EXPR.app: {
        const app = { fn: at(field(e, 0)), arg: at(field(e, 1)) }
        return terms.intern(`a${app.fn},${app.arg}`, { app })
      }
      case EXPR.lam:
      case EXPR.forallE: {
        const binder = {
          name: name(field(e, 0)),
          type: at(field(e, 1)),
          body: at(field(e, 2)),
          binderInfo: binderInfo(e),
        }
        const key = `${binder.name},${binder.type},${binder.body},${binder.binderInfo}`
        return tag(e) === EXPR.lam
          ? terms.intern(`l${key}`, { lam: binder })
          : terms.intern(`f${key}`, { forallE: binder })
      }
      case EXPR.letE: {
        const letE = {
          name: name(field(e, 0)),
          type: at(field(e, 1)),
          value: at(field(e, 2)),
          body: at(field(e, 3)),
          nondep: flag(e, 8),
        }
        return terms.intern(`t${Object.values(letE)}`, { letE })
      }
      case EXPR.lit: {
        const literal = field(e, 0)
        if (tag(literal) === 0) {
          const natVal = natText(field(literal, 0))
          return terms.intern(`n${natVal}`, { natVal })
        }
        const strVal = lean.stringValue(field(literal, 0))
        return terms.intern(`"${strVal}`, { strVal })
      }
      case EXPR.proj: {
        const proj = { typeName: name(field(e, 0)), idx: small(field(e, 1)), struct: at(field(e, 2)) }
        return terms.intern(`p${Object.values(proj)}`, { proj })
      }
      default:
        throw new UnwritableTerm('the term has free variables')
    }
  }

  const nameList = (list: Obj): NameIndex[] => listItems(list).map(name)
  /** `ConstantVal`: name, universe parameters, type. */
  const constant = (value: Obj) => {
    const v = field(value, 0)
    return { name: name(field(v, 0)), levelParams: nameList(field(v, 1)), type: term(field(v, 2)) }
  }

  /** Writes a `ConstantInfo` that is no part of an inductive group. */
  const declare = (info: Obj): void => {
    declarations.push(declaration(info))
  }
  const declaration = (info: Obj): Declaration => {
    const value = field(info, 0)
    switch (tag(info)) {
      case CONSTANT_INFO.axiom:
        return { axiom: { ...constant(value), isUnsafe: flag(value, 0) } }
      case CONSTANT_INFO.definition:
        return {
          def: {
            ...constant(value),
            value: term(field(value, 1)),
            hints: hints(field(value, 2)),
            safety: SAFETIES[scalarByte(value, 0)] ?? 'unsafe',
            all: nameList(field(value, 3)),
          },
        }
      case CONSTANT_INFO.theorem:
        return { thm: { ...constant(value), value: term(field(value, 1)), all: nameList(field(value, 2)) } }
      case CONSTANT_INFO.opaque:
        return {
          opaque: {
            ...constant(value),
            value: term(field(value, 1)),
            isUnsafe: flag(value, 0),
            all: nameList(field(value, 2)),
          },
        }
      case CONSTANT_INFO.quot:
        return { quot: { ...constant(value), kind: QUOT_KINDS[scalarByte(value, 0)] ?? 'type' } }
      default:
        throw new UnwritableTerm('a part of an inductive type stands alone')
    }
  }
  const hints = (h: Obj) => {
    if (isScalar(h)) return lean.ctorTag(h) === 0 ? ('opaque' as const) : ('abbrev' as const)
    return { regular: [0, 1, 2, 3].reduce((n, i) => n + scalarByte(h, i) * 2 ** (8 * i), 0) }
  }

  /** Writes a constant's type alone, as an axiom: what is believed of it, or asked for. */
  const declareType = (info: Obj): void => {
    declarations.push({ axiom: { ...constant(field(info, 0)), isUnsafe: false } })
  }

  /** Writes a mutual group: its types, their constructors in order, and their recursors. */
  const declareInductive = (types: readonly Obj[], ctors: readonly Obj[], recs: readonly Obj[]): void => {
    declarations.push({
      inductive: {
        types: types.map((info) => {
          const t = field(info, 0)
          return {
            ...constant(t),
            numParams: small(field(t, 1)),
            numIndices: small(field(t, 2)),
            all: nameList(field(t, 3)),
            ctors: nameList(field(t, 4)),
            numNested: small(field(t, 5)),
            isRec: flag(t, 0),
            isUnsafe: flag(t, 1),
            isReflexive: flag(t, 2),
          }
        }),
        ctors: ctors.map((info) => {
          const c = field(info, 0)
          return {
            ...constant(c),
            induct: name(field(c, 1)),
            cidx: small(field(c, 2)),
            numParams: small(field(c, 3)),
            numFields: small(field(c, 4)),
            isUnsafe: flag(c, 0),
          }
        }),
        recs: recs.map((info) => {
          const r = field(info, 0)
          return {
            ...constant(r),
            all: nameList(field(r, 1)),
            numParams: small(field(r, 2)),
            numIndices: small(field(r, 3)),
            numMotives: small(field(r, 4)),
            numMinors: small(field(r, 5)),
            rules: listItems(field(r, 6)).map((rule) => ({
              ctor: name(field(rule, 0)),
              nfields: small(field(rule, 1)),
              rhs: term(field(rule, 2)),
            })),
            k: flag(r, 0),
            isUnsafe: flag(r, 1),
          }
        }),
      },
    })
  }

  const written = (): DeclarationExport => ({
    names: names.entries,
    levels: levels.entries,
    terms: terms.entries,
    declarations,
  })
  return { declare, declareType, declareInductive, written }
}

const SAFETIES = ['unsafe', 'safe', 'partial'] as const
const QUOT_KINDS = ['type', 'ctor', 'lift', 'ind'] as const

/** Entries in order of writing, the first with number `first`. */
function table<T>(first: number) {
  const entries: T[] = []
  const numbers = new Map<string, number>()
  const intern = (key: string, entry: T): number => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    const number = first + entries.push(entry) - 1
    numbers.set(key, number)
    return number
  }
  return { entries, intern }
}
