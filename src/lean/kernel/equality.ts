import { Eta } from './eta.ts'
import { LazyUnfolding } from './lazy-unfolding.ts'
import type { Level } from './levels.ts'
import { PairSet } from './memo.ts'
import { type App, argCount, argsOf, headOf, KIND, type Local, type Term } from './terms.ts'
import type { Theory } from './theory.ts'

/**
 * Definitional equality. What is remembered is a pair with its answer and nothing else: equality as it can be decided is
 * not transitive (proof irrelevance and reduction of `Acc` do not agree), so an answer that came from a chain of others
 * would depend on what was asked before.
 */
export class Equality {
  readonly #theory: Theory
  readonly #unfolding: LazyUnfolding
  readonly #eta: Eta
  readonly #equal = new PairSet()
  readonly #different = new PairSet()
  /** Inside an argument that is marked `eagerReduce`: truth values are computed before terms are compared. */
  #eager = false

  constructor(theory: Theory) {
    this.#theory = theory
    this.#unfolding = new LazyUnfolding(theory)
    this.#eta = new Eta(theory)
  }

  get isEager(): boolean {
    return this.#eager
  }
  isEqualEagerly(a: Term, b: Term): boolean {
    const before = this.#eager
    this.#eager = true
    try {
      return this.isEqual(a, b)
    } finally {
      this.#eager = before
    }
  }

  isEqual(a: Term, b: Term): boolean {
    if (a === b) return true
    const atOnce = this.#atOnce(a, b)
    if (atOnce !== undefined) return atOnce
    const [x, y] = a.id < b.id ? [a.id, b.id] : [b.id, a.id]
    if (this.#equal.has(x, y)) return true
    // The eager way only differs in the order of work, and may find more.
    if (!this.#eager && this.#different.has(x, y)) return false
    this.#theory.budget.step()
    const answer = this.#compare(a, b)
    if (answer) this.#equal.add(x, y)
    else if (!this.#eager) this.#different.add(x, y)
    return answer
  }

  /** What the two forms say without any reduction. */
  #atOnce(a: Term, b: Term): boolean | undefined {
    if (a.kind !== b.kind) return undefined
    switch (a.kind) {
      case KIND.sort:
        return this.#theory.order.isEqual(a.levels[0] as Level, b.levels[0] as Level)
      case KIND.nat:
      case KIND.str:
        return false
      default:
        return undefined
    }
  }

  #compare(a: Term, b: Term): boolean {
    if ((a.kind === KIND.lam && b.kind === KIND.lam) || (a.kind === KIND.pi && b.kind === KIND.pi))
      return this.#binders(a, b)
    const { reduction, known } = this.#theory
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      // `true` is what decisions reduce to.
      if (other.kind === KIND.const && other.name === known.true && (one.locals === 0 || this.#eager)) {
        if (reduction.whnf(one) === other) return true
      }
    }
    const x = reduction.whnfCore(a, true)
    const y = reduction.whnfCore(b, true)
    if (x !== a || y !== b) {
      if (x === y) return true
      const atOnce = this.#sameForm(x, y)
      if (atOnce !== undefined) return atOnce
    }
    const proofs = this.#eta.areProofsOfOne(x, y)
    if (proofs !== undefined) return proofs
    const unfolded = this.#unfolding.compare(x, y)
    if (typeof unfolded === 'boolean') return unfolded
    return this.#stuck(unfolded[0], unfolded[1])
  }

  /** Sorts, literals and binders. */
  #sameForm(a: Term, b: Term): boolean | undefined {
    const atOnce = this.#atOnce(a, b)
    if (atOnce !== undefined) return atOnce
    if ((a.kind === KIND.lam && b.kind === KIND.lam) || (a.kind === KIND.pi && b.kind === KIND.pi))
      return this.isEqual(a, b)
    return undefined
  }

  /** Both are functions, or both are types of functions. The variables of the second are those of the first. */
  #binders(a: Term, b: Term): boolean {
    const { substitution, terms } = this.#theory
    const locals: Local[] = []
    const depth = Math.max(a.locals, b.locals)
    let x = a
    let y = b
    while (x.kind === y.kind && (x.kind === KIND.lam || x.kind === KIND.pi)) {
      const type = substitution.instantiate(x.left as Term, locals)
      if (x.left !== y.left && !this.isEqual(type, substitution.instantiate(y.left as Term, locals))) return false
      locals.push(terms.local(depth + locals.length, type))
      x = x.right as Term
      y = y.right as Term
      if (x === y) return true
    }
    return this.isEqual(substitution.instantiate(x, locals), substitution.instantiate(y, locals))
  }

  /** Nothing can be unfolded on either side. */
  #stuck(a: Term, b: Term): boolean {
    const { order, reduction } = this.#theory
    if (a.kind === KIND.const && b.kind === KIND.const)
      if (a.name === b.name && order.areEqual(a.levels, b.levels)) return true
    if (a.kind === KIND.proj && b.kind === KIND.proj)
      if (a.name === b.name && a.index === b.index && this.isEqual(a.left, b.left)) return true
    const x = reduction.whnfCore(a, false)
    const y = reduction.whnfCore(b, false)
    if (x !== a || y !== b) return this.isEqual(x, y)
    if (a.kind === KIND.app && b.kind === KIND.app && this.#applications(a, b)) return true
    return this.#eta.isEqual(a, b)
  }
  #applications(a: App, b: App): boolean {
    if (argCount(a) !== argCount(b)) return false
    return this.isEqual(headOf(a), headOf(b)) && this.areEqual(argsOf(a), argsOf(b))
  }
  areEqual(a: readonly Term[], b: readonly Term[]): boolean {
    return a.length === b.length && a.every((term, i) => this.isEqual(term, b[i] as Term))
  }
}
