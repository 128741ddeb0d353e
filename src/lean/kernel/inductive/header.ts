import type { Level } from '../levels.ts'
import type { Group } from '../library.ts'
import type { Name } from '../names.ts'
import { refuse } from '../outcomes.ts'
import { printTerm } from '../print.ts'
import { argsOf, headOf, KIND, type Local, type Pi, type Term } from '../terms.ts'
import type { Theory } from '../theory.ts'

/** What the types of a group say: parameters as locals, and each type behind them. */
export type Header = {
  readonly group: Group
  /** The group's universe parameters as levels: how its constants are mentioned within it. */
  readonly levels: readonly Level[]
  readonly params: readonly Local[]
  readonly types: readonly TypeHeader[]
  readonly resultLevel: Level
}
export type TypeHeader = {
  readonly name: Name
  /** The type with the parameters put in: from the indices on. */
  readonly behindParams: Term
  readonly numIndices: number
}

/**
 * Reads the types of a group. In a proof's own group they must be written as functions to a sort: what only reduces to a
 * sort may do so for a variable and be stuck for what is put in its place.
 * @throws Refusal
 */
export function readHeader(theory: Theory, group: Group): Header {
  const { substitution, terms, equality, order, stores, inference } = theory
  const levels = group.params.map((name) => stores.levels.param(name))
  const params: Local[] = []
  const types: TypeHeader[] = []
  let resultLevel: Level | undefined
  for (const { name, type } of group.types) {
    if (!group.isTrusted) inference.checkType(type)
    let rest = type
    for (let i = 0; i < group.numParams; i++) {
      const pi = asPi(theory, rest, group.isTrusted)
      if (pi === undefined)
        return refuse('inductive: parameters', `${name.key} has ${i} parameters where ${group.numParams} are said`)
      const known = params[i]
      if (known === undefined) params.push(terms.local(i, withoutMark(theory, pi.left)))
      else if (!equality.isEqual(known.left, pi.left))
        refuse('inductive: parameters', `parameter ${i} of ${name.key} is not that of the group's first type`)
      rest = substitution.instantiate(pi.right, [params[i] as Term])
    }
    const behindParams = rest
    let numIndices = 0
    for (;;) {
      const pi = asPi(theory, rest, group.isTrusted)
      if (pi === undefined) break
      rest = substitution.instantiate(pi.right, [terms.local(group.numParams + numIndices, pi.left)])
      numIndices++
    }
    const sort = group.isTrusted ? theory.reduction.whnf(rest) : rest
    if (sort.kind !== KIND.sort)
      return refuse('inductive: result sort', `${name.key} ends in ${printTerm(rest)}, which is not written as a sort`)
    const level = sort.levels[0] as Level
    resultLevel ??= level
    if (!order.isEqual(level, resultLevel))
      refuse('inductive: result sort', `${name.key} lives in another universe than the group's first type`)
    types.push({ name, behindParams, numIndices })
  }
  if (resultLevel === undefined) return refuse('inductive: header', 'the group has no type')
  return { group, levels, params, types, resultLevel }
}

/** `outParam A` is `A` to the kernel, and is said so in recursors. */
export function withoutMark(theory: Theory, type: Term): Term {
  const head = headOf(type)
  const [of] = argsOf(type)
  if (head.kind !== KIND.const || of === undefined || !theory.known.typeMarks.has(head.name)) return type
  return theory.equality.isEqual(type, of) ? withoutMark(theory, of) : type
}

/** A function type, as it is written or, in the library, after reduction. */
function asPi(theory: Theory, type: Term, isTrusted: boolean): Pi | undefined {
  if (type.kind === KIND.pi) return type
  if (!isTrusted || type.kind === KIND.sort) return undefined
  const reduced = theory.reduction.whnf(type)
  return reduced.kind === KIND.pi ? reduced : undefined
}

/** Functions or function types over locals, the first local outermost. */
export function bind(theory: Theory, kind: 'lam' | 'pi', locals: readonly Local[], body: Term): Term {
  const { substitution, terms } = theory
  let term = substitution.abstract(body, locals)
  for (let i = locals.length - 1; i >= 0; i--) {
    const type = substitution.abstract((locals[i] as Local).left, locals.slice(0, i))
    term = kind === 'lam' ? terms.lam(type, term) : terms.pi(type, term)
  }
  return term
}

/** Whether one of the constants is mentioned. Answers are kept: terms share a lot. */
export class Occurrence {
  readonly #names: ReadonlySet<Name>
  readonly #known = new Map<Term, boolean>()
  constructor(names: Iterable<Name>) {
    this.#names = new Set(names)
  }
  in(term: Term): boolean {
    if (term.kind === KIND.const) return this.#names.has(term.name)
    if (term.left === null && term.right === null) return false
    let found = this.#known.get(term)
    if (found === undefined) {
      found =
        (term.kind === KIND.proj && this.#names.has(term.name)) ||
        (term.left !== null && this.in(term.left)) ||
        (term.value !== null && this.in(term.value)) ||
        (term.right !== null && this.in(term.right))
      this.#known.set(term, found)
    }
    return found
  }
}
