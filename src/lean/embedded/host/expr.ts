import { isScalar, type Objects } from './objects.ts'
import type { Obj, Owned } from './wasm-module.ts'

/** Constructor numbers of `Lean.Expr`. */
export const EXPR = {
  bvar: 0,
  fvar: 1,
  mvar: 2,
  sort: 3,
  const: 4,
  app: 5,
  lam: 6,
  forallE: 7,
  letE: 8,
  lit: 9,
  mdata: 10,
  proj: 11,
} as const
/** Fields of an expression that are expressions. */
const PARTS: Readonly<Record<number, readonly number[]>> = {
  [EXPR.app]: [0, 1],
  [EXPR.lam]: [1, 2],
  [EXPR.forallE]: [1, 2],
  [EXPR.letE]: [1, 2, 3],
  [EXPR.mdata]: [1],
  [EXPR.proj]: [2],
}
/** The expressions right below one, in order, borrowed. */
export const partsOf = ({ field, tag }: Objects, expr: Obj): Obj[] =>
  (PARTS[tag(expr)] ?? []).map((i) => field(expr, i))

/** Constructor numbers of `Lean.Level`; `zero` is a boxed scalar. */
export const LEVEL = { zero: 0, succ: 1, max: 2, imax: 3, param: 4, mvar: 5 } as const

/** Levels right below one. */
const LEVEL_PARTS: Readonly<Record<number, readonly number[]>> = {
  [LEVEL.succ]: [0],
  [LEVEL.max]: [0, 1],
  [LEVEL.imax]: [0, 1],
}

/** What a walk makes of a level or a term, from what it has made of the levels and terms right below. All is borrowed. */
export type TermFold<T> = {
  readonly level: (kind: number, level: Obj, below: readonly T[]) => T
  readonly term: (kind: number, term: Obj, below: readonly T[], levels: readonly T[]) => T
}

/** The one walk over terms: children first, in order, each address once. */
export function termWalk<T>(lean: Objects, fold: TermFold<T>): (term: Obj) => T {
  const { field, tag } = lean
  const seen = new Map<Obj, T>()
  const level = (l: Obj): T => {
    const kind = isScalar(l) ? LEVEL.zero : tag(l)
    return fold.level(
      kind,
      l,
      (LEVEL_PARTS[kind] ?? []).map((i) => level(field(l, i))),
    )
  }
  const levelsOf = (kind: number, e: Obj): readonly T[] =>
    kind === EXPR.const ? lean.listItems(field(e, 1)).map(level) : kind === EXPR.sort ? [level(field(e, 0))] : []
  const visit = (e: Obj): T => {
    const known = seen.get(e)
    if (known !== undefined) return known
    const kind = tag(e)
    const made = fold.term(kind, e, partsOf(lean, e).map(visit), levelsOf(kind, e))
    seen.set(e, made)
    return made
  }
  return visit
}

/** The cached facts about an expression. `Expr.data` is the u64 after the fields: hash, depth, four flags, loose-variable range. */
export function exprFlags(lean: Objects, expr: Obj): { hasFVar: boolean; hasExprMVar: boolean; hasLevelMVar: boolean } {
  const bits = lean.scalarByte(expr, 5)
  return { hasFVar: (bits & 1) !== 0, hasExprMVar: (bits & 2) !== 0, hasLevelMVar: (bits & 4) !== 0 }
}

export type GoalShapes = ReturnType<typeof createGoalShapes>

/**
 * What two goals must share to be the same goal: the structure of every hypothesis and of the target, with variables
 * numbered in order of appearance instead of by Lean's fresh names, and the names a user can write.
 */
