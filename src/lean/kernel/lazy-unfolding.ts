import type { Definition } from './constants.ts'
import { PairSet } from './memo.ts'
import { type App, argsOf, type Const, headOf, KIND, type Term } from './terms.ts'
import type { Theory } from './theory.ts'

/**
 * Unfolding two terms towards each other: the side whose head is built from more definitions first, and applications of
 * the same definition only when their arguments differ.
 */
export class LazyUnfolding {
  readonly #theory: Theory
  /** Applications of one definition whose arguments were found to differ. */
  readonly #differentArguments = new PairSet()

  constructor(theory: Theory) {
    this.#theory = theory
  }

  /** An answer, or the two terms as far as they could be unfolded. */
  compare(first: Term, second: Term): boolean | readonly [Term, Term] {
    const { literals, reduction, equality, budget } = this.#theory
    let a = first
    let b = second
    for (;;) {
      budget.step()
      if (a === b) return true
      const successors = this.#successors(a, b)
      if (successors !== undefined) return successors
      // With a variable on either side the operations' arguments are compared first.
      if ((a.locals === 0 && b.locals === 0) || equality.isEager) {
        const x = literals.compute(a)
        if (x !== undefined) return equality.isEqual(x, b)
        const y = literals.compute(b)
        if (y !== undefined) return equality.isEqual(a, y)
      }
      const step = this.#step(a, b)
      if (step === undefined) return [a, b]
      if (typeof step === 'boolean') return step
      a = reduction.whnfCore(step[0], true)
      b = reduction.whnfCore(step[1], true)
      if (a === b) return true
      if (a.kind === b.kind && isForm(a)) return equality.isEqual(a, b)
    }
  }

  /** Zero with zero, and successors by what they are successors of. */
  #successors(a: Term, b: Term): boolean | undefined {
    const { literals, equality } = this.#theory
    if (literals.value(a) === 0n && literals.value(b) === 0n) return true
    if (a.kind === KIND.nat && b.kind === KIND.nat) return a === b
    const x = literals.predecessor(a)
    if (x === undefined) return undefined
    const y = literals.predecessor(b)
    return y === undefined ? undefined : equality.isEqual(x, y)
  }

  #step(a: Term, b: Term): readonly [Term, Term] | boolean | undefined {
    const { reduction } = this.#theory
    const left = reduction.definition(a)
    const right = reduction.definition(b)
    if (left === undefined && right === undefined) return undefined
    if (right === undefined) return this.#unfoldOne(a, b)
    if (left === undefined) {
      const step = this.#unfoldOne(b, a)
      return [step[1], step[0]]
    }
    if (left.height > right.height) return [reduction.unfold(a) as Term, b]
    if (left.height < right.height) return [a, reduction.unfold(b) as Term]
    if (left === right && a.kind === KIND.app && b.kind === KIND.app && this.#sameArguments(a, b, left)) return true
    return [reduction.unfold(a) as Term, reduction.unfold(b) as Term]
  }

  /** A projection on the other side may be all that keeps it from being what `a` would unfold to. */
  #unfoldOne(a: Term, other: Term): readonly [Term, Term] {
    const { reduction } = this.#theory
    if (headOf(other).kind === KIND.proj) {
      const reduced = reduction.whnfCore(other, false)
      if (reduced !== other) return [a, reduced]
    }
    return [reduction.unfold(a) as Term, other]
  }

  #sameArguments(a: App, b: App, definition: Definition): boolean {
    const { equality, order } = this.#theory
    if (definition.isTheorem || this.#differentArguments.has(a.id, b.id)) return false
    if (
      order.areEqual((headOf(a) as Const).levels, (headOf(b) as Const).levels) &&
      equality.areEqual(argsOf(a), argsOf(b))
    )
      return true
    this.#differentArguments.add(a.id, b.id)
    return false
  }
}

function isForm(term: Term): boolean {
  const { kind } = term
  return kind === KIND.lam || kind === KIND.pi || kind === KIND.sort || kind === KIND.nat || kind === KIND.str
}
