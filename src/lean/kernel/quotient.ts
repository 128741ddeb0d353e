import type { QuotConstant } from './constants.ts'
import type { Name } from './names.ts'
import { refuse } from './outcomes.ts'
import type { Term } from './terms.ts'
import type { Theory } from './theory.ts'

type Declared = { readonly name: Name; readonly params: readonly Name[]; readonly type: Term }

/** The quotient's four constants have one type each, and its equality must be the equality. @throws Refusal */
export function checkQuotient(theory: Theory, constant: Declared, role: QuotConstant['role']): void {
  const { known, environment } = theory
  const names = { type: known.quot, ctor: known.quotMk, lift: known.quotLift, ind: known.quotInd }
  const fits =
    constant.name === names[role] &&
    constant.type === expectedType(theory, constant.params, role) &&
    (role !== 'lift' || hasEquality(theory)) &&
    (role === 'type' || environment.lookUp(known.quot)?.kind === 'quot')
  if (!fits) refuse('quotient', `${constant.name.key} is not the quotient's ${role}`)
}

function expectedType(theory: Theory, params: readonly Name[], role: QuotConstant['role']): Term | undefined {
  const { known, terms, stores } = theory
  if (params.length !== (role === 'lift' ? 2 : 1)) return undefined
  const [u, v = u] = params.map((name) => stores.levels.param(name))
  if (u === undefined || v === undefined) return undefined
  const b = (index: number) => terms.bvar(index)
  const prop = terms.sort(stores.levels.zero)
  const relation = terms.pi(b(0), terms.pi(b(1), prop))
  const over = (body: Term) => terms.pi(terms.sort(u), terms.pi(relation, body))
  const quotOf = (type: Term, r: Term) => terms.apps(terms.const(known.quot, [u]), [type, r])
  const mkOf = (type: Term, r: Term, a: Term) => terms.apps(terms.const(known.quotMk, [u]), [type, r, a])
  switch (role) {
    case 'type':
      return over(terms.sort(u))
    case 'ctor':
      return over(terms.pi(b(1), quotOf(b(2), b(1))))
    case 'ind': {
      const motive = terms.pi(quotOf(b(1), b(0)), prop)
      const given = terms.pi(b(2), terms.app(b(1), mkOf(b(3), b(2), b(0))))
      return over(terms.pi(motive, terms.pi(given, terms.pi(quotOf(b(3), b(2)), terms.app(b(2), b(0))))))
    }
    case 'lift': {
      // In the context of the type, the relation, the target, the function and two related values.
      const eq = terms.apps(terms.const(known.eq, [v]), [b(4), terms.app(b(3), b(2)), terms.app(b(3), b(1))])
      const respects = terms.pi(b(3), terms.pi(b(4), terms.pi(terms.apps(b(4), [b(1), b(0)]), eq)))
      const result = terms.pi(quotOf(b(4), b(3)), b(3))
      return over(terms.pi(terms.sort(v), terms.pi(terms.pi(b(2), b(1)), terms.pi(respects, result))))
    }
    default:
      return role satisfies never
  }
}

/** Whether `Eq` is the inductive type whose one constructor is reflexivity. */
function hasEquality(theory: Theory): boolean {
  const { environment, known, terms, stores } = theory
  const eq = environment.inductive(known.eq)
  const refl = environment.constructorOf(known.refl)
  const [u] = eq?.params ?? []
  if (eq === undefined || refl === undefined || u === undefined || eq.params.length !== 1) return false
  const level = stores.levels.param(u)
  const type = terms.sort(level)
  const own = terms.const(known.eq, [level])
  const b = (index: number) => terms.bvar(index)
  const isEq = eq.type === terms.pi(type, terms.pi(b(0), terms.pi(b(1), terms.sort(stores.levels.zero))))
  const isRefl = refl.type === terms.pi(type, terms.pi(b(0), terms.apps(own, [b(1), b(0), b(0)])))
  return isEq && isRefl && eq.numParams === 2 && eq.constructors.length === 1
}
