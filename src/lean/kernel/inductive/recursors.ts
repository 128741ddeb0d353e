import type { Recursor } from '../constants.ts'
import type { Level } from '../levels.ts'
import type { Name } from '../names.ts'
import type { Local, Term } from '../terms.ts'
import type { Theory } from '../theory.ts'
import type { ConstructorReading, Recursion } from './constructors.ts'
import { bind, type Header } from './header.ts'

/**
 * The recursors of a group, one for each type: computed from the readings of the constructors, from which both the types
 * of the minor premises and the rules follow.
 * @param names of the recursors, a type each
 */
export function makeRecursors(
  theory: Theory,
  header: Header,
  readings: readonly (readonly ConstructorReading[])[],
  names: readonly Name[],
  restore: (term: Term) => Term,
): Recursor[] {
  const { terms, stores } = theory
  const { group, params } = header
  const isLarge = eliminatesIntoAllUniverses(theory, header, readings)
  const universe = isLarge ? freshParameter(theory, group.params) : undefined
  const motiveLevel: Level = universe === undefined ? stores.levels.zero : stores.levels.param(universe)
  const recursorParams = universe === undefined ? group.params : [universe, ...group.params]
  const recursorLevels = recursorParams.map((name) => stores.levels.param(name))
  const own = (name: Name) => terms.const(name, header.levels)
  // Deeper than every local of the readings.
  let depth = readings.flat().reduce((most, { fields }) => {
    const inner = fields.map(({ recursion }) => recursion?.arguments.length ?? 0)
    return Math.max(most, params.length + fields.length + 1 + Math.max(0, ...inner))
  }, params.length)
  const local = (type: Term): Local => terms.local(depth++, type)

  const targets = header.types.map(({ name, behindParams, numIndices }) => {
    const indices: Local[] = []
    let rest = behindParams
    for (let i = 0; i < numIndices; i++) {
      const pi = theory.reduction.whnf(rest)
      const index = local(pi.left as Term)
      indices.push(index)
      rest = theory.substitution.instantiate(pi.right as Term, [index])
    }
    const value = local(terms.apps(terms.apps(own(name), params), indices))
    return { indices, value }
  })
  const motives = targets.map(({ indices, value }) =>
    local(bind(theory, 'pi', [...indices, value], terms.sort(motiveLevel))),
  )
  const motiveAt = (target: number, indices: readonly Term[], value: Term) =>
    terms.app(terms.apps(motives[target] as Term, indices), value)

  const hypothesis = (recursion: Recursion, field: Local): Local => {
    const value = terms.apps(field, recursion.arguments)
    return local(bind(theory, 'pi', recursion.arguments, motiveAt(recursion.target, recursion.indices, value)))
  }
  const minors = readings.map((constructors, type) =>
    constructors.map(({ ctor, fields, indices }) => {
      const locals = fields.map((field) => field.local)
      const hypotheses = fields.flatMap(({ local, recursion }) =>
        recursion === undefined ? [] : [hypothesis(recursion, local)],
      )
      const value = terms.apps(terms.apps(own(ctor.name), params), locals)
      return local(bind(theory, 'pi', [...locals, ...hypotheses], motiveAt(type, indices, value)))
    }),
  )
  const allMinors = minors.flat()
  const common = [...motives, ...allMinors]
  /** Closes a term whose locals are those of the whole recursor; copies of nested types go back to what they copy. */
  const close = (kind: 'lam' | 'pi', locals: readonly Local[], body: Term) =>
    bind(theory, kind, params, restore(bind(theory, kind, [...common, ...locals], body)))
  const recursorAt = (target: number) =>
    terms.apps(terms.apps(terms.const(names[target] as Name, recursorLevels), params), common)

  return header.types.map(({ name, numIndices }, type) => {
    const { indices, value } = targets[type] as (typeof targets)[number]
    const rules = (readings[type] as readonly ConstructorReading[]).map(({ ctor, fields }, i) => {
      const results = fields.flatMap(({ local, recursion }) => {
        if (recursion === undefined) return []
        const value = terms.apps(local, recursion.arguments)
        const call = terms.app(terms.apps(recursorAt(recursion.target), recursion.indices), value)
        return [bind(theory, 'lam', recursion.arguments, call)]
      })
      const locals = fields.map((field) => field.local)
      const body = terms.apps(terms.apps(minors[type]?.[i] as Term, locals), results)
      return { ctor: ctor.name, numFields: fields.length, value: close('lam', locals, body) }
    })
    return {
      kind: 'recursor',
      name: names[type] as Name,
      params: recursorParams,
      type: close('pi', [...indices, value], motiveAt(type, indices, value)),
      origin: group.origin,
      inductive: name,
      numParams: params.length,
      numIndices,
      numMotives: motives.length,
      numMinors: allMinors.length,
      rules,
      isK: isK(theory, header, readings),
    }
  })
}

/**
 * Large elimination. A proposition may be taken apart to make data only where that tells nothing that its being true
 * does not: it has no constructor, or one whose fields are proofs or are read off the indices of what is made.
 */
function eliminatesIntoAllUniverses(
  theory: Theory,
  header: Header,
  readings: readonly (readonly ConstructorReading[])[],
): boolean {
  if (theory.order.isNeverZero(header.resultLevel)) return true
  if (header.types.length > 1) return false
  const [constructors = []] = readings
  if (constructors.length !== 1) return constructors.length === 0
  const [only] = constructors as [ConstructorReading]
  return only.fields.every(({ local }) => theory.inference.isProposition(local.left) || only.indices.includes(local))
}

function isK(theory: Theory, header: Header, readings: readonly (readonly ConstructorReading[])[]): boolean {
  const [constructors = []] = readings
  return (
    header.types.length === 1 &&
    theory.order.isZero(header.resultLevel) &&
    constructors.length === 1 &&
    constructors[0]?.fields.length === 0
  )
}

/** The universe that a recursor eliminates into: `u`, or `u_1`, ... where the group has one of that name. */
function freshParameter(theory: Theory, taken: readonly Name[]): Name {
  const { names } = theory.stores
  for (let i = 0; ; i++) {
    const name = names.string(names.anonymous, i === 0 ? 'u' : `u_${i}`)
    if (!taken.includes(name)) return name
  }
}
