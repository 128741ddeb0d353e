import type {
  Declaration,
  DefinitionEntry,
  InductiveEntry,
  OpaqueEntry,
  QuotEntry,
  TheoremEntry,
} from '../../proof/declarations/export.ts'
import { compareRecursors, declareGroup } from './inductive/elaborate.ts'
import { claimedRecursors, readGroup } from './library.ts'
import type { Name } from './names.ts'
import { refuse } from './outcomes.ts'
import { printTerm } from './print.ts'
import { checkQuotient } from './quotient.ts'
import { heightOf, type Tables } from './read-export.ts'
import type { Term } from './terms.ts'
import type { Theory } from './theory.ts'

/**
 * `axioms`: what becomes of a proof's own axiom. `as`: declarations of a library may have the kernel's own names, and are
 * believed to mean by them what it does; they are checked like any other.
 */
export type DeclarationRules = { readonly axioms: 'refused' | 'reported'; readonly as: 'proof' | 'library' }

/**
 * Checks one declaration and adds what it declares.
 * @throws Refusal, LimitReached, ConstantsNeeded; nothing is added then
 */
export function checkDeclaration(
  theory: Theory,
  declaration: Declaration,
  tables: Tables,
  rules: DeclarationRules,
): void {
  const checker = new DeclarationChecker(theory, tables, rules)
  if ('inductive' in declaration) checker.inductive(declaration.inductive)
  else if ('def' in declaration) checker.definition(declaration.def)
  else if ('thm' in declaration) checker.theorem(declaration.thm)
  else if ('opaque' in declaration) checker.opaque(declaration.opaque)
  else if ('quot' in declaration) checker.quotient(declaration.quot)
  else checker.axiom(declaration.axiom)
}

type Entry = { readonly name: number; readonly levelParams: readonly number[]; readonly type: number }

class DeclarationChecker {
  readonly #theory: Theory
  readonly #tables: Tables
  readonly #rules: DeclarationRules

  constructor(theory: Theory, tables: Tables, rules: DeclarationRules) {
    this.#theory = theory
    this.#tables = tables
    this.#rules = rules
  }

  definition(entry: DefinitionEntry): void {
    if (entry.safety !== 'safe')
      refuse('unsafe declaration', `${this.#name(entry.name).key} is ${entry.safety}: it need not make sense`)
    const constant = this.#header(entry)
    const value = this.#value(constant, entry.value)
    const height = heightOf(entry.hints)
    this.#theory.environment.add({ ...constant, kind: 'definition', value, height, isTheorem: false })
  }

