import type { Recursor } from '../constants.ts'
import { refuse } from '../outcomes.ts'
import { printTerm } from '../print.ts'
import { argsOf, headOf, KIND, type Local, type Term } from '../terms.ts'
import type { Theory } from '../theory.ts'

/**
 * Looks at computed recursors as at anything else: their types are well typed, and each rule keeps the type of what it
 * reduces. Both should follow from the checks of the group; a rule that promises another result than its type would be a
 * proof of anything.
 */
export function verifyRecursors(theory: Theory, recursors: readonly Recursor[]): void {
  const { terms, inference, equality, substitution, reduction, environment, stores } = theory
  for (const recursor of recursors) {
    inference.checkType(recursor.type)
    const levels = recursor.params.map((name) => stores.levels.param(name))
    for (const rule of recursor.rules) {
      const type = inference.check(rule.value)
      // The rule's own binders: parameters, motives, minor premises, fields.
      const locals: Local[] = []
      let rest = rule.value
      while (rest.kind === KIND.lam && locals.length < count(recursor) + rule.numFields) {
        locals.push(terms.local(locals.length, substitution.instantiate(rest.left, locals)))
        rest = rest.right
      }
      const ctor = environment.find(rule.ctor)
      const fields = locals.slice(count(recursor))
      // The last field's constructor application is found through the minor premise's own result.
      const result = substitution.instantiate(openPis(theory, type, locals), [])
      const value = argsOf(result).at(-1)
      const made = value === undefined ? undefined : headOf(reduction.whnf(value))
      if (ctor.kind !== 'constructor' || made?.kind !== KIND.const || made.name !== rule.ctor)
        refuse('inductive: recursor', `the rule for ${rule.ctor.key} gives ${printTerm(result)}`)
      const indices = argsOf(result).slice(0, -1)
      const call = terms.app(
        terms.apps(terms.apps(terms.const(recursor.name, levels), locals.slice(0, count(recursor))), indices),
        value as Term,
      )
      if (argsOf(value as Term).length !== ctor.numParams + fields.length)
        refuse('inductive: recursor', `the rule for ${rule.ctor.key} has other fields than its constructor`)
      if (!equality.isEqual(inference.check(call), result))
        refuse('inductive: recursor', `the rule for ${rule.ctor.key} does not keep the type`)
    }
  }
}

function count(recursor: Recursor): number {
  return recursor.numParams + recursor.numMotives + recursor.numMinors
}

function openPis(theory: Theory, type: Term, locals: readonly Local[]): Term {
  let rest = type
  for (const local of locals) {
    if (rest.kind !== KIND.pi) rest = theory.reduction.whnf(rest)
    if (rest.kind !== KIND.pi) return rest
    rest = theory.substitution.instantiate(rest.right, [local])
  }
  return rest
}
