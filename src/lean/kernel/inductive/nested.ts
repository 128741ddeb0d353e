import type { Group, GroupConstructor } from '../library.ts'
import type { Name } from '../names.ts'
import { refuse } from '../outcomes.ts'
import { printTerm } from '../print.ts'
import { argsOf, headOf, KIND, type Term } from '../terms.ts'
import type { Theory } from '../theory.ts'
import { bind, type Header, Occurrence } from './header.ts'

/** A group without nested occurrences, and how to say what it says in the terms of the one it stands for. */
export type Expansion = {
  readonly group: Group
  /** Types beyond those of the original group. */
  readonly numAuxiliary: number
  /** Gives the original's term for one whose only locals are the group's parameters. */
  readonly restore: (term: Term) => Term
}

/**
 * Nested occurrences: where a type of the group stands among the parameters of another inductive type, as in
 * `List (Tree a)`, that type is copied into the group with those parameters put in. The copies have names that nothing
 * else can have. What stands in the parameters is well typed, because the constructors were checked before.
 * @throws Refusal
 */
export function expandNested(theory: Theory, header: Header): Expansion {
  const { group } = header
  const { terms, substitution, stores, environment } = theory
  const original = new Set(group.types.map(({ name }) => name))
  const occurrence = new Occurrence(original)
  const types = [...group.types]
  /** By the application that a copy stands for. */
  const copies = new Map<Term, Term>()
  const restored = new Map<Term, Term>()

  /** Copies the whole group of a type, applied to parameters. */
  const copy = (of: Name, levels: readonly (typeof header.levels)[number][], args: readonly Term[]): void => {
    const source = environment.inductive(of)
    if (source === undefined) throw new Error(`${of.key} is no inductive type`)
    for (const member of source.all) {
      const inductive = environment.inductive(member)
      if (inductive === undefined) throw new Error(`${member.key} is no inductive type`)
      const name = stores.names.fresh(`nested ${member.key}`)
      const applied = terms.apps(terms.const(member, levels), args)
      const standsFor = terms.apps(terms.const(name, header.levels), header.params)
      copies.set(applied, standsFor)
      restored.set(standsFor, applied)
      const at = (type: Term, params: readonly Name[]) =>
        bind(
          theory,
          'pi',
          header.params,
          appliedType(theory, substitution.instantiateLevels(type, params, levels), args),
        )
      const constructors = inductive.constructors.map((constructorName) => {
        const ctor = environment.find(constructorName)
        const fresh = stores.names.fresh(`nested ${constructorName.key}`)
        restored.set(
          terms.apps(terms.const(fresh, header.levels), header.params),
          terms.apps(terms.const(constructorName, levels), args),
        )
        return { name: fresh, type: at(ctor.type, ctor.params) }
      })
      types.push({ name, type: at(inductive.type, inductive.params), constructors })
    }
  }

  const rewrite = (term: Term): Term =>
    substitution.replace(term, (t) => {
      if (t.kind !== KIND.app && t.kind !== KIND.const) return undefined
      const head = headOf(t)
      if (head.kind !== KIND.const || original.has(head.name)) return undefined
      const inductive = environment.inductive(head.name)
      if (inductive === undefined) return undefined
      const args = argsOf(t)
      const { numParams } = inductive
      if (args.length < numParams) return undefined
      const params = args.slice(0, numParams)
      if (!params.some((param) => occurrence.in(param))) return undefined
      if (params.some((param) => param.loose > 0))
        refuse('inductive: nested occurrence', `${printTerm(t)} has parameters that depend on a field or an argument`)
      const applied = terms.apps(head, params)
      if (!copies.has(applied)) copy(head.name, head.levels, params)
      return terms.apps(copies.get(applied) as Term, args.slice(numParams).map(rewrite))
    })

  const expanded: Group['types'][number][] = []
  // Copies are added while this goes on, and are rewritten in their turn.
  for (let i = 0; i < types.length; i++) {
    const type = types[i] as Group['types'][number]
    const constructors: GroupConstructor[] = type.constructors.map(({ name, type: constructorType }) => ({
      name,
      type: bind(theory, 'pi', header.params, rewrite(appliedType(theory, constructorType, header.params, name))),
    }))
    expanded.push({ name: type.name, type: type.type, constructors })
  }
  return {
    group: { ...group, types: expanded },
    numAuxiliary: types.length - group.types.length,
    restore: (term) => substitution.replace(term, (t) => restored.get(t)),
  }
}

/** The type of an application, from the function's type. */
function appliedType(theory: Theory, type: Term, args: readonly Term[], of?: Name): Term {
  let rest = type
  for (const arg of args) {
    if (rest.kind !== KIND.pi) rest = theory.reduction.whnf(rest)
    if (rest.kind !== KIND.pi)
      return refuse('inductive: parameters', `${of?.key ?? 'a type'} does not take the parameters of its group`)
    rest = theory.substitution.instantiate(rest.right, [arg])
  }
  return rest
}
