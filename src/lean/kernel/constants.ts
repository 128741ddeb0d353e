import type { Name } from './names.ts'
import type { Term } from './terms.ts'

type Declared = {
  readonly name: Name
  /** Universe parameters. */
  readonly params: readonly Name[]
  readonly type: Term
  readonly origin: 'library' | 'proof'
}
/** A constant that is known by its type alone: an axiom, an opaque constant, a theorem of the library. */
export type TypedConstant = Declared & { readonly kind: 'axiom' | 'opaque' | 'theorem' }
/** `height` orders unfolding: what is built from more definitions is unfolded first. */
export type Definition = Declared & {
  readonly kind: 'definition'
  readonly value: Term
  readonly height: number
  readonly isTheorem: boolean
}
export type QuotConstant = Declared & { readonly kind: 'quot'; readonly role: 'type' | 'ctor' | 'lift' | 'ind' }
export type InductiveType = Declared & {
  readonly kind: 'inductive'
  readonly numParams: number
  readonly numIndices: number
  readonly constructors: readonly Name[]
  /** The types declared together, this one among them. */
  readonly all: readonly Name[]
  /** Some constructor has a field of a type of the group. */
  readonly isRecursive: boolean
}
export type Constructor = Declared & {
  readonly kind: 'constructor'
  readonly inductive: Name
  readonly index: number
  readonly numParams: number
  readonly numFields: number
}
export type RecursorRule = { readonly ctor: Name; readonly numFields: number; readonly value: Term }
export type Recursor = Declared & {
  readonly kind: 'recursor'
  /** The type whose values it takes apart. */
  readonly inductive: Name
  readonly numParams: number
  readonly numIndices: number
  readonly numMotives: number
  readonly numMinors: number
  readonly rules: readonly RecursorRule[]
  /** Reduces on every value of its type, whatever that value is: the type has at most one. */
  readonly isK: boolean
}
export type Constant = TypedConstant | Definition | QuotConstant | InductiveType | Constructor | Recursor

/** An abbreviation is unfolded before everything else. */
export const ABBREVIATION_HEIGHT = 0x1_0000_0000

/** Eta and projections: one constructor, no indices, no field of its own type. */
export function isStructureLike(type: InductiveType): boolean {
  return type.constructors.length === 1 && type.numIndices === 0 && !type.isRecursive
}
