import type { ExportedDeclarations } from '../protocol.ts'
import { EXPR, LEVEL } from './expr.ts'
import { box, isScalar, type Objects, UNIT } from './objects.ts'
import type { Obj } from './wasm-module.ts'

/**
 * Names, levels and expressions as plain data, in the manner of lean4export: a list of nodes, children before parents,
 * equal nodes once. What comes back from it is built by Lean's own constructors, so nothing a hostile elaboration did to
 * the memory of one process reaches another.
 */
type Node = (number | string)[]

const NODE = {
  anonymous: 0,
  nameString: 1,
  nameNumber: 2,
  levelZero: 10,
  levelSucc: 11,
  levelMax: 12,
  levelImax: 13,
  levelParam: 14,
  bvar: 20,
  sort: 21,
  const: 22,
  app: 23,
  lam: 24,
  forallE: 25,
  letE: 26,
  natLit: 27,
  strLit: 28,
  proj: 29,
} as const

/** The kernel recurses over terms, and this build does not notice when its stack ends. */
const MAX_DEPTH = 10_000

export class TermError extends Error {
  override readonly name = 'TermError'
}

/** Turns Lean terms into nodes. `mdata` is left out: it means nothing to the kernel. */
export function createTermWriter(lean: Objects) {
  const { field, tag, inc } = lean
  const nodes: Node[] = []
  const positions = new Map<string, number>()
  const seen = new Map<Obj, number>()

  const intern = (node: Node): number => {
    const key = JSON.stringify(node)
    let position = positions.get(key)
    if (position === undefined) {
      position = nodes.length
      nodes.push(node)
      positions.set(key, position)
    }
    return position
  }
  const natText = (n: Obj): string => String(lean.natValue(n) ?? lean.takeString(lean.fn('l_Nat_reprFast')(inc(n))))
  /** Terms share a lot: each object is visited once. Callers keep the terms alive until the writer is done. */
  const memo = (o: Obj, make: () => Node): number => {
    const known = seen.get(o)
    if (known !== undefined) return known
    const position = intern(make())
    seen.set(o, position)
    return position
  }

  const name = (n: Obj): number => {
    if (isScalar(n)) return intern([NODE.anonymous])
    return memo(n, () => {
      const prefix = name(field(n, 0))
      return tag(n) === 1
        ? [NODE.nameString, prefix, lean.stringValue(field(n, 1))]
        : [NODE.nameNumber, prefix, natText(field(n, 1))]
    })
  }
  const level = (l: Obj): number => {
    if (isScalar(l)) return intern([NODE.levelZero])
    return memo(l, () => {
      switch (tag(l)) {
        case LEVEL.succ:
          return [NODE.levelSucc, level(field(l, 0))]
        case LEVEL.max:
          return [NODE.levelMax, level(field(l, 0)), level(field(l, 1))]
        case LEVEL.imax:
          return [NODE.levelImax, level(field(l, 0)), level(field(l, 1))]
        case LEVEL.param:
          return [NODE.levelParam, name(field(l, 0))]
        default:
          throw new TermError('a universe level is not determined')
      }
    })
  }
  const expr = (e: Obj): number => {
    if (tag(e) === EXPR.mdata) return expr(field(e, 1))
    return memo(e, () => {
      switch (tag(e)) {
        case EXPR.bvar:
          return [NODE.bvar, lean.natValue(field(e, 0)) ?? -1]
        case EXPR.sort:
          return [NODE.sort, level(field(e, 0))]
        case EXPR.const:
          return [NODE.const, name(field(e, 0)), ...lean.listItems(field(e, 1)).map(level)]
        case EXPR.app:
          return [NODE.app, expr(field(e, 0)), expr(field(e, 1))]
        // After Expr.data (8 bytes): binder info, or whether a `let` is a `have`.
        case EXPR.lam:
          return [NODE.lam, name(field(e, 0)), lean.scalarByte(e, 8), expr(field(e, 1)), expr(field(e, 2))]
        case EXPR.forallE:
          return [NODE.forallE, name(field(e, 0)), lean.scalarByte(e, 8), expr(field(e, 1)), expr(field(e, 2))]
        case EXPR.letE:
          return [
            NODE.letE,
            name(field(e, 0)),
            lean.scalarByte(e, 8),
            expr(field(e, 1)),
            expr(field(e, 2)),
            expr(field(e, 3)),
          ]
        case EXPR.lit: {
          const literal = field(e, 0)
          return tag(literal) === 0
            ? [NODE.natLit, natText(field(literal, 0))]
            : [NODE.strLit, lean.stringValue(field(literal, 0))]
        }
        case EXPR.proj:
          return [NODE.proj, name(field(e, 0)), lean.natValue(field(e, 1)) ?? -1, expr(field(e, 2))]
        default:
          throw new TermError('the term has free variables')
      }
    })
  }
  return { nodes, name, level, expr }
}

