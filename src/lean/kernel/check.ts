import type { ValidExport } from '../../proof/declarations/validate.ts'
import { Budget, DEFAULT_LIMITS, type Limits } from './budget.ts'
import { checkDeclaration, type DeclarationRules } from './declarations.ts'
import { Environment } from './environment.ts'
import { libraryHeads, libraryRecursors } from './inductive/elaborate.ts'
import type { Library, NameComponents } from './library.ts'
import type { Name } from './names.ts'
import { ConstantsNeeded, type LimitName, LimitReached, Refusal, type Rule } from './outcomes.ts'
import { readTables, type Tables } from './read-export.ts'
import { Theory } from './theory.ts'

export type KernelVerdict =
  /** `axioms`: constants of the proof that are declared without a proof; always empty unless they are allowed. */
  | { readonly kind: 'accepted'; readonly axioms: readonly string[] }
  | { readonly kind: 'refused'; readonly declaration: string; readonly rule: Rule; readonly reason: string }
  | { readonly kind: 'unfinished'; readonly declaration: string; readonly limit: LimitName }

/** `needs`: these constants have to be added to the library, then `run` goes on where it stood. */
export type KernelStep = KernelVerdict | { readonly kind: 'needs'; readonly constants: readonly NameComponents[] }

export type CheckOptions = Partial<DeclarationRules> & { readonly limits?: Partial<Limits> }

/**
 * Checks declarations, in their order, on top of a library. Nothing in them is believed.
 *
 *     const check = new ProofCheck(library, proof)
 *     for (let step = check.run(); ; step = check.run()) {
 *       if (step.kind !== 'needs') return step
 *       library.add(validateExport(await fetch(step.constants)), step.constants)
 *     }
 */
export class ProofCheck {
  readonly #library: Library
  readonly #proof: ValidExport
  readonly #rules: DeclarationRules
  readonly #budget: Budget
  readonly #theory: Theory
  #tables: Tables | undefined
  #next = 0
  readonly #axioms: string[] = []

  constructor(library: Library, proof: ValidExport, options: CheckOptions = {}) {
    this.#library = library
    this.#proof = proof
    this.#rules = { axioms: options.axioms ?? 'refused', as: options.as ?? 'proof' }
    this.#budget = new Budget({ ...DEFAULT_LIMITS, ...options.limits })
    const environment = new Environment(library)
    this.#theory = new Theory(environment, this.#budget)
    environment.elaborateGroupsWith({
      heads: (group) => libraryHeads(this.#theory, group),
      recursors: (group) => libraryRecursors(this.#theory, group),
    })
  }

  /** Reductions, comparisons and inferences so far. */
  get steps(): number {
    return this.#budget.used
  }

  run(): KernelStep {
    try {
      if (this.#tables === undefined) {
        this.#tables = readTables(this.#proof, this.#library.stores)
        const constants = this.#mentioned(this.#tables)
        if (constants.length > 0) throw new ConstantsNeeded(constants)
      }
      const { declarations } = this.#proof
      for (; this.#next < declarations.length; this.#next++) {
        const declaration = declarations[this.#next] as (typeof declarations)[number]
        if (checkDeclaration(this.#theory, declaration, this.#tables, this.#rules)) this.#axioms.push(this.#current())
      }
      return { kind: 'accepted', axioms: this.#axioms }
    } catch (error) {
      return this.#outcome(error)
    }
  }

  #outcome(error: unknown): KernelStep {
    if (error instanceof ConstantsNeeded)
      return { kind: 'needs', constants: error.names.map((name) => componentsOf(name)) }
    const declaration = this.#current()
    if (error instanceof Refusal) return { kind: 'refused', declaration, rule: error.rule, reason: error.message }
    const limit = limitOf(error)
    if (limit === undefined) throw error
    // The stores may have been left in the middle of something.
    this.#library.retire()
    return { kind: 'unfinished', declaration, limit }
  }

  /** Constants that the proof mentions or declares and the library has not been asked about: asked for at once. */
  #mentioned(tables: Tables): Name[] {
    const { names } = this.#library.stores
    const asked = new Set<Name>()
    const own = new Set<Name>()
    const at = (index: number) => tables.names[index] as Name
    for (const declaration of this.#proof.declarations) {
      if ('inductive' in declaration) {
        const { types, ctors, recs } = declaration.inductive
        for (const { name } of [...types, ...ctors, ...recs]) own.add(at(name))
        for (const { name } of types) own.add(names.string(at(name), 'rec'))
      } else own.add(at(Object.values(declaration)[0].name))
    }
    for (const entry of this.#proof.terms) {
      if ('const' in entry) asked.add(at(entry.const.name))
      else if ('proj' in entry) asked.add(at(entry.proj.typeName))
    }
    return [...new Set([...asked, ...own])].filter((name) => !this.#library.isSettled(name))
  }

  #current(): string {
    const declaration = this.#proof.declarations[this.#next]
    if (declaration === undefined || this.#tables === undefined) return ''
    const name = 'inductive' in declaration ? declaration.inductive.types[0]?.name : Object.values(declaration)[0].name
    return this.#tables.names[name ?? 0]?.key ?? ''
  }
}

/** The limit that an error stands for: the engine's own limits are errors of one kind. */
function limitOf(error: unknown): LimitName | undefined {
  if (error instanceof LimitReached) return error.limit
  if (!(error instanceof RangeError)) return undefined
  if (/call stack/i.test(error.message)) return 'stack'
  return /BigInt/i.test(error.message) ? 'number size' : 'terms'
}

export function componentsOf(name: Name): NameComponents {
  const parts: (string | number)[] = []
  for (let n: Name | undefined = name; n?.prefix !== undefined; n = n.prefix)
    parts.unshift(typeof n.part === 'string' ? n.part : Number(n.part))
  return parts
}
