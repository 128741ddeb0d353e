import type {
  Binder,
  LevelEntry,
  LevelIndex,
  NameEntry,
  NameIndex,
  TermEntry,
  TermIndex,
} from '../../../proof/declarations/export.ts'
import { BINDER_INFOS } from '../../../proof/declarations/export.ts'
import type { ValidExport } from '../../../proof/declarations/validate.ts'
import { box, type Objects, UNIT } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

export type ExportReader = ReturnType<typeof createExportReader>

/**
 * Builds Lean's names, levels and terms from an export that has been looked at, by Lean's own constructors. Everything
 * is borrowed from the reader and freed by `end`.
 */
export function createExportReader(lean: Objects, data: ValidExport) {
  const { fn, inc, dec, makeString } = lean
  const owned: Owned[] = []
  const own = (o: Owned): Obj => {
    owned.push(o)
    return o
  }
  const natural = (digits: string): Owned => (digits.length < 9 ? box(Number(digits)) : lean.makeBigNat(digits))

  const component = (prefix: Obj, entry: NameEntry): Owned =>
    'str' in entry
      ? fn('lean_name_mk_string')(inc(prefix), makeString(entry.str.str))
      : fn('lean_name_mk_numeral')(inc(prefix), natural(String(entry.num.i)))
  const before = (entry: NameEntry): NameIndex => ('str' in entry ? entry.str.pre : entry.num.pre)

  const names: Obj[] = [UNIT]
  for (const entry of data.names) names.push(own(component(names[before(entry)] as Obj, entry)))

  const levels: Obj[] = [UNIT]
  const levelAt = (index: LevelIndex): Owned => inc(levels[index] as Obj)
  const level = (entry: LevelEntry): Owned => {
    if ('succ' in entry) return fn('l_Lean_Level_succ___override')(levelAt(entry.succ))
    if ('param' in entry) return fn('l_Lean_Level_param___override')(inc(names[entry.param] as Obj))
    if ('max' in entry) return fn('l_Lean_Level_max___override')(levelAt(entry.max[0]), levelAt(entry.max[1]))
    return fn('l_Lean_Level_imax___override')(levelAt(entry.imax[0]), levelAt(entry.imax[1]))
  }
  for (const entry of data.levels) levels.push(own(level(entry)))

  const terms: Obj[] = []
  const termAt = (index: TermIndex): Owned => inc(terms[index] as Obj)
  const binder = ({ name, type, body, binderInfo }: Binder): Owned[] => [
    inc(names[name] as Obj),
    termAt(type),
    termAt(body),
    box(BINDER_INFOS.indexOf(binderInfo)),
  ]
  const term = (entry: TermEntry): Owned => {
    if ('app' in entry) return fn('l_Lean_Expr_app___override')(termAt(entry.app.fn), termAt(entry.app.arg))
    if ('bvar' in entry) return fn('l_Lean_Expr_bvar___override')(box(entry.bvar))
    if ('const' in entry) {
      const { name, us } = entry.const
      return fn('l_Lean_Expr_const___override')(inc(names[name] as Obj), lean.makeList(us.map(levelAt)))
    }
    if ('lam' in entry) return fn('l_Lean_Expr_lam___override')(...binder(entry.lam))
    if ('forallE' in entry) return fn('l_Lean_Expr_forallE___override')(...binder(entry.forallE))
    if ('letE' in entry) {
      const { name, type, value, body, nondep } = entry.letE
      const parts = [inc(names[name] as Obj), termAt(type), termAt(value), termAt(body), box(nondep ? 1 : 0)]
      return fn('l_Lean_Expr_letE___override')(...parts)
    }
    if ('sort' in entry) return fn('l_Lean_Expr_sort___override')(levelAt(entry.sort))
    if ('proj' in entry) {
      const { typeName, idx, struct } = entry.proj
      return fn('l_Lean_Expr_proj___override')(inc(names[typeName] as Obj), box(idx), termAt(struct))
    }
    const literal =
      'natVal' in entry ? lean.makeCtor(0, [natural(entry.natVal)]) : lean.makeCtor(1, [makeString(entry.strVal)])
    return fn('l_Lean_Expr_lit___override')(literal)
  }
  for (const entry of data.terms) terms.push(own(term(entry)))

  return {
    term: (index: TermIndex): Obj => terms[index] as Obj,
    name: (index: NameIndex): Obj => names[index] as Obj,
    end: (): void => {
      for (const o of owned.reverse()) dec(o)
    },
  }
}
