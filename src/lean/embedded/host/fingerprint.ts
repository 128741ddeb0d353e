import { createHash } from 'node:crypto'
import { EXPR, LEVEL, termWalk } from './expr.ts'
import type { Objects } from './objects.ts'
import type { Obj } from './wasm-module.ts'

/**
 * A text that two closed terms share exactly if they are the same up to the names of bound variables: SHA-256 over the
 * term's nodes, children first, equal nodes once. Universe parameters count by name, `mdata` not at all.
 */
export function termFingerprint(lean: Objects, nameText: (name: Obj) => string, term: Obj): string {
  const { field, tag, inc } = lean
  const numbers = new Map<string, number>()
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
  const visit = termWalk<number>(lean, {
    level(kind, l, below) {
      if (kind === LEVEL.zero) return intern('zero')
      if (kind === LEVEL.param) return intern('param', nameText(field(l, 0)))
      if (kind === LEVEL.mvar) throw new Error('a fingerprint is of closed terms only')
      return intern(kind === LEVEL.succ ? 'succ' : kind === LEVEL.max ? 'max' : 'imax', ...below)
    },
    term(kind, e, below, levels) {
      switch (kind) {
        case EXPR.bvar:
          return intern('bvar', natText(field(e, 0)))
        case EXPR.sort:
          return intern('sort', ...levels)
        case EXPR.const:
          return intern('const', nameText(field(e, 0)), ...levels)
        case EXPR.app:
          return intern('app', ...below)
        case EXPR.lam:
        case EXPR.forallE:
          // The byte after Expr.data is the binder's kind: explicit, implicit, strict, instance.
          return intern(kind, lean.scalarByte(e, 8), ...below)
        case EXPR.letE:
          return intern('let', lean.scalarByte(e, 8), ...below)
        case EXPR.lit: {
          const literal = field(e, 0)
          return tag(literal) === 0
            ? intern('nat', natText(field(literal, 0)))
            : intern('string', lean.stringValue(field(literal, 0)))
        }
        case EXPR.mdata:
          return below[0] as number
        case EXPR.proj:
          return intern('proj', nameText(field(e, 0)), natText(field(e, 1)), ...below)
        default:
          throw new Error('a fingerprint is of closed terms only')
      }
    },
  })
  visit(term)
  return hash.digest('hex').slice(0, 32)
}
