import type { Constant, Constructor, InductiveType, Recursor } from '../constants.ts'
import type { ClaimedRecursor, Group } from '../library.ts'
import type { Name } from '../names.ts'
import { refuse } from '../outcomes.ts'
import { KIND, type Term } from '../terms.ts'
import type { Theory } from '../theory.ts'
import { countFields, readConstructor } from './constructors.ts'
import { type Header, Occurrence, readHeader } from './header.ts'
import { expandNested } from './nested.ts'
import { makeRecursors } from './recursors.ts'
import { verifyRecursors } from './verify-recursors.ts'

/** Types and constructors of a group that is trusted. */
export function libraryHeads(theory: Theory, group: Group): Constant[] {
  const header = readHeader(theory, group)
  return [...typesOf(header), ...constructorsOf(theory, group)]
}

/** Recursors of a group that is trusted; its types and constructors are known. */
export function libraryRecursors(theory: Theory, group: Group): Recursor[] {
  return recursorsOf(theory, readHeader(theory, group)).recursors
}

/**
 * Checks a group of a proof and adds what follows from it: types, constructors and recursors.
 * @returns the recursors, and how many types were copied for nested occurrences
 * @throws Refusal, with nothing added
 */
export function declareGroup(theory: Theory, group: Group): { recursors: Recursor[]; numNested: number } {
  const { environment, inference } = theory
  const added: Name[] = []
  const add = (constants: readonly Constant[]) => {
    for (const constant of constants) {
      environment.mustBeNew(constant.name)
      environment.add(constant)
      added.push(constant.name)
    }
  }
  try {
    for (const type of group.types) environment.mustBeNew(type.name)
    const header = readHeader(theory, group)
    add(typesOf(header))
    // As they are written, nested occurrences and their parameters included.
    for (const { constructors } of group.types) for (const { type } of constructors) inference.checkType(type)
    const { recursors, numNested } = recursorsOf(theory, header)
    add(constructorsOf(theory, group))
    add(recursors)
    verifyRecursors(theory, recursors)
    return { recursors, numNested }
  } catch (error) {
    for (const name of added) environment.remove(name)
    throw error
  }
}

function typesOf({ group, types }: Header): InductiveType[] {
  const names = group.types.map(({ name }) => name)
  const occurrence = new Occurrence(names)
  return group.types.map((type, i) => ({
    kind: 'inductive',
    name: type.name,
    params: group.params,
    type: type.type,
    origin: group.origin,
    numParams: group.numParams,
    numIndices: types[i]?.numIndices ?? 0,
    constructors: type.constructors.map(({ name }) => name),
    all: names,
    isRecursive: type.constructors.some((ctor) => mentions(occurrence, ctor.type)),
  }))
}

/** Of types that are known: a constructor's type may have to be reduced to see its fields. */
function constructorsOf(theory: Theory, group: Group): Constructor[] {
  return group.types.flatMap((type) =>
    type.constructors.map((ctor, index) => ({
      kind: 'constructor',
      name: ctor.name,
      params: group.params,
      type: ctor.type,
      origin: group.origin,
      inductive: type.name,
      index,
      numParams: group.numParams,
      numFields: countFields(theory, group, ctor),
    })),
  )
}

/** Whether a field of a constructor, as it is written, mentions the group. */
function mentions(occurrence: Occurrence, ctor: Term): boolean {
  for (let t = ctor; t.kind === KIND.pi; t = t.right) if (occurrence.in(t.left)) return true
  return false
}

function recursorsOf(theory: Theory, header: Header): { recursors: Recursor[]; numNested: number } {
  const { environment, stores, inference } = theory
  const { group } = header
  const { group: expanded, numAuxiliary, restore } = expandNested(theory, header)
  const first = group.types[0] as Group['types'][number]
  const names = expanded.types.map(({ name }, i) =>
    i < group.types.length
      ? stores.names.string(name, 'rec')
      : stores.names.string(first.name, `rec_${i - group.types.length + 1}`),
  )
  const auxiliary = expanded.types.slice(group.types.length)
  const expandedHeader = auxiliary.length === 0 ? header : readHeader(theory, expanded)
  if (auxiliary.length > 0)
    // The originals' own entries stay as they are.
    for (const constant of typesOf(expandedHeader))
      if (auxiliary.some(({ name }) => name === constant.name)) environment.add(constant)
  try {
    if (auxiliary.length > 0 && !group.isTrusted)
      for (const { constructors } of expanded.types) for (const { type } of constructors) inference.checkType(type)
    const readings = expanded.types.map(({ constructors }, i) =>
      constructors.map((ctor) =>
        readConstructor(theory, expandedHeader, expandedHeader.types[i] as Header['types'][number], ctor),
      ),
    )
    // A copied constructor is the one it was copied from.
    const original = (name: Name): Name => {
      const head = restore(theory.terms.apps(theory.terms.const(name, header.levels), header.params))
      let t = head
      while (t.kind === KIND.app) t = t.left
      return t.kind === KIND.const ? t.name : name
    }
    const recursors = makeRecursors(theory, expandedHeader, readings, names, restore).map((recursor) => ({
      ...recursor,
      inductive: original(recursor.inductive),
      rules: recursor.rules.map((rule) => ({ ...rule, ctor: original(rule.ctor) })),
    }))
    return { recursors, numNested: numAuxiliary }
  } finally {
    for (const { name } of auxiliary) environment.remove(name)
  }
}

/** @throws Refusal where a recursor is claimed that is not the computed one */
export function compareRecursors(
  theory: Theory,
  computed: readonly Recursor[],
  claimed: readonly ClaimedRecursor[],
): void {
  const { substitution, stores } = theory
  const differ = (name: Name, what: string) =>
    refuse('inductive: recursor', `${name.key} is given with ${what} than its type has`)
  for (const claim of claimed) {
    const recursor = computed.find(({ name }) => name === claim.name)
    if (recursor === undefined) refuse('inductive: recursor', `${claim.name.key} is no recursor of its group`)
    if (claim.params.length !== recursor.params.length) differ(claim.name, 'other universe parameters')
    const levels = recursor.params.map((name) => stores.levels.param(name))
    const same = (term: Term, as: Term) => substitution.instantiateLevels(term, claim.params, levels) === as
    if (!same(claim.type, recursor.type)) differ(claim.name, 'another type')
    const counts = [recursor.numParams, recursor.numIndices, recursor.numMotives, recursor.numMinors]
    if (counts.some((count, i) => count !== claim.counts[i])) differ(claim.name, 'other numbers of arguments')
    if (claim.isK !== recursor.isK) differ(claim.name, 'another K flag')
    if (claim.rules.length !== recursor.rules.length) differ(claim.name, 'other rules')
    for (const [i, rule] of recursor.rules.entries()) {
      const other = claim.rules[i] as (typeof claim.rules)[number]
      if (other.ctor !== rule.ctor || other.numFields !== rule.numFields || !same(other.value, rule.value))
        differ(claim.name, `another rule for ${rule.ctor.key}`)
    }
  }
}
