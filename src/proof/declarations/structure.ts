import type { Declaration, DeclarationExport, LevelIndex, NameIndex, TermEntry, TermIndex } from './export.ts'
import { constantOf, declaredNames, nameKey, nameParts } from './names.ts'

/** What a name in a term stands for, as a text: equal texts, equal constants. */
export type Resolve = (name: NameIndex) => string

/**
 * Compares declarations of different exports by structure: names of bound variables, kinds of binders and names of
 * universe parameters do not count, the proofs of theorems neither. A constant counts as what `resolve` says it is; those
 * that a declaration makes count by their place in it.
 */
export class Structures {
  readonly #numbers = new Map<string, number>()

  /** Equal numbers, equal declarations. */
  of(data: DeclarationExport, declaration: Declaration, resolve: Resolve): number {
    const own = new Map(declaredNames(declaration).map((name, place) => [nameKey(nameParts(data, name)), place]))
    const constant: Resolve = (name) => {
      const place = own.get(nameKey(nameParts(data, name)))
      return place === undefined ? resolve(name) : `own ${place}`
    }
    const number = (levelParams: readonly NameIndex[], ...terms: readonly TermIndex[]): string => {
      const shapes = this.#terms(data, levelParams, terms, constant)
      return `${levelParams.length}: ${terms.map((term) => shapes.get(term))}`
    }
    if ('inductive' in declaration) {
      const { types, ctors } = declaration.inductive
      const parts = [
        ...types.map((t) => `type ${t.numParams} ${t.isUnsafe} ${number(t.levelParams, t.type)}`),
        ...ctors.map((c) => `constructor ${constant(c.induct)} ${number(c.levelParams, c.type)}`),
      ]
      return this.#intern(parts.join('\n'))
    }
    const { levelParams, type } = constantOf(declaration)
    if ('def' in declaration) {
      const { value, safety } = declaration.def
      return this.#intern(`definition ${safety} ${number(levelParams, type, value)}`)
    }
    if ('opaque' in declaration) return this.#intern(`opaque ${number(levelParams, type, declaration.opaque.value)}`)
    return this.#intern(`${Object.keys(declaration)} ${number(levelParams, type)}`)
  }

  #intern(key: string): number {
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#numbers.size)
    return this.#numbers.size - 1
  }

  /** A number for each term below the roots. Universe parameters count by their place in the declaration's list. */
  #terms(
    data: DeclarationExport,
    levelParams: readonly NameIndex[],
    roots: readonly TermIndex[],
    constant: Resolve,
  ): Map<TermIndex, number> {
    const places = new Map(levelParams.map((name, place) => [nameKey(nameParts(data, name)), place]))
    const levels = new Map<LevelIndex, number>()
    const level = (at: LevelIndex): number => {
      const known = levels.get(at)
      if (known !== undefined) return known
      const entry = data.levels[at - 1]
      const key =
        entry === undefined
          ? 'zero'
          : 'param' in entry
            ? `param ${places.get(nameKey(nameParts(data, entry.param)))}`
            : 'succ' in entry
              ? `succ ${level(entry.succ)}`
              : 'max' in entry
                ? `max ${entry.max.map(level)}`
                : `imax ${entry.imax.map(level)}`
      const number = this.#intern(`level ${key}`)
      levels.set(at, number)
      return number
    }
    const shapes = new Map<TermIndex, number>()
    const shape = (at: TermIndex) => shapes.get(at) as number
    // Entries refer to earlier ones only.
    for (const at of [...reachable(data.terms, roots)].sort((a, b) => a - b))
      shapes.set(at, this.#intern(termKey(data.terms[at] as TermEntry, shape, level, constant)))
    return shapes
  }
}

function termKey(
  entry: TermEntry,
  shape: (at: TermIndex) => number,
  level: (at: LevelIndex) => number,
  constant: Resolve,
): string {
  if ('app' in entry) return `a${shape(entry.app.fn)},${shape(entry.app.arg)}`
  if ('bvar' in entry) return `b${entry.bvar}`
  if ('const' in entry) return `c${entry.const.us.map(level)} ${constant(entry.const.name)}`
  if ('lam' in entry) return `l${shape(entry.lam.type)},${shape(entry.lam.body)}`
  if ('forallE' in entry) return `f${shape(entry.forallE.type)},${shape(entry.forallE.body)}`
  if ('letE' in entry) return `t${shape(entry.letE.type)},${shape(entry.letE.value)},${shape(entry.letE.body)}`
  if ('sort' in entry) return `s${level(entry.sort)}`
  if ('proj' in entry) return `p${entry.proj.idx},${shape(entry.proj.struct)} ${constant(entry.proj.typeName)}`
  if ('natVal' in entry) return `n${entry.natVal}`
  return `"${entry.strVal}`
}

/** The terms directly below one. */
export function termsBelow(entry: TermEntry): readonly TermIndex[] {
  if ('app' in entry) return [entry.app.fn, entry.app.arg]
  if ('lam' in entry) return [entry.lam.type, entry.lam.body]
  if ('forallE' in entry) return [entry.forallE.type, entry.forallE.body]
  if ('letE' in entry) return [entry.letE.type, entry.letE.value, entry.letE.body]
  if ('proj' in entry) return [entry.proj.struct]
  return []
}

/** Every term at or below the roots. */
export function reachable(terms: readonly TermEntry[], roots: readonly TermIndex[]): Set<TermIndex> {
  const seen = new Set<TermIndex>(roots)
  const pending = [...seen]
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const below of termsBelow(terms[at] as TermEntry)) {
      if (seen.has(below)) continue
      seen.add(below)
      pending.push(below)
    }
  }
  return seen
}

/**
 * Which level of the first term stands where the second has each of its universe parameters, as far as the two agree:
 * how a theorem is to be used where another spelling of its statement is asked for. A guess that the kernel checks.
 */
export function matchLevels(
  a: DeclarationExport,
  rootA: TermIndex,
  b: DeclarationExport,
  rootB: TermIndex,
): Map<string, LevelIndex> {
  const found = new Map<string, LevelIndex>()
  const level = (x: LevelIndex, y: LevelIndex): void => {
    const right = b.levels[y - 1]
    if (right === undefined) return
    if ('param' in right) {
      const key = nameKey(nameParts(b, right.param))
      if (!found.has(key)) found.set(key, x)
      return
    }
    const left = a.levels[x - 1]
    if (left === undefined) return
    if ('succ' in left && 'succ' in right) level(left.succ, right.succ)
    else if ('max' in left && 'max' in right) for (const i of [0, 1] as const) level(left.max[i], right.max[i])
    else if ('imax' in left && 'imax' in right) for (const i of [0, 1] as const) level(left.imax[i], right.imax[i])
  }
  const seen = new Set<string>()
  const pending: [TermIndex, TermIndex][] = [[rootA, rootB]]
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const key = `${pair}`
    if (seen.has(key)) continue
    seen.add(key)
    const [left, right] = [a.terms[pair[0]] as TermEntry, b.terms[pair[1]] as TermEntry]
    if ('sort' in left && 'sort' in right) level(left.sort, right.sort)
    if ('const' in left && 'const' in right) {
      const us = right.const.us
      for (const [i, l] of left.const.us.entries()) if (us[i] !== undefined) level(l, us[i])
    }
    if (Object.keys(left)[0] !== Object.keys(right)[0]) continue
    const below = termsBelow(right)
    // The last parts first, so that the outermost binders are looked at before what stands below them.
    pending.push(
      ...termsBelow(left)
        .map((t, i): [TermIndex, TermIndex] => [t, below[i] as TermIndex])
        .reverse(),
    )
  }
  return found
}
