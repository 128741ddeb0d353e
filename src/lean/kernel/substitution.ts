import type { Level, LevelStore } from './levels.ts'
import type { Name } from './names.ts'
import { LimitReached } from './outcomes.ts'
import { KIND, type Local, type Term, type TermStore } from './terms.ts'

/** Binders around a term: a pair of a term's number (below 2^26) and a depth must fit a double. */
const DEPTHS = 0x100000

/**
 * Replacing variables. Terms that are put into others are closed (their free variables are locals), so nothing is ever
 * lifted. Parts that the replacement cannot touch are known by their ranges and are not walked.
 */
export class Substitution {
  readonly #terms: TermStore
  readonly #levels: LevelStore

  constructor(terms: TermStore, levels: LevelStore) {
    this.#terms = terms
    this.#levels = levels
  }

  /** The innermost `args.length` loose variables by `args`: the last argument for variable 0. */
  instantiate(body: Term, args: readonly Term[], count = args.length): Term {
    if (body.loose === 0 || count === 0) return body
    const terms = this.#terms
    const replace = (variable: Term, depth: number): Term => {
      if (variable.index >= depth + count) return terms.bvar(variable.index - count)
      return args[count - 1 - (variable.index - depth)] as Term
    }
    return this.#walk(body, 0, (t, depth) => {
      if (t.loose <= depth) return t
      return t.kind === KIND.bvar ? replace(t, depth) : undefined
    })
  }

  /** Locals by loose variables: the last local by variable 0. */
  abstract(body: Term, locals: readonly Local[]): Term {
    if (locals.length === 0) return body
    let least = Number.POSITIVE_INFINITY
    for (const local of locals) least = Math.min(least, local.index)
    if (body.locals <= least) return body
    return this.#walk(body, 0, (t, depth) => {
      if (t.locals <= least) return t
      if (t.kind !== KIND.local) return undefined
      const at = locals.indexOf(t)
      return at < 0 ? t : this.#terms.bvar(depth + locals.length - 1 - at)
    })
  }

  /** Universe parameters by levels. */
  instantiateLevels(term: Term, params: readonly Name[], levels: readonly Level[]): Term {
    if (params.length === 0 || !term.hasParam) return term
    const of = (level: Level) => this.#levels.instantiate(level, params, levels)
    return this.#walk(term, 0, (t) => {
      if (!t.hasParam) return t
      if (t.kind === KIND.sort) return this.#terms.sort(of(t.levels[0] as Level))
      if (t.kind === KIND.const) return this.#terms.const(t.name, t.levels.map(of))
      return undefined
    })
  }

  /** Constants and applications of them by other terms; `of` gives undefined to go on inside. */
  replace(term: Term, of: (t: Term, depth: number) => Term | undefined): Term {
    return this.#walk(term, 0, of)
  }

  /** Rebuilds a term bottom up. `of` gives what stands for a part, or undefined to look inside it. */
  #walk(term: Term, at: number, of: (t: Term, depth: number) => Term | undefined): Term {
    const terms = this.#terms
    const memo = new Map<number, Term>()
    const visit = (t: Term, depth: number): Term => {
      const direct = of(t, depth)
      if (direct !== undefined) return direct
      if (depth >= DEPTHS) throw new LimitReached('stack')
      const key = t.id * DEPTHS + depth
      const known = memo.get(key)
      if (known !== undefined) return known
      let result: Term
      switch (t.kind) {
        case KIND.app: {
          const fn = visit(t.left, depth)
          result = terms.app(fn, visit(t.right, depth))
          break
        }
        case KIND.lam: {
          const type = visit(t.left, depth)
          result = terms.lam(type, visit(t.right, depth + 1))
          break
        }
        case KIND.pi: {
          const type = visit(t.left, depth)
          result = terms.pi(type, visit(t.right, depth + 1))
          break
        }
        case KIND.let: {
          const type = visit(t.left, depth)
          const value = visit(t.value, depth)
          result = terms.let(type, value, visit(t.right, depth + 1))
          break
        }
        case KIND.proj:
          result = terms.proj(t.name, t.index, visit(t.left, depth))
          break
        default:
          return t
      }
      memo.set(key, result)
      return result
    }
    return visit(term, at)
  }
}
