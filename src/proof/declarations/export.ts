/**
 * Declarations as plain data: what crosses from one Lean process to another, to the second kernel, and into a file for
 * other checkers. Names, levels and terms stand in tables of their own, so that a name can never be taken for a term.
 * The entries are those of lean4export's format 3.1 (its NDJSON file is these tables, a line an entry), without the
 * numbers that the format repeats in each line.
 *
 * An entry refers only to earlier ones, by position: names count from 1 (0 is the anonymous name), levels from 1 (0 is
 * level zero), terms from 0.
 */
export type DeclarationExport = {
  readonly names: readonly NameEntry[]
  readonly levels: readonly LevelEntry[]
  readonly terms: readonly TermEntry[]
  /** Dependencies come before what uses them. */
  readonly declarations: readonly Declaration[]
}

export type NameIndex = number
export type LevelIndex = number
export type TermIndex = number
export const ANONYMOUS: NameIndex = 0
export const LEVEL_ZERO: LevelIndex = 0

/** A numeric component too large for a JSON number is its decimal digits. */
export type NameEntry =
  | { readonly str: { readonly pre: NameIndex; readonly str: string } }
  | { readonly num: { readonly pre: NameIndex; readonly i: number | string } }

export type LevelEntry =
  | { readonly succ: LevelIndex }
  | { readonly max: readonly [LevelIndex, LevelIndex] }
  | { readonly imax: readonly [LevelIndex, LevelIndex] }
  | { readonly param: NameIndex }

export const BINDER_INFOS = ['default', 'implicit', 'strictImplicit', 'instImplicit'] as const
export type BinderInfo = (typeof BINDER_INFOS)[number]

export type Binder = {
  readonly name: NameIndex
  readonly type: TermIndex
  readonly body: TermIndex
  readonly binderInfo: BinderInfo
}

/** There is no entry for a free variable or a metavariable: an open term cannot be said. */
export type TermEntry =
  | { readonly bvar: number }
  | { readonly sort: LevelIndex }
  | { readonly const: { readonly name: NameIndex; readonly us: readonly LevelIndex[] } }
  | { readonly app: { readonly fn: TermIndex; readonly arg: TermIndex } }
  | { readonly lam: Binder }
  | { readonly forallE: Binder }
  | {
      readonly letE: {
        readonly name: NameIndex
        readonly type: TermIndex
        readonly value: TermIndex
        readonly body: TermIndex
        readonly nondep: boolean
      }
    }
  | { readonly proj: { readonly typeName: NameIndex; readonly idx: number; readonly struct: TermIndex } }
  /** Decimal digits. */
  | { readonly natVal: string }
  | { readonly strVal: string }

/** What every constant has. */
export type ConstantEntry = {
  readonly name: NameIndex
  readonly levelParams: readonly NameIndex[]
  readonly type: TermIndex
}
export type ReducibilityHints = 'opaque' | 'abbrev' | { readonly regular: number }

export type AxiomEntry = ConstantEntry & { readonly isUnsafe: boolean }
export type DefinitionEntry = ConstantEntry & {
  readonly value: TermIndex
  readonly hints: ReducibilityHints
  readonly safety: 'unsafe' | 'safe' | 'partial'
  readonly all: readonly NameIndex[]
}
export type TheoremEntry = ConstantEntry & { readonly value: TermIndex; readonly all: readonly NameIndex[] }
export type OpaqueEntry = TheoremEntry & { readonly isUnsafe: boolean }
export type QuotEntry = ConstantEntry & { readonly kind: 'type' | 'ctor' | 'lift' | 'ind' }
export type InductiveTypeEntry = ConstantEntry & {
  readonly numParams: number
  readonly numIndices: number
  readonly all: readonly NameIndex[]
  readonly ctors: readonly NameIndex[]
  readonly numNested: number
  readonly isRec: boolean
  readonly isUnsafe: boolean
  readonly isReflexive: boolean
}
export type ConstructorEntry = ConstantEntry & {
  readonly induct: NameIndex
  readonly cidx: number
  readonly numParams: number
  readonly numFields: number
  readonly isUnsafe: boolean
}
export type RecursorRuleEntry = { readonly ctor: NameIndex; readonly nfields: number; readonly rhs: TermIndex }
export type RecursorEntry = ConstantEntry & {
  readonly all: readonly NameIndex[]
  readonly numParams: number
  readonly numIndices: number
  readonly numMotives: number
  readonly numMinors: number
  readonly rules: readonly RecursorRuleEntry[]
  readonly k: boolean
  readonly isUnsafe: boolean
}
/**
 * A mutual group with its constructors in order. What a kernel computes from these (recursors, and the flags of the
 * types) is here for readers alone: no checker of ours believes it.
 */
export type InductiveEntry = {
  readonly types: readonly InductiveTypeEntry[]
  readonly ctors: readonly ConstructorEntry[]
  readonly recs: readonly RecursorEntry[]
}

export type Declaration =
  | { readonly axiom: AxiomEntry }
  | { readonly def: DefinitionEntry }
  | { readonly thm: TheoremEntry }
  | { readonly opaque: OpaqueEntry }
  | { readonly quot: QuotEntry }
  | { readonly inductive: InductiveEntry }
