import type { Definition } from './constants.ts'
import { Iota } from './iota.ts'
import { type App, argsOf, type Const, headOf, KIND, type Proj, type Term } from './terms.ts'
import type { Theory } from './theory.ts'

/** Reduction to weak head normal form: until the head of a term says what it is. */
export class Reduction {
  readonly #theory: Theory
  readonly #iota: Iota
  readonly #core = new Map<number, Term>()
  readonly #cheapCore = new Map<number, Term>()
  readonly #full = new Map<number, Term>()
  readonly #values = new Map<number, Term>()

  constructor(theory: Theory) {
    this.#theory = theory
    this.#iota = new Iota(theory)
  }

  /** With all rules. */
  whnf(term: Term): Term {
    if (isDone(term)) return term
    const known = this.#full.get(term.id)
    if (known !== undefined) return known
    let t = term
    for (;;) {
      t = this.whnfCore(t, false)
      const computed = this.#theory.literals.compute(t)
      if (computed !== undefined) {
        t = computed
        break
      }
      const unfolded = this.unfold(t)
      if (unfolded === undefined) break
      t = unfolded
    }
    this.#full.set(term.id, t)
    return t
  }

  /**
   * Beta, zeta, projections, recursors and quotients, but no unfolding of the head (delta).
   * @param cheap what a projection is taken from is reduced in the same way only, so that equal terms can be compared
   *   before they are unfolded
   */
  whnfCore(term: Term, cheap: boolean): Term {
    if (isDone(term) || term.kind === KIND.const) return term
    const memo = cheap ? this.#cheapCore : this.#core
    const known = memo.get(term.id)
    if (known !== undefined) return known
    this.#theory.budget.step()
    const result = this.#reduceCore(term, cheap)
    memo.set(term.id, result)
    return result
  }

  #reduceCore(term: Term, cheap: boolean): Term {
    switch (term.kind) {
      case KIND.local:
        return term.value === null ? term : this.whnfCore(term.value, cheap)
      case KIND.let:
        return this.whnfCore(this.#theory.substitution.instantiate(term.right, [term.value]), cheap)
      case KIND.proj: {
        const field = this.#project(term, cheap)
        return field === undefined ? term : this.whnfCore(field, cheap)
      }
      case KIND.app:
        return this.#reduceApp(term, cheap)
      default:
        return term
    }
  }

  #reduceApp(term: App, cheap: boolean): Term {
    const head = headOf(term)
    if (head.kind === KIND.const) {
      const reduced = this.#iota.reduce(term, head)
      return reduced === undefined ? term : this.whnfCore(reduced, cheap)
    }
    const fn = this.whnfCore(head, cheap)
    if (fn.kind === KIND.lam) return this.whnfCore(this.beta(fn, argsOf(term)), cheap)
    return fn === head ? term : this.whnfCore(this.#theory.terms.apps(fn, argsOf(term)), cheap)
  }

  /** A function, applied: as many arguments as it has binders go in at once. */
  beta(fn: Term, args: readonly Term[]): Term {
    let body = fn
    let count = 0
    while (body.kind === KIND.lam && count < args.length) {
      body = body.right
      count++
    }
    const { substitution, terms } = this.#theory
    return terms.apps(substitution.instantiate(body, args, count), args, count)
  }

  /** The field that a projection takes, where its structure is an application of the constructor. */
  #project(term: Proj, cheap: boolean): Term | undefined {
    let structure = cheap ? this.whnfCore(term.left, true) : this.whnf(term.left)
    if (structure.kind === KIND.str) {
      const expanded = this.#theory.literals.asConstructor(structure)
      if (expanded !== undefined) structure = this.whnf(expanded)
    }
    const head = headOf(structure)
    if (head.kind !== KIND.const) return undefined
    const ctor = this.#theory.environment.constructorOf(head.name)
    if (ctor === undefined || ctor.inductive !== term.name) return undefined
    return argsOf(structure)[ctor.numParams + term.index]
  }

  /** The definition at the head of a term, if it can be unfolded. */
  definition(term: Term): Definition | undefined {
    const head = headOf(term)
    if (head.kind !== KIND.const) return undefined
    const constant = this.#theory.environment.find(head.name)
    return constant.kind === 'definition' && constant.params.length === head.levels.length ? constant : undefined
  }

  /** Delta at the head, and beta. */
  unfold(term: Term): Term | undefined {
    const definition = this.definition(term)
    if (definition === undefined) return undefined
    const head = headOf(term) as Const
    this.#theory.budget.step()
    const value = this.valueOf(head, definition)
    return term === head ? value : this.beta(value, argsOf(term))
  }
  /** The body of a definition at the levels of a mention of it. */
  valueOf(head: Const, definition: Definition): Term {
    const known = this.#values.get(head.id)
    if (known !== undefined) return known
    const value = this.#theory.substitution.instantiateLevels(definition.value, definition.params, head.levels)
    this.#values.set(head.id, value)
    return value
  }
}

function isDone(term: Term): boolean {
  const { kind } = term
  return (
    kind === KIND.lam ||
    kind === KIND.pi ||
    kind === KIND.sort ||
    kind === KIND.nat ||
    kind === KIND.str ||
    kind === KIND.bvar ||
    (kind === KIND.local && term.value === null)
  )
}
