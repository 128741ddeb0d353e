import { refuse } from './outcomes.ts'
import { printTerm } from './print.ts'
import { argsOf, type Const, headOf, KIND, type Pi, type Proj, type Term } from './terms.ts'
import type { Theory } from './theory.ts'

/**
 * The type of a projection. The structure's name is that of the value's type, and the field exists. Out of a proposition
 * only proofs can be taken: two proofs are equal, and what is taken from them would have to be.
 * @param valueType the type of what is projected
 * @throws Refusal
 */
export function projectionType(theory: Theory, term: Proj, valueType: Term): Term {
  const { inference, reduction, environment, substitution, terms } = theory
  const structure = term.left
  const type = reduction.whnf(valueType)
  const head = headOf(type)
  const wrong = (why: string): never =>
    refuse('projection', `field ${term.index} of ${term.name.key} cannot be taken from ${printTerm(structure)}: ${why}`)
  if (head.kind !== KIND.const || head.name !== term.name) return wrong(`its type is ${printTerm(type)}`)
  const inductive = environment.inductive(head.name)
  if (inductive === undefined || inductive.constructors.length !== 1 || inductive.numIndices !== 0)
    return wrong('the type is no structure')
  const args = argsOf(type)
  if (args.length !== inductive.numParams) return wrong('the type is not fully applied')
  const ctor = environment.find(inductive.constructors[0] as Const['name'])
  if (ctor.kind !== 'constructor' || term.index >= ctor.numFields) return wrong('there is no such field')
  const opened = (t: Term): Pi => {
    const reduced = t.kind === KIND.pi ? t : reduction.whnf(t)
    return reduced.kind === KIND.pi ? reduced : wrong('its constructor has fewer fields')
  }
  const isProposition = inference.isProposition(type)
  let field = substitution.instantiateLevels(ctor.type, ctor.params, head.levels)
  for (const arg of args) field = substitution.instantiate(opened(field).right, [arg])
  for (let i = 0; i < term.index; i++) {
    const pi = opened(field)
    // What a later type depends on has been taken out as well.
    if (isProposition && pi.right.loose > 0 && !inference.isProposition(pi.left))
      wrong(`field ${i} is data in a proposition`)
    field = substitution.instantiate(pi.right, [terms.proj(term.name, i, structure)])
  }
  const result = opened(field).left
  if (isProposition && !inference.isProposition(result)) wrong('the field is data in a proposition')
  return result
}
