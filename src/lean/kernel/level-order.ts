import type { Budget } from './budget.ts'
import type { Level, LevelStore } from './levels.ts'
import type { Name } from './names.ts'

/**
 * One part of a level's normal form: `variable + offset` (or `offset` alone) where every parameter of `when` is at least
 * 1, and 0 elsewhere. A level is the maximum of its parts. A variable is always among its own conditions.
 */
type Part = { readonly when: readonly Name[]; readonly variable: Name | undefined; readonly offset: number }

/**
 * Comparison of levels by what they mean: a <= b when it holds for all values of the parameters. It is decided, not
 * approximated. Parts are monotone in the parameters, so the least value of `b` where a part of `a` counts is taken with
 * that part's conditions at 1 and everything else at 0; a variable that grows without bound must be met by itself.
 */
export class LevelOrder {
  readonly #store: LevelStore
  readonly #budget: Budget
  readonly #normal = new Map<Level, readonly Part[]>()
  readonly #known = new Map<Level, Map<Level, boolean>>()

  constructor(store: LevelStore, budget: Budget) {
    this.#store = store
    this.#budget = budget
  }

  isEqual(a: Level, b: Level): boolean {
    return a === b || (this.isAtMost(a, b) && this.isAtMost(b, a))
  }
  isZero(a: Level): boolean {
    return this.isAtMost(a, this.#store.zero)
  }
  /** At least 1 whatever the parameters are. */
  isNeverZero(a: Level): boolean {
    return this.isAtMost(this.#store.one, a)
  }
  areEqual(a: readonly Level[], b: readonly Level[]): boolean {
    return a.length === b.length && a.every((level, i) => this.isEqual(level, b[i] as Level))
  }
  isAtMost(a: Level, b: Level): boolean {
    if (a === b || a.kind === 'zero') return true
    let row = this.#known.get(a)
    if (row === undefined) {
      row = new Map()
      this.#known.set(a, row)
    }
    let answer = row.get(b)
    if (answer === undefined) {
      const others = this.#parts(b)
      answer = this.#parts(a).every((part) => isCovered(part, others))
      row.set(b, answer)
    }
    return answer
  }

  #parts(level: Level): readonly Part[] {
    const known = this.#normal.get(level)
    if (known !== undefined) return known
    const parts: Part[] = []
    this.#collect(level, [], 0, parts)
    this.#normal.set(level, parts)
    return parts
  }

  /** Adds the parts of `level + offset`, where all of `when` are at least 1. */
  #collect(level: Level, when: readonly Name[], offset: number, into: Part[]): void {
    this.#budget.step()
    switch (level.kind) {
      case 'zero':
        add(into, { when, variable: undefined, offset })
        break
      case 'succ':
        this.#collect(level.of, when, offset + 1, into)
        break
      case 'max':
        this.#collect(level.left, when, offset, into)
        this.#collect(level.right, when, offset, into)
        break
      case 'param':
        add(into, { when, variable: undefined, offset })
        add(into, { when: withName(when, level.name), variable: level.name, offset })
        break
      case 'imax':
        this.#collectImax(level.left, level.right, when, offset, into)
        break
      default:
        level satisfies never
    }
  }
  #collectImax(left: Level, right: Level, when: readonly Name[], offset: number, into: Part[]): void {
    const store = this.#store
    this.#budget.step()
    switch (right.kind) {
      case 'zero':
        this.#collect(right, when, offset, into)
        break
      case 'succ':
        this.#collect(left, when, offset, into)
        this.#collect(right, when, offset, into)
        break
      case 'max':
        this.#collectImax(left, right.left, when, offset, into)
        this.#collectImax(left, right.right, when, offset, into)
        break
      case 'imax':
        // imax a (imax b c) is 0 where c is, and the maximum of the three elsewhere.
        this.#collectImax(store.max(left, right.left), right.right, when, offset, into)
        break
      case 'param':
        this.#collect(right, when, offset, into)
        this.#collect(left, withName(when, right.name), offset, into)
        break
      default:
        right satisfies never
    }
  }
}

function isCovered(part: Part, by: readonly Part[]): boolean {
  if (part.variable === undefined && part.offset === 0) return true
  return by.some((other) => {
    if (!other.when.every((name) => part.when.includes(name))) return false
    if (part.variable !== undefined) return other.variable === part.variable && other.offset >= part.offset
    return other.offset + (other.variable === undefined ? 0 : 1) >= part.offset
  })
}

/** Leaves out what another part covers. */
function add(parts: Part[], part: Part): void {
  if (isCovered(part, parts)) return
  const kept = parts.filter((other) => !isCovered(other, [part]))
  parts.length = 0
  parts.push(...kept, part)
}

function withName(names: readonly Name[], name: Name): readonly Name[] {
  return names.includes(name) ? names : [...names, name]
}
