import { argsOf, type Const, headOf, KIND, type Term } from './terms.ts'
import type { Theory } from './theory.ts'

/** Equalities that come from types alone: proofs of one proposition, functions, structures, types with one value. */
export class Eta {
  readonly #theory: Theory

  constructor(theory: Theory) {
    this.#theory = theory
  }

  /** Proof irrelevance: undefined where the first term is no proof. */
  areProofsOfOne(a: Term, b: Term): boolean | undefined {
    const { inference, equality } = this.#theory
    const type = inference.typeOf(a)
    if (!inference.isProposition(type)) return undefined
    return equality.isEqual(type, inference.typeOf(b))
  }

  isEqual(a: Term, b: Term): boolean {
    return (
      this.#function(a, b) ||
      this.#function(b, a) ||
      this.#structure(a, b) ||
      this.#structure(b, a) ||
      this.#string(a, b) ||
      this.#string(b, a) ||
      this.#onlyValue(a, b)
    )
  }

  /** `f` is `fun x => f x`. */
  #function(a: Term, b: Term): boolean {
    if (a.kind !== KIND.lam || b.kind === KIND.lam) return false
    const { inference, reduction, terms, equality } = this.#theory
    const type = reduction.whnf(inference.typeOf(b))
    if (type.kind !== KIND.pi) return false
    return equality.isEqual(a, terms.lam(type.left, terms.app(b, terms.bvar(0))))
  }

  /** `s` is `mk s.1 s.2 ...`, where `a` is the latter. */
  #structure(b: Term, a: Term): boolean {
    const { environment, inference, equality, terms } = this.#theory
    const head = headOf(a)
    if (head.kind !== KIND.const) return false
    const ctor = environment.constructorOf(head.name)
    if (ctor === undefined) return false
    const args = argsOf(a)
    if (args.length !== ctor.numParams + ctor.numFields) return false
    const type = inference.typeOf(a)
    const structure = inference.structureOf(this.#theory.reduction.whnf(type))
    // Out of a proposition nothing is projected; its proofs were compared before.
    if (structure === undefined || inference.isProposition(type)) return false
    if (!equality.isEqual(inference.typeOf(b), type)) return false
    return args.slice(ctor.numParams).every((arg, i) => equality.isEqual(terms.proj(structure.name, i, b), arg))
  }

  #string(a: Term, b: Term): boolean {
    if (a.kind !== KIND.str) return false
    const { literals, equality, known } = this.#theory
    const head = headOf(b)
    if (head.kind !== KIND.const || head.name !== known.ofList) return false
    return equality.isEqual(literals.asConstructor(a) as Term, b)
  }

  /** A structure without fields has one value. */
  #onlyValue(a: Term, b: Term): boolean {
    const { inference, reduction, environment, equality } = this.#theory
    const type = reduction.whnf(inference.typeOf(a))
    const structure = inference.structureOf(type)
    if (structure === undefined) return false
    const ctor = environment.constructorOf(structure.constructors[0] as Const['name'])
    if (ctor === undefined || ctor.numFields > 0) return false
    return equality.isEqual(type, inference.typeOf(b))
  }
}
