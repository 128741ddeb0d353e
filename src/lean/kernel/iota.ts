import { isStructureLike, type QuotConstant, type Recursor } from './constants.ts'
import { type App, argsOf, type Const, headOf, KIND, type Term } from './terms.ts'
import type { Theory } from './theory.ts'

/** What a recursor or a function out of a quotient gives on an application of a constructor. */
export class Iota {
  readonly #theory: Theory

  constructor(theory: Theory) {
    this.#theory = theory
  }

  reduce(term: App, head: Const): Term | undefined {
    const constant = this.#theory.environment.find(head.name)
    if (constant.kind === 'recursor') return this.#recursor(term, head, constant)
    if (constant.kind === 'quot') return this.#quotient(term, constant)
    return undefined
  }

  #recursor(term: App, head: Const, recursor: Recursor): Term | undefined {
    const { literals, substitution, reduction } = this.#theory
    const args = argsOf(term)
    const { numParams, numIndices, numMotives, numMinors } = recursor
    const majorAt = numParams + numMotives + numMinors + numIndices
    let major = args[majorAt]
    if (major === undefined || recursor.params.length !== head.levels.length) return undefined
    if (recursor.isK) major = this.#onlyValue(major, recursor) ?? major
    major = reduction.whnf(major)
    const expanded = literals.asConstructor(major)
    if (expanded !== undefined) major = major.kind === KIND.str ? reduction.whnf(expanded) : expanded
    major = this.#etaExpanded(major, recursor)
    const ctor = headOf(major)
    if (ctor.kind !== KIND.const) return undefined
    const rule = recursor.rules.find((r) => r.ctor === ctor.name)
    if (rule === undefined) return undefined
    const fields = argsOf(major)
    // The constructor of a nested type has other parameters than the recursor: fields are counted from the end.
    if (fields.length < rule.numFields) return undefined
    const value = substitution.instantiateLevels(rule.value, recursor.params, head.levels)
    const given = [
      ...args.slice(0, numParams + numMotives + numMinors),
      ...fields.slice(fields.length - rule.numFields),
      ...args.slice(majorAt + 1),
    ]
    return reduction.beta(value, given)
  }

  /** K: any value of the type is its one constructor, where the type of that is the value's type. */
  #onlyValue(major: Term, recursor: Recursor): Term | undefined {
    const { inference, reduction, terms, environment, equality } = this.#theory
    const type = reduction.whnf(inference.typeOf(major))
    const head = headOf(type)
    if (head.kind !== KIND.const || head.name !== recursor.inductive) return undefined
    const inductive = environment.inductive(head.name)
    const name = inductive?.constructors[0]
    if (inductive === undefined || name === undefined) return undefined
    const value = terms.apps(terms.const(name, head.levels), argsOf(type).slice(0, inductive.numParams))
    return equality.isEqual(type, inference.typeOf(value)) ? value : undefined
  }

  /** Eta: a value of a structure is its constructor applied to its projections. Not for propositions. */
  #etaExpanded(major: Term, recursor: Recursor): Term {
    const { environment, inference, reduction, terms } = this.#theory
    const inductive = environment.inductive(recursor.inductive)
    if (inductive === undefined || !isStructureLike(inductive)) return major
    const head = headOf(major)
    const name = inductive.constructors[0]
    if (name === undefined || (head.kind === KIND.const && head.name === name)) return major
    const type = reduction.whnf(inference.typeOf(major))
    const typeHead = headOf(type)
    if (typeHead.kind !== KIND.const || typeHead.name !== inductive.name) return major
    if (inference.isProposition(type)) return major
    const ctor = environment.constructorOf(name)
    if (ctor === undefined) return major
    const args = argsOf(type).slice(0, inductive.numParams)
    for (let i = 0; i < ctor.numFields; i++) args.push(terms.proj(inductive.name, i, major))
    return terms.apps(terms.const(name, typeHead.levels), args)
  }

  /** `Quot.lift f h (Quot.mk r a)` is `f a`, and `Quot.ind p (Quot.mk r a)` is `p a`. */
  #quotient(term: App, constant: QuotConstant): Term | undefined {
    const { reduction, known, terms } = this.#theory
    if (constant.role !== 'lift' && constant.role !== 'ind') return undefined
    const [functionAt, valueAt] = constant.role === 'lift' ? [3, 5] : [3, 4]
    const args = argsOf(term)
    const value = args[valueAt]
    if (value === undefined) return undefined
    const made = reduction.whnf(value)
    const head = headOf(made)
    if (head.kind !== KIND.const || head.name !== known.quotMk) return undefined
    const parts = argsOf(made)
    if (parts.length !== 3) return undefined
    return terms.apps(terms.app(args[functionAt] as Term, parts[2] as Term), args, valueAt + 1)
  }
}
