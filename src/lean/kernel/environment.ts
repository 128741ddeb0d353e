import type { Constant, Constructor, InductiveType } from './constants.ts'
import type { Group, Library } from './library.ts'
import type { Name } from './names.ts'
import { ConstantsNeeded, refuse } from './outcomes.ts'

/** Computes what follows from a group of the library: its types and constructors, and, where asked for, its recursors. */
export type GroupElaborator = {
  readonly heads: (group: Group) => readonly Constant[]
  readonly recursors: (group: Group) => readonly Constant[]
}

/**
 * The constants that a proof is checked with: its own declarations, one after another, on top of the library. A name is
 * in one of the two, for ever: nothing is ever shadowed.
 */
export class Environment {
  readonly library: Library
  readonly #own = new Map<Name, Constant>()
  readonly #axioms = new Set<Name>()
  #elaborator: GroupElaborator | undefined

  constructor(library: Library) {
    this.library = library
  }
  elaborateGroupsWith(elaborator: GroupElaborator): void {
    this.#elaborator = elaborator
  }

  /** @throws Refusal where there is no such constant; ConstantsNeeded where the library has not been asked yet */
  find(name: Name): Constant {
    const constant = this.lookUp(name) ?? refuse('unknown constant', `there is no constant ${name.key}`)
    if (constant.kind === 'axiom') this.#axioms.add(name)
    return constant
  }
  /** Every axiom that has been met. */
  get axioms(): Iterable<Name> {
    return this.#axioms
  }
  lookUp(name: Name): Constant | undefined {
    const own = this.#own.get(name)
    if (own !== undefined) return own
    const { library } = this
    const constant = library.get(name)
    if (constant !== undefined) return constant
    const group = library.group(name)
    if (group !== undefined && this.#elaborator !== undefined) {
      const isHead = group.types.some((type) => type.name === name || type.constructors.some((c) => c.name === name))
      library.define(isHead ? this.#elaborator.heads(group) : this.#elaborator.recursors(group))
      return library.get(name)
    }
    if (!library.isSettled(name)) throw new ConstantsNeeded([name])
    return undefined
  }
  /** @throws Refusal where the name is taken */
  mustBeNew(name: Name): void {
    if (this.#own.has(name) || this.library.has(name))
      refuse('constant declared twice', `there is a constant ${name.key} already`)
    if (!this.library.isSettled(name)) throw new ConstantsNeeded([name])
  }
  /** The caller has checked it. */
  add(constant: Constant): void {
    this.#own.set(constant.name, constant)
  }
  /** What has been declared becomes part of the library. */
  moveToLibrary(): void {
    this.library.define([...this.#own.values()])
    this.#own.clear()
  }
  remove(name: Name): void {
    this.#own.delete(name)
  }

  inductive(name: Name): InductiveType | undefined {
    const constant = this.lookUp(name)
    return constant?.kind === 'inductive' ? constant : undefined
  }
  constructorOf(name: Name): Constructor | undefined {
    const constant = this.lookUp(name)
    return constant?.kind === 'constructor' ? constant : undefined
  }
}
