import type { Group, GroupConstructor } from '../library.ts'
import { refuse } from '../outcomes.ts'
import { printTerm } from '../print.ts'
import { argsOf, headOf, KIND, type Local, type Term } from '../terms.ts'
import type { Theory } from '../theory.ts'
import type { Header, TypeHeader } from './header.ts'
import { Occurrence, withoutMark } from './header.ts'

/** A field of a type of the group, perhaps behind arguments: `(xs) -> I params indices`. */
export type Recursion = {
  readonly arguments: readonly Local[]
  /** Which type of the group. */
  readonly target: number
  readonly indices: readonly Term[]
}
export type Field = { readonly local: Local; readonly recursion: Recursion | undefined }
/** What a constructor says. Everything about it is derived from this one reading. */
export type ConstructorReading = {
  readonly ctor: GroupConstructor
  readonly fields: readonly Field[]
  /** The indices of what it makes. */
  readonly indices: readonly Term[]
}

/**
 * Reads a constructor of a type, and checks what inductive types must satisfy: the parameters are the group's, fields
 * live in no greater universe than the type (unless that is a proposition), the group occurs in fields only strictly
 * positively, and what is made is the type itself.
 * @throws Refusal
 */
export function readConstructor(
  theory: Theory,
  header: Header,
  type: TypeHeader,
  ctor: GroupConstructor,
): ConstructorReading {
  const { substitution, terms, equality, inference, order, reduction } = theory
  const { params, group, resultLevel } = header
  const occurrence = new Occurrence(header.types.map(({ name }) => name))
  const { name } = ctor
  const trusted = group.isTrusted
  let rest = ctor.type
  const open = (): Term | undefined => {
    if (rest.kind !== KIND.pi && trusted) rest = reduction.whnf(rest)
    return rest.kind === KIND.pi ? rest.left : undefined
  }
  for (const param of params) {
    const domain = open()
    if (domain === undefined || !equality.isEqual(domain, param.left))
      return refuse('inductive: parameters', `${name.key} does not take the parameters of its type`)
    rest = substitution.instantiate(rest.right as Term, [param])
  }
  const fields: Field[] = []
  for (let domain = open(); domain !== undefined; domain = open()) {
    const level = inference.levelOf(domain)
    if (!order.isAtMost(level, resultLevel) && !order.isZero(resultLevel))
      refuse(
        'inductive: universe',
        `field ${fields.length} of ${name.key} has the type ${printTerm(domain)}, whose universe is greater than the type's`,
      )
    const local = terms.local(params.length + fields.length, withoutMark(theory, domain))
    const recursion = readRecursion(theory, header, occurrence, domain, local.index + 1, name.key)
    fields.push({ local, recursion })
    rest = substitution.instantiate(rest.right as Term, [local])
  }
  const indices = indicesOf(header, type, rest)
  if (indices === undefined)
    return refuse('inductive: constructor', `${name.key} makes ${printTerm(rest)}, which is not its type`)
  if (indices.some((index) => occurrence.in(index)))
    refuse('inductive: constructor', `${name.key} makes its type at an index that mentions the type itself`)
  return { ctor, fields, indices }
}

/** Strict positivity: behind arguments that do not mention the group stands a type of the group, and nothing else does. */
function readRecursion(
  theory: Theory,
  header: Header,
  occurrence: Occurrence,
  type: Term,
  depth: number,
  ctor: string,
): Recursion | undefined {
  const { reduction, substitution, terms } = theory
  let rest = reduction.whnf(type)
  if (!occurrence.in(rest)) return undefined
  const locals: Local[] = []
  while (rest.kind === KIND.pi) {
    if (occurrence.in(rest.left))
      refuse('inductive: positivity', `a field of ${ctor} takes an argument that mentions the type itself`)
    const local = terms.local(depth + locals.length, rest.left)
    locals.push(local)
    rest = reduction.whnf(substitution.instantiate(rest.right, [local]))
    if (!occurrence.in(rest)) return undefined
  }
  for (const [target, of] of header.types.entries()) {
    const indices = indicesOf(header, of, rest)
    if (indices === undefined) continue
    if (indices.some((index) => occurrence.in(index))) break
    return { arguments: locals, target, indices }
  }
  return refuse('inductive: positivity', `a field of ${ctor} mentions the type itself within ${printTerm(rest)}`)
}

/** The indices of an application of a type of the group to the group's own parameters. */
function indicesOf(header: Header, type: TypeHeader, term: Term): readonly Term[] | undefined {
  const head = headOf(term)
  if (head.kind !== KIND.const || head.name !== type.name) return undefined
  if (!head.levels.every((level, i) => level === header.levels[i]) || head.levels.length !== header.levels.length)
    return undefined
  const args = argsOf(term)
  const { params } = header
  if (args.length !== params.length + type.numIndices) return undefined
  return params.every((param, i) => args[i] === param) ? args.slice(params.length) : undefined
}

/** Number of fields, for a group that is trusted. */
export function countFields(theory: Theory, group: Group, ctor: GroupConstructor): number {
  const { substitution, terms, reduction } = theory
  let rest = ctor.type
  let count = 0
  for (;;) {
    if (rest.kind !== KIND.pi && headOf(rest).kind !== KIND.const) rest = reduction.whnf(rest)
    if (rest.kind !== KIND.pi) {
      const head = headOf(rest)
      if (head.kind !== KIND.const || group.types.some(({ name }) => name === head.name)) break
      const reduced = reduction.whnf(rest)
      if (reduced === rest) break
      rest = reduced
      continue
    }
    rest = substitution.instantiate(rest.right, [terms.local(count, rest.left)])
    count++
  }
  return count - group.numParams
}