export function createGoalShapes(lean: Objects) {
  const { field, tag, inc, dec } = lean

  // Names of imported constants live for ever, so their address identifies them.
  const nameTexts = new Map<Obj, string>()
  const nameText = (name: Obj): string => {
    if (isScalar(name)) return ''
    const known = nameTexts.get(name)
    if (known !== undefined) return known
    const prefix = nameText(field(name, 0))
    const part = tag(name) === 1 ? lean.stringValue(field(name, 1)) : String(lean.natValue(field(name, 1)))
    const text = prefix === '' ? part : `${prefix}.${part}`
    if (lean.isImmortal(name)) nameTexts.set(name, text)
    return text
  }

  /** 53 bits of a node from its kind and its children's 53 bits. */
  const combine = (kind: number, a: number, b: number, c = 0): number => {
    let low = Math.imul(kind ^ 0x9e3779b9, 0x85ebca6b)
    let high = Math.imul(kind + 0x7f4a7c15, 0xc2b2ae35)
    for (const x of [a, b, c]) {
      low = Math.imul(low ^ (x | 0), 0x01000193) + (high >>> 15)
      high = Math.imul(high ^ ((x / 0x100000000) | 0) ^ low, 0x85ebca6b)
    }
    return (high & 0x1fffff) * 0x100000000 + (low >>> 0)
  }
  const hashText = (text: string): number => {
    let h = 0x811c9dc5
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
    return h >>> 0
  }

  /** A walk over the goals of one state: variables keep their numbers from goal to goal. */
  const walker = () => {
    const numbers = new Map<string, number>()
    const number = (name: Obj): number => {
      const key = nameText(name)
      let n = numbers.get(key)
      if (n === undefined) {
        n = numbers.size
        numbers.set(key, n)
      }
      return n
    }
    let constants = new Set<string>()
    let isOpen = false

    const literal = (l: Obj): number => {
      const value = field(l, 0)
      if (tag(l) === 1) return hashText(`"${lean.stringValue(value)}`)
      return hashText(String(lean.natValue(value) ?? lean.takeString(lean.fn('l_Nat_reprFast')(inc(value)))))
    }
    const visit = termWalk<number>(lean, {
      level(kind, l, [a = 0, b = 0]) {
        if (kind === LEVEL.zero) return LEVEL.zero
        if (kind === LEVEL.param) return combine(kind + 32, hashText(nameText(field(l, 0))), 0)
        if (kind === LEVEL.mvar) return combine(kind + 32, number(field(l, 0)), 0)
        return combine(kind + 32, a, b)
      },
      term(kind, e, [a = 0, b = 0, c = 0], levels) {
        switch (kind) {
          case EXPR.bvar:
            return combine(kind, lean.natValue(field(e, 0)) ?? -1, 0)
          case EXPR.fvar:
          case EXPR.mvar:
            return combine(kind, number(field(e, 0)), 0)
          case EXPR.sort:
            return combine(kind, levels[0] ?? 0, 0)
          case EXPR.const: {
            const name = nameText(field(e, 0))
            constants.add(name)
            return levels.reduce((all, one) => combine(kind, all, one), hashText(name))
          }
          case EXPR.lam:
          case EXPR.forallE:
            // Binder names count: `intro` takes them.
            return combine(kind, hashText(nameText(field(e, 0))), a, b)
          case EXPR.lit:
            return combine(kind, literal(field(e, 0)), 0)
          case EXPR.proj:
            return combine(kind, lean.natValue(field(e, 1)) ?? 0, a)
          default:
            return combine(kind, a, b, c)
        }
      },
    })

    /**
     * One goal by its metavariable in a metavariable context (both borrowed): its 53 bits, the constants in it, and whether
     * it holds metavariables, so that another goal may say what they are.
     */
    const goal = (mctx: Obj, mvarId: Obj): { hash: number; constants: string[]; isOpen: boolean } => {
      constants = new Set()
      isOpen = false
      const found = lean.fn('l_Lean_MetavarContext_findDecl_x3f')(inc(mctx), inc(mvarId))
      if (isScalar(found)) throw new Error('a goal is unknown to its own metavariable context')
      // MetavarDecl: userName, lctx, type, ...; LocalContext: fvarIdToDecl, decls, ...
      const decl = field(found, 0)
      const instantiated: Owned[] = []
      const expr = (e: Obj): number => {
        const flags = exprFlags(lean, e)
        if (!flags.hasExprMVar && !flags.hasLevelMVar) return visit(e)
        const result = lean.fn('l_Lean_instantiateMVarsCore')(inc(mctx), inc(e))
        // Kept until the walk is over: `seen` goes by address, which must not be used again meanwhile.
        instantiated.push(result)
        const left = exprFlags(lean, field(result, 0))
        isOpen ||= left.hasExprMVar || left.hasLevelMVar
        return visit(field(result, 0))
      }
      let hash = hashText(nameText(field(decl, 0)))
      for (const option of lean.persistentArrayItems(field(field(decl, 1), 1))) {
        if (isScalar(option)) continue
        // LocalDecl.cdecl: index, fvarId, userName, type; ldecl: the same and value.
        const local = field(option, 0)
        hash = combine(20 + tag(local), hash, number(field(local, 1)), hashText(nameText(field(local, 2))))
        hash = combine(22, hash, expr(field(local, 3)))
        if (tag(local) === 1) hash = combine(23, hash, expr(field(local, 4)))
      }
      hash = combine(24, hash, expr(field(decl, 2)))
      owned.push(found, ...instantiated)
      return { hash, constants: [...constants].sort(), isOpen }
    }
    const owned: Owned[] = []
    const end = () => {
      for (const o of owned) dec(o)
    }
    return { goal, end }
  }

  return { walker, combine, nameText }
}
