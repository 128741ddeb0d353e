import { createHash } from 'node:crypto'
import { EXPR, LEVEL } from './expr.ts'
import { isScalar, type Objects } from './objects.ts'
import type { Obj } from './wasm-module.ts'

/**
 * A text that two closed terms share exactly if they are the same up to the names of bound variables: SHA-256 over the
 * term's nodes, children first, equal nodes once. Universe parameters count by name, `mdata` not at all.
 */
export function termFingerprint(lean: Objects, nameText: (name: Obj) => string, term: Obj): string {
  const { field, tag, inc } = lean
  const numbers = new Map<string, number>()
  const seen = new Map<Obj, number>()
  const hash = createHash('sha256')
  const intern = (...parts: readonly (number | string)[]): number => {
    const key = JSON.stringify(parts)
    const known = numbers.get(key)
    if (known !== undefined) return known
    hash.update(key)
    numbers.set(key, numbers.size)
    return numbers.size - 1
  }
  const natText = (n: Obj): string => String(lean.natValue(n) ?? lean.takeString(lean.fn('l_Nat_reprFast')(inc(n))))
  const level = (l: Obj): number => {
    if (isScalar(l)) return intern('zero')
    const kind = tag(l)
    if (kind === LEVEL.param) return intern('param', nameText(field(l, 0)))
    if (kind === LEVEL.succ) return intern('succ', level(field(l, 0)))
    return intern(kind === LEVEL.max ? 'max' : 'imax', level(field(l, 0)), level(field(l, 1)))
  }
  const visit = (e: Obj): number => {
    const known = seen.get(e)
    if (known !== undefined) return known
    const number = node(e)
    seen.set(e, number)
    return number
  }
  const node = (e: Obj): number => {
    const kind = tag(e)
    switch (kind) {
      case EXPR.bvar:
        return intern('bvar', natText(field(e, 0)))
      case EXPR.sort:
        return intern('sort', level(field(e, 0)))
      case EXPR.const:
        return intern('const', nameText(field(e, 0)), ...lean.listItems(field(e, 1)).map(level))
      case EXPR.app:
        return intern('app', visit(field(e, 0)), visit(field(e, 1)))
      case EXPR.lam:
      case EXPR.forallE:
        // The byte after Expr.data is the binder's kind: explicit, implicit, strict, instance.
        return intern(kind, lean.scalarByte(e, 8), visit(field(e, 1)), visit(field(e, 2)))
      case EXPR.letE:
        return intern('let', lean.scalarByte(e, 8), visit(field(e, 1)), visit(field(e, 2)), visit(field(e, 3)))
      case EXPR.lit: {
        const literal = field(e, 0)
        return tag(literal) === 0
          ? intern('nat', natText(field(literal, 0)))
          : intern('string', lean.stringValue(field(literal, 0)))
      }
      case EXPR.mdata:
        return visit(field(e, 1))
      case EXPR.proj:
        return intern('proj', nameText(field(e, 0)), natText(field(e, 1)), visit(field(e, 2)))
      default:
        throw new Error('a fingerprint is of closed terms only')
    }
  }
  visit(term)
  return hash.digest('hex').slice(0, 32)
}
