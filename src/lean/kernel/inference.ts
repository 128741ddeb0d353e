import { isStructureLike } from './constants.ts'
import type { Level } from './levels.ts'
import { refuse } from './outcomes.ts'
import { printTerm } from './print.ts'
import { projectionType } from './projection.ts'
import { type App, argsOf, type Const, headOf, KIND, type Let, type Local, type Pi, type Term } from './terms.ts'
import type { Theory } from './theory.ts'

/**
 * The types of terms. `check` looks at everything in a term, and is what declarations are put to. `typeOf` is for terms
 * that reduction and comparison make of checked ones: it finds the type and trusts that there is one.
 */
export class Inference {
  readonly #theory: Theory
  readonly #checked = new Map<number, Term>()
  readonly #inferred = new Map<number, Term>()

  constructor(theory: Theory) {
    this.#theory = theory
  }

  /** @throws Refusal where the term is not well typed */
  check(term: Term): Term {
    return this.#infer(term, true)
  }
  typeOf(term: Term): Term {
    return this.#infer(term, false)
  }

  /** The level of the sort that a type belongs to. @throws Refusal where the term is no type */
  checkType(term: Term): Level {
    return this.#level(this.check(term), term)
  }
  levelOf(type: Term): Level {
    return this.#level(this.typeOf(type), type)
  }
  /** Up to what universe levels mean; a type whose sort does not reduce to one is refused, not taken for data. */
  isProposition(type: Term): boolean {
    return this.#theory.order.isZero(this.levelOf(type))
  }
  #level(sort: Term, of: Term): Level {
    const reduced = this.#theory.reduction.whnf(sort)
    if (reduced.kind !== KIND.sort) return refuse('sort expected', `${printTerm(of)} is used as a type and is none`)
    return reduced.levels[0] as Level
  }

  #infer(term: Term, check: boolean): Term {
    const known = this.#checked.get(term.id) ?? (check ? undefined : this.#inferred.get(term.id))
    if (known !== undefined) return known
    this.#theory.budget.step()
    const type = this.#compute(term, check)
    if (check) this.#checked.set(term.id, type)
    else this.#inferred.set(term.id, type)
    return type
  }

  #compute(term: Term, check: boolean): Term {
    const { terms, stores, literals } = this.#theory
    switch (term.kind) {
      case KIND.bvar:
        throw new Error('a loose variable has no type')
      case KIND.local:
        return term.left
      case KIND.sort:
        return terms.sort(stores.levels.succ(term.levels[0] as Level))
      case KIND.const:
        return this.#constant(term)
      case KIND.nat:
      case KIND.str:
        return literals.typeOf(term)
      case KIND.app:
        return this.#application(term, check)
      case KIND.lam:
        return this.#function(term, check)
      case KIND.pi:
        return this.#functionType(term, check)
      case KIND.let:
        return this.#let(term, check)
      case KIND.proj:
        return projectionType(this.#theory, term, this.#infer(term.left, check))
      default:
        return term satisfies never
    }
  }

  #constant(term: Const): Term {
    const constant = this.#theory.environment.find(term.name)
    if (constant.params.length !== term.levels.length)
      refuse(
        'universe arity',
        `${term.name.key} has ${constant.params.length} universe parameters and is given ${term.levels.length}`,
      )
    return this.#theory.substitution.instantiateLevels(constant.type, constant.params, term.levels)
  }

  /** The binders of the function's type are gone through with the arguments; they are put in only where it is needed. */
  #application(term: App, check: boolean): Term {
    const { substitution } = this.#theory
    const args = argsOf(term)
    let type = this.#infer(headOf(term), check)
    let from = 0
    for (let i = 0; i < args.length; i++) {
      if (type.kind !== KIND.pi) {
        type = this.#functionTypeOf(substitution.instantiate(type, args.slice(from, i)), term, args, i)
        from = i
      }
      if (check)
        this.#checkArgument(args[i] as Term, substitution.instantiate(type.left as Term, args.slice(from, i)), term)
      type = type.right as Term
    }
    return substitution.instantiate(type, args.slice(from))
  }
  #functionTypeOf(type: Term, term: App, args: readonly Term[], given: number): Pi {
    const reduced = this.#theory.reduction.whnf(type)
    if (reduced.kind === KIND.pi) return reduced
    const fn = this.#theory.terms.apps(headOf(term), args.slice(0, given))
    return refuse('function expected', `${printTerm(fn)} is applied and has the type ${printTerm(reduced)}`)
  }
  #checkArgument(arg: Term, expected: Term, term: App): void {
    const { equality, known } = this.#theory
    const given = this.check(arg)
    if (given === expected) return
    const head = headOf(arg)
    const eager = head.kind === KIND.const && head.name === known.eagerReduce
    if (eager ? equality.isEqualEagerly(given, expected) : equality.isEqual(given, expected)) return
    refuse(
      'application',
      `${printTerm(headOf(term))} is given ${printTerm(arg)} of type ${printTerm(given)} where ${printTerm(expected)} is expected`,
    )
  }

  /** The body's type under opened binders; its binders are those of the function as they stand. */
  #function(term: Term, check: boolean): Term {
    const { terms, substitution } = this.#theory
    const locals: Local[] = []
    const binders: Term[] = []
    let body = term
    const depth = term.locals
    while (body.kind === KIND.lam) {
      const type = substitution.instantiate(body.left, locals)
      if (check) this.checkType(type)
      binders.push(body.left)
      locals.push(terms.local(depth + locals.length, type))
      body = body.right
    }
    let result = substitution.abstract(this.#infer(substitution.instantiate(body, locals), check), locals)
    for (let i = binders.length - 1; i >= 0; i--) result = terms.pi(binders[i] as Term, result)
    return result
  }

  #functionType(term: Term, check: boolean): Term {
    const { terms, substitution, stores } = this.#theory
    const locals: Local[] = []
    const domains: Level[] = []
    let body = term
    const depth = term.locals
    while (body.kind === KIND.pi) {
      const type = substitution.instantiate(body.left, locals)
      domains.push(check ? this.checkType(type) : this.levelOf(type))
      locals.push(terms.local(depth + locals.length, type))
      body = body.right
    }
    const codomain = substitution.instantiate(body, locals)
    let level = check ? this.checkType(codomain) : this.levelOf(codomain)
    for (let i = domains.length - 1; i >= 0; i--) level = stores.levels.imax(domains[i] as Level, level)
    return terms.sort(level)
  }

  /** Variables of a `let` know their values while the body is looked at; the result mentions none of them. */
  #let(term: Let, check: boolean): Term {
    const { terms, substitution, equality } = this.#theory
    const locals: Local[] = []
    let body: Term = term
    const depth = term.locals
    while (body.kind === KIND.let) {
      const type = substitution.instantiate(body.left, locals)
      const value = substitution.instantiate(body.value, locals)
      if (check) {
        this.checkType(type)
        const given = this.check(value)
        if (!equality.isEqual(given, type))
          refuse('let', `${printTerm(value)} has the type ${printTerm(given)} where ${printTerm(type)} is declared`)
      }
      locals.push(terms.local(depth + locals.length, type, value))
      body = body.right
    }
    let result = this.#infer(substitution.instantiate(body, locals), check)
    for (let i = locals.length - 1; i >= 0; i--) {
      const local = locals[i] as Local
      result = substitution.instantiate(substitution.abstract(result, [local]), [local.value as Term])
    }
    return result
  }

  /** The structure that a term is a value of, where eta holds for it. */
  structureOf(type: Term) {
    const head = headOf(type)
    if (head.kind !== KIND.const) return undefined
    const inductive = this.#theory.environment.inductive(head.name)
    return inductive !== undefined && isStructureLike(inductive) ? inductive : undefined
  }
}