  theorem(entry: TheoremEntry): void {
    const constant = this.#header(entry)
    if (!this.#theory.inference.isProposition(constant.type))
      refuse('theorem of a proposition', `${constant.name.key} is a theorem of ${printTerm(constant.type)}`)
    const value = this.#value(constant, entry.value)
    this.#theory.environment.add({ ...constant, kind: 'definition', value, height: 0, isTheorem: true })
  }

  opaque(entry: OpaqueEntry): void {
    if (entry.isUnsafe) refuse('unsafe declaration', `${this.#name(entry.name).key} is unsafe`)
    const constant = this.#header(entry)
    this.#value(constant, entry.value)
    this.#theory.environment.add({ ...constant, kind: 'opaque' })
  }

  axiom(entry: Entry & { readonly isUnsafe: boolean }): void {
    const name = this.#name(entry.name)
    if (entry.isUnsafe) refuse('unsafe declaration', `${name.key} is unsafe`)
    if (this.#rules.axioms === 'refused') refuse('axiom', `${name.key} is declared without a proof`)
    this.#theory.environment.add({ ...this.#header(entry), kind: 'axiom' })
    // It counts as used whether or not something mentions it.
    this.#theory.environment.find(name)
  }

  quotient(entry: QuotEntry): void {
    const constant = this.#header(entry)
    checkQuotient(this.#theory, constant, entry.kind)
    this.#theory.environment.add({ ...constant, kind: 'quot', role: entry.kind })
  }

  inductive(entry: InductiveEntry): void {
    const group = this.#group(entry)
    const { recursors, numNested } = declareGroup(this.#theory, group)
    try {
      compareRecursors(this.#theory, recursors, claimedRecursors(entry, this.#tables))
      if (entry.recs.length > 0 && entry.recs.length !== recursors.length)
        refuse('inductive: recursor', 'the group is given with some of its recursors only')
      for (const type of entry.types) {
        const name = this.#name(type.name)
        const constant = this.#theory.environment.inductive(name)
        if (constant?.numIndices !== type.numIndices || type.numNested !== numNested)
          refuse('inductive: header', `${name.key} is given with other numbers than it has`)
      }
      for (const ctor of entry.ctors) {
        const name = this.#name(ctor.name)
        const constant = this.#theory.environment.constructorOf(name)
        if (constant?.numFields !== ctor.numFields || constant.index !== ctor.cidx)
          refuse('inductive: header', `${name.key} is given with other numbers than it has`)
      }
    } catch (error) {
      const { environment } = this.#theory
      for (const { name, constructors } of group.types)
        for (const added of [name, ...constructors.map((c) => c.name)]) environment.remove(added)
      for (const { name } of recursors) environment.remove(name)
      throw error
    }
  }

  /** The group, whose entries must belong together. */
  #group(entry: InductiveEntry) {
    const { types, ctors } = entry
    const [first] = types
    const wrong = (what: string): never => refuse('inductive: header', what)
    if (first === undefined) return wrong('the group has no type')
    const mentioned = types.flatMap((type) => type.ctors)
    if (mentioned.length !== ctors.length || new Set(mentioned.map((at) => this.#name(at))).size !== ctors.length)
      wrong('the constructors are not those that the types name')
    for (const type of types) {
      const name = this.#name(type.name)
      if (type.isUnsafe) refuse('unsafe declaration', `${name.key} is unsafe`)
      this.#mayDeclare(name)
      this.#parameters(type)
      if (type.numParams !== first.numParams) wrong(`${name.key} has another number of parameters than its group`)
      if (!sameNames(this.#levelParams(type), this.#levelParams(first)))
        wrong(`${name.key} has other universe parameters than its group`)
      if (
        !sameNames(
          this.#names(type.all),
          types.map((t) => this.#name(t.name)),
        )
      )
        wrong(`${name.key} names another group than its own`)
      for (const at of type.ctors) {
        const ctor = ctors.find((c) => this.#name(c.name) === this.#name(at))
        if (ctor === undefined) return wrong(`${this.#name(at).key} is not among the constructors`)
        if (ctor.isUnsafe) refuse('unsafe declaration', `${this.#name(at).key} is unsafe`)
        this.#mayDeclare(this.#name(at))
        if (this.#name(ctor.induct) !== name || ctor.numParams !== first.numParams)
          wrong(`${this.#name(at).key} belongs to another type`)
        if (!sameNames(this.#levelParams(ctor), this.#levelParams(first)))
          wrong(`${this.#name(at).key} has other universe parameters than its group`)
      }
    }
    return readGroup(entry, this.#tables, this.#rules.as, false)
  }

  /** A new name with its parameters and a type that is one. */
  #header(entry: Entry) {
    const name = this.#name(entry.name)
    this.#mayDeclare(name)
    this.#theory.environment.mustBeNew(name)
    const params = this.#parameters(entry)
    const type = this.#term(entry.type)
    this.#theory.inference.checkType(type)
    return { name, params, type, origin: this.#rules.as }
  }
  #value(constant: { readonly name: Name; readonly type: Term }, at: number): Term {
    const { inference, equality } = this.#theory
    const value = this.#term(at)
    const type = inference.check(value)
    if (!equality.isEqual(type, constant.type))
      refuse(
        'declared type',
        `${constant.name.key} is declared to be ${printTerm(constant.type)} and is ${printTerm(type)}`,
      )
    return value
  }
  #parameters(entry: Entry): readonly Name[] {
    const params = this.#levelParams(entry)
    if (new Set(params).size !== params.length)
      refuse('universe parameters', `${this.#name(entry.name).key} names a universe parameter twice`)
    return params
  }
  #levelParams(entry: { readonly levelParams: readonly number[] }): Name[] {
    return entry.levelParams.map((at) => this.#tables.written[at] as Name)
  }
  #mayDeclare(name: Name): void {
    if (this.#rules.as === 'proof' && this.#theory.known.reserved.has(name))
      refuse('reserved name', `${name.key} is a name that the kernel itself knows`)
  }
  #name(at: number): Name {
    return this.#tables.names[at] as Name
  }
  #names(at: readonly number[]): Name[] {
    return at.map((i) => this.#name(i))
  }
  #term(at: number): Term {
    return this.#tables.term(at)
  }
}

function sameNames(a: readonly Name[], b: readonly Name[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i])
}