/** The one term at `position` with everything below it, as text: equal terms give equal texts, whatever their neighbours. */
export function canonicalText(nodes: readonly Node[], position: number): string {
  const order: string[] = []
  const numbers = new Map<number, number>()
  const visit = (at: number): number => {
    const known = numbers.get(at)
    if (known !== undefined) return known
    const node = nodes[at] as Node
    const children = new Set(childPositions(node))
    const text = JSON.stringify(node.map((x, i) => (children.has(i) ? visit(x as number) : x)))
    const number = order.length
    order.push(text)
    numbers.set(at, number)
    return number
  }
  visit(position)
  return order.join('')
}

/** Which entries of a node are positions of other nodes. */
function childPositions(node: Node): number[] {
  switch (node[0]) {
    case NODE.anonymous:
    case NODE.levelZero:
    case NODE.bvar:
    case NODE.natLit:
    case NODE.strLit:
      return []
    case NODE.nameString:
    case NODE.nameNumber:
    case NODE.levelSucc:
    case NODE.levelParam:
    case NODE.sort:
      return [1]
    case NODE.levelMax:
    case NODE.levelImax:
    case NODE.app:
      return [1, 2]
    case NODE.const:
      return node.slice(1).map((_, i) => i + 1)
    case NODE.lam:
    case NODE.forallE:
      return [1, 3, 4]
    case NODE.letE:
      return [1, 3, 4, 5]
    case NODE.proj:
      return [1, 3]
    default:
      throw new TermError(`unknown node ${String(node[0])}`)
  }
}

/** Builds Lean terms from nodes. The terms are borrowed from the reader and freed by `end`. */
export function createTermReader(lean: Objects, nodes: ExportedDeclarations['nodes']) {
  const { fn, inc, dec, makeString } = lean
  const built: Obj[] = []
  const at = (position: unknown): Obj => {
    const o = typeof position === 'number' ? built[position] : undefined
    if (o === undefined) throw new TermError('a node refers to one that is not there yet')
    return inc(o)
  }
  const text = (x: unknown): string => String(x)
  const build = (node: Node): Obj => {
    const [kind, a, b, c, d, e] = node
    switch (kind) {
      case NODE.anonymous:
        return UNIT
      case NODE.nameString:
        return fn('lean_name_mk_string')(at(a), makeString(text(b)))
      case NODE.nameNumber:
        return fn('lean_name_mk_numeral')(at(a), natural(lean, text(b)))
      case NODE.levelZero:
        return UNIT
      case NODE.levelSucc:
        return fn('l_Lean_Level_succ___override')(at(a))
      case NODE.levelMax:
        return fn('l_Lean_Level_max___override')(at(a), at(b))
      case NODE.levelImax:
        return fn('l_Lean_Level_imax___override')(at(a), at(b))
      case NODE.levelParam:
        return fn('l_Lean_Level_param___override')(at(a))
      case NODE.bvar:
        return fn('l_Lean_Expr_bvar___override')(box(Number(a)))
      case NODE.sort:
        return fn('l_Lean_Expr_sort___override')(at(a))
      case NODE.const:
        return fn('l_Lean_Expr_const___override')(at(a), lean.makeList(node.slice(2).map(at)))
      case NODE.app:
        return fn('l_Lean_Expr_app___override')(at(a), at(b))
      case NODE.lam:
        return fn('l_Lean_Expr_lam___override')(at(a), at(c), at(d), box(Number(b)))
      case NODE.forallE:
        return fn('l_Lean_Expr_forallE___override')(at(a), at(c), at(d), box(Number(b)))
      case NODE.letE:
        return fn('l_Lean_Expr_letE___override')(at(a), at(c), at(d), at(e), box(Number(b)))
      case NODE.natLit:
        return fn('l_Lean_Expr_lit___override')(lean.makeCtor(0, [natural(lean, text(a))]))
      case NODE.strLit:
        return fn('l_Lean_Expr_lit___override')(lean.makeCtor(1, [makeString(text(a))]))
      case NODE.proj:
        return fn('l_Lean_Expr_proj___override')(at(a), box(Number(b)), at(c))
      default:
        throw new TermError(`unknown node ${String(kind)}`)
    }
  }
  const depths: number[] = []
  for (const node of nodes) {
    const depth = childPositions(node).reduce((most, i) => Math.max(most, (depths[node[i] as number] ?? 0) + 1), 0)
    if (depth > MAX_DEPTH) throw new TermError(`the proof term is more than ${MAX_DEPTH} levels deep`)
    depths.push(depth)
    built.push(build(node))
  }
  const end = () => {
    for (const o of built) dec(o)
  }
  return { at, end }
}

/** A natural number of any size from its decimal digits. */
function natural(lean: Objects, digits: string): Obj {
  if (!/^\d+$/.test(digits)) throw new TermError(`not a natural number: ${digits.slice(0, 40)}`)
  if (digits.length < 9) return box(Number(digits))
  return lean.makeBigNat(digits)
}
